"""What stands in the curves besides the curves: repetitions, warnings where they happened, marks, holes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from sensorcoach.model import Rep
from sensorcoach.output.words import side_word
from sensorcoach.tui.session.words import SEVERITY_SYMBOLS

if TYPE_CHECKING:
    from sensorcoach.session.picture import Picture

PinLook = Literal["left", "right", "note", "warn", "severe", "mark"]


@dataclass(frozen=True, slots=True)
class Span:
    """``[start_s, end_s)`` shaded as a side, or as a hole in the stream."""

    start_s: float
    end_s: float
    look: Literal["left", "right", "gap"]


@dataclass(frozen=True, slots=True)
class Pin:
    """A sign or a short label at an instant."""

    t_s: float
    text: str
    look: PinLook


def _middle(start_s: float, end_s: float) -> float:
    return (start_s + end_s) / 2.0


def _on_the_way_down(rep: Rep) -> float:
    return _middle(rep.drop_start_s, rep.drop_end_s)


_WHERE: Final[dict[str, Callable[[Rep], float]]] = {
    "abrupt_landing": lambda rep: rep.drop_end_s,
    "jarring": lambda rep: rep.drop_end_s,
    "over_range": lambda rep: rep.drop_end_s,
    "short_hold": lambda rep: rep.return_start_s,
    "restless_hold": lambda rep: _middle(rep.drop_end_s, rep.return_start_s),
    "fast_return": lambda rep: _middle(rep.return_start_s, rep.return_end_s),
    "incomplete_return": lambda rep: rep.return_end_s,
}
"""Elsewhere it was on the way down."""


def spans_of(picture: Picture, start_s: float) -> tuple[Span, ...]:
    """What is shaded after ``start_s``."""
    reps = (Span(rep.drop_start_s, rep.return_end_s, _look(rep)) for rep in _since(picture, start_s))
    gaps = (Span(gap.start_s, gap.end_s, "gap") for gap in picture.gaps if gap.end_s >= start_s)
    return (*reps, *gaps)


def pins_of(picture: Picture, start_s: float) -> tuple[Pin, ...]:
    """Labels first, so that what matters more stands over them."""
    reps = list(_since(picture, start_s))
    labels = (Pin(rep.drop_start_s, f"{rep.index} {side_word(rep.side, rep.direction)}", _look(rep)) for rep in reps)
    marks = (Pin(mark.t_s, "◇", "mark") for mark in picture.marks if mark.t_s >= start_s)
    pain = (Pin(mark.t_s, "✖", "severe") for mark in picture.pain if mark.t_s >= start_s)
    return (*labels, *marks, *(pin for rep in reps for pin in _warnings(rep)), *pain)


def _warnings(rep: Rep) -> Iterator[Pin]:
    order = {"note": 0, "warn": 1, "severe": 2}
    for warning in sorted(rep.warnings, key=lambda warning: order[warning.severity]):
        yield Pin(_WHERE.get(warning.code, _on_the_way_down)(rep), SEVERITY_SYMBOLS[warning.severity], warning.severity)


def _since(picture: Picture, start_s: float) -> Iterator[Rep]:
    """The last ones, however long the session is."""
    found = []
    for rep in reversed(picture.reps):
        if rep.return_end_s < start_s:
            break
        found.append(rep)
    return reversed(found)


def _look(rep: Rep) -> Literal["left", "right"]:
    return rep.side or ("left" if rep.direction == 1 else "right")
