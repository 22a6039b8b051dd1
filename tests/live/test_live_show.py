"""`LiveShow` over a scripted radio: the session in a thread of its own, whatever the screen does."""

import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from played import up_leg
from scripted_radio import Script, ScriptedRadio

from sensorcoach.app import Found, LivePlan, LiveShow, Picture
from sensorcoach.choices import Choices
from sensorcoach.errors import BluetoothError, SensorError
from sensorcoach.model import Control, LinkEvent, Packet, RepDone, StageChanged, Told
from sensorcoach.recording import read_session
from sensorcoach.settings import GoalSettings, GuideSettings, Settings
from sensorcoach.sources.link import LinkTiming, Wanted

WANTED = Wanted(device="C0:00:00:00:00:00")
PATIENCE_S = 30.0
SOON = LinkTiming(search_s=5.0, competitors_s=0.05, remembered_s=0.01)
HERE = Path(__file__).parent


def show(plan: LivePlan, speed: float = 30.0, **script: object) -> LiveShow:
    return LiveShow(lambda: ScriptedRadio(Script(speed=speed, **script)), plan)  # type: ignore[arg-type]


class Waiting:
    """Waits, without sleeping, until something was told."""

    def __init__(self, live: LiveShow) -> None:
        self.told: list[Told] = []
        self._news = threading.Condition()
        live.subscribe(self._hear)

    def _hear(self, told: Told) -> None:
        with self._news:
            self.told.append(told)
            self._news.notify_all()

    def until(self, wanted: Callable[[Told], bool]) -> Told:
        with self._news:
            assert self._news.wait_for(lambda: any(map(wanted, self.told)), PATIENCE_S)
            return next(filter(wanted, self.told))


def a_rep(told: Told) -> bool:
    return isinstance(told, RepDone)


def ended(told: Told) -> bool:
    return isinstance(told, StageChanged) and told.stage == "ended"


def test_from_the_search_to_the_result(tmp_path: Path) -> None:
    live = show(LivePlan(WANTED, file=tmp_path / "s.jsonl"))
    assert (live.kind, live.now_s, live.picture().link.state) == ("live", 0.0, "searching")
    waiting = Waiting(live)
    live.start()
    waiting.until(a_rep)
    picture = live.picture()
    assert picture.counted >= 1
    assert picture.link.state == "streaming"
    assert (picture.link.name, picture.link.profile, picture.link.rssi_dbm) == ("sc-pretend", "open", -50)
    assert picture.link.rate_hz == pytest.approx(104.0, rel=0.02)
    assert picture.link.recording
    assert 0.0 < picture.t_s <= live.now_s
    assert len(live.trace(0.0, 1e9).t_s) > 500
    assert (live.over, live.result()) == (False, None)
    live.stop()
    live.stop()
    assert live.wait(PATIENCE_S)
    result = live.result()
    assert result is not None
    picture = live.picture()
    assert (picture.ended, picture.link.recording) == ("person", False)
    assert picture.reps == result.reps
    assert live.now_s == live.now_s
    assert waiting.until(ended)
    assert len([item for item in read_session(tmp_path / "s.jsonl").items if isinstance(item, Packet)]) > 50


def test_what_the_person_does_is_recorded_counted_with_and_shown(tmp_path: Path) -> None:
    live = show(LivePlan(WANTED, file=tmp_path / "s.jsonl"))
    live.control("mark", "too early")  # nothing runs yet
    waiting = Waiting(live)
    live.start()
    waiting.until(a_rep)
    live.control("mark", "knee clicked")
    live.control("undo")
    waiting.until(lambda told: isinstance(told, Control) and told.action == "undo")
    picture = live.picture()
    assert [mark.text for mark in picture.marks] == ["knee clicked"]
    assert len(picture.undone) == 1
    assert picture.left + picture.right + picture.unknown == picture.counted - 1
    live.stop()
    assert live.wait(PATIENCE_S)
    recorded = [item for item in read_session(tmp_path / "s.jsonl").items if isinstance(item, Control)]
    said = [(item.action, item.value) for item in recorded if item.action != "calibration"]
    assert said == [("mark", "knee clicked"), ("undo", "")]
    assert live.result().marks == picture.marks  # type: ignore[union-attr]
    live.control("mark", "too late")  # nothing runs any more


def test_pain_ends_it(tmp_path: Path) -> None:
    live = show(LivePlan(WANTED, file=tmp_path / "s.jsonl"))
    waiting = Waiting(live)
    live.start()
    waiting.until(a_rep)
    live.control("pain")
    assert live.wait(PATIENCE_S)
    assert live.picture().ended == "pain"
    assert len(live.result().pain) == 1  # type: ignore[union-attr]


def test_a_guided_session_ends_by_itself_at_its_target() -> None:
    settings = Settings(goal=GoalSettings(reps_a_side=1), guide=GuideSettings(still_s=1.0))
    choices = Choices(mounting={"up_leg": up_leg("mixed")}, settings=settings)
    live = show(LivePlan(WANTED, choices, guided=True))
    assert live.picture().stage == "wear"
    live.start()
    assert live.wait(PATIENCE_S)
    picture = live.picture()
    assert picture.ended == "target", picture
    assert (picture.left, picture.right) == (1, 1)


def test_a_screen_that_hangs_delays_no_packet(tmp_path: Path) -> None:
    """Whoever listens is stuck at the first word, and somebody looks all the time; the session goes on to its end."""
    live = show(LivePlan(WANTED, file=tmp_path / "s.jsonl"))
    stuck, released, looked = threading.Event(), threading.Event(), threading.Event()

    def hang(told: Told) -> None:
        stuck.set()
        released.wait(PATIENCE_S)

    live.subscribe(hang)
    live.start()
    assert stuck.wait(PATIENCE_S)
    pictures: list[Picture] = []

    def look() -> None:
        while len(pictures) < 2 or pictures[-1].counted < 2:
            pictures[:] = [*pictures[-1:], live.picture()]
            live.trace(0.0, 1e9)
        looked.set()

    looker = threading.Thread(target=look)
    looker.start()
    assert looked.wait(PATIENCE_S)
    looker.join()
    assert not released.is_set()
    live.stop()
    assert live.wait(PATIENCE_S)
    released.set()
    result = live.result()
    assert result is not None
    assert result.counts["lost"] == 0
    states = [item.state for item in read_session(tmp_path / "s.jsonl").items if isinstance(item, LinkEvent)]
    assert states == ["searching", "connecting", "streaming"]


def test_bluetooth_that_is_off_is_a_failure_with_advice(tmp_path: Path) -> None:
    live = show(LivePlan(WANTED, file=tmp_path / "s.jsonl"), off=True)
    live.start()
    assert live.wait(PATIENCE_S)
    failure = live.failure()
    assert isinstance(failure, BluetoothError)
    assert failure.advice
    assert live.result() is None
    picture = live.picture()
    assert picture.ended == "failure"
    assert picture.notices[-1] == str(failure)
    assert list(tmp_path.iterdir()) == []


def test_no_sensor_is_a_failure_with_advice() -> None:
    live = show(LivePlan(Wanted(device="nobody"), timing=LinkTiming(search_s=0.05, remembered_s=0.01)))
    live.start()
    assert live.wait(PATIENCE_S)
    assert isinstance(live.failure(), SensorError)


def test_a_radio_that_cannot_be_made_is_a_failure() -> None:
    def no_radio() -> ScriptedRadio:
        raise BluetoothError("Bluetooth cannot be used.", "Install it.")

    live = LiveShow(no_radio, LivePlan(WANTED))
    live.start()
    assert live.wait(PATIENCE_S)
    assert isinstance(live.failure(), BluetoothError)
    assert live.picture().ended == "failure"


def test_a_mistake_of_ours_is_a_sentence_too() -> None:
    def broken() -> ScriptedRadio:
        raise ZeroDivisionError

    live = LiveShow(broken, LivePlan(WANTED))
    live.start()
    assert live.wait(PATIENCE_S)
    assert "ZeroDivisionError" in str(live.failure())


TWO = {"names": ["one", "two"]}


def test_which_of_two_sensors_is_asked_in_another_thread() -> None:
    asked: list[str] = []

    def choose(found: Sequence[Found]) -> Found:
        asked.append(threading.current_thread().name)
        return found[1]

    live = show(LivePlan(Wanted(choose=choose), timing=SOON), **TWO)
    waiting = Waiting(live)
    live.start()
    waiting.until(a_rep)
    assert live.picture().link.name == "two"
    assert asked == ["choosing"]
    live.stop()
    assert live.wait(PATIENCE_S)


def test_nobody_waits_for_an_answer_when_it_is_stopped() -> None:
    asked, answered = threading.Event(), threading.Event()

    def choose(found: Sequence[Found]) -> Found | None:
        asked.set()
        answered.wait(PATIENCE_S)
        return None

    live = show(LivePlan(Wanted(choose=choose), timing=SOON), **TWO)
    live.start()
    assert asked.wait(PATIENCE_S)
    live.stop()
    assert live.wait(PATIENCE_S / 2)
    assert not answered.is_set()
    answered.set()
    assert (live.result(), live.failure()) == (None, None)


def test_stopping_while_it_begins() -> None:
    live = show(LivePlan(WANTED))
    live.stop()
    live.start()
    assert live.wait(PATIENCE_S)
    assert (live.result(), live.failure()) == (None, None)


def test_a_program_that_forgets_to_stop_it_leaves_a_whole_recording(tmp_path: Path) -> None:
    """A mistake in the screen ends the main thread; the process ends soon after it, with the file closed."""
    file = tmp_path / "s.jsonl.gz"
    program = f"""
import sys
sys.path.insert(0, {str(HERE)!r})
import threading
from pathlib import Path
from scripted_radio import Script, ScriptedRadio
from sensorcoach.app import LivePlan, LiveShow
from sensorcoach.model import RepDone
from sensorcoach.sources.link import Wanted
plan = LivePlan(Wanted(device={WANTED.device!r}), file=Path({str(file)!r}))
show = LiveShow(lambda: ScriptedRadio(Script(speed=30.0)), plan)
come = threading.Event()
show.subscribe(lambda told: isinstance(told, RepDone) and come.set())
show.start()
assert come.wait(20)
raise ZeroDivisionError
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=40)
    assert done.returncode == 1, done.stderr
    recorded = read_session(file)
    assert len(list(recorded.items)) > 50
    assert recorded.notices == []
