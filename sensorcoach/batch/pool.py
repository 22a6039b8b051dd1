"""Sessions on the cores of this computer."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from threading import Thread

from sensorcoach.batch.work import Outcome, Session, analyze_one, died
from sensorcoach.choices import Choices

_AHEAD = 4
"""Sessions handed to each process in advance: it never waits, and memory stays that of a few."""


def on_processes(sessions: Iterable[Session], choices: Choices, processes: int) -> Iterator[tuple[Session, Outcome]]:
    """Each session with its outcome, as they are done, from so many processes; one: in this one, in order.

    A process that dies takes its sessions with it: each of them is tried again alone, and the one that kills its
    process again is a `Failure`.

    Raises:
        SettingsError: the choices are wrong.
    """
    if processes == 1:
        yield from ((session, analyze_one(session, choices)) for session in sessions)
        return
    waiting = iter(sessions)
    while True:
        suspects = yield from _until_one_dies(waiting, choices, processes)
        if not suspects:
            return
        yield from _one_by_one(suspects, choices)


def _until_one_dies(
    waiting: Iterator[Session], choices: Choices, processes: int
) -> Generator[tuple[Session, Outcome], None, list[Session]]:
    """The sessions that were under way when a process died; none at the end of all."""
    running: dict[Future[Outcome], Session] = {}
    handed: Session | None = None
    with _pool(processes) as pool:
        try:
            while True:
                while len(running) < _AHEAD * processes and (session := next(waiting, None)) is not None:
                    handed = session
                    running[pool.submit(analyze_one, session, choices)] = session
                    handed = None
                if not running:
                    return []
                for done in wait(running, return_when=FIRST_COMPLETED).done:
                    outcome = done.result()
                    yield running.pop(done), outcome
        except BrokenProcessPool:
            return [*running.values(), *(() if handed is None else (handed,))]
        except BaseException:  # the person has seen enough: what has not begun is not begun
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _one_by_one(suspects: list[Session], choices: Choices) -> Iterator[tuple[Session, Outcome]]:
    """In a process that does nothing else: the session over which it dies is the culprit."""
    waiting = deque(suspects)
    while waiting:
        with _pool(1) as pool:
            while waiting:
                session = waiting.popleft()
                try:
                    yield session, pool.submit(analyze_one, session, choices).result()
                except BrokenProcessPool:
                    yield session, died(session)
                    break


def _pool(processes: int) -> ProcessPoolExecutor:
    # Not forked: threads of NumPy and of a screen do not survive that.
    spawned = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(processes, mp_context=spawned, initializer=_leave_with_the_parent)


def _leave_with_the_parent() -> None:
    """A killed program cannot end its pool, which would wait for work for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def leave() -> None:
        parent.join()
        os._exit(1)

    Thread(target=leave, daemon=True).start()
