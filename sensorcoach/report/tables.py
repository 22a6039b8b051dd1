"""Tables of a report, the same for the page and for Markdown: cells are text, ready to be escaped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import msgspec

from sensorcoach.model import Rep, Result, Severity, Warning
from sensorcoach.output.words import (
    NOT_COUNTED,
    NOT_GRADED,
    clock,
    code_words,
    figure,
    quantity,
    side_word,
)
from sensorcoach.report.sides import DIRECTIONS, side_names
from sensorcoach.settings import Limit, LimitSettings, Settings

NONE: Final = "–"
_WEIGHTS: Final[dict[Severity, int]] = {"note": 0, "warn": 1, "severe": 2}


@dataclass(frozen=True, slots=True)
class Column:
    """``unit``: below the name. ``words``: text, and not a number, stands in it."""

    name: str
    unit: str = ""
    words: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """``levels``: the worst severity of each row, or None."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    levels: tuple[Severity | None, ...] = ()


def reps_table(reps: Sequence[Rep], taken_back: Collection[int | None] = ()) -> Table:
    """What a person asks about each repetition. ``taken_back``: indices of those the person did not count."""
    columns = (
        Column("#"), Column("at", "min:s"), Column("side", words=True), Column("range", "°"), Column("drop", "s"),
        Column("hold", "s"), Column("return", "s"), Column("what to correct", words=True),
    )  # fmt: skip
    rows = tuple(
        (
            str(rep.index),
            clock(rep.drop_start_s),
            side_word(rep.side, rep.direction),
            f"{rep.range_deg:.0f}",
            f"{rep.drop_time_s:.1f}",
            f"{rep.hold_s:.1f}",
            f"{rep.return_time_s:.1f}",
            verdict_words(rep) + ("; taken back by hand" if rep.index in taken_back else ""),
        )
        for rep in reps
    )
    return Table("Repetition by repetition", columns, rows, tuple(worst(rep.warnings) for rep in reps))


def verdict_words(rep: Rep) -> str:
    """``severe: abrupt landing (123°/s, limit 90°/s); note: jarring (…)``, ``nothing``, or why it was not graded."""
    if not rep.graded:
        reason = rep.not_graded_reason or "rate"
        return f"counted, not graded: {NOT_GRADED.get(reason, code_words(reason))}"
    told = []
    for warning in sorted(rep.warnings, key=lambda warning: -_WEIGHTS[warning.severity]):
        lead = "" if warning.severity == "warn" else f"{warning.severity}: "
        figures = quantity(warning)
        told.append(f"{lead}{code_words(warning.code)}" + (f" ({figures})" if figures else ""))
    return "; ".join(told) or "nothing"


def worst(warnings: Sequence[Warning]) -> Severity | None:
    """The heaviest severity among ``warnings``."""
    return max((warning.severity for warning in warnings), key=_WEIGHTS.__getitem__, default=None)


_FIGURES: Final[tuple[tuple[Column, Callable[[Rep], object], int], ...]] = (
    (Column("peak drop", "°/s"), lambda rep: rep.peak_drop_dps, 0),
    (Column("free fall", "share"), lambda rep: rep.free_fall_fraction, 2),
    (Column("10–90 %", "s"), lambda rep: rep.drop_time_10_90_s, 2),
    (Column("lost in 0.1 s", "°/s"), lambda rep: rep.landing_loss_dps, 0),
    (Column("braking", "°/s²"), lambda rep: rep.landing_decel_dps2, 0),
    (Column("jolt", "g"), lambda rep: rep.landing_jolt_g, 1),
    (Column("SPARC drop"), lambda rep: rep.sparc, 2),
    (Column("SPARC return"), lambda rep: rep.return_sparc, 2),
    (Column("stops"), lambda rep: rep.stops, 0),
    (Column("hold sway", "°"), lambda rep: rep.hold_sway_deg, 1),
    (Column("peak return", "°/s"), lambda rep: rep.peak_return_dps, 0),
    (Column("left over", "°"), lambda rep: rep.residual_deg, 1),
)


def figures_table(reps: Sequence[Rep]) -> Table:
    """What a physiotherapist asks about each repetition: raw values, as in the JSON."""
    columns = (Column("#"), Column("side", words=True), *(column for column, _, _ in _FIGURES))
    rows = tuple(
        (
            str(rep.index),
            side_word(rep.side, rep.direction),
            *(figure_or_none(value(rep), digits) for _, value, digits in _FIGURES),
        )
        for rep in reps
    )
    return Table("The figures of each repetition", columns, rows)


def figure_or_none(value: object, digits: int) -> str:
    """A number with so many decimals, a dash where there is none."""
    return f"{value:.{digits}f}".replace("-", "−") if isinstance(value, int | float) else NONE


_COMPARED: Final[tuple[tuple[str, str, Callable[[Rep], float], int], ...]] = (
    ("range", "°", lambda rep: rep.range_deg, 0),
    ("drop time", "s", lambda rep: rep.drop_time_s, 1),
    ("hold", "s", lambda rep: rep.hold_s, 1),
    ("return time", "s", lambda rep: rep.return_time_s, 1),
)


def sides_table(reps: Sequence[Rep]) -> Table:
    """Medians of the two sides and how far they differ. Impacts are not compared (definitions.md C)."""
    names = side_names(reps)
    columns = (
        Column("median", words=True), Column("unit", words=True), Column(names[1]), Column(names[-1]),
        Column("difference"), Column("of their mean", "%"),
    )  # fmt: skip
    count = tuple(str(sum(rep.direction == direction for rep in reps)) for direction in DIRECTIONS)
    rows: list[tuple[str, ...]] = [("repetitions", "", *count, NONE, NONE)]
    for name, unit, value, digits in _COMPARED:
        one, other = ([value(rep) for rep in reps if rep.direction == direction] for direction in DIRECTIONS)
        if one and other:
            a, b = median(one), median(other)
            share = f"{200.0 * abs(a - b) / (a + b):.0f}" if a + b > 0.0 else NONE
            rows.append((name, unit, f"{a:.{digits}f}", f"{b:.{digits}f}", f"{abs(a - b):.{digits}f}", share))
        else:
            medians = (f"{median(side):.{digits}f}" if side else NONE for side in (one, other))
            rows.append((name, unit, *medians, NONE, NONE))
    return Table("One side beside the other", columns, tuple(rows))


def not_counted_table(result: Result) -> Table:
    """Movements that looked like a repetition and were none."""
    rows = tuple(
        (
            clock(aborted.start_s),
            f"{aborted.end_s - aborted.start_s:.1f}",
            figure_or_none(aborted.range_deg, 0),
            NOT_COUNTED.get(aborted.reason, code_words(aborted.reason)),
        )
        for aborted in result.aborted
    )
    columns = (Column("at", "min:s"), Column("length", "s"), Column("range", "°"), Column("reason", words=True))
    return Table("Not counted", columns, rows)


def gaps_table(result: Result) -> Table:
    """Time without samples."""
    rows = tuple((clock(gap.start_s), f"{gap.end_s - gap.start_s:.2f}", str(gap.lost)) for gap in result.gaps)
    return Table("Gaps", (Column("at", "min:s"), Column("length", "s"), Column("samples lost")), rows)


_COUNTS: Final = {
    "lost": "samples lost",
    "filled": "samples made up across short gaps",
    "clipped": "samples at the end of the sensor's range",
    "duplicated": "samples that came twice",
    "out_of_order": "samples out of order",
    "undecodable": "packets that could not be read",
    "cut_packets": "packets cut short by the link",
    "impossible": "samples beyond any sensor's range",
}


def quality_table(result: Result) -> Table:
    """How good the recording is."""
    gap_s = sum(gap.end_s - gap.start_s for gap in result.gaps)
    ungraded = sum(not rep.graded for rep in result.reps)
    rows = [
        ("length", f"{clock(result.duration_s)} min"),
        ("samples a second", NONE if result.rate_hz is None else f"{result.rate_hz:.1f}"),
        ("samples received", str(result.samples)),
        ("gyroscope", "yes" if result.sensor.get("gyroscope") else "no"),
        *((words, str(result.counts[name])) for name, words in _COUNTS.items() if name in result.counts),
        ("gaps", f"{len(result.gaps)}, {gap_s:.1f} s in all" if result.gaps else "none"),
        ("repetitions not graded", str(ungraded)),
        ("centre found by", ", ".join(_centres(result.reps)) or NONE),
        ("confirmed as knee drops", "yes" if result.summary.axis_confirmed else "no"),
    ]
    columns = (Column("what", words=True), Column("found", words=True))
    return Table("How good the recording is", columns, tuple(rows))


def _centres(reps: Sequence[Rep]) -> list[str]:
    sources = Counter(rep.centre_source for rep in reps)
    return [f"{code_words(source)} ({n})" for source, n in sources.most_common()]


_RULES: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("too fast", "share of free fall", "", "too_fast_fraction"),
    ("", "time of the middle 80 % of the drop, below", "s", "too_fast_time_s"),
    ("abrupt landing", "speed lost within 0.1 s", "°/s", "abrupt_landing_dps"),
    ("jarring", "jolt at the landing", "g", "jarring_g"),
    ("", "braking at the landing", "°/s²", "jarring_dps2"),
    ("catch", "braking before the landing", "°/s²", "catch_dps2"),
    ("jerky", "SPARC, below", "", "jerky_sparc"),
    ("", "peaks of speed", "", "jerky_peaks"),
    ("stop and go", "stops on the way down", "", "stop_and_go_stops"),
    ("carried", "share of free fall, below", "", "carried_fraction"),
    ("restless hold", "sway in the hold", "°", "restless_hold_deg"),
    ("", "speed in the hold", "°/s", "restless_hold_dps"),
    ("fast return", "peak speed divided by range", "1/s", "fast_return_per_s"),
    ("incomplete return", "what is left of the range", "", "incomplete_return_fraction"),
    ("asymmetric", "difference of range between the sides", "", "asymmetric_range"),
    ("", "difference of times between the sides", "", "asymmetric_time"),
)
"""Rule, its metric, unit, and the field of `LimitSettings`; ``short hold`` and ``over range`` have their own rows."""


def rules_table(limits: LimitSettings) -> Table:
    """The limits in force, by rule."""
    rows = [
        (rule, metric, unit, *(_level(getattr(limits, name), level) for level in ("note", "warn", "severe")))
        for rule, metric, unit, name in _RULES
    ]
    target_s = limits.hold_target_s
    warn_s = min(target_s, max(limits.short_hold_floor_s, limits.short_hold_fraction * target_s))
    hold = (figure(target_s), figure(warn_s)) if target_s > 0.0 else (NONE, NONE)
    rows.append(("short hold", "hold, below", "s", *hold, NONE))
    for side, most_deg in (("left", limits.comfort_left_deg), ("right", limits.comfort_right_deg)):
        unknown = "" if most_deg else ", comfortable maximum unknown"
        rows.append(("over range", f"range to the {side}{unknown}", "°", *_over(most_deg, limits)))
    columns = (
        Column("rule", words=True), Column("what is measured", words=True), Column("unit", words=True),
        Column("note"), Column("warn"), Column("severe"),
    )  # fmt: skip
    return Table("Limits in force", columns, tuple(rows))


def _over(most_deg: float | None, limits: LimitSettings) -> tuple[str, str, str]:
    if most_deg is None:
        return NONE, figure(limits.over_range_unknown_deg), NONE
    warn_deg = most_deg + max(limits.over_range_warn_deg, limits.over_range_warn_fraction * most_deg)
    levels = limits.over_range_note_fraction * most_deg, warn_deg, most_deg + limits.over_range_severe_deg
    return figure(levels[0]), figure(levels[1]), figure(levels[2])


def _level(limit: Limit, level: str) -> str:
    value = getattr(limit, level)
    return NONE if value is None else figure(value).replace("-", "−")


def settings_rows(settings: Mapping[str, object]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """All settings by name, ``limits.jarring_g``: those that differ from today's defaults, and the others.

    Levels of a rule that are the defaults are left out: `rules_table` has them.
    """
    defaults = _flat(msgspec.to_builtins(Settings()))
    changed, usual = [], []
    for name, value in _flat(settings).items():
        if name not in defaults or defaults[name] != value:
            changed.append((name, f"{value} (default {defaults.get(name, NONE)})"))
        elif name.removeprefix("limits.") not in {field for *_, field in _RULES}:
            usual.append((name, value))
    return changed, usual


def _flat(settings: Mapping[str, object], before: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in settings.items():
        if isinstance(value, Mapping) and not {"note", "warn", "severe"} <= set(value):
            flat.update(_flat(value, f"{before}{name}."))
        else:
            flat[before + name] = _setting(value)
    return flat


def _setting(value: object) -> str:
    if isinstance(value, Mapping):
        return " / ".join(_setting(value[level]) for level in ("note", "warn", "severe"))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:g}"
    return NONE if value is None else str(value)
