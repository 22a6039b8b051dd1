"""A result as a readable table, for 80 columns and any terminal. Colour only repeats what the words say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from sensorcoach.kneedrop.advice import ADVICE
from sensorcoach.model import Rep, Result, Severity, Warning
from sensorcoach.output.printable import printable
from sensorcoach.output.words import (
    NOT_COUNTED,
    NOT_GRADED,
    clock,
    code_words,
    person_words,
    plural,
    quantity,
    read_as_line,
    side_word,
    summary_line,
)

if TYPE_CHECKING:
    from rich.table import Table

_STYLES: dict[Severity, str] = {"note": "dim", "warn": "yellow", "severe": "bold red"}
_WEIGHTS: dict[Severity, int] = {"note": 0, "warn": 1, "severe": 2}

_COLUMNS = (
    ("#", ""),
    ("at", "min"),
    ("side", ""),
    ("range", "°"),
    ("drop", "s"),
    ("hold", "s"),
    ("back", "s"),
    ("peak", "°/s"),
    ("jolt", "g"),
)

UNCONFIRMED = (
    "Not confirmed as knee drops: nobody told how the sensor sits, and no even movement to both sides proves it, so "
    "another movement (a bridge, a leg lift) could look the same. Give --up-leg, or drop to both sides."
)
NO_CENTRE = "No rest at the centre was seen: a range is half the way from side to side."
SIDES_UNKNOWN = "A and B are the two sides; --up-leg or --first-side tells which is left."


def as_table(result: Result, stream: TextIO) -> str:
    """Heading, table of reps, advice and the one-line summary, in the width and colours ``stream`` can show."""
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    with console.capture() as captured:
        console.print(Text(_heading(result), style="bold"))
        read = read_as_line(result)
        if read is not None:
            console.print(Text(printable(read), style="dim"))
        if result.reps:
            console.print()
            console.print(_table(result.reps))
            console.print()
        for paragraph in _paragraphs(result):
            console.print(Text(paragraph))
        console.print(Text(summary_line(result), style="bold"))
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def _heading(result: Result) -> str:
    rate = "" if result.rate_hz is None else f", {result.rate_hz:.0f} Hz"
    return f"{printable(result.file or 'arrays')}: {clock(result.duration_s)} min{rate}"


def _table(reps: tuple[Rep, ...]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0), show_edge=False)
    for name, unit in _COLUMNS:
        table.add_column(f"{name}\n{unit}", justify="left" if name == "side" else "right", no_wrap=True)
    table.add_column("\nverdict", ratio=1)
    for rep in reps:
        table.add_row(*_cells(rep), Text(_verdict(rep), style=_style(rep)))
    return table


def _cells(rep: Rep) -> tuple[str, ...]:
    return (
        str(rep.index),
        clock(rep.drop_start_s),
        side_word(rep.side, rep.direction),
        f"{rep.range_deg:.0f}",
        f"{rep.drop_time_s:.1f}",
        f"{rep.hold_s:.1f}",
        f"{rep.return_time_s:.1f}",
        "–" if rep.peak_drop_dps is None else f"{rep.peak_drop_dps:.0f}",
        "–" if rep.landing_jolt_g is None else f"{rep.landing_jolt_g:.1f}",
    )


def _verdict(rep: Rep) -> str:
    if not rep.graded:
        reason = rep.not_graded_reason or "rate"
        return f"not graded: {NOT_GRADED.get(reason, code_words(reason))}"
    by_weight = sorted(rep.warnings, key=lambda warning: -_WEIGHTS[warning.severity])
    told = ", ".join(_mark(warning) + code_words(warning.code) for warning in by_weight if warning.severity != "note")
    noted = ", ".join(code_words(warning.code) for warning in by_weight if warning.severity == "note")
    return f"{told} ({noted})".strip() if noted else told or "good"


def _mark(warning: Warning) -> str:
    return "! " if warning.severity == "severe" else ""


def _style(rep: Rep) -> str:
    worst = max((warning.severity for warning in rep.warnings), key=_WEIGHTS.__getitem__, default=None)
    return "green" if worst is None else _STYLES[worst]


def _paragraphs(result: Result) -> Iterator[str]:
    summary = result.summary
    yield from _advice(result.reps)
    if any(rep.centre_source == "midpoint" for rep in result.reps):
        yield NO_CENTRE
    yield from (_session_words(warning) for warning in summary.session_warnings)
    if summary.reps and summary.unknown == summary.reps:
        yield SIDES_UNKNOWN
    if summary.reps and not summary.axis_confirmed:
        yield UNCONFIRMED
    yield from person_words(result)
    if result.aborted:
        reasons = Counter(NOT_COUNTED.get(aborted.reason, code_words(aborted.reason)) for aborted in result.aborted)
        yield "Not counted: " + ", ".join(f"{n} {words}" for words, n in reasons.most_common()) + "."
    if result.gaps:
        lost_s = sum(gap.end_s - gap.start_s for gap in result.gaps)
        yield f"{plural(len(result.gaps), 'gap')} without samples, {lost_s:.1f} s in all."
    yield from (f"Not everything can be shown: {printable(words)}." for words in summary.could_not_show)
    yield from (printable(notice) for notice in result.notices)


def _session_words(warning: Warning) -> str:
    if warning.code == "short_hold":
        return f"Hardly any hold ({warning.value:.0f} times). {ADVICE['short_hold']} If rocking is meant: --rocking."
    return f"{code_words(warning.code)} ({quantity(warning)}): {ADVICE[warning.code]}"


def _advice(reps: tuple[Rep, ...]) -> Iterator[str]:
    """One paragraph a warning code, worst first: in which reps, by how much, and what to do."""
    found: dict[str, list[tuple[Rep, Warning]]] = defaultdict(list)
    for rep in reps:
        for warning in rep.warnings:
            if warning.severity != "note":
                found[warning.code].append((rep, warning))
    for code, hits in sorted(found.items(), key=lambda item: -len(item[1])):
        worst = max((w for _, w in hits), key=lambda w: _WEIGHTS[w.severity])
        where = "every rep" if len(hits) == len(reps) > 1 else "rep " + ", ".join(str(rep.index) for rep, _ in hits)
        yield f"{code_words(code)} ({where}; {quantity(worst)}): {ADVICE[code]}"
