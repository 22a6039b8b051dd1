"""Listeners that are slow, leave, or fail."""

import threading

from sensorcoach.app.heralds import WAITING, Heralds
from sensorcoach.model import Notice, Told

PATIENCE_S = 20.0


def test_a_slow_listener_misses_the_oldest_and_keeps_nobody_waiting() -> None:
    heralds, heard = Heralds(), []
    stuck, released, last = threading.Event(), threading.Event(), threading.Event()

    def hear(told: Told) -> None:
        stuck.set()
        assert released.wait(PATIENCE_S)
        heard.append(told.t_s)
        if told.t_s == 3000.0:
            last.set()

    heralds.subscribe(hear)
    heralds.tell(Notice(0.0, "n", ""))
    assert stuck.wait(PATIENCE_S)
    for number in range(1, 3001):
        heralds.tell(Notice(float(number), "n", ""))
    released.set()
    assert last.wait(PATIENCE_S)
    assert heard == [0.0, *map(float, range(3001 - WAITING, 3001))]
    heralds.close()


def test_what_waits_is_told_before_the_end_and_nothing_after_it() -> None:
    heralds, heard = Heralds(), []
    over = threading.Event()

    def hear(told: Told) -> None:
        heard.append(told.t_s)
        over.set() if told.t_s == 2.0 else None

    heralds.subscribe(hear)
    heralds.tell(Notice(1.0, "n", ""))
    heralds.tell(Notice(2.0, "n", ""))
    heralds.close()
    assert over.wait(PATIENCE_S)
    assert heard == [1.0, 2.0]


def test_without_listeners_nothing_is_kept() -> None:
    heralds, heard = Heralds(), []
    heralds.tell(Notice(1.0, "n", ""))
    come = threading.Event()
    heralds.subscribe(lambda told: (heard.append(told.t_s), come.set()))
    heralds.tell(Notice(2.0, "n", ""))
    assert come.wait(PATIENCE_S)
    assert heard == [2.0]
    heralds.close()
