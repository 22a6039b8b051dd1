"""A recording, or the demo, as a `Show`: analysed ahead as fast as it goes, looked at through a cursor that moves."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

from sensorcoach.app.show import ShowKind, ShowListener
from sensorcoach.choices import Choices
from sensorcoach.errors import SensorcoachError
from sensorcoach.importers import Recording
from sensorcoach.model import Result, Trace
from sensorcoach.session.picture import Picture
from sensorcoach.settings import Settings
from sensorcoach.sources.clock import Clock, MonotonicClock

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, math.inf)
"""Times real time. ``inf``: the cursor is where the analysis is."""


class Player:
    """See `Show`; besides, everything a tape machine can do. Begins paused, with the analysis under way."""

    kind: ShowKind

    def __init__(
        self,
        opened: Callable[[], tuple[str | None, Recording]],
        choices: Choices,
        *,
        kind: ShowKind = "replay",
        clock: Clock | None = None,
    ) -> None:
        """``opened``: opens the recording anew each time it is asked. ``clock``: moves the cursor."""
        self.kind = kind
        self._opened, self._choices = opened, choices
        self._clock = MonotonicClock() if clock is None else clock

    # --- a show ------------------------------------------------------------------------------------------------------

    @property
    def now_s(self) -> float:
        """Session time of the cursor."""
        raise NotImplementedError

    def picture(self) -> Picture:
        """What live would have shown at `now_s`."""
        raise NotImplementedError

    def trace(self, start_s: float, end_s: float) -> Trace:
        """The curves of ``[start_s, end_s)``, up to `now_s`."""
        raise NotImplementedError

    def control(self, action: str, value: str = "") -> None:
        """Nobody can change what happened: does nothing."""

    def stop(self) -> None:
        """End the analysis; returns when it has ended."""
        raise NotImplementedError

    def result(self) -> Result | None:
        """As `analyze` gives it under the settings in force; None before the analysis is complete."""
        raise NotImplementedError

    @property
    def over(self) -> bool:
        """The analysis is complete, or failed."""
        raise NotImplementedError

    def failure(self) -> SensorcoachError | None:
        """Why the recording cannot be analysed, with advice."""
        raise NotImplementedError

    def subscribe(self, listener: ShowListener) -> Callable[[], None]:
        """Told what the cursor passes while it plays at no more than twice the real pace; nothing while it jumps."""
        raise NotImplementedError

    # --- a tape machine ----------------------------------------------------------------------------------------------

    def play(self) -> None:
        """Go on; from the start where the cursor is at the end."""
        raise NotImplementedError

    def pause(self) -> None:
        """Stay here."""
        raise NotImplementedError

    @property
    def playing(self) -> bool:
        """Whether the cursor moves; at the end it does not."""
        raise NotImplementedError

    @property
    def speed(self) -> float:
        """Times real time."""
        raise NotImplementedError

    def set_speed(self, speed: float) -> None:
        """One of `SPEEDS`, or any other positive number."""
        raise NotImplementedError

    @property
    def start_s(self) -> float:
        """Session time at which the recording begins."""
        raise NotImplementedError

    @property
    def duration_s(self) -> float:
        """How much of the recording has been analysed, s from `start_s`; the whole once `over`."""
        raise NotImplementedError

    def seek(self, t_s: float) -> None:
        """Put the cursor to session time ``t_s``, or as near as there is something."""
        raise NotImplementedError

    def next_rep(self) -> None:
        """To where the next repetition begins; stays if there is none."""
        raise NotImplementedError

    def previous_rep(self) -> None:
        """To where this repetition begins, or the one before."""
        raise NotImplementedError

    def next_warning(self) -> None:
        """To the next repetition with a warning (no note)."""
        raise NotImplementedError

    def previous_warning(self) -> None:
        """To the one before."""
        raise NotImplementedError

    @property
    def settings(self) -> Settings:
        """In force: of the recording, or changed by `regrade`."""
        raise NotImplementedError

    def regrade(self, settings: Settings) -> None:
        """Other settings: limits grade the kept repetitions again at once; whatever else changes is analysed again."""
        raise NotImplementedError


def open_replay(files: Sequence[Path], choices: Choices, clock: Clock | None = None) -> Player:
    """A player for the session in some files. A file that cannot be read shows in `Player.failure`."""
    from sensorcoach.analysis import open_session

    return Player(lambda: open_session(files, choices), choices, clock=clock)


def open_demo(clock: Clock | None = None) -> Player:
    """A player for the simulated session `DEMO`."""
    from sensorcoach.app.sessions import demo_recording

    return Player(lambda: (None, demo_recording()), Choices(), kind="demo", clock=clock)
