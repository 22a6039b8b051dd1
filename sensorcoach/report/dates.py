"""When a session was, as people write it; the same on every computer, in whatever zone the recording tells."""

from __future__ import annotations

from datetime import UTC, datetime

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def instant(start: str | None) -> float | None:
    """Seconds since 1970 of an ISO 8601 instant (without a zone: as if in UTC); None where it is none."""
    when = _parsed(start)
    return None if when is None else (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def long_date(start: str | None) -> str:
    """``21 November 2026, 14:03 (UTC)``; the words themselves where they are no instant, empty without any."""
    when = _parsed(start)
    if when is None:
        return start or ""
    zone = f" ({when.tzname()})" if when.tzname() else ""
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}, {when:%H:%M}{zone}"


def short_date(start: str | None) -> str:
    """``21 Nov``."""
    when = _parsed(start)
    return (start or "")[:10] if when is None else f"{when.day} {MONTHS[when.month - 1][:3]}"


def _parsed(start: str | None) -> datetime | None:
    try:
        return None if start is None else datetime.fromisoformat(start)
    except ValueError:
        return None
