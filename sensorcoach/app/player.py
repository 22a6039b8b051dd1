"""A recording, or the demo, as a `Show`: analysed ahead as fast as it goes, looked at through a cursor that moves."""

from __future__ import annotations

import math
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from sensorcoach.analysis import Opened
from sensorcoach.app.cursor import Cursor
from sensorcoach.app.heralds import Heralds
from sensorcoach.app.reel import Reel
from sensorcoach.app.show import ShowKind, ShowListener
from sensorcoach.choices import Choices
from sensorcoach.errors import SensorcoachError
from sensorcoach.model import Rep, RepDone, Result, Told, Trace
from sensorcoach.session.board import Board
from sensorcoach.session.picture import Picture, StreamFigures
from sensorcoach.session.tape import Tape
from sensorcoach.settings import Settings
from sensorcoach.sources.clock import Clock, MonotonicClock

SPEEDS: Final = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, math.inf)
"""Times real time. ``inf``: the cursor is where the analysis is."""
TOLD_UP_TO_SPEED: Final = 2.0
"""Faster, nobody can follow what is said."""
LOOK_S: Final = 0.1
"""Who follows the cursor looks at it so often: less is not noticed by a person who pauses or jumps."""
SHORTEST_S: Final = 0.002
AGAIN_S: Final = 1.0
"""Back within this time after the beginning of a repetition means the one before."""


class Player:
    """See `Show`; besides, everything a tape machine can do. Begins paused, with the analysis under way."""

    def __init__(
        self,
        opened: Opened,
        choices: Choices,
        *,
        kind: ShowKind = "replay",
        clock: Clock | None = None,
    ) -> None:
        """``clock`` moves the cursor."""
        self._kind = kind
        self._opened, self._choices = opened, choices
        self._clock = MonotonicClock() if clock is None else clock
        self._turn = threading.RLock()
        self._moved = threading.Condition(self._turn)
        self._cursor = Cursor(self._clock)
        self._placed = self._closed = False
        self._heralds = Heralds()
        self._crier: threading.Thread | None = None
        self._passed = 0
        """So many items of the tape have been told, or jumped over."""
        self._traced_s = -math.inf
        self._reel = self._start(choices)
        self._next: Reel | None = None
        """Analysed by other settings; shown once it has come as far as the cursor."""
        self._board: tuple[Tape, Board] | None = None
        self._on_board = 0

    def _start(self, choices: Choices) -> Reel:
        reel = Reel(self._opened, choices, self._turn)
        self._thread = threading.Thread(target=reel.run, name="player", daemon=True)
        self._thread.start()
        return reel

    # --- a show ------------------------------------------------------------------------------------------------------

    @property
    def kind(self) -> ShowKind:
        """Where it comes from."""
        return self._kind

    @property
    def now_s(self) -> float:
        """Session time of the cursor."""
        with self._turn:
            return self._now_s()

    def picture(self) -> Picture:
        """What live would have shown at `now_s`."""
        with self._turn:
            now_s = self._now_s()
            tape = self._reel.tape
            known = tape.count_until(now_s)
            if self._board is None or self._board[0] is not tape or known < self._on_board:
                self._board = tape, Board(self._reel.settings, link=self._reel.link)
                self._on_board = 0
            board = self._board[1]
            for told in tape.items[self._on_board : known]:
                board.tell(told)
            self._on_board = known
            return board.picture(now_s)

    def trace(self, start_s: float, end_s: float) -> Trace:
        """The curves of ``[start_s, end_s)``, up to `now_s`."""
        with self._turn:
            return self._reel.ring.part(start_s, min(end_s, math.nextafter(self._now_s(), math.inf)))

    def control(self, action: str, value: str = "") -> None:
        """Nobody can change what happened: does nothing."""

    def stop(self) -> None:
        """Forget it: ends the analysis soon, returns at once."""
        with self._turn:
            self._closed = True
            for reel in (self._reel, self._next):
                if reel is not None:
                    reel.give_up()
            self._moved.notify_all()
        self._heralds.close()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Until the analysis is `over`, at most so long; whether it is."""
        self._thread.join(timeout_s)
        return self.over

    def result(self) -> Result | None:
        """As `analyze` gives it under the settings in force; None before the analysis is complete."""
        with self._turn:
            return self._newest.result

    @property
    def over(self) -> bool:
        """The analysis is complete, or failed."""
        with self._turn:
            return self._newest.over

    def failure(self) -> SensorcoachError | None:
        """Why the recording cannot be analysed, with advice."""
        with self._turn:
            return self._newest.failure

    def subscribe(self, listener: ShowListener) -> Callable[[], None]:
        """Told what the cursor passes at `TOLD_UP_TO_SPEED` or slower; nothing while it jumps."""
        with self._turn:
            if not len(self._heralds):
                self._mark_passed()
            if self._crier is None:
                self._crier = threading.Thread(target=self._cry, name="crier", daemon=True)
                self._crier.start()
            leave = self._heralds.subscribe(listener)
            self._moved.notify_all()
            return leave

    # --- a tape machine ----------------------------------------------------------------------------------------------

    def play(self) -> None:
        """Go on; from the start where the cursor is at the end."""
        with self._turn:
            if self._now_s() >= self._reel.until_s and self._reel.over:
                self._put(self._reel.start_s)
            self._cursor.playing = True
            self._moved.notify_all()

    def pause(self) -> None:
        """Stay here."""
        with self._turn:
            self._now_s()
            self._cursor.playing = False

    @property
    def playing(self) -> bool:
        """Whether the cursor moves; at the end it does not."""
        with self._turn:
            self._now_s()
            return self._cursor.playing

    @property
    def speed(self) -> float:
        """Times real time."""
        return self._cursor.speed

    def set_speed(self, speed: float) -> None:
        """One of `SPEEDS`, or any other positive number."""
        if not speed > 0.0:
            raise ValueError(f"speed must be above 0, not {speed}")
        with self._turn:
            self._put(self._now_s())
            self._cursor.speed = speed
            self._moved.notify_all()

    @property
    def start_s(self) -> float:
        """Session time at which the recording begins."""
        with self._turn:
            return self._reel.start_s

    @property
    def duration_s(self) -> float:
        """How much of the recording has been analysed, s from `start_s`; the whole once `over`."""
        with self._turn:
            return self._reel.until_s - self._reel.start_s

    @property
    def reps(self) -> tuple[Rep, ...]:
        """All repetitions known of, also those the cursor has not reached."""
        with self._turn:
            return tuple(told.rep for told in self._done())

    def told(self) -> list[Told]:
        """All that is known of, in order, with the coach's cues: what is played."""
        with self._turn:
            return [told for told in self._reel.tape.items if not isinstance(told, StreamFigures)]

    def seek(self, t_s: float) -> None:
        """Put the cursor to session time ``t_s``, or as near as there is something."""
        with self._turn:
            self._now_s()
            self._put(min(max(t_s, self._reel.start_s), self._reel.until_s))

    def next_rep(self) -> None:
        """To where the next repetition begins; stays if there is none."""
        self._seek_next(lambda: (done.rep.drop_start_s for done in self._done()))

    def previous_rep(self) -> None:
        """To where this repetition begins, or the one before."""
        self._seek_previous(lambda: (done.rep.drop_start_s for done in self._done()))

    def next_warning(self) -> None:
        """To the instant at which the next warning (no note) was told: its repetition lies just behind."""
        self._seek_next(lambda: (done.known_s for done in self._done() if _warned(done.rep)))

    def previous_warning(self) -> None:
        """To the one before."""
        self._seek_previous(lambda: (done.known_s for done in self._done() if _warned(done.rep)))

    @property
    def settings(self) -> Settings:
        """In force: of the recording, or changed by `regrade`."""
        with self._turn:
            return self._newest.settings

    def regrade(self, settings: Settings) -> None:
        """Other settings: limits grade the kept repetitions again at once; whatever else changes is analysed again."""
        with self._turn:
            if self._newest.can_regrade(settings):
                self._newest.regrade(settings)
                self._mark_passed()
                return
            if self._next is not None:
                self._next.give_up()
            choices = msgspec.structs.replace(self._choices, settings=settings, presets=())
            self._next = self._start(choices)

    # --- where it stands; asked inside ``turn`` -----------------------------------------------------------------------

    @property
    def _newest(self) -> Reel:
        return self._reel if self._next is None else self._next

    def _now_s(self) -> float:
        reel = self._reel
        if reel.begun and not self._placed:
            self._placed = True
            self._cursor.put(reel.start_s)
        now_s = self._cursor.at_s(reel.until_s, complete=reel.over)
        if self._next is not None and (self._next.over or self._next.until_s >= now_s):
            self._reel, self._next = self._next, None
            self._mark_passed()
        return now_s

    def _put(self, t_s: float) -> None:
        self._cursor.put(t_s)
        self._heralds.forget()
        self._mark_passed()

    def _done(self) -> Iterator[RepDone]:
        return (told for told in self._reel.tape.items if isinstance(told, RepDone))

    def _seek_next(self, places: Callable[[], Iterator[float]]) -> None:
        with self._turn:
            now_s = self._now_s()
            later = [t_s for t_s in places() if t_s > now_s]
            if later:
                self.seek(min(later))

    def _seek_previous(self, places: Callable[[], Iterator[float]]) -> None:
        with self._turn:
            now_s = self._now_s()
            earlier = [t_s for t_s in places() if t_s < now_s - (AGAIN_S if self._cursor.playing else 0.0)]
            if earlier:
                self.seek(max(earlier))

    # --- telling -----------------------------------------------------------------------------------------------------

    def _mark_passed(self) -> None:
        """Tell only what comes from here on."""
        now_s = self._cursor.at_s(self._reel.until_s, complete=self._reel.over)
        self._passed = bisect_left(self._reel.tape.known_s, now_s)
        self._traced_s = now_s

    def _cry(self) -> None:
        while True:
            with self._turn:
                self._moved.wait_for(lambda: self._closed or self._is_followed())
                if self._closed:
                    return
                due_s = self._tell_passed()
            self._clock.sleep_until_s(due_s)

    def _is_followed(self) -> bool:
        self._now_s()
        return self._cursor.playing and self._cursor.speed <= TOLD_UP_TO_SPEED and len(self._heralds) > 0

    def _tell_passed(self) -> float:
        """Tell what the cursor passed; the instant of the clock at which to look again."""
        now_s = self._now_s()
        tape = self._reel.tape
        known = max(tape.count_until(now_s), self._passed)
        for told in tape.items[self._passed : known]:
            if not isinstance(told, StreamFigures):
                self._heralds.tell(told)
        self._passed = known
        trace = self._reel.ring.part(self._traced_s, now_s)
        if len(trace.t_s):
            self._heralds.tell(trace)
        self._traced_s = now_s
        wait_s = LOOK_S
        if known < len(tape.known_s):
            wait_s = min(wait_s, max((tape.known_s[known] - now_s) / self._cursor.speed, SHORTEST_S))
        return self._clock.now_s() + wait_s


def _warned(rep: Rep) -> bool:
    return any(warning.severity != "note" for warning in rep.warnings)


def open_replay(files: Sequence[Path], choices: Choices, clock: Clock | None = None) -> Player:
    """A player for the session in some files. A file that cannot be read shows in `Player.failure`."""
    from sensorcoach.analysis import open_session

    return Player(lambda: open_session(files, choices), choices, clock=clock)


def open_demo(clock: Clock | None = None) -> Player:
    """A player for the simulated session `DEMO`."""
    from sensorcoach.app.sessions import demo_recording

    return Player(lambda: (None, demo_recording()), Choices(), kind="demo", clock=clock)
