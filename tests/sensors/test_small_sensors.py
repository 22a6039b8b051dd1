"""Thingy:52, BlueST boards, micro:bit: published payloads, documented scales, counted clocks, conversations."""

import struct

import numpy as np
import pytest
from scripted import Scripted, counts, decoded, on_air
from vectors import payloads

from sensorcoach.devices.bluest import BLUEST
from sensorcoach.devices.conversation import Battery
from sensorcoach.devices.microbit import MICROBIT
from sensorcoach.devices.thingy import THINGY
from sensorcoach.errors import DecodeError, SensorError
from sensorcoach.model import LinkEvent, Mounting, Packet
from sensorcoach.pipeline import Pipeline
from sensorcoach.settings import Settings
from tests.conversing import converse

G = 9.80665
THINGY_NOTE, BLUEST_NOTE, MICROBIT_NOTE = payloads("thingy.md"), payloads("bluest.md"), payloads("microbit.md")


def one(profile, channel, payload):
    """Acceleration (g) and turning rate (°/s) of one packet, where one is given out at once."""
    _, rows = decoded(profile, [Packet("knee", channel, 1.0, payload)])
    return rows[0, 1:4] / G, np.degrees(rows[0, 4:7])


# --- Thingy:52 --------------------------------------------------------------------------------------------------------


def test_n1_vendor_test_fixed_point_numbers():
    acc, gyr = one(THINGY, "raw", THINGY_NOTE["N1"])
    np.testing.assert_allclose(acc, np.array([100, 200, 300]) / 1024)
    np.testing.assert_allclose(gyr, np.array([400, 500, 600]) / 32)


def test_n2_own_at_rest_it_is_one_g():
    """The scale in dispute: by the other one, this would be 16 g."""
    acc, gyr = one(THINGY, "raw", THINGY_NOTE["N2"])
    np.testing.assert_allclose(acc, (0, 0, 1))
    np.testing.assert_allclose(gyr, (1, -1, 100))


def config_of(rate_hz):
    return struct.pack("<HHHHB", 1000, 500, 500, rate_hz, 1)


def thingy(rate_hz=10, deaf=False, **other):
    def obey(sensor, channel, payload):
        assert channel == "config"
        if not deaf:
            sensor.values["config"] = payload

    return Scripted({"config": config_of(rate_hz), "battery": b"\x44"}, obey=obey, **other)


def test_c1_own_config_changes_the_rate_alone_and_before_listening():
    """Listening starts it."""
    assert THINGY_NOTE["C1"] == config_of(50)
    assert THINGY_NOTE["C2"] == config_of(10)
    sensor = thingy()
    sensor.values["config"] = struct.pack("<HHHHB", 7, 8, 9, 10, 0)
    started = converse(THINGY.start(), sensor)
    assert sensor.writes == ["config " + struct.pack("<HHHHB", 7, 8, 9, 100, 0).hex()]
    assert sensor.log[-1] == "subscribe raw"
    assert (started.rate_hz, started.doubts) == (100.0, ())


def test_a_thingy_that_keeps_its_rate():
    assert "stays at 50" in converse(THINGY.start(), thingy(50, deaf=True)).doubts[0]
    with pytest.raises(SensorError, match="stays at 10"):
        converse(THINGY.start(), thingy(10, deaf=True))
    assert "did not confirm" in converse(THINGY.start(), Scripted({}, missing=())).doubts[0]


def test_the_rate_that_was_confirmed_lays_the_samples():
    sent = [Packet("knee", "config", 0.0, config_of(10)), Packet("knee", "config", 0.1, config_of(50))]
    sent += on_air("raw", [struct.pack("<9h", n, 0, 1024, *[0] * 6) for n in range(200)], 1 + np.arange(200) / 50)
    _, rows = decoded(THINGY, sent)
    assert np.diff(rows[:, 0]).mean() == pytest.approx(1 / 50, rel=0.01)
    for bad in ({"rate_hz": 4}, {"rate_hz": "x"}, {"rate_hz": float("nan")}):
        with pytest.raises(DecodeError, match="rate_hz"):
            THINGY.initial(bad)


def test_a_rate_read_on_a_later_connection_moves_no_sample():
    """The first read of a start shows the rate before it is set."""
    sent = on_air("raw", [struct.pack("<9h", n, 0, 1024, *[0] * 6) for n in range(400)], np.arange(400) / 100)
    told = [*sent[:200], Packet("knee", "config", sent[200].t_s, config_of(10)), *sent[200:]]
    for group in (None, 1):
        np.testing.assert_array_equal(decoded(THINGY, told, group=group)[1], decoded(THINGY, sent)[1])


def test_clipped_by_its_range_of_2_g():
    for raw, clipped in ((2047, 1), (-2048, 1), (1900, 0)):
        _, rows = decoded(THINGY, [Packet("knee", "raw", 1.0, struct.pack("<9h", raw, 0, 0, *[0] * 6))])
        assert rows[0, 7] == clipped


def test_what_comes_twice_counts_once():
    """Both callbacks of a doubled subscription, and no rate of 200 a second."""
    packets = on_air("raw", [struct.pack("<9h", n, 0, 1024, *[0] * 6) for n in range(1000)], np.arange(1000) / 100)
    doubled = [packet for packet in packets for _ in (0, 1)]
    state, rows = decoded(THINGY, doubled)
    assert state.duplicated == 1000
    np.testing.assert_array_equal(rows, decoded(THINGY, packets)[1])


# --- BlueST -----------------------------------------------------------------------------------------------------------

STATED = {
    "T1": (53905, (384, 404, 840), (-0.4, -2.5, -0.1)),
    "T2": (53911, (383, 400, 842), (-0.4, -2.5, 0.0)),
    "T3": (53917, (385, 406, 843), (-0.4, -2.5, -0.1)),
}


@pytest.mark.parametrize("name", STATED)
def test_t1_to_t3_real(name):
    tick, acc_mg, gyr_dps = STATED[name]
    acc, gyr = one(BLUEST, "motion", BLUEST_NOTE[name])
    np.testing.assert_allclose(acc * 1000, acc_mg)
    np.testing.assert_allclose(gyr, gyr_dps, atol=1e-12)
    state, _ = decoded(BLUEST, [Packet("knee", "motion", 1.0, BLUEST_NOTE[name])])
    assert state.clock.stamp == tick


def test_t1_to_t3_real_are_48_ms_apart():
    _, rows = decoded(BLUEST, [Packet("knee", "motion", 1 + 0.05 * n, BLUEST_NOTE[f"T{n + 1}"]) for n in range(3)])
    np.testing.assert_allclose(np.diff(rows[:, 0]), 0.048, atol=1e-9)


def ticks(number, first=0, drop=()):
    kept = [n for n in range(number) if n not in drop]
    bodies = [struct.pack("<H9h", (first + int(6.25 * n)) % 65536, n % 500, 0, 1000, *[0] * 6) for n in kept]
    return on_air("motion", bodies, [0.05 * n for n in kept], jitter_s=0.01)


def test_the_tick_wraps_after_524_s():
    found, rate_hz = counts(BLUEST, ticks(1000, first=65536 - 3000))
    assert (found.lost, found.received) == (0, 1000)
    assert rate_hz == pytest.approx(20, rel=0.02)


@pytest.mark.parametrize("drop", [(300,), (300, 301, 302), tuple(range(300, 340))])
def test_lost_ticks_are_counted(drop):
    found, _ = counts(BLUEST, ticks(800, drop=drop))
    assert found.lost == len(drop)


def test_a_bluest_board_is_only_listened_to():
    sensor = Scripted()
    started = converse(BLUEST.start(), sensor)
    assert sensor.log == ["subscribe motion"]
    assert started.rate_hz == 20
    assert "20 samples" in started.doubts[0]
    assert converse(BLUEST.stop(), sensor) is None
    assert converse(BLUEST.battery(), sensor) is None


# --- micro:bit --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "acc_g"), [("B1", (0.256, 0.928, 0.288)), ("B2", (0.256, 0.928, 0.272)), ("B3", (0.096, 0.096, -1.008))]
)
def test_b1_to_b3_real(name, acc_g):
    """Five seconds of it, as the rate is measured first. At rest the length is 1 g."""
    _, rows = decoded(MICROBIT, on_air("acceleration", [MICROBIT_NOTE[name]] * 250, np.arange(250) / 50))
    np.testing.assert_allclose(rows[:, 1:4] / G, np.tile(acc_g, (len(rows), 1)))
    assert np.linalg.norm(rows[0, 1:4]) / G == pytest.approx(1.0, abs=0.02)
    state = MICROBIT.initial({})
    assert MICROBIT.decode(state, Packet("knee", "acceleration", 0.0, MICROBIT_NOTE[name]))[1] is None


def test_b4_own_is_refused_as_one_packet():
    with pytest.raises(DecodeError, match="18 bytes"):
        MICROBIT.decode(MICROBIT.initial({}), Packet("knee", "acceleration", 0.0, MICROBIT_NOTE["B4"]))


def bunched(number, true_hz):
    """As in issue 300: three notifications within some ms, 45 ms apart on average."""
    ready_s = np.arange(number) / true_hz
    bodies = [struct.pack("<3h", n % 1000, 0, 1000) for n in range(number)]
    return on_air("acceleration", bodies, ready_s, jitter_s=0.002, interval_s=0.045)


@pytest.mark.parametrize("true_hz", [50.0, 55.6, 20.0])
def test_the_real_rate_is_measured(true_hz):
    packets = bunched(int(60 * true_hz), true_hz)
    _, rows = decoded(MICROBIT, packets)
    assert len(rows) == len(packets)
    assert np.all(np.diff(rows[:, 0]) > 0)
    error_s = rows[:, 0] - np.arange(len(rows)) / true_hz
    assert np.ptp(error_s[len(rows) // 2 :]) < 0.05
    found, rate_hz = counts(MICROBIT, packets)
    assert rate_hz == pytest.approx(true_hz, rel=0.02)
    assert found.lost == 0


def microbit(period_ms=640, keeps=None, **other):
    def obey(sensor, channel, payload):
        assert payload not in (b"\0\0", b"\1\0"), "it crashes"
        sensor.values["period"] = struct.pack("<H", keeps) if keeps else payload

    return Scripted({"period": struct.pack("<H", period_ms)}, obey=obey, **other)


def test_a_microbit_is_set_to_50_a_second_before_it_is_listened_to():
    sensor = microbit()
    started = converse(MICROBIT.start(), sensor)
    assert sensor.writes == ["period 1400"]
    assert sensor.log[-1] == "subscribe acceleration"
    assert (started.rate_hz, started.doubts) == (50.0, ())
    assert converse(MICROBIT.start(), microbit(20)).doubts == ()
    quick = microbit(10)
    converse(MICROBIT.start(), quick)
    assert quick.writes == ["period 1400"]


def test_periods_it_keeps():
    assert "stays at 40 ms" in converse(MICROBIT.start(), microbit(keeps=40)).doubts[0]
    with pytest.raises(SensorError, match="stays at 1000 ms"):
        converse(MICROBIT.start(), microbit(keeps=1000))
    assert "does not tell" in converse(MICROBIT.start(), microbit(missing=("period",))).doubts[0]


def test_without_the_service_the_advice_is_a_program():
    with pytest.raises(SensorError, match="accelerometer") as error:
        converse(MICROBIT.start(), microbit(missing=("period", "acceleration")))
    assert "No Pairing Required" in error.value.advice


# --- sensors without clock and counter --------------------------------------------------------------------------------

COUNTED = {
    "thingy": (THINGY, "raw", 100.0, lambda n: struct.pack("<9h", n % 2000 - 1000, 7, 900, *[0] * 6)),
    "microbit": (MICROBIT, "acceleration", 50.0, lambda n: struct.pack("<3h", n % 2000 - 1000, 7, 900)),
}
counted = pytest.mark.parametrize("kind", COUNTED)


def stream(kind, number, *, fast=1.0, drop=(), blocked=None, seed=1):
    """``fast``: true rate over the told one; ``blocked`` (from, to) s: the radio delivers nothing, then all at once."""
    profile, channel, rate_hz, body = COUNTED[kind]
    kept = [n for n in range(number) if n not in drop]
    ready_s = np.array(kept) / (rate_hz * fast)
    if blocked:
        ready_s = np.where((ready_s > blocked[0]) & (ready_s < blocked[1]), blocked[1], ready_s)
    return profile, np.array(kept) / (rate_hz * fast), on_air(channel, [body(n) for n in kept], ready_s, seed=seed)


@counted
def test_a_burst_after_two_seconds_of_silence_loses_nothing(kind):
    profile, true_s, packets = stream(kind, 3000, blocked=(12.0, 14.0))
    _, rows = decoded(profile, packets)
    found, _ = counts(profile, packets)
    assert found.lost == 0
    assert len(rows) == 3000
    error_s = rows[:, 0] - true_s
    assert np.ptp(error_s[-1000:]) < 0.02
    assert np.abs(np.diff(error_s)).max() < 0.005


@counted
def test_three_seconds_that_are_lost_are_estimated(kind):
    _, _, rate_hz, _ = COUNTED[kind]
    drop = range(int(20 * rate_hz), int(23 * rate_hz))
    profile, true_s, packets = stream(kind, int(60 * rate_hz), drop=drop)
    found, _ = counts(profile, packets)
    assert found.lost == pytest.approx(len(drop), abs=0.05 * rate_hz)
    _, rows = decoded(profile, packets)
    assert np.abs(rows[-500:, 0] - true_s[-500:]).max() < 0.1
    hole = int(np.argmax(np.diff(rows[:, 0])))
    assert rows[hole, 0] == pytest.approx(20, abs=0.1), "where they were lost, not where it was noticed"


@counted
def test_a_loss_too_short_for_a_silence_is_found_by_what_stays_late(kind):
    _, _, rate_hz, _ = COUNTED[kind]
    drop = range(int(20 * rate_hz), int(20.4 * rate_hz))
    profile, true_s, packets = stream(kind, int(60 * rate_hz), drop=drop)
    _, rows = decoded(profile, packets)
    assert np.abs(rows[-500:, 0] - true_s[-500:]).max() < 0.08
    assert counts(profile, packets)[0].lost == pytest.approx(len(drop), abs=0.06 * rate_hz)


def test_measuring_begins_anew_after_a_silence():
    bodies = [struct.pack("<3h", n % 1000, 0, 1000) for n in range(1000)]
    ready_s = np.arange(1000) / 50 + (np.arange(1000) >= 60) * 2.5
    _, rows = decoded(MICROBIT, on_air("acceleration", bodies, ready_s))
    assert len(rows) == 940
    assert np.diff(rows[:, 0]).mean() == pytest.approx(1 / 50, rel=0.01)


@counted
@pytest.mark.parametrize("fast", [0.97, 1.0, 1.03])
def test_a_clock_three_percent_wrong_is_found_out(kind, fast):
    profile, true_s, packets = stream(kind, 20_000, fast=fast)
    _, rows = decoded(profile, packets)
    assert len(rows) == len(packets)
    error_s = rows[:, 0] - true_s
    assert np.ptp(error_s[-5000:]) < 0.03
    assert np.abs(error_s).max() < 0.3


@counted
@pytest.mark.parametrize("group", [1, 5, 64])
def test_groups_change_nothing(kind, group):
    profile, _, packets = stream(kind, 2500, fast=1.01, drop=range(800, 1000), blocked=(17.0, 18.5))
    whole, parts = decoded(profile, packets), decoded(profile, packets, group=group)
    np.testing.assert_allclose(parts[1], whole[1], rtol=0, atol=1e-9)
    assert whole[0] == parts[0]


@counted
def test_after_a_reconnection_the_time_without_samples_is_a_gap(kind):
    profile, _, packets = stream(kind, 3000)
    pipeline = Pipeline(profile, {}, Mounting(), Settings())
    half = len(packets) // 2
    pipeline.push_all(packets[:half])
    pipeline.push(LinkEvent(packets[half].t_s, "connecting"))
    pipeline.push_all([Packet(one.sensor, one.channel, one.t_s + 7.0, one.payload) for one in packets[half:]])
    pipeline.flush()
    assert max(gap.end_s - gap.start_s for gap in pipeline.counts.gaps) == pytest.approx(7.0, abs=0.3)
    assert pipeline.counts.lost == pytest.approx(7.0 * COUNTED[kind][2], abs=6), "an estimate"
    assert pipeline.undecodable == 0


@counted
def test_memory_is_bounded_in_a_silence_that_never_resolves(kind):
    profile, channel, _, body = COUNTED[kind]
    state, _ = profile.decode_all(profile.initial({}), stream(kind, 1000)[2])
    for n in range(300):
        packets = [Packet("knee", channel, 100.0 + 1e-9 * n, body(n))] * 20
        state, _ = profile.decode_all(state, packets)
        held = 0 if state.clock.held is None else len(state.clock.held.packets)
        assert held <= 4096 + 20


@pytest.mark.parametrize("profile", [THINGY], ids=["thingy"])
def test_battery_of(profile):
    assert converse(profile.battery(), Scripted({"battery": b"\x44"})) == Battery(low=False, fraction=0.68)
    assert converse(profile.battery(), Scripted({"battery": b"\x0a"})).low
    for said in (b"", b"\xff", None):
        assert converse(profile.battery(), Scripted({"battery": said})) is None
    assert converse(MICROBIT.battery(), Scripted()) is None
    assert converse(THINGY.stop(), Scripted()) is None
    assert converse(MICROBIT.stop(), Scripted()) is None
