"""What is said to a sensor, and what comes of it; the sensors answer by the firmware notes (`talking`)."""

import struct

import pytest
from talking import TalkingOpen, TalkingWit

from sensorcoach.devices.conversation import Battery, Read, Subscribe, Wait
from sensorcoach.devices.open_format import OPEN
from sensorcoach.devices.witmotion import WITMOTION
from sensorcoach.errors import SensorError
from sensorcoach.model import Packet
from tests.conversing import converse

UNLOCK = bytes.fromhex("ffaa6988b5")
RATE_100 = bytes.fromhex("ffaa030900")


def first(steps, kind, channel):
    return next(n for n, step in enumerate(steps) if isinstance(step, kind) and step.channel == channel)


# --- the own format ---------------------------------------------------------------------------------------------------


def test_an_open_sensor_is_set_started_and_looked_at():
    sensor = TalkingOpen()
    started = converse(OPEN.start(), sensor)
    assert started.rate_hz == 104  # 100 asked, 104 it has
    assert started.identity == "60C5A8F1E4D30718"
    assert started.doubts == ()
    assert started.device_settings["acc_g_per_lsb"] == pytest.approx(16 * 0.0000305)
    assert started.device_settings["firmware"] == "1.0.0"
    assert sensor.streaming
    assert sensor.requests == [
        bytes.fromhex(words) for words in ("036400", "0410e803", "01", "05")
    ]  # rate, ranges, start, status
    assert sensor.subscribed == ["control", "imu"]


def test_the_scales_are_read_again_after_they_were_set():
    sensor = TalkingOpen()
    converse(OPEN.start(), sensor)
    infos = [n for n, step in enumerate(sensor.steps) if isinstance(step, Read) and step.channel == "info"]
    ranges = next(n for n, step in enumerate(sensor.steps) if getattr(step, "payload", b"")[:1] == b"\x04")
    start = next(n for n, step in enumerate(sensor.steps) if getattr(step, "payload", b"") == b"\x01")
    assert len(infos) == 2
    assert infos[0] < ranges < infos[1] < start


def test_what_was_read_decodes_what_comes():
    """Info packets are recorded as they were read: the decoder needs nothing else."""
    sensor = TalkingOpen()
    converse(OPEN.start(), sensor)
    info = sensor.answer(Read("info"))
    state, _ = OPEN.decode(OPEN.initial({}), Packet("knee", "info", 0.0, info))
    for channel, value in (("serial", b"60C5"), ("control", b"\x81\x00"), ("battery", b"\x51"), ("firmware", b"")):
        state, nothing = OPEN.decode(state, Packet("knee", channel, 0.1, value))
        assert nothing is None
    assert state.acc_scale == pytest.approx(16 * 0.0000305 * 9.80665)


def test_one_that_still_streams_is_stopped_before_it_is_set():
    sensor = TalkingOpen(streaming=True)
    assert converse(OPEN.start(), sensor).doubts == ()
    assert sensor.rate_hz == 104
    assert sensor.requests[:3] == [b"\x03\x64\x00", b"\x02", b"\x03\x64\x00"]


@pytest.mark.parametrize(
    ("opcode", "status", "words"), [(3, 2, "rate"), (3, 1, "does not know"), (4, 4, "ranges"), (4, 77, "status 77")]
)
def test_a_setting_refused_is_a_doubt_and_it_streams_as_it_is(opcode, status, words):
    started = converse(OPEN.start(), TalkingOpen(refuses={opcode: status}))
    (doubt,) = started.doubts
    assert words in doubt
    assert started.rate_hz == (52 if opcode == 3 else 104)


@pytest.mark.parametrize(("status", "words"), [(4, "MTU"), (3, "not now"), (1, "does not know")])
def test_a_start_refused_is_an_error_with_advice(status, words):
    sensor = TalkingOpen(refuses={1: status})
    with pytest.raises(SensorError, match=words) as error:
        converse(OPEN.start(), sensor)
    assert error.value.advice
    assert sensor.requests.count(b"\x01") == 3
    assert any(isinstance(step, Wait) for step in sensor.steps)


def test_a_start_refused_once_is_tried_again():
    sensor = TalkingOpen(refuses={1: [4]})
    assert converse(OPEN.start(), sensor).doubts == ()
    assert sensor.streaming


def test_silence():
    with pytest.raises(SensorError, match="did not answer"):
        converse(OPEN.start(), TalkingOpen(silent=(1,)))
    assert len(converse(OPEN.start(), TalkingOpen(silent=(3,))).doubts) == 1
    assert "confirm" in converse(OPEN.start(), TalkingOpen(silent=(5,))).doubts[0]


def test_one_that_says_started_and_idle_is_not_believed():
    with pytest.raises(SensorError, match="idle"):
        converse(OPEN.start(), TalkingOpen(starts=False))


def test_an_old_sketch_without_control_point_serial_and_battery_is_accepted():
    sensor = TalkingOpen(missing=("control",))
    for channel in ("serial", "firmware", "battery"):
        del sensor.values[channel]
    started = converse(OPEN.start(), sensor)
    assert started.identity is None
    assert started.rate_hz == 52
    assert len(started.doubts) == 1
    assert sensor.requests == []
    assert sensor.subscribed == ["imu"]
    assert converse(OPEN.battery(), sensor) is None


@pytest.mark.parametrize(
    "info",
    [
        b"",
        b"\x01\x00",
        struct.pack("<BBHff", 2, 0, 100, 0.001, 0.03),
        struct.pack("<BBHff", 1, 0, 0, 0.001, 0.03),
        struct.pack("<BBHff", 1, 0, 100, float("nan"), 0.03),
        struct.pack("<BBHff", 1, 0, 100, 0.001, float("inf")),
    ],
)
def test_an_info_that_makes_no_sense_is_an_error_with_advice(info):
    with pytest.raises(SensorError) as error:
        converse(OPEN.start(), TalkingOpen(info=info))
    assert "firmware" in error.value.advice


@pytest.mark.parametrize(
    ("level", "expected"),
    [(b"\x51", Battery(low=False, fraction=0.81)), (b"\x0a", Battery(low=True, fraction=0.1)), (b"\xff", None)],
)
def test_battery_of_an_open_sensor(level, expected):
    assert converse(OPEN.battery(), TalkingOpen(battery=level)) == expected
    assert converse(OPEN.battery(), TalkingOpen(battery=b"")) is None


def test_stop():
    sensor = TalkingOpen(streaming=True)
    converse(OPEN.start(), sensor)
    converse(OPEN.stop(), sensor)
    assert not sensor.streaming
    converse(OPEN.stop(), TalkingOpenSubscribed(silent=(2,)))


class TalkingOpenSubscribed(TalkingOpen):
    """In mid-session."""

    def __init__(self, **told):
        super().__init__(**told)
        self.subscribed = ["control", "imu"]


# --- WitMotion --------------------------------------------------------------------------------------------------------


def test_a_witmotion_is_unlocked_set_and_read_back():
    sensor = TalkingWit()
    started = converse(WITMOTION.start(), sensor)
    assert isinstance(sensor.steps[0], Subscribe)
    assert sensor.requests[:3] == [UNLOCK, RATE_100, bytes.fromhex("ffaa270300")]
    assert sensor.registers[0x03] == 9
    assert started.rate_hz == pytest.approx(99.26)
    assert started.device_settings["rate_hz"] == pytest.approx(99.26)
    assert started.identity == "C4:11:22:33:44:55"
    assert started.doubts == ()
    # Nothing is saved, restarted or calibrated: commands 00 and 01 are never written.
    assert not [request for request in sensor.requests if request[2] in (0x00, 0x01)]


def test_the_commands_are_those_of_the_note():
    from pathlib import Path

    note = (Path(__file__).resolve().parents[2] / "firmware_notes" / "witmotion.md").read_text(encoding="utf-8")
    sensor = TalkingWit(registers={0x96: 1})
    converse(WITMOTION.start(), sensor)
    told = {request.hex(" ").upper() for request in sensor.requests if request[2] != 0x27}
    assert told == {"FF AA 69 88 B5", "FF AA 03 09 00", "FF AA 96 00 00"}
    for words in told - {"FF AA 03 09 00"}:
        assert f"`{words}`" in note


def test_answers_lost_are_asked_for_again():
    started = converse(WITMOTION.start(), TalkingWit(unanswered=2))
    assert started.doubts == ()
    assert started.identity is not None


def test_a_rate_not_confirmed_is_a_doubt():
    started = converse(WITMOTION.start(), TalkingWit(silent_about=(0x03,)))
    assert started.rate_hz is None
    assert "rate_hz" not in started.device_settings
    assert "confirm" in started.doubts[0]


def test_a_rate_that_stays_low_is_an_error_and_one_that_will_do_a_doubt():
    sensor = TalkingWit(deaf_to=(0x03,))
    with pytest.raises(SensorError, match=r"10\.05"):
        converse(WITMOTION.start(), sensor)
    assert sensor.requests.count(RATE_100) == 3
    started = converse(WITMOTION.start(), TalkingWit(deaf_to=(0x03,), registers={0x03: 8}))
    assert started.rate_hz == pytest.approx(49.45)
    assert len(started.doubts) == 1
    with pytest.raises(SensorError, match="0x7f"):
        converse(WITMOTION.start(), TalkingWit(deaf_to=(0x03,), registers={0x03: 0x7F}))


def test_displacement_mode_is_left_or_refused():
    sensor = TalkingWit(registers={0x96: 1})
    converse(WITMOTION.start(), sensor)
    assert sensor.registers[0x96] == 0
    with pytest.raises(SensorError, match="displacement"):
        converse(WITMOTION.start(), TalkingWit(registers={0x96: 1}, deaf_to=(0x96,)))
    assert "displacement" in converse(WITMOTION.start(), TalkingWit(silent_about=(0x96,))).doubts[0]


def test_no_identity_is_no_obstacle():
    assert converse(WITMOTION.start(), TalkingWit(silent_about=(0x66,))).identity is None
    assert converse(WITMOTION.start(), TalkingWit(registers={0x66: 0, 0x67: 0, 0x68: 0})).identity is None


@pytest.mark.parametrize(
    ("volts", "expected"),
    [(395, Battery(low=False, volts=3.95)), (341, Battery(low=True, volts=3.41)), (0, None)],
)
def test_battery_of_a_witmotion(volts, expected):
    sensor = TalkingWit(registers={0x64: volts})
    sensor.subscribed = ["data"]
    assert converse(WITMOTION.battery(), sensor) == expected


def test_a_witmotion_has_no_stop():
    sensor = TalkingWit()
    converse(WITMOTION.stop(), sensor)
    assert sensor.steps == []
