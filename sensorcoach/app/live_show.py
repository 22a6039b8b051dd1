"""A live session as a `Show`: the radio has a thread and a loop of its own, so that no screen can delay it."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sensorcoach import logfile
from sensorcoach.app.heralds import Heralds
from sensorcoach.app.live import Live, LivePlan, go_live
from sensorcoach.app.show import ShowKind, ShowListener
from sensorcoach.choices import settings_in_force
from sensorcoach.errors import SensorcoachError, SensorError
from sensorcoach.model import Notice, Result, StageChanged, Told, Trace
from sensorcoach.output.printable import printable
from sensorcoach.session.board import Board
from sensorcoach.session.picture import LinkPicture, Picture
from sensorcoach.settings import Settings

if TYPE_CHECKING:
    from sensorcoach.sources.link import LinkStatus
    from sensorcoach.sources.radio import Found, Radio

FIGURES_S: Final = 1.0
"""Rate and loss are looked at so often: people cannot read faster changes."""
LOOK_S: Final = 0.5
"""The session's thread looks so often whether the program it belongs to is still there."""


class LiveShow:
    """See `Show`. `start` begins it; `stop` may be called from any thread and from a signal handler.

    A program that ends without having stopped it, by a mistake in its screen, ends the session all the same.
    """

    def __init__(self, radio: Callable[[], Radio], plan: LivePlan) -> None:
        """Nothing happens yet.

        Args:
            radio: makes the radio, in the session's own thread.
            plan: of the session.
        """
        self._radio, self._choose = radio, plan.wanted.choose
        wanted = plan.wanted if self._choose is None else replace(plan.wanted, choose=self._chosen)
        self._plan = replace(plan, wanted=wanted, traced=True)
        self._settings, _ = settings_in_force(None, plan.choices)
        self._board = Board(self._settings, stage="wear" if plan.guided else "armed")
        self._heralds = Heralds()
        self._thread = threading.Thread(target=self._run, name="session")
        self._live: Live | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop_wanted = False
        self._figures_s: float | None = None
        self._ended_s = 0.0
        self._result: Result | None = None
        self._failure: SensorcoachError | None = None
        self._over = threading.Event()

    def start(self) -> None:
        """Search, connect, stream; returns at once."""
        self._thread.start()

    @property
    def kind(self) -> ShowKind:
        """Live."""
        return "live"

    @property
    def settings(self) -> Settings:
        """In force."""
        return self._settings

    @property
    def now_s(self) -> float:
        """Session time; it stands still when the session is over."""
        live = self._live
        return self._ended_s if live is None or self.over else live.now_s

    def picture(self) -> Picture:
        """The session now."""
        live = self._live
        if live is not None:
            self._board.link(_link(live.status, recording=live.recording))
        return self._board.picture(self.now_s)

    def trace(self, start_s: float, end_s: float) -> Trace:
        """The curves of ``[start_s, end_s)``; the last ten minutes are kept."""
        return self._board.trace(start_s, end_s)

    def control(self, action: str, value: str = "") -> None:
        """What the person did: recorded with the session's time, counted with. Nothing while none runs."""
        live = self._live
        if live is not None:
            self._in_loop(lambda: live.control(action, value))

    def stop(self) -> None:
        """Ask the session to end well; returns at once, see `over` and `wait`."""
        # No lock: whoever is interrupted by a signal may hold it.
        self._stop_wanted = True
        if self._live is not None:
            self._in_loop(self._live.stop)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Until it is over, at most so long; whether it is."""
        return self._over.wait(timeout_s)

    @property
    def over(self) -> bool:
        """The recording is closed and the sensor let go."""
        return self._over.is_set()

    def result(self) -> Result | None:
        """What it came to."""
        return self._result

    def failure(self) -> SensorcoachError | None:
        """Why it could not begin: Bluetooth is off, no sensor, ..."""
        return self._failure

    def subscribe(self, listener: ShowListener) -> Callable[[], None]:
        """Told from a thread of its own: it may be slow, and then misses the oldest."""
        return self._heralds.subscribe(listener)

    # --- the session's threads ---------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._result = go_live(self._radio(), self._plan, self._tell, self._begun)
        except SensorcoachError as error:
            if not self._stop_wanted:  # who leaves while it searches knows that nothing was found
                self._failure = error
        except Exception as error:
            logfile.note_error(error)
            what = f"The session broke off ({type(error).__name__}). What was recorded is kept."
            self._failure = SensorError(what, "Please report it; sensorcoach where shows the log.")
        finally:
            self._close()

    def _begun(self, live: Live) -> None:
        """In the session's loop."""
        self._loop = asyncio.get_running_loop()
        self._live = live
        self._guard = asyncio.create_task(self._watch_program())
        if self._stop_wanted:
            self._in_loop(live.stop)

    def _tell(self, told: Told) -> None:
        self._board.tell(told)
        if isinstance(told, Trace):
            self._tell_figures(float(told.t_s[-1]))
        self._heralds.tell(told)

    def _tell_figures(self, t_s: float) -> None:
        if self._figures_s is not None and t_s - self._figures_s < FIGURES_S:
            return
        figures = None if self._live is None else self._live.figures
        if figures is not None:
            self._figures_s = t_s
            self._board.tell(figures)

    def _chosen(self, found: Sequence[Found]) -> Found | None:
        """Whoever is asked may never answer: a session that is stopped does not wait for it."""
        answers: queue.SimpleQueue[Found | None] = queue.SimpleQueue()

        def ask() -> None:
            assert self._choose is not None
            answer = None
            with contextlib.suppress(RuntimeError):  # the screen is gone
                answer = self._choose(found)
            answers.put(answer)

        threading.Thread(target=ask, name="choosing", daemon=True).start()
        while not self._stop_wanted:
            with contextlib.suppress(queue.Empty):
                return answers.get(timeout=LOOK_S)
        return None

    async def _watch_program(self) -> None:
        while threading.main_thread().is_alive():
            await asyncio.sleep(LOOK_S)
        self.stop()

    def _close(self) -> None:
        """Whoever looks now sees that it has ended, and why."""
        if self._live is not None:
            self._ended_s = self._live.now_s
            self._live.close()
        if self._failure is not None:
            self._tell(Notice(self._ended_s, "failed", str(self._failure)))
        if self._board.picture(self._ended_s).ended is None:
            self._tell(StageChanged(self._ended_s, "ended", reason="person" if self._failure is None else "failure"))
        self._heralds.close()
        self._over.set()

    def _in_loop(self, work: Callable[[], None]) -> None:
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it is over
                self._loop.call_soon_threadsafe(work)


def _link(status: LinkStatus, *, recording: bool) -> LinkPicture:
    """What the link says of itself; its state and its figures come with what is told."""
    battery = status.battery
    return LinkPicture(
        name=printable(status.name or ""),
        profile=status.profile or "",
        battery=None if battery is None else battery.fraction,
        rssi_dbm=status.rssi_dbm,
        recording=recording,
    )
