"""The logbook as text: a line a session, trends as rows of bars, what comes next."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sensorcoach.output.printable import printable
from sensorcoach.output.sparkline import sparkline
from sensorcoach.output.words import clock, figure, plural

if TYPE_CHECKING:
    from sensorcoach.app import DiskUse, LoggedSession, Streak, Trend

NAME_WIDTH: Final = 18
"""Of a trend; with its figures beside it, bars for 40 sessions fit into 80 columns."""
MOST_BARS: Final = 40
_HEAD: Final = f"{'#':>4}  {'begun':<16} {'min':>6}  {'reps l/r':<8} {'range l/r':<9} {'drop':>5}  to correct"
BESIDE: Final = len(_HEAD) - len("to correct")
"""Column of what was to correct, where a long line goes on."""


def table(sessions: Sequence[LoggedSession]) -> Iterator[str]:
    """A head and a line a session, the newest at the bottom; a side nobody knows has a question mark."""
    yield _HEAD
    for one in sessions:
        yield printable(_line(one))


def trend_lines(trends: Sequence[Trend], bars: str) -> Iterator[str]:
    """A name, a bar a session, and what the first and the last shown were."""
    for trend in trends:
        shown = trend.values[-MOST_BARS:]
        told = [value for value in shown if value is not None]
        ends = f"{figure(told[0])} to {figure(told[-1])}{_unit(trend.unit)}" if told else "nothing to show"
        yield f"{trend.name:<{NAME_WIDTH}} {sparkline(shown, bars=bars)}  {ends}"


def next_line(streak: Streak, target: int, comfort: tuple[float | None, float | None]) -> str:
    """``3 days in a row (longest 7). Next target: 6 a side. Comfortable: left 48°, right not known yet.``"""
    row = f"{plural(streak.days, 'day')} in a row (longest {streak.longest})"
    aim = f"Next target: {target} a side" if target else "No target"
    if comfort == (None, None):
        return f"{row}. {aim}."
    known = ("not known yet" if one is None else f"{figure(one)}°" for one in comfort)
    left, right = known
    return f"{row}. {aim}. Comfortable maximum: left {left}, right {right}."


def disk_line(use: DiskUse) -> str:
    """``12 recordings, 34.1 MB; logbook 0.2 MB.``"""
    recordings = f"{plural(use.recordings, 'recording')}, {megabytes(use.recordings_bytes)}"
    return f"{recordings}; logbook {megabytes(use.logbook_bytes)}."


def others_line(people: Mapping[str | None, int], person: str | None) -> str | None:
    """Who else has sessions."""
    others = [f"{label} ({n})" for label, n in people.items() if label is not None and label != person]
    if person is not None and people.get(None):
        others.insert(0, f"without a label ({people[None]})")
    return f"Others: {', '.join(others)}; --person LABEL shows theirs." if others else None


def megabytes(size_bytes: int) -> str:
    """``34.1 MB``, ``12 kB``."""
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes >= 1e6 else f"{size_bytes / 1e3:.0f} kB"


def as_dict(session: LoggedSession) -> dict[str, object]:
    """For JSON and CSV: every figure by name."""
    return {**asdict(session), "recording": str(session.recording), "warnings_a_rep": session.warnings_a_rep}


def as_csv(sessions: Sequence[LoggedSession], columns: type[LoggedSession]) -> str:
    """Header and a line a session; what is not known is empty."""
    text = io.StringIO()
    names = [*(field.name for field in fields(columns)), "warnings_a_rep"]
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(as_dict(one) for one in sessions)
    return text.getvalue()


def begun(session: LoggedSession) -> str:
    """``2026-11-20 18:03``, where the person was."""
    return f"{datetime.fromisoformat(session.start):%Y-%m-%d %H:%M}"


def _line(one: LoggedSession) -> str:
    when = f"{one.number:>4}  {begun(one):<16} {clock(one.duration_s):>6}"
    return f"{when}  {_sides(one):<8} {_ranges(one):<9} {_drop(one):>5}  {_verdict(one)}"


def _sides(one: LoggedSession) -> str:
    """``5/4``, ``9?`` where sides are unknown, ``5/4+1?``."""
    if one.reps == 0:
        return "none"
    told = f"{one.left}/{one.right}" if one.left or one.right else ""
    return told + "+" * bool(told and one.unknown) + (f"{one.unknown}?" if one.unknown else "")


def _ranges(one: LoggedSession) -> str:
    """Of left and right, or of all where sides are unknown."""
    if one.range_left_deg is None and one.range_right_deg is None:
        return "–" if one.range_deg is None else f"{one.range_deg:.0f}°"
    return "/".join("–" if each is None else f"{each:.0f}°" for each in (one.range_left_deg, one.range_right_deg))


def _drop(one: LoggedSession) -> str:
    return "–" if one.drop_time_s is None else f"{one.drop_time_s:.1f}s"


def _verdict(one: LoggedSession) -> str:
    """What there was to correct, pain, and what else is out of the ordinary."""
    none = "nothing" if one.detected else "–"
    told = one.warned + one.severe
    parts = [f"{told} ({one.severe} severe)" if one.severe else str(told or none)]
    parts += ["it hurt"] * bool(one.pain)
    parts += ["simulated"] * one.simulated
    parts += ["recording gone"] * (one.size_bytes == 0)
    return ", ".join(parts)


def _unit(unit: str) -> str:
    return f" {unit}" if unit.isalpha() else unit
