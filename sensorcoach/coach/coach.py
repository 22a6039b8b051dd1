"""`Coach`: what was told of a session -> the cues that are to be heard and seen, and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from sensorcoach.coach.correction import Memory
from sensorcoach.coach.exercise import Exercise
from sensorcoach.coach.surroundings import Surroundings
from sensorcoach.model import (
    Control,
    Cue,
    CueKind,
    LinkEvent,
    Notice,
    StageChanged,
    Told,
    Trace,
)
from sensorcoach.settings import Settings

OF_ONE_MOVEMENT: Final[frozenset[CueKind]] = frozenset({"landing", "breath", "tick", "correction"})
"""Cues that say nothing to somebody who hears them during the next movement."""


class Coach:
    """Pure: no clock, no signals. ``push`` what was told in order, ``advance`` as session time goes on; take cues.

    What is told: a tone at each landing, its pitch by what the first 0.15 s show; the hold in breaths, with a tick at
    its end; the number of that side at the end of the return (of all repetitions where the side is unknown), with the
    person's corrections in it; one correction a repetition, after a landing, when it is due (definitions.md C); the
    session's middle and last repetition, stages, link, battery, and two sentences at the end. A repetition dated back
    gives no cue, a good one none but its tone and number.

    However the calls are cut, the cues are the same: each item brings its own session time with it.
    """

    def __init__(self, settings: Settings, *, delay_s: float = 0.0) -> None:
        """``delay_s``: how late the sensor lets events be known (`devices.profile.About.delay_s`).

        Beyond `CoachSettings.longest_delay_s` the cues of a single movement (landing, breath, tick, correction) are
        left out: counts and what concerns the session remain.
        """
        self._delay_s = delay_s
        self._late = delay_s > settings.coach.longest_delay_s
        memory = Memory(settings)
        self._exercise = Exercise(settings, memory)
        self._surroundings = Surroundings()

    def push(self, told: Sequence[Told]) -> list[Cue]:
        """What became known, in order; also what was due before. Cues and traces among it are passed over."""
        return list(self._audible(cue for one in told for cue in self._take(one)))

    def advance(self, t_s: float) -> list[Cue]:
        """Session time has come to ``t_s``: what is due by then, each with its own time."""
        return list(self._audible(self._exercise.due(t_s)))

    def close(self, t_s: float) -> list[Cue]:
        """The session is over: its summary, if none was given when a stage ended it."""
        return list(self._audible(self._exercise.end(t_s)))

    def _take(self, told: Told) -> Iterator[Cue]:
        match told:
            case Trace() | Cue():
                return
            case StageChanged():
                yield from self._exercise.due(told.t_s)
                yield from self._surroundings.stage(told)
                yield from self._exercise.stage(told)
            case LinkEvent():
                yield from self._exercise.due(told.t_s)
                yield from self._surroundings.link(told)
                self._exercise.link(told)
            case Notice():
                yield from self._exercise.due(told.t_s)
                yield from self._surroundings.notice(told)
            case Control():
                yield from self._exercise.due(told.t_s)
                yield from self._exercise.control(told)
            case _:
                yield from self._exercise.due(told.known_s)
                yield from self._exercise.event(told)

    def _audible(self, cues: Iterable[Cue]) -> Iterator[Cue]:
        heard = (replace(cue, delay_s=self._delay_s) for cue in cues) if self._delay_s else cues
        return (cue for cue in heard if not (self._late and cue.kind in OF_ONE_MOVEMENT))
