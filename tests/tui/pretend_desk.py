"""A desk that asks nobody: what it gives is set by the test."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from sensorcoach.app import HeardSensor, RememberedSensor, StoredRecording
from sensorcoach.errors import SensorcoachError
from sensorcoach.preferences import Personal
from sensorcoach.tui.start.desk import Begun, Desk, Unreadable
from sensorcoach.tui.start.openings import Opening
from sensorcoach.tui.start.past import PastSession

from .scripted import ScriptedShow

FIRST_DAY = datetime(2026, 3, 2, 7, 12)


def session(number: int, **figures: object) -> PastSession:
    """The ``number``-th of somebody who makes progress."""
    reps = 3 + number // 3
    past = PastSession(
        path=Path(f"{FIRST_DAY:%Y-%m-%d}_{number}.jsonl"),
        begun=FIRST_DAY + timedelta(days=2 * number),
        duration_s=100.0 + 12.0 * number,
        left=reps,
        right=reps,
        unknown=0,
        warnings=max(0, 4 - number // 2),
        severe=1 if number == 1 else 0,
        pain=number == 2,
        simulated=False,
        range_left_deg=38.0 + number,
        range_right_deg=35.0 + number,
    )
    return replace(past, **figures)  # type: ignore[arg-type]


@dataclass
class Way:
    """Remembers what was to be opened."""

    opened: list[Opening] = field(default_factory=list)

    def open(self, opening: Opening) -> None:
        self.opened.append(opening)


class PretendDesk(Desk):
    """Everything a page asks for, out of memory."""

    def __init__(self) -> None:
        super().__init__()
        self.sensor: RememberedSensor | None = None
        self.stored: list[StoredRecording] = []
        self.contents: dict[Path, PastSession | Unreadable] = {}
        self.past: list[PastSession] = []
        self.heard: list[HeardSensor] = []
        self.trouble: SensorcoachError | None = None
        self.own = Personal()
        self.target_grows: bool | None = None
        self.read_notice = True
        self.shows: list[ScriptedShow] = []
        self.closed: list[ScriptedShow] = []
        self.files: tuple[Path, ...] = ()

    def remembered(self) -> RememberedSensor | None:
        return self.sensor

    def recordings(self) -> list[StoredRecording]:
        return self.stored

    def read(self, path: Path) -> PastSession | Unreadable:
        return self.contents[path]

    def logged(self) -> list[PastSession]:
        return self.past

    @asynccontextmanager
    async def air(self) -> AsyncIterator[Callable[[], list[HeardSensor]]]:
        if self.trouble is not None:
            raise self.trouble
        yield lambda: self.heard

    def personal(self) -> Personal:
        return self.own

    def personal_file(self) -> str:
        return "settings.toml"

    def save_personal(self, personal: Personal, *, target_grows: bool | None = None) -> None:
        self.own, self.target_grows = personal, target_grows

    def grown_target(self) -> int | None:
        return 6 if self.target_grows else None

    def notice_read(self) -> bool:
        return self.read_notice

    def note_notice_read(self) -> None:
        self.read_notice = True

    def begin(self, opening: Opening, choose: object, complain: object, ring: object) -> Begun:
        if self.trouble is not None:
            raise self.trouble
        show = self.shows.pop(0)
        return Begun(show, None, self.files, lambda: self.closed.append(show))


def lived_in() -> PretendDesk:
    """The desk of somebody who has trained for some weeks."""
    desk = PretendDesk()
    desk.sensor = RememberedSensor(profile="witmotion", name="WT901BLE67", identity=None, address="C0:00:00:00:00:01")
    desk.past = [session(number) for number in range(9, -1, -1)]
    for one in desk.past:
        assert one.path is not None
        assert one.begun is not None
        desk.stored.append(StoredRecording(one.path, one.begun, 1_200_000))
        desk.contents[one.path] = one
    broken = desk.stored[3].path
    desk.contents[broken] = Unreadable(f"{broken}: line 7 is no JSON. Analyse an earlier copy of it.")
    return desk
