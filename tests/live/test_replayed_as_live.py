"""What a screen showed live is what it shows when the recording is played: at every instant, guided or not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from played import session, up_leg

from sensorcoach.app import Picture, open_replay
from sensorcoach.choices import Choices
from sensorcoach.model import Control, Cue, Packet, Told
from sensorcoach.recording import SessionWriter
from sensorcoach.session import LiveSession
from sensorcoach.session.board import Board
from sensorcoach.session.tape import known_s
from sensorcoach.settings import GoalSettings, GuideSettings, Settings
from sensorcoach.sources.mailbox import LinkItem

SETTINGS = Settings(goal=GoalSettings(reps_a_side=9), guide=GuideSettings(still_s=1.0))
DONE = [
    Control(26.0, "mark", "knee clicked"),
    Control(26.5, "undo"),
    Control(27.0, "correct", "+1 right"),
    Control(38.5, "pause", "key"),
    Control(52.0, "arm", "key"),
]
LIVE_ONLY = {"link", "notices", "notices_in_all", "progress", "axis_confirmed", "cue"}
"""A recording does not keep what a front said, nor how far a stage was; axis and link are told beside the events."""
BEFORE_COUNTING = {"stage_wear", "stage_still"}
"""How a guide came to arm is not recorded."""


def lived(file: Path, *, guided: bool) -> list[Told]:
    """The mixed session worn live, recorded into ``file``."""
    told: list[Told] = []
    choices = Choices(mounting={"up_leg": up_leg("mixed")}, settings=SETTINGS)
    live = LiveSession(
        choices,
        datetime(2026, 1, 1, tzinfo=UTC),
        lambda header: SessionWriter(file, header),
        told.append,
        guided=guided,
    )
    items: list[LinkItem] = session("mixed")
    for control in DONE:
        at = next(n for n, item in enumerate(items) if isinstance(item, Packet) and item.t_s > control.t_s)
        items.insert(at, control)
    for item in items:
        live.take([item])
    live.finish()
    return told


def shown_live(told: list[Told], t_s: float, *, guided: bool) -> Picture:
    board = Board(SETTINGS, stage="wear" if guided else "armed")
    for one in told:
        if known_s(one) <= t_s:
            board.tell(one)
    return board.picture(t_s)


@pytest.mark.parametrize("guided", [False, True], ids=["armed throughout", "guided"])
def test_the_same_is_shown_and_said_at_every_instant(tmp_path: Path, guided: bool) -> None:
    told = lived(tmp_path / "s.jsonl", guided=guided)
    player = open_replay([tmp_path / "s.jsonl"], Choices())
    assert player.wait(20)
    stages = set()
    for t_s in range(5, 61, 2):
        player.seek(t_s + 0.5)
        replayed, live = player.picture(), shown_live(told, t_s + 0.5, guided=guided)
        stages.add(live.stage)
        for name in set(Picture.__dataclass_fields__) - LIVE_ONLY:
            assert getattr(replayed, name) == getattr(live, name), (t_s, name)
        assert _phrase(replayed) == _phrase(live)
    assert _said(player.told()) == _said(told)
    assert len(_said(told)) > 20
    assert {"paused", "armed"} <= stages
    assert replayed.counted >= 4
    assert replayed.undone


def _phrase(picture: Picture) -> str | None:
    return None if picture.cue is None else picture.cue.phrase


def _said(told: list[Told]) -> list[tuple[float, str, str, float]]:
    cues = [one for one in told if isinstance(one, Cue) and one.phrase not in BEFORE_COUNTING]
    return [(_due_s(cue), cue.phrase, cue.level, cue.delay_s) for cue in cues]


def _due_s(cue: Cue) -> float:
    return round(cue.t_s, 1) if cue.phrase == "session_done" else cue.t_s
