"""Which level of a rule a value reaches, and which of two broken rules is the worse."""

from __future__ import annotations

from sensorcoach.model import Severity, Warning
from sensorcoach.settings import Limit

RANK: dict[Severity, int] = {"note": 0, "warn": 1, "severe": 2}


def at_or_above(code: str, unit: str, value: float | None, limit: Limit) -> Warning | None:
    """The highest level whose limit `value` reaches; None below all of them or without a value."""
    if value is None:
        return None
    for severity, level in _from_the_top(limit):
        if level is not None and value >= level:
            return Warning(code=code, severity=severity, value=value, limit=level, unit=unit)
    return None


def below(code: str, unit: str, value: float | None, limit: Limit) -> Warning | None:
    """The highest level whose limit `value` falls below; None above all of them or without a value."""
    if value is None:
        return None
    for severity, level in _from_the_top(limit):
        if level is not None and value < level:
            return Warning(code=code, severity=severity, value=value, limit=level, unit=unit)
    return None


def worst(*found: Warning | None) -> Warning | None:
    """The most severe; of equals the first named."""
    broken = [warning for warning in found if warning is not None]
    return max(broken, key=lambda warning: RANK[warning.severity], default=None)


def note_only(warning: Warning | None, limit: Limit) -> Warning | None:
    """The same finding for the log: its value against the note's limit."""
    if warning is None:
        return None
    return Warning(code=warning.code, severity="note", value=warning.value, limit=limit.note, unit=warning.unit)


def _from_the_top(limit: Limit) -> tuple[tuple[Severity, float | None], ...]:
    return ("severe", limit.severe), ("warn", limit.warn), ("note", limit.note)
