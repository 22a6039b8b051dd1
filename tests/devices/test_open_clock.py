"""R12, R17: the open format over an hour: a wrong clock, its wrap, a restart. Packets packed from the firmware note."""

import struct

import numpy as np
import pytest

from sensorcoach.devices.open_format import OPEN
from sensorcoach.dsp.timeline import Timeline
from sensorcoach.errors import CutPacket
from sensorcoach.model import Mounting, Packet
from sensorcoach.pipeline import Pipeline
from sensorcoach.settings import Settings, SignalSettings

SCALES = {"acc_g_per_lsb": 16 / 32768, "gyr_dps_per_lsb": 1000 / 32768}


def sent(seconds, wrong, *, boot_s=0.0, sequence=0, true_from_s=0.0, jitter_s=0.05, seed=0):
    """Packets of five samples at 100 Hz of a device clock that is ``wrong`` (0.01: 1 % fast) and read ``boot_s``."""
    rng = np.random.default_rng(seed)
    step_s = 0.05 / (1 + wrong)
    packets = []
    for number in range(int(seconds / step_s)):
        device_us = round((boot_s + number * 0.05) * 1e6) % 2**32
        head = struct.pack("<BBHIHBB", 0x11, 0, (sequence + number) % 65536, device_us, 10_000, 5, 0)
        body = struct.pack("<30h", *[0, 0, 2048, 0, 0, 0] * 5)
        last_true_s = true_from_s + number * step_s + 0.8 * step_s
        packets.append(Packet("knee", "imu", last_true_s + 0.02 + rng.uniform(0, jitter_s), head + body))
    arrivals = np.maximum.accumulate([packet.t_s for packet in packets])
    return [Packet("knee", "imu", float(t), packet.payload) for t, packet in zip(arrivals, packets, strict=True)]


def true_last_s(packets, wrong, true_from_s=0.0):
    return true_from_s + (np.arange(len(packets)) + 0.8) * 0.05 / (1 + wrong)


@pytest.mark.parametrize("wrong", [0.01, -0.01])
def test_an_hour_of_a_clock_one_per_cent_wrong_over_its_wrap(wrong):
    packets = sent(3600, wrong, boot_s=3000.0)  # wraps after 1295 s
    state, got = OPEN.decode_all(OPEN.initial(SCALES), packets)
    assert state.restarts == 0
    error_s = got.t_s[4::5] - true_last_s(packets, wrong) - 0.02
    assert abs(error_s).max() < 0.2
    assert abs(error_s[600:]).max() < 0.05
    assert got.t_s[-1] - got.t_s[0] == pytest.approx(3600, abs=0.2)
    timeline = Timeline(SignalSettings())
    timeline.push(got)
    timeline.flush()
    assert timeline.counts.lost == 0


def test_a_restart_in_mid_session_goes_on_at_arrival_with_the_rate_known():
    before = sent(60, 0.02, boot_s=500.0, sequence=7000)
    after = sent(60, 0.02, true_from_s=64.0, seed=1)
    state, got = OPEN.decode_all(OPEN.initial(SCALES), [*before, *after])
    assert state.restarts == 1
    assert state.duplicated == 0
    assert (np.diff(got.t_s) > 0).all()
    error_s = got.t_s[4::5][len(before) :] - true_last_s(after, 0.02, 64.0) - 0.02
    assert abs(error_s).max() < 0.08


def test_a_restart_never_goes_back_in_time():
    before = sent(5, 0.0, boot_s=500.0, sequence=7000)
    after = [Packet("knee", "imu", before[-1].t_s, packet.payload) for packet in sent(1, 0.0)]
    _, got = OPEN.decode_all(OPEN.initial(SCALES), [*before, *after])
    assert (np.diff(got.t_s) > 0).all()


def test_a_packet_cut_by_the_link_says_what_is_wrong_with_the_link():
    whole = sent(1, 0.0)[0]
    cut = Packet("knee", "imu", whole.t_s, whole.payload[:20])
    with pytest.raises(CutPacket, match="MTU 23"):
        OPEN.decode(OPEN.initial(SCALES), cut)


def test_bad_packets_in_a_stream_are_counted_and_cost_only_themselves():
    packets = sent(60, 0.0)
    bad = {100: b"", 101: b"\xff" * 30, 102: packets[102].payload[:20], 500: packets[500].payload + b"\0"}
    items = [Packet(p.sensor, p.channel, p.t_s, bad.get(n, p.payload)) for n, p in enumerate(packets)]
    together, apart = (Pipeline(OPEN, SCALES, Mounting(), Settings()) for _ in range(2))
    events = together.push_all(items) + together.flush()
    assert events == [event for item in items for event in apart.push(item)] + apart.flush()
    for pipeline in (together, apart):
        assert (pipeline.undecodable, pipeline.cut_packets) == (3, 1)
        assert pipeline.cut_packets == 1
        assert pipeline.first_undecodable is not None
        assert "own-format.md" in pipeline.first_undecodable
        assert pipeline.counts.received == (len(packets) - 4) * 5
        assert pipeline.counts.lost == 20


def test_a_session_does_not_change_its_axes():
    six = sent(1, 0.0)
    three = struct.pack("<BBHIHBB", 0x12, 0, 500, 3_000_000, 10_000, 1, 0) + bytes(6)
    pipeline = Pipeline(OPEN, SCALES, Mounting(), Settings())
    pipeline.push_all([*six, Packet("knee", "imu", 3.1, three)])
    assert pipeline.undecodable == 1
