import math

import numpy as np
import pytest

from sensorcoach.importers import open_recording, recording_of_arrays
from sensorcoach.model import Control, Packet
from sensorcoach.simulator import SCENARIOS, simulate
from sensorcoach.sources.clock import MonotonicClock
from sensorcoach.sources.replay import paced, replayed
from sensorcoach.sources.simulated import write_simulated


class JumpingClock:
    """Time passes only by sleeping, and a little by working."""

    def __init__(self):
        self.time_s = 1000.0

    def now_s(self):
        return self.time_s

    def sleep_until_s(self, due_s):
        self.time_s = max(self.time_s, due_s)


@pytest.mark.parametrize("speed", [1, 2, 0.5, math.inf])
def test_items_come_when_they_are_due(speed):
    items = [
        Packet("s", "imu", 7.0, b""),
        Control(7.5, "mark"),
        Packet("s", "imu", 7.5, b""),
        Packet("s", "imu", 60, b""),
    ]
    clock = JumpingClock()
    came = [(item, clock.now_s()) for item in paced(items, clock, speed)]
    assert [item for item, _ in came] == items
    assert [at for _, at in came] == pytest.approx([1000 + (item.t_s - 7) / speed for item in items])


def test_a_slow_listener_is_not_made_to_wait_as_well():
    clock = JumpingClock()
    came = []
    for item in paced([Control(float(second), "mark") for second in range(5)], clock, 1):
        came.append(clock.now_s() - 1000)
        clock.time_s += 1.7 if item.t_s == 1 else 0
    assert came == pytest.approx([0, 1, 2.7, 3, 4])


def test_a_file_is_replayed_in_pieces_as_a_sensor_would_send_them():
    t_s = 50 + np.arange(2000) / 100
    acc = np.column_stack([np.sin(t_s), np.cos(t_s / 3), np.full(2000, 9.8)])
    clock = JumpingClock()
    came = [(item, clock.now_s() - 1000) for item in replayed(recording_of_arrays(t_s, acc, None), clock, 1)]
    rows = np.concatenate([np.frombuffer(item.payload).reshape(-1, 4) for item, _ in came])
    np.testing.assert_array_equal(rows, np.column_stack([t_s, acc]))
    assert max(len(item.payload) for item, _ in came) <= 32 * 9
    # Each piece comes with its last sample, never before it was measured.
    last_s = np.array([np.frombuffer(item.payload).reshape(-1, 4)[-1, 0] for item, _ in came])
    np.testing.assert_allclose([at for _, at in came], last_s - last_s[0], atol=1e-9)


def test_a_session_is_replayed_packet_by_packet(tmp_path):
    path = tmp_path / "s.jsonl"
    write_simulated(path, simulate(SCENARIOS["good"](1)))
    clock = JumpingClock()
    items = list(replayed(open_recording(path), clock, 2))
    assert items == list(open_recording(path).items)
    assert clock.now_s() - 1000 == pytest.approx((items[-1].t_s - items[0].t_s) / 2)


def test_the_real_clock_does_not_wait_for_the_past():
    clock = MonotonicClock()
    clock.sleep_until_s(-100.0)
    assert 0 <= clock.now_s() < 50
