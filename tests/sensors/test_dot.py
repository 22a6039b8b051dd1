"""Movella DOT: the maker's commands, the documented layout, its clock."""

import struct

import numpy as np
import pytest
from scripted import Scripted, counts, decoded, on_air
from vectors import payloads

from sensorcoach.devices.conversation import Battery
from sensorcoach.devices.dot import DOT
from sensorcoach.errors import CutPacket, DecodeError, SensorError
from sensorcoach.model import Packet
from tests.conversing import converse

NOTE = payloads("dot.md")
INFO = bytes.fromhex("5544332211c4020105").ljust(34, b"\0")
PERIOD_US = 16667


def control(rate_hz, tag=b"Movella DOT"):
    return (bytes(7) + bytes([len(tag)]) + tag.ljust(16, b"\0") + struct.pack("<H", rate_hz)).ljust(32, b"\0")


class PretendToBe(Scripted):
    """Obeys as the maker's document says: no rate while it measures, only what the mask names."""

    def __init__(self, rate_hz=60, *, measuring=None, deaf=(), **other):
        values = {"info": INFO, "device": control(rate_hz), "measurement": bytes([1, 0, 0]), "battery": b"\x50\x00"}
        super().__init__(values, obey=self.obeyed, **other)
        self.deaf = deaf
        if measuring is not None:
            self.values["measurement"] = bytes([1, 1, measuring])
        self.sends = False

    def obeyed(self, _, channel, payload):
        if channel in self.deaf:
            return
        if channel == "measurement":
            self.values["measurement"] = payload
            self.sends = payload[1] == 1 and "medium" in self.subscribed
        elif channel == "device":
            assert len(payload) == 32
            assert payload[0] == 0x10, "nothing but the rate"
            if self.values["measurement"][1] == 0:
                old = self.values["device"]
                self.values["device"] = old[:24] + payload[24:26] + old[26:]


def sample(time_us, acc=(0.0, 0.0, 9.81), gyr=(10.0, -20.0, 0.5)):
    return struct.pack("<I6f", time_us % 2**32, *acc, *gyr)


def stream(number, start_us=0, drop=(), **radio):
    kept = [n for n in range(number) if n not in drop]
    return on_air(
        "medium",
        [sample(start_us + n * PERIOD_US, (0.01 * n, 0, 0)) for n in kept],
        [n * PERIOD_US * 1e-6 for n in kept],
        **radio,
    )


# --- vectors ----------------------------------------------------------------------------------------------------------


def test_d1_vendor_test_the_start_and_the_end_are_the_commands_of_working_programs():
    sensor = PretendToBe()
    converse(DOT.start(), sensor)
    converse(DOT.stop(), sensor)
    assert sensor.writes == [f"measurement {NOTE['D1c'].hex()}", f"measurement {NOTE['D1d'].hex()}"]
    assert (NOTE["D1a"], NOTE["D1b"]) == (b"\x01\x01\x1a", b"\x01\x00\x1a")
    assert (NOTE["D1c"], NOTE["D1d"]) == (b"\x01\x01\x15", b"\x01\x00\x15")


def test_d2_vendor_test_the_rate_is_set_by_these_bytes():
    sensor = PretendToBe(rate_hz=20)
    converse(DOT.start(), sensor)
    assert f"device {NOTE['D2'].hex()}" in sensor.writes
    assert NOTE["D2"].hex() == "100000000000000b4d6f76656c6c6120444f5400000000003c00000000000000"


@pytest.mark.parametrize("name", ["D3a", "D3b", "D3c", "D3d", "D3e", "D3f"])
def test_d3_vendor_test_messages_sum_to_zero(name):
    """Not spoken by the profile: this holds the note to its rule."""
    assert sum(NOTE[name]) % 256 == 0


def test_d4_own_mode_21():
    _, rows = decoded(DOT, [Packet("knee", "medium", 5.0, NOTE["D4"])])
    assert rows[0, 0] == 5.0
    np.testing.assert_allclose(rows[0, 1:4], (0, 0, 9.81), atol=1e-6)
    np.testing.assert_allclose(np.degrees(rows[0, 4:7]), (10, -20, 0.5), atol=1e-5)


def test_d5_own_mode_26_is_decoded_too():
    _, rows = decoded(DOT, [Packet("knee", "long", 5.0, NOTE["D5"])])
    np.testing.assert_allclose(rows[0, 1:4], (0, 0, 9.81), atol=1e-6)
    np.testing.assert_allclose(np.degrees(rows[0, 4:7]), (10, -20, 0.5), atol=1e-5)
    state, _ = decoded(DOT, [Packet("knee", "long", 5.0, NOTE["D5"])])
    assert state.clock.stamp == 2**32 - 1


def test_a_buffer_of_fixed_length_with_zeros_behind_is_the_same_packet():
    for channel, name, size in (("medium", "D4", 40), ("long", "D5", 63)):
        _, bare = decoded(DOT, [Packet("knee", channel, 5.0, NOTE[name])])
        _, padded = decoded(DOT, [Packet("knee", channel, 5.0, NOTE[name].ljust(size, b"\0"))])
        np.testing.assert_array_equal(bare, padded)


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (NOTE["D4"] + b"\1\2\3\4\5\6", "measurement mode"),  # mode 20: a compass behind
        (NOTE["D4"][:27], "expected 28"),
        (NOTE["D4"][:4] + struct.pack("<6f", *[float("nan")] * 6), "no motion"),
        (NOTE["D4"][:4] + struct.pack("<6f", 0, 0, 1e30, 0, 0, 0), "no motion"),
        (NOTE["D4"][:4] + struct.pack("<6f", 0, 0, 9.8, 0, 1e6, 0), "no motion"),
    ],
)
def test_what_mode_21_never_sends_is_refused(payload, words):
    with pytest.raises(DecodeError, match=words) as error:
        DOT.decode(DOT.initial({}), Packet("knee", "medium", 1.0, payload))
    assert error.value.advice


def test_a_packet_cut_by_the_smallest_mtu_says_so():
    with pytest.raises(CutPacket, match="MTU"):
        DOT.decode(DOT.initial({}), Packet("knee", "medium", 1.0, NOTE["D4"][:20]))


# --- the clock --------------------------------------------------------------------------------------------------------


def test_the_clock_wraps_after_71_6_minutes_and_nothing_is_seen_of_it():
    packets = stream(1200, start_us=2**32 - 600 * PERIOD_US)
    found, rate_hz = counts(DOT, packets)
    assert (found.lost, found.duplicated, found.received) == (0, 0, 1200)
    assert rate_hz == pytest.approx(60, rel=1e-3)
    state, rows = decoded(DOT, packets)
    assert state.clock.restarts == 0
    assert np.all(np.diff(rows[:, 0]) > 0)


def test_samples_keep_their_times_whatever_the_radio_does():
    """Delays of 20 ms and bursts of 100 ms: times are right to some ms, against each other to much less."""
    packets = stream(60 * 60, jitter_s=0.02, interval_s=0.1)
    _, rows = decoded(DOT, packets)
    true_s = np.rint(rows[:, 1] * 100) * PERIOD_US * 1e-6
    error_s = rows[:, 0] - true_s
    assert np.abs(np.diff(error_s)).max() < 0.004
    assert np.ptp(error_s[600:]) < 0.03


@pytest.mark.parametrize("drop", [(100,), (100, 101), tuple(range(200, 230))])
def test_lost_samples_are_counted_from_the_steps_of_time(drop):
    found, _ = counts(DOT, stream(600, drop=drop))
    assert found.lost == len(drop)


def test_what_comes_twice_counts_once():
    packets = stream(300)
    doubled = [packet for packet in packets for _ in (0, 1)]
    state, rows = decoded(DOT, doubled)
    assert len(rows) == 300
    assert state.duplicated == 300


def test_a_sensor_switched_off_and_on_goes_on_later():
    before = stream(600, start_us=3_000_000_000)
    after = [Packet(one.sensor, one.channel, one.t_s + 20.0, one.payload) for one in stream(600)]
    state, rows = decoded(DOT, before + after)
    assert state.clock.restarts == 1
    assert len(rows) == 1200
    assert np.all(np.diff(rows[:, 0]) > 0)
    assert rows[600, 0] - rows[599, 0] == pytest.approx(10, abs=0.2)


@pytest.mark.parametrize("group", [1, 7, 60])
def test_groups_change_nothing(group):
    packets = stream(900, start_us=2**32 - 5_000_000, drop=(33, 34, 500))
    packets[50:50] = [packets[49]]
    whole, parts = decoded(DOT, packets), decoded(DOT, packets, group=group)
    assert whole[0].duplicated == parts[0].duplicated == 1
    np.testing.assert_allclose(parts[1], whole[1], rtol=0, atol=1e-9)


# --- conversations ----------------------------------------------------------------------------------------------------


def test_it_listens_before_it_starts():
    """The other way round nothing ever comes: xsens_dot_server 7, xdc 4."""
    sensor = PretendToBe()
    started = converse(DOT.start(), sensor)
    assert sensor.sends
    assert sensor.log.index("subscribe medium") < sensor.log.index("write measurement 010115")
    assert started.rate_hz == 60
    assert started.identity == "C4:11:22:33:44:55"
    assert started.device_settings["firmware"] == "2.1.5"
    assert started.doubts == ()


@pytest.mark.parametrize("measuring", [None, 0x15, 0x06])
def test_another_rate_is_set_although_somebody_left_it_measuring(measuring):
    sensor = PretendToBe(rate_hz=4, measuring=measuring)
    started = converse(DOT.start(), sensor)
    assert started.rate_hz == 60
    assert sensor.sends
    assert sensor.writes[0] == "measurement 010015"


def test_a_rate_it_keeps():
    assert "stays at 30" in converse(DOT.start(), PretendToBe(rate_hz=30, deaf=("device",))).doubts[0]
    with pytest.raises(SensorError, match="stays at 12") as error:
        converse(DOT.start(), PretendToBe(rate_hz=12, deaf=("device",)))
    assert "synchronisation" in error.value.advice


def test_one_that_does_not_measure_is_not_believed():
    with pytest.raises(SensorError, match="does not measure"):
        converse(DOT.start(), PretendToBe(deaf=("measurement",)))


def test_one_that_measures_something_else_is_not_believed():
    sensor = PretendToBe(measuring=0x06, deaf=("measurement",))
    with pytest.raises(SensorError, match="does not measure"):
        converse(DOT.start(), sensor)


def test_without_what_is_not_needed():
    started = converse(DOT.start(), PretendToBe(missing=("info", "device")))
    assert started.identity is None
    assert started.rate_hz is None
    assert len(started.doubts) == 1
    for said in (b"", b"\1", INFO[:5], bytes(34)):
        sensor = PretendToBe()
        sensor.values["info"] = said
        assert converse(DOT.start(), sensor).identity is None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (b"\x50\x00", Battery(low=False, fraction=0.8)),
        (b"\x05\x00", Battery(low=True, fraction=0.05)),
        (b"\x05\x01", Battery(low=False, fraction=0.05)),
        (b"\xff\x00", None),
        (b"", None),
        (None, None),
    ],
)
def test_battery(said, expected):
    assert converse(DOT.battery(), Scripted({"battery": said})) == expected
