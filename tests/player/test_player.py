"""The player: the numbers of `analyze`, at a cursor that moves by a clock of the test's own."""

import math
import queue
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from handclock import HandClock

from sensorcoach.analysis import analyze_files, analyze_recording, open_session
from sensorcoach.app import Player, open_demo, open_replay
from sensorcoach.app.reel import Reel
from sensorcoach.choices import Choices
from sensorcoach.errors import InputError, RecordingError
from sensorcoach.importers import Item, Recording, open_recording, recording_of_arrays
from sensorcoach.model import Control, Counted, Event, LinkEvent, Packet, PhaseChanged, RepDone, Told
from sensorcoach.model import Trace as Curves
from sensorcoach.recording import Header, SessionWriter, read_session
from sensorcoach.session.picture import StreamFigures
from sensorcoach.session.tape import known_s
from sensorcoach.settings import Limit, Settings

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"
NAMES = sorted(path.name.removesuffix(".jsonl.gz") for path in RECORDINGS.glob("*.jsonl.gz"))
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
PATIENCE_S = 20.0


def file(name: str) -> Path:
    return RECORDINGS / f"{name}.jsonl.gz"


def player(path: Path, clock: HandClock | None = None, choices: Choices = Choices()) -> Player:  # noqa: B008
    """Analysed, paused at its beginning."""
    opened = open_replay([path], choices, clock or HandClock())
    assert opened.wait(PATIENCE_S)
    return opened


def events_of(path: Path, settings: Settings | None = None) -> list[Event]:
    events: list[Event] = []
    analyze_files([path], Choices(settings=settings), events.append)
    return events


def with_limits(settings: Settings, **limits: object) -> Settings:
    return msgspec.structs.replace(settings, limits=msgspec.structs.replace(settings.limits, **limits))


# --- the numbers of analyze -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_event_for_event_and_number_for_number_as_analyze(name: str) -> None:
    reel = Reel(lambda: open_session([file(name)], Choices()), Choices(), threading.RLock())
    reel.run()
    events: list[Event] = []
    assert reel.result == analyze_files([file(name)], Choices(), events.append)
    assert [told for told in reel.tape.items if isinstance(told, Event)] == events
    assert reel.tape.known_s == sorted(reel.tape.known_s)


REAL = sorted((SHARED / "mex" / "data").rglob("*.csv"))[:2]


@pytest.mark.skipif(not REAL, reason="../shared/data/mex are not here")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_real_recordings_as_analyze(path: Path) -> None:
    assert player(path).result() == analyze_files([path], Choices())


def test_the_demo_is_a_simulated_session() -> None:
    demo = open_demo(HandClock())
    assert demo.wait(PATIENCE_S)
    result = demo.result()
    assert demo.kind == "demo"
    assert result is not None
    assert result.sensor["simulated"] is True
    assert result.summary.reps == 6


def test_arrays_in_one_packet_come_as_they_were_measured() -> None:
    """An imported file comes in blocks of minutes; its rate and its curves are not known minutes late."""
    rows = recording_rows("mixed")
    opened = Player(lambda: ("rows", recording_of_arrays(*rows)), Choices(), clock=HandClock())
    assert opened.wait(PATIENCE_S)
    wanted = analyze_recording(recording_of_arrays(*rows), "rows", Choices())
    assert opened.result() == wanted
    assert opened.start_s == pytest.approx(rows[0][0], abs=0.01)
    assert opened.duration_s == pytest.approx(wanted.duration_s, abs=0.02)
    opened.seek(opened.start_s + 6.0)
    assert opened.picture().link.rate_hz == pytest.approx(104.0, rel=0.01)
    assert opened.trace(-math.inf, math.inf).t_s[-1] == pytest.approx(opened.now_s, abs=0.1)


def recording_rows(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The samples of a recording, as arrays, read with the decoder alone."""
    from sensorcoach.devices import profile_named

    recording = open_recording(file(name))
    profile = profile_named(recording.profile)
    state = profile.initial(recording.device_settings)
    packets = [item for item in recording.items if isinstance(item, Packet)]
    _, decoded = profile.decode_all(state, packets)
    assert decoded is not None
    assert decoded.gyr is not None
    return decoded.t_s, decoded.acc, decoded.gyr


# --- the picture at the cursor ----------------------------------------------------------------------------------------


def test_the_picture_is_what_was_known_then() -> None:
    opened = player(file("mixed"))
    events = events_of(file("mixed"))
    for now_s in np.arange(0.0, 62.0, 0.37):
        opened.seek(float(now_s))
        picture = opened.picture()
        known = [event for event in events if event.known_s <= opened.now_s]
        assert picture.counted == sum(isinstance(event, Counted) for event in known)
        assert [rep.index for rep in picture.reps] == [e.rep.index for e in known if isinstance(e, RepDone)]
        phases = [event for event in known if isinstance(event, PhaseChanged)]
        if phases and picture.phase is not None and picture.phase.name != "centre":
            assert (picture.phase.name, picture.phase.since_s) == (phases[-1].phase, phases[-1].t_s)
        assert len(opened.trace(0.0, math.inf).t_s) == 0 or opened.trace(0.0, math.inf).t_s[-1] <= opened.now_s


def test_seeking_back_shows_what_was_shown_on_the_way() -> None:
    opened = player(file("mixed"))
    shown = {}
    for now_s in range(0, 62, 3):
        opened.seek(float(now_s))
        shown[now_s] = opened.picture()
    for now_s in reversed(shown):
        opened.seek(float(now_s))
        assert opened.picture() == shown[now_s]


def test_at_the_end_everything_is_there() -> None:
    opened = player(file("mixed"))
    opened.set_speed(math.inf)
    opened.play()
    picture, result = opened.picture(), opened.result()
    assert result is not None
    assert picture.reps == result.reps
    assert (picture.left, picture.right) == (result.summary.left, result.summary.right)
    assert picture.ended == "recording"
    assert not opened.playing
    assert picture.axis_confirmed == result.summary.axis_confirmed
    assert picture.link.rate_hz == pytest.approx(104.0, rel=0.01)


# --- the tape machine -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("speed", [0.25, 1.0, 2.0, 16.0])
def test_the_cursor_moves_by_the_clock(speed: float) -> None:
    clock = HandClock()
    opened = player(file("mixed"), clock)
    start_s = opened.start_s
    clock.forward(100.0)
    assert opened.now_s == start_s
    assert not opened.playing
    opened.set_speed(speed)
    opened.play()
    clock.forward(2.0)
    assert opened.now_s == pytest.approx(start_s + 2.0 * speed)
    opened.pause()
    clock.forward(50.0)
    assert opened.now_s == pytest.approx(start_s + 2.0 * speed)
    opened.play()
    clock.forward(0.5)
    assert opened.now_s == pytest.approx(start_s + 2.5 * speed)


def test_another_speed_goes_on_from_here() -> None:
    clock = HandClock()
    opened = player(file("mixed"), clock)
    opened.play()
    clock.forward(10.0)
    opened.set_speed(4.0)
    clock.forward(1.0)
    assert opened.now_s == pytest.approx(opened.start_s + 14.0)


@pytest.mark.parametrize("speed", [0.0, -1.0, math.nan])
def test_no_such_speed(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        player(file("mixed")).set_speed(speed)


def test_it_stops_at_the_end_and_plays_again_from_the_start() -> None:
    clock = HandClock()
    opened = player(file("mixed"), clock)
    opened.play()
    clock.forward(1e6)
    assert opened.now_s == opened.start_s + opened.duration_s
    assert not opened.playing
    opened.play()
    assert opened.now_s == opened.start_s
    assert opened.playing


def test_nobody_seeks_beyond_the_ends() -> None:
    opened = player(file("mixed"))
    opened.seek(1e9)
    assert opened.now_s == opened.start_s + opened.duration_s
    opened.seek(-1e9)
    assert opened.now_s == opened.start_s


def test_from_repetition_to_repetition_and_back() -> None:
    opened = player(file("mixed"))
    result = opened.result()
    assert result is not None
    places = []
    for _ in result.reps:
        opened.next_rep()
        places.append(opened.now_s)
    assert places == [rep.drop_start_s for rep in result.reps]
    opened.next_rep()
    assert opened.now_s == places[-1]
    for place in reversed(places[:-1]):
        opened.previous_rep()
        assert opened.now_s == place
    opened.previous_rep()
    assert opened.now_s == places[0]


def test_while_it_plays_back_means_the_one_before() -> None:
    clock = HandClock()
    opened = player(file("mixed"), clock)
    first, second = (rep.drop_start_s for rep in opened.reps[:2])
    opened.seek(second)
    opened.play()
    clock.forward(0.3)
    opened.previous_rep()
    assert opened.now_s == first
    opened.seek(second)
    clock.forward(3.0)
    opened.previous_rep()
    assert opened.now_s == second


def test_from_warning_to_warning_as_they_were_told() -> None:
    opened = player(file("mixed"))
    told = [event for event in events_of(file("mixed")) if isinstance(event, RepDone)]
    warned = [event for event in told if any(w.severity != "note" for w in event.rep.warnings)]
    assert 2 < len(warned) <= len(told)
    for event in warned:
        opened.next_warning()
        assert opened.now_s == event.known_s
        assert opened.picture().reps[-1] == event.rep
    opened.previous_warning()
    assert opened.now_s == warned[-2].known_s


# --- ahead of the cursor ----------------------------------------------------------------------------------------------


class Halting:
    """A recording that comes to a halt until it is let go, when it is walked through for the second time.

    The first walk looks for the centre. With ``error`` it is damaged at the halt, for both.
    """

    def __init__(self, path: Path, halt_s: float, error: Exception | None = None) -> None:
        self._path, self._halt_s, self._error = path, halt_s, error
        self.halted, self.go_on = threading.Event(), threading.Event()
        self._walks = 0

    def opened(self) -> tuple[str | None, Recording]:
        self._walks += 1
        recording = open_recording(self._path)
        return str(self._path), replace(recording, items=self._items(recording.items, first=self._walks == 1))

    def _items(self, items: Iterator[Item], *, first: bool) -> Iterator[Item]:
        for item in items:
            if item.t_s >= self._halt_s:
                if not first and not self.go_on.is_set():
                    self.halted.set()
                    assert self.go_on.wait(PATIENCE_S)
                if self._error is not None:
                    raise self._error
            yield item


def test_it_plays_what_is_known_and_waits_for_the_rest() -> None:
    clock, halting = HandClock(), Halting(file("mixed"), 30.0)
    opened = Player(halting.opened, Choices(), clock=clock)
    opened.play()
    assert halting.halted.wait(PATIENCE_S)
    assert (opened.over, opened.result(), opened.now_s) == (False, None, opened.start_s)
    clock.forward(20.0)
    assert opened.now_s == pytest.approx(opened.start_s + 20.0)
    assert opened.picture().counted >= 1
    clock.forward(100.0)
    waiting_s = opened.now_s
    assert 27.0 < waiting_s < 30.0
    assert opened.playing
    halting.go_on.set()
    assert opened.wait(PATIENCE_S)
    assert opened.now_s == waiting_s
    clock.forward(10.0)
    assert opened.now_s == pytest.approx(waiting_s + 10.0)
    assert opened.result() == analyze_files([file("mixed")], Choices())


def test_as_fast_as_it_goes_shows_the_end_as_it_is_found() -> None:
    halting = Halting(file("mixed"), 30.0)
    opened = Player(halting.opened, Choices(), clock=HandClock())
    opened.set_speed(math.inf)
    opened.play()
    assert halting.halted.wait(PATIENCE_S)
    assert 27.0 < opened.now_s < 30.0
    halting.go_on.set()
    assert opened.wait(PATIENCE_S)
    assert opened.now_s == pytest.approx(61.8, abs=0.2)


def test_stopping_ends_the_analysis() -> None:
    halting = Halting(file("mixed"), 30.0)
    opened = Player(halting.opened, Choices(), clock=HandClock())
    assert halting.halted.wait(PATIENCE_S)
    opened.stop()
    opened.stop()
    halting.go_on.set()
    assert not opened.wait(PATIENCE_S)
    assert opened.result() is None


# --- other settings ---------------------------------------------------------------------------------------------------

JUDGED_OTHERWISE: list[dict[str, object]] = [
    {"hold_target_s": 0.0, "hold_target_chosen": True},
    {"hold_target_s": 10.0},
    {"too_fast_fraction": Limit(0.1, 0.2, 0.3)},
    {"jarring_g": Limit(0.1, 0.2, 0.3), "abrupt_landing_dps": Limit(1.0, 2.0, 3.0)},
    {"comfort_left_deg": 30.0, "comfort_right_deg": 20.0},
    {"asymmetric_min_reps": 1, "asymmetric_range": Limit(0.001, 0.002, None)},
    {"rocking_hold_s": 4.0, "rocking_reps": 1},
]


@pytest.mark.parametrize("limits", JUDGED_OTHERWISE, ids=lambda limits: next(iter(limits)))
def test_other_limits_grade_at_once_what_analyze_would_grade(limits: dict[str, object]) -> None:
    opened = player(file("mixed"))
    settings = with_limits(opened.settings, **limits)
    before = opened.result()
    opened.regrade(settings)
    assert opened.over, "nothing is analysed again"
    result = opened.result()
    assert result == analyze_files([file("mixed")], Choices(settings=settings))
    assert result != before
    assert opened.settings == settings
    opened.seek(math.inf)
    assert opened.picture().reps == result.reps  # type: ignore[union-attr]
    assert opened.picture().hold_target_s == settings.limits.hold_target_s


def test_back_to_the_first_settings_is_back_to_the_first_result() -> None:
    opened = player(file("mixed"))
    before, settings = opened.result(), opened.settings
    opened.regrade(with_limits(settings, hold_target_s=9.0))
    opened.regrade(settings)
    assert opened.result() == before


def reel(choices: Choices) -> Reel:
    run = Reel(lambda: open_session([file("mixed")], choices), choices, threading.RLock())
    run.run()
    return run


def test_what_is_heard_and_when_follows_the_limits_too() -> None:
    """A landing is corrected at once, long before its final figures."""
    limits = {"too_fast_fraction": Limit(0.05, 0.1, 0.15), "jarring_g": Limit(40.0, 50.0, 60.0)}
    changed = reel(Choices())
    first, settings = list(changed.tape.items), changed.settings
    stricter = with_limits(settings, **limits)
    changed.regrade(stricter)
    assert changed.tape.items == reel(Choices(settings=stricter)).tape.items
    assert changed.tape.items != first
    changed.regrade(settings)
    assert changed.tape.items == first


def analysed_otherwise(settings: Settings) -> dict[str, Settings]:
    replaced = msgspec.structs.replace
    return {
        "phase": replaced(settings, phases=replaced(settings.phases, r_min_deg=48.6)),
        "calibration": replaced(settings, calibration=replaced(settings.calibration, follow_share=0.9)),
        "signal": replaced(settings, signal=replaced(settings.signal, impact_rate_hz=200.0)),
        "figure": with_limits(settings, pendulum_length_m=0.4),
        "presets": settings.gentle().rocking(),
    }


@pytest.mark.parametrize("what", list(analysed_otherwise(Settings())))
def test_what_changes_figures_is_analysed_again(what: str) -> None:
    opened = player(file("mixed"))
    settings = analysed_otherwise(opened.settings)[what]
    opened.seek(40.0)
    opened.regrade(settings)
    assert opened.wait(PATIENCE_S)
    result = opened.result()
    assert result == analyze_files([file("mixed")], Choices(settings=settings))
    assert opened.now_s == 40.0
    opened.seek(math.inf)
    assert opened.picture().reps == result.reps  # type: ignore[union-attr]


def test_limits_changed_while_it_is_analysed_hold_from_the_first_repetition_to_the_last() -> None:
    halting = Halting(file("mixed"), 30.0)
    opened = Player(halting.opened, Choices(), clock=HandClock())
    assert halting.halted.wait(PATIENCE_S)
    settings = with_limits(opened.settings, hold_target_s=10.0)
    opened.regrade(settings)
    halting.go_on.set()
    assert opened.wait(PATIENCE_S)
    wanted = analyze_files([file("mixed")], Choices(settings=settings))
    assert opened.result() == wanted
    opened.seek(math.inf)
    assert opened.picture().reps == wanted.reps


def test_while_it_is_analysed_again_the_screen_stays_where_it_is() -> None:
    halting = Halting(file("mixed"), 30.0)
    halting.go_on.set()
    opened = Player(halting.opened, Choices(), clock=HandClock())
    assert opened.wait(PATIENCE_S)
    opened.seek(50.0)
    before = opened.picture()
    halting.go_on.clear()
    opened.regrade(analysed_otherwise(opened.settings)["phase"])
    assert halting.halted.wait(PATIENCE_S)
    assert opened.picture() == before
    halting.go_on.set()
    assert opened.wait(PATIENCE_S)
    assert opened.now_s == 50.0
    assert opened.picture().counted < before.counted


# --- what a person did ------------------------------------------------------------------------------------------------


def with_controls(folder: Path, *controls: Control | LinkEvent) -> Path:
    """The mixed session, with what somebody might have done in it."""
    recorded = read_session(file("mixed"))
    items = sorted([*recorded.items, *controls], key=lambda item: item.t_s)
    path = folder / "done.jsonl"
    with SessionWriter(path, recorded.header) as writer:
        for item in items:
            writer.append(item)
    return path


def test_what_the_person_did_is_shown_where_it_was_done(tmp_path: Path) -> None:
    controls = [
        Control(0.0, "pause", "guide"),
        Control(2.0, "arm", "still"),
        LinkEvent(3.0, "stalled", "no samples for 1.2 s"),
        LinkEvent(3.5, "streaming"),
        Control(25.0, "undo"),
        Control(26.0, "mark", "knee clicked"),
        Control(33.0, "pause", "double_tap"),
        Control(45.0, "arm", "key"),
        Control(60.0, "pain"),
    ]
    path = with_controls(tmp_path, *controls)
    opened = player(path)
    assert opened.result() == analyze_files([path], Choices())

    def at(t_s: float) -> dict[str, object]:
        opened.seek(t_s)
        picture = opened.picture()
        return {name: getattr(picture, name) for name in ("stage", "stage_reason", "undone", "counted", "ended")}

    assert at(1.0) == {"stage": "wear", "stage_reason": "", "undone": frozenset(), "counted": 0, "ended": None}
    assert (at(2.1)["stage"], opened.picture().link.state) == ("armed", "streaming")
    opened.seek(3.2)
    assert (opened.picture().link.state, opened.picture().link.detail) == ("stalled", "no samples for 1.2 s")
    last = at(24.9)["counted"]
    assert last
    assert at(25.1)["undone"] == frozenset({last})
    assert [mark.text for mark in opened.picture().marks] == []
    assert at(26.1)["stage"] == "armed"
    assert [mark.text for mark in opened.picture().marks] == ["knee clicked"]
    assert (at(34.0)["stage"], at(34.0)["stage_reason"]) == ("paused", "double_tap")
    assert at(46.0)["stage"] == "armed"
    assert (at(60.1)["stage"], at(60.1)["ended"]) == ("ended", "pain")
    assert at(math.inf)["ended"] == "pain"


def test_controls_do_nothing_to_a_recording() -> None:
    opened = player(file("mixed"))
    opened.seek(30.0)
    before = opened.picture()
    opened.control("undo")
    opened.control("pain")
    assert opened.picture() == before


# --- who listens ------------------------------------------------------------------------------------------------------


class Listener:
    def __init__(self, opened: Player) -> None:
        self._heard: queue.Queue[Told] = queue.Queue()
        self.leave = opened.subscribe(self._hear)

    def _hear(self, told: Told) -> None:
        if not isinstance(told, Curves):
            self._heard.put(told)

    def next(self) -> Told:
        return self._heard.get(timeout=PATIENCE_S)

    def none_waits(self) -> bool:
        return self._heard.empty()


def tape_of(path: Path) -> list[Told]:
    reel = Reel(lambda: open_session([path], Choices()), Choices(), threading.RLock())
    reel.run()
    return [told for told in reel.tape.items if not isinstance(told, StreamFigures)]


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
def test_who_listens_is_told_all_in_order_as_the_cursor_passes(speed: float) -> None:
    clock, told = HandClock(), tape_of(file("mixed"))
    opened = player(file("mixed"), clock)
    listener = Listener(opened)
    opened.set_speed(speed)
    opened.play()
    for item in told[:40]:
        early_s = (known_s(item) - opened.now_s) / speed - 1e-3
        if early_s > 0.0:
            clock.forward(early_s)
            assert listener.none_waits()
        clock.forward(max((known_s(item) - opened.now_s) / speed, 0.0) + 1e-3)
        assert listener.next() == item
    opened.stop()


def test_nobody_is_told_what_is_jumped_over() -> None:
    clock, told = HandClock(), tape_of(file("mixed"))
    opened = player(file("mixed"), clock)
    listener = Listener(opened)
    opened.play()
    opened.seek(30.0)
    later = next(item for item in told if known_s(item) >= 30.0)
    clock.forward(known_s(later) - 30.0 + 1e-3)
    assert listener.next() == later
    opened.seek(10.0)
    again = next(item for item in told if known_s(item) >= 10.0)
    clock.forward(known_s(again) - 10.0 + 1e-3)
    assert listener.next() == again
    opened.stop()


def test_nobody_is_told_what_goes_by_too_fast() -> None:
    clock, told = HandClock(), tape_of(file("mixed"))
    opened = player(file("mixed"), clock)
    listener = Listener(opened)
    opened.set_speed(4.0)
    opened.play()
    clock.forward(7.5)
    opened.set_speed(1.0)
    now_s = opened.now_s
    later = next(item for item in told if known_s(item) > now_s)
    clock.forward(known_s(later) - now_s + 1e-3)
    assert listener.next() == later
    opened.stop()


def test_who_left_is_told_nothing_and_who_fails_is_asked_no_more() -> None:
    clock, told = HandClock(), tape_of(file("mixed"))
    opened = player(file("mixed"), clock)
    gone, stays, calls = Listener(opened), Listener(opened), []

    def fails(told: Told) -> None:
        calls.append(told)
        raise OSError("no sound device")

    opened.subscribe(fails)
    gone.leave()
    opened.play()
    clock.forward(12.0)
    heard = [stays.next() for item in told if known_s(item) <= opened.now_s]
    assert len(heard) > 3
    assert gone.none_waits()
    assert len(calls) == 1
    opened.stop()


def test_the_curves_are_told_too() -> None:
    clock = HandClock()
    opened = player(file("mixed"), clock)
    times: list[float] = []
    come = threading.Event()

    def hear(told: Told) -> None:
        if isinstance(told, Curves):
            times.extend(told.t_s.tolist())
            come.set()

    opened.subscribe(hear)
    opened.play()
    for _ in range(30):
        clock.forward(0.1)
        assert come.wait(PATIENCE_S)
        come.clear()
    assert times[-1] > 2.0
    np.testing.assert_allclose(np.diff(times), 1 / 104, rtol=0.05)
    opened.stop()


# --- what goes wrong --------------------------------------------------------------------------------------------------


def test_a_file_that_is_none() -> None:
    opened = player(RECORDINGS / "nowhere.jsonl")
    assert opened.failure() is not None
    assert "nowhere.jsonl" in str(opened.failure())
    assert opened.over
    assert opened.result() is None
    picture = opened.picture()
    assert picture.counted == 0
    for call in (opened.play, opened.next_rep, opened.previous_warning, opened.pause, opened.stop):
        call()
    opened.seek(5.0)
    opened.trace(0.0, 1.0)


def test_a_table_without_sense(tmp_path: Path) -> None:
    path = tmp_path / "notes.csv"
    path.write_text("milk,bread\n2,3\n")
    with pytest.raises(InputError) as wanted:
        analyze_files([path], Choices())
    assert str(player(path).failure()) == str(wanted.value)


def test_what_was_read_before_the_damage_can_be_looked_at() -> None:
    damage = RecordingError("Line 400 is damaged.", "Copy the file again.")
    halting = Halting(file("mixed"), 30.0, damage)
    opened = Player(halting.opened, Choices(), clock=HandClock())
    assert halting.halted.wait(PATIENCE_S)
    halting.go_on.set()
    assert opened.wait(PATIENCE_S)
    assert opened.failure() is damage
    opened.seek(math.inf)
    assert opened.picture().counted >= 2
    opened.regrade(with_limits(opened.settings, hold_target_s=9.0))
    assert opened.picture().hold_target_s == 9.0
    assert (opened.failure(), opened.result()) == (damage, None)


def test_a_mistake_of_ours_is_a_sentence_too() -> None:
    def broken() -> tuple[str | None, Recording]:
        raise ZeroDivisionError

    opened = Player(broken, Choices(), clock=HandClock())
    assert opened.wait(PATIENCE_S)
    failure = opened.failure()
    assert failure is not None
    assert "ZeroDivisionError" in failure.message
    assert failure.advice


def test_a_session_too_short_to_say_anything(tmp_path: Path) -> None:
    path = tmp_path / "short.jsonl"
    with SessionWriter(path, Header(profile="open")):
        pass
    with pytest.raises(InputError) as wanted:
        analyze_files([path], Choices())
    assert str(player(path).failure()) == str(wanted.value)
