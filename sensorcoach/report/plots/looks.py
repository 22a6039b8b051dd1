"""How the two sides and the severities look: told apart by darkness, dashes and form, never by colour alone."""

from __future__ import annotations

from dataclasses import dataclass

from sensorcoach.model import Direction, Severity


@dataclass(frozen=True, slots=True)
class Look:
    """``shade`` and ``hatch`` fill the time of a repetition, ``line`` and ``dashes`` draw its curve."""

    line: str
    shade: str
    hatch: str | None
    dashes: str
    marker: str


LOOKS: dict[Direction, Look] = {
    1: Look("#00487a", "#dce8f2", None, "-", "o"),
    -1: Look("#b86800", "#fbeedb", "////", "--", "s"),
}
"""Dark blue and light orange: apart for every kind of colour blindness, and in greyscale."""

SEVERITY_COLOURS: dict[Severity, str] = {"note": "#5c5c5c", "warn": "#222222", "severe": "#9b1420"}

LETTERS = {
    "too_fast": "F",
    "abrupt_landing": "A",
    "jarring": "J",
    "catch": "C",
    "jerky": "K",
    "stop_and_go": "S",
    "carried": "P",
    "short_hold": "H",
    "restless_hold": "R",
    "fast_return": "B",
    "incomplete_return": "I",
    "over_range": "O",
    "not_graded": "–",
}
"""One letter a warning, where words have no room."""


def letter(code: str) -> str:
    """Of a warning; an asterisk for one that has none."""
    return LETTERS.get(code, "*")
