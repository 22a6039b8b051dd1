"""`LiveSession`: recorded raw first, counted as `analyze` counts the file, trouble told and survived."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from played import packets, ready, session, up_leg

from sensorcoach import analyze
from sensorcoach.choices import Choices
from sensorcoach.devices.conversation import Started
from sensorcoach.errors import RecordingError, SettingsError
from sensorcoach.model import Calibrated, Control, Cue, LinkEvent, Notice, Packet, RepDone, Result
from sensorcoach.recording import Header, SessionWriter, read_session
from sensorcoach.session import LiveSession, Recorder, Told
from sensorcoach.sources.mailbox import LinkItem, SensorReady

NO_CHOICES = Choices()
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Kept:
    """A recorder in memory that fails when it is told to, and notes all that happens in one list."""

    def __init__(self, diary: list[object], fails_at: float = float("inf"), fails_to_close: bool = False) -> None:
        self.diary, self.fails_at, self.fails_to_close = diary, fails_at, fails_to_close
        self.closed = 0

    def append(self, item: object) -> None:
        if item.t_s >= self.fails_at:  # type: ignore[attr-defined]
            raise OSError(28, "No space left on device")
        self.diary.append(("recorded", item))

    def flush(self) -> None:
        self.diary.append(("flushed", None))

    def close(self) -> None:
        self.closed += 1
        if self.fails_to_close:
            raise OSError(28, "No space left on device")


def live(
    recorder_for: Callable[[Header], Recorder | None] = lambda header: None,
    choices: Choices = NO_CHOICES,
    name: str | None = None,
) -> tuple[LiveSession, list[Told]]:
    told: list[Told] = []
    return LiveSession(choices, NOON, recorder_for, told.append, name), told


def run(items: list[LinkItem], seed: int, **how: object) -> tuple[Result | None, list[Told]]:
    """In pieces of chance; seed 0: one by one."""
    chance = random.Random(seed)
    under_way, told = live(**how)  # type: ignore[arg-type]
    rest = list(items)
    while rest:
        cut = chance.choice((1, 2, 7, 300)) if seed else 1
        under_way.take(rest[:cut])
        del rest[:cut]
    return under_way.finish(), told


def notices(told: list[Told], code: str) -> list[Notice]:
    return [one for one in told if isinstance(one, Notice) and one.code == code]


def without_cues(told: list[Told]) -> list[Told]:
    """Nor calibrations, which hold arrays: their events would not be the same if they were not."""
    return [one for one in told if not isinstance(one, Cue | Calibrated)]


def cues(told: list[Told]) -> list[Cue]:
    """By their own time: how early one is told depends on what comes with it."""
    return sorted((one for one in told if isinstance(one, Cue)), key=lambda cue: (cue.t_s, cue.kind))


# --- the same numbers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mixed", "accelerometer_only", "thumps"])
def test_live_numbers_are_those_of_the_file(name: str, tmp_path: Path) -> None:
    file = tmp_path / "s.jsonl"
    items = session(name)
    # A second connection in the middle, with some packets lost to it.
    middle = len(items) // 2
    lost_s, back_s = items[middle].t_s, items[middle + 40].t_s
    again = [LinkEvent(lost_s, "lost"), LinkEvent(back_s, "connecting"), replace(items[2], t_s=back_s), ready(back_s)]
    items[middle : middle + 40] = [*again, LinkEvent(back_s, "streaming")]
    choices = Choices(mounting={"leg": "left", "up_leg": up_leg(name)}, presets=("gentle",))

    def writer(header: Header) -> Recorder:
        return SessionWriter(file, header)

    result, told = run(items, 1, recorder_for=writer, choices=choices, name=str(file))
    heard: list[Told] = []
    later = analyze(file, on_event=heard.append)

    assert result is not None
    assert result.summary.reps > 2
    assert len(result.gaps) == 1
    assert (result.mode, later.mode) == ("causal", "recorded")
    assert msgspec.to_builtins(result) == {**msgspec.to_builtins(later), "mode": "causal"}
    events = [one for one in told if not isinstance(one, LinkEvent | Notice | Cue | Calibrated)]
    assert events == [one for one in heard if not isinstance(one, Calibrated)]
    assert sum(isinstance(one, Calibrated) for one in told) == sum(isinstance(one, Calibrated) for one in heard) > 0


def test_what_is_told_does_not_depend_on_how_it_came() -> None:
    one, other = run(session("mixed"), 1)[1], run(session("mixed"), 2)[1]
    assert without_cues(one) == without_cues(other)
    assert cues(one) == cues(other)


def test_the_header_holds_what_is_in_force(tmp_path: Path) -> None:
    file = tmp_path / "s.jsonl"
    items = session("good", name="knee\x1b[31m")
    run(items[:40], 1, recorder_for=lambda header: SessionWriter(file, header), choices=Choices(presets=("rocking",)))
    header = read_session(file).header
    assert (header.profile, header.sensor, header.start) == ("open", "knee", "2026-03-01T12:00:00.000+00:00")
    assert header.device == {"firmware": "1.0.0", "name": r"knee\x1b[31m", "rate_hz": 104.0}
    assert header.settings is not None
    assert header.mounting is not None


def test_a_mounting_that_does_not_exist_is_refused_at_once() -> None:
    with pytest.raises(SettingsError):
        live(choices=Choices(mounting={"up_leg": "w"}))


# --- the recording ----------------------------------------------------------------------------------------------------


def test_each_item_is_recorded_before_anything_comes_of_it() -> None:
    diary: list[object] = []
    under_way = LiveSession(Choices(), NOON, lambda header: Kept(diary), lambda told: diary.append(("told", told)))
    for item in session("mixed"):
        under_way.take([item])
    newest_s = 0.0
    events = 0
    for what, item in diary:  # type: ignore[misc]
        if what == "recorded":
            newest_s = item.t_s
        elif what == "told" and not isinstance(item, LinkEvent | Notice | Cue):
            events += 1
            assert item.known_s <= newest_s
    assert events > 20


def test_everything_stands_in_the_file_in_the_order_it_came() -> None:
    diary: list[object] = []
    items = session("good")
    run(items, 3, recorder_for=lambda header: Kept(diary))
    recorded = [item for what, item in diary if what == "recorded"]  # type: ignore[misc]
    kept = [item for item in recorded if not (isinstance(item, Control) and item.action == "calibration")]
    assert kept == [item for item in items if isinstance(item, Packet | LinkEvent)]
    assert len(recorded) > len(kept), "what it is counted with is kept, too"


def test_when_the_sensor_is_lost_all_is_on_the_disk() -> None:
    diary: list[object] = []
    items = session("good")[:100]
    under_way, _ = live(lambda header: Kept(diary))
    under_way.take([*items, LinkEvent(items[-1].t_s, "lost")])
    assert diary[-1] == ("flushed", None)


def test_a_search_that_found_nothing_leaves_nothing() -> None:
    asked: list[Header] = []
    items: list[LinkItem] = [LinkEvent(0.0, "searching"), LinkEvent(3.0, "connecting"), LinkEvent(9.0, "lost")]
    result, told = run(items, 1, recorder_for=asked.append)
    assert (result, asked, without_cues(told)) == (None, [], items)


def test_a_full_disk_is_told_at_once_and_counting_goes_on() -> None:
    items = session("good")
    diary: list[object] = []
    recorder = Kept(diary, fails_at=20.0, fails_to_close=True)
    under_way, told = live(lambda header: recorder)
    for item in items:
        under_way.take([item])
        if item.t_s >= 20.0:
            break
    (notice,) = notices(told, "recording_stopped")
    assert (notice.t_s, recorder.closed) == (item.t_s, 1)
    assert "No space left on device" in notice.text
    assert notice.text.endswith("session.")
    under_way.take(items[items.index(item) + 1 :])
    assert under_way.finish() == run(items, 1)[0]
    assert len(notices(told, "recording_stopped")) == 1


def test_a_disk_that_is_full_only_at_the_end_is_told_too() -> None:
    result, told = run(session("good"), 1, recorder_for=lambda header: Kept([], fails_to_close=True))
    assert result is not None
    assert len(notices(told, "recording_stopped")) == 1


def test_a_folder_that_vanished_during_the_search_costs_the_recording_only() -> None:
    def refuse(header: Header) -> Recorder:
        raise RecordingError("gone.jsonl cannot be written: No such file or directory.", "Check the folder.")

    result, told = run(session("good"), 1, recorder_for=refuse)
    assert result is not None
    assert "gone.jsonl" in notices(told, "recording_stopped")[0].text


def test_closing_twice_closes_once() -> None:
    recorder = Kept([])
    under_way, _ = live(lambda header: recorder)
    under_way.take(session("good")[:50])
    under_way.close()
    under_way.finish()
    assert recorder.closed == 1


# --- what is told -----------------------------------------------------------------------------------------------------


def test_what_could_not_be_verified_is_said_once() -> None:
    items = session("good", doubts=("The rate could not be read back.",))
    doubtful = ready(items[-1].t_s, doubts=("The rate could not be read back.",))
    _, told = run([*items, doubtful], 1)
    assert [one.text for one in notices(told, "unverified")] == ["The rate could not be read back."]


def test_a_sensor_that_gathers_samples_is_said_to_be_late_once() -> None:
    polar = SensorReady(0.5, "polar", "Polar Sense", None, Started(52.0), None)
    _, told = run([LinkEvent(0.0, "connecting"), polar, LinkEvent(9.0, "lost"), polar], 0)
    assert [one.text for one in notices(told, "late")] == [
        "This sensor gathers samples before it sends them: what is told comes up to 2 s after the movement."
    ]
    assert notices(run(session("good")[:50], 1)[1], "late") == []


def slowed(stream: list[Packet], keep: int, of: int) -> list[Packet]:
    return [packet for number, packet in enumerate(stream) if number % of < keep]


def test_a_slow_stream_is_told_once_with_advice() -> None:
    info, *stream = packets("good")
    _, told = run([info, ready(), *slowed(stream, 4, 5)], 0)
    (notice,) = notices(told, "slow_stream")
    assert int(notice.text.split()[0]) == pytest.approx(0.8 * 104, rel=0.03)
    assert "of 104" in notice.text
    assert 10.0 <= notice.t_s - stream[0].t_s < 10.5


def test_a_stream_with_one_packet_in_twenty_lost_is_not_slow() -> None:
    info, *stream = packets("good")
    assert not notices(run([info, ready(), *slowed(stream, 19, 20)], 0)[1], "slow_stream")


def test_a_link_that_broke_for_seconds_is_not_slow() -> None:
    info, *stream = packets("good")
    begun_s = stream[0].t_s
    kept = [packet for packet in stream if not begun_s + 4.0 < packet.t_s < begun_s + 9.0]
    back = next(index for index, packet in enumerate(kept) if packet.t_s >= begun_s + 9.0)
    broke = [LinkEvent(begun_s + 4.2, "lost"), LinkEvent(begun_s + 8.9, "connecting"), ready(begun_s + 8.9)]
    assert not notices(run([info, ready(), *kept[:back], *broke, *kept[back:]], 0)[1], "slow_stream")
    assert notices(run([info, ready(), *kept], 0)[1], "slow_stream")  # without being told, it is


def test_a_sensor_far_too_slow_is_told_and_still_recorded() -> None:
    info, *stream = packets("good")
    # One sample in ten: the last of each notification of one, at 10 Hz.
    sparse = []
    for number, packet in enumerate(stream):
        head, body = bytearray(packet.payload[:12]), packet.payload[12:]
        width = len(body) // head[10]
        head[10] = 1
        head[8:10] = (9615).to_bytes(2, "little")
        if number % 2 == 0:
            sparse.append(replace(packet, payload=bytes(head) + body[:width]))
    diary: list[object] = []
    result, told = run([info, ready(), *sparse], 1, recorder_for=lambda header: Kept(diary))
    (notice,) = notices(told, "counting_stopped")
    assert "samples a second" in notice.text
    assert sum(what == "recorded" for what, _ in diary) == 1 + len(sparse)
    assert result is None
    assert not any(isinstance(one, RepDone) for one in told)


def junk(t_s: float) -> Packet:
    return Packet("knee", "imu", t_s, b"\x55\x61junk from elsewhere")


def test_unreadable_packets_are_told_at_the_first_and_then_ever_more_seldom() -> None:
    items = session("good")
    stream = items[5:]
    noisy = [*items[:5], *(one for packet in stream for one in (packet, junk(packet.t_s)))]
    result, told = run(noisy, 0)
    assert [one.text.split()[0] for one in notices(told, "undecodable")] == ["A", "10", "100", "1000"]
    clean, _ = run(items, 0)
    assert result is not None
    assert clean is not None
    assert result.reps == clean.reps
    assert result.counts["undecodable"] == len(stream)


def test_packets_cut_by_the_link_are_told_once_with_the_mtu() -> None:
    info, *stream = packets("good")
    _, told = run([info, ready(), *(replace(packet, payload=packet.payload[:20]) for packet in stream)], 1)
    (notice,) = notices(told, "cut_packets")
    assert "MTU" in notice.text
    assert not notices(told, "undecodable")
