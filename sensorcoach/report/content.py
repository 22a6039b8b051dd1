"""What a report says about one session, in words and tables: the same for the page and for Markdown.

Everything that came from a file or a device is made printable here and escaped where it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median
from typing import Final

import msgspec

from sensorcoach.model import Correction, Mark, Result, Severity
from sensorcoach.output.printable import printable
from sensorcoach.output.review import Change, symmetry, to_change, verdict, went_well
from sensorcoach.output.table import NO_CENTRE, SIDES_UNKNOWN, UNCONFIRMED
from sensorcoach.output.words import clock, code_words, figure, plural, summary_line
from sensorcoach.report.dates import long_date
from sensorcoach.report.sides import DIRECTIONS, side_names
from sensorcoach.report.tables import (
    Table,
    figures_table,
    gaps_table,
    not_counted_table,
    quality_table,
    reps_table,
    rules_table,
    settings_rows,
    sides_table,
)
from sensorcoach.settings import Settings

SIMULATED: Final = "Simulated: nobody moved for this session. It never happened."
CANNOT_KNOW: Final = (
    "whether the shoulders stay down or the feet stay on the floor",
    "the other leg, and whether the knees stay together",
    "whether the pelvis leads the way back",
    "how far the spine turns: the roll of a thigh is not the rotation of the back",
    "the breath, and pain",
    "whether the knee touched floor or pillow: only how softly it stopped",
)
"""domain.md 10."""
CAVEATS: Final = (
    "One sensor at the knee sees the roll of this one leg, how fast it rolls and how hard it is jolted. It cannot see:",
    "This is not a medical device. The limits come from mechanics and judgement and have not been confirmed on people. "
    "Stop on sharp pain.",
)
MOST_NAMED: Final = 8
"""Repetitions told by number; of more than that only how many."""
GLOSSARY: Final = (
    ("range", "how far the leg has rolled from the centre when it lands"),
    ("drop, hold, return", "time on the way down, at the side, and on the way back"),
    ("free fall", "peak speed of the drop as a share of what two relaxed legs reach that fall as far: 0.67 is a limb "
     "let go, 0.10 a slow drop"),
    ("10–90 %", "time for the middle 80 % of the drop"),
    ("lost in 0.1 s", "largest loss of turning speed within 0.1 s of the landing"),
    ("braking", "largest angular deceleration at the landing"),
    ("jolt", "largest acceleration at the landing, without gravity"),
    ("SPARC", "smoothness of the speed: −1.4 is one smooth movement, lower is jerkier"),
    ("hold sway", "how far the leg moved while it was held, after the first 0.5 s"),
    ("left over", "what was left of the angle within 1 s after the return"),
    ("a cycle", "one repetition to each side"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure to see at a glance."""

    name: str
    value: str
    beside: str = ""


@dataclass(frozen=True, slots=True)
class ToChange:
    """One thing to work on: ``where`` it showed, and what to do."""

    name: str
    where: str
    severity: Severity
    advice: str


@dataclass(frozen=True, slots=True)
class Content:
    """What a report says about one session; see the sections of the page for where it stands."""

    title: str
    file: str
    facts: tuple[tuple[str, str], ...]
    simulated: bool
    landings_graded: bool
    headline: str
    verdict: str
    summary: str
    tiles: tuple[Tile, ...]
    well: tuple[str, ...]
    changes: tuple[ToChange, ...]
    told: tuple[str, ...]
    """What the person told: corrections, marks, pain."""
    reps: Table
    hold: str
    both_sides: str
    sides: Table
    figures: Table
    rules: Table
    quality: Table
    gaps: Table
    not_counted: Table
    remarks: tuple[str, ...]
    """What was assumed, repaired, not shown or is in doubt."""
    changed_settings: tuple[tuple[str, str], ...]
    usual_settings: tuple[tuple[str, str], ...]
    """By section: its name, and its settings in one line."""
    versions: tuple[tuple[str, str], ...]


def content_of(result: Result) -> Content:
    """Gather what a report says about ``result``."""
    settings = msgspec.convert(result.settings, Settings)
    changed, usual = settings_rows(result.settings)
    return Content(
        title=printable(long_date(result.start)) or "Knee drops",
        file=printable(result.file or "arrays"),
        facts=_facts(result),
        simulated=bool(result.sensor.get("simulated")),
        headline=_headline(result),
        verdict=verdict(result),
        summary=summary_line(result),
        tiles=_tiles(result, settings),
        well=went_well(result),
        changes=tuple(_to_change(change, len(result.reps)) for change in to_change(result)),
        landings_graded=bool(result.sensor.get("gyroscope")),
        told=_told(result),
        reps=reps_table(result.reps, {one.rep for one in result.corrections if one.change < 0}),
        hold=_hold(result, settings),
        both_sides=symmetry(result),
        sides=sides_table(result.reps),
        figures=figures_table(result.reps),
        rules=rules_table(settings.limits),
        quality=quality_table(result),
        gaps=gaps_table(result),
        not_counted=not_counted_table(result),
        remarks=_remarks(result),
        changed_settings=tuple((printable(name), printable(value)) for name, value in changed),
        usual_settings=tuple(_by_section(usual)),
        versions=_versions(result),
    )


def _facts(result: Result) -> tuple[tuple[str, str], ...]:
    facts = [("recording", result.file or "arrays"), ("length", f"{clock(result.duration_s)} min")]
    facts += [("person", result.person)] if result.person else []
    facts += [(name, str(result.sensor[name])) for name in ("label", "profile") if result.sensor.get(name)]
    mounting = result.sensor.get("mounting")
    if isinstance(mounting, dict):
        worn = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in mounting.items() if value)
        facts += [("worn", worn)] if worn else []
    names = {"label": "sensor", "profile": "kind of sensor"}
    return tuple((names.get(name, name), printable(value)) for name, value in facts)


def _headline(result: Result) -> str:
    """``6 repetitions: 3 left, 3 right``."""
    if not result.reps:
        return "No repetition"
    names = side_names(result.reps)
    told = [(sum(rep.direction == direction for rep in result.reps), names[direction]) for direction in DIRECTIONS]
    return f"{plural(len(result.reps), 'repetition')}: " + ", ".join(f"{n} {name}" for n, name in told)


def _tiles(result: Result, settings: Settings) -> tuple[Tile, ...]:
    reps, names = result.reps, side_names(result.reps)
    if not reps:
        return ()
    clean = sum(rep.graded and all(warning.severity == "note" for warning in rep.warnings) for rep in reps)
    aim_s = settings.limits.hold_target_s
    by_side = [[rep.range_deg for rep in reps if rep.direction == direction] for direction in DIRECTIONS]
    ranges = " / ".join(f"{median(side):.0f}°" if side else "–" for side in by_side)
    return (
        Tile("nothing to correct", f"{clean} of {len(reps)}", "repetitions"),
        Tile("range", ranges, f"median, {names[1]} / {names[-1]}"),
        Tile("drop", f"{median(rep.drop_time_s for rep in reps):.1f} s", "median"),
        Tile("hold", f"{median(rep.hold_s for rep in reps):.1f} s", f"median, aim {aim_s:g} s" if aim_s else "median"),
        Tile("cycles", str(result.summary.cycles), "both sides once"),
    )


def _to_change(change: Change, reps: int) -> ToChange:
    """``repetition 2, 5``; of many only how many."""
    if not change.reps:
        where = "over the session"
    elif len(change.reps) > MOST_NAMED:
        where = f"{len(change.reps)} of {reps} repetitions"
    else:
        where = f"repetition {', '.join(str(index) for index in change.reps)}"
    return ToChange(code_words(change.code).capitalize(), where, change.severity, change.advice)


def _told(result: Result) -> tuple[str, ...]:
    pain = [_marked("It hurt", mark) for mark in result.pain]
    marks = [_marked(f"Mark {number}", mark) for number, mark in enumerate(result.marks, start=1)]
    return (*pain, *(_corrected(one) for one in result.corrections), *_count_after(result), *marks)


def _count_after(result: Result) -> Iterator[str]:
    if result.corrections:
        summary = result.summary
        counts = ((summary.corrected_left, "left"), (summary.corrected_right, "right"))
        told = [f"{n} {side}" for n, side in counts]
        told += [f"{summary.corrected_unknown} of unknown side"] if summary.corrected_unknown else []
        yield f"With these corrections: {', '.join(told)}. The figures below are of what was detected."


def _marked(words: str, mark: Mark) -> str:
    return f"{words} at {clock(mark.t_s)}{f': {printable(mark.text)}' if mark.text else ''}."


def _corrected(one: Correction) -> str:
    side = f" to the {one.side}" if one.side else ""
    if one.rep is not None:
        return f"At {clock(one.t_s)} repetition {one.rep}{side} was taken back."
    return f"At {clock(one.t_s)} a repetition{side} was {'added' if one.change > 0 else 'taken off'} by hand."


def _hold(result: Result, settings: Settings) -> str:
    if not result.reps:
        return ""
    held = [rep.hold_s for rep in result.reps]
    aim_s = settings.limits.hold_target_s
    words = f"Held for {min(held):.1f} to {max(held):.1f} s, {median(held):.1f} s in the middle."
    if aim_s <= 0.0:
        return f"{words} No hold was aimed at."
    reached = sum(hold_s >= aim_s for hold_s in held)
    return f"{words} {reached} of {len(held)} reached the {figure(aim_s)} s aimed at."


def _remarks(result: Result) -> tuple[str, ...]:
    summary = result.summary
    remarks = [f"Not everything can be shown: {words}." for words in summary.could_not_show]
    if any(rep.centre_source == "midpoint" for rep in result.reps):
        remarks.append(NO_CENTRE)
    if summary.reps and summary.unknown == summary.reps:
        remarks.append(SIDES_UNKNOWN)
    if summary.reps and not summary.axis_confirmed:
        remarks.append(UNCONFIRMED)
    return tuple(printable(words) for words in (*remarks, *result.notices))


def _by_section(settings: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """``("signal", "min_rate_hz 18, …")``."""
    for section, rows in groupby(settings, key=lambda row: row[0].partition(".")[0]):
        yield section, ", ".join(f"{name.removeprefix(section + '.')} {value}" for name, value in rows)


def _versions(result: Result) -> tuple[tuple[str, str], ...]:
    versions = [("analysed and reported by", f"sensorcoach {result.version}")]
    firmware = result.sensor.get("firmware")
    versions += [("firmware of the sensor", str(firmware))] if firmware else []
    return tuple((name, printable(value)) for name, value in versions)
