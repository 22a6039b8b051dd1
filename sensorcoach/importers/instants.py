"""Instants as text, from seconds since 1970 and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def instant(since_1970_s: float) -> str | None:
    """ISO 8601 in UTC; None if that is no year a recording can be of."""
    try:
        return datetime.fromtimestamp(since_1970_s, UTC).isoformat(timespec="microseconds")
    except (ValueError, OverflowError, OSError):
        return None


def since_1970_s(iso: str) -> float:
    """Seconds of an instant in ISO 8601; one without a zone counts as UTC."""
    at = datetime.fromisoformat(iso)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def moved(iso: str, by_s: float) -> str:
    """The instant so much later, in the same zone or, as before, in none."""
    return (datetime.fromisoformat(iso) + timedelta(seconds=by_s)).isoformat(timespec="microseconds")
