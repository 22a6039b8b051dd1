"""Sessions -> Markdown: what the page says, without its pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from sensorcoach.model import Result
from sensorcoach.report.content import CANNOT_KNOW, CAVEATS, GLOSSARY, SIMULATED, Content, ToChange, content_of
from sensorcoach.report.tables import Table
from sensorcoach.report.trend import Point, as_shown, in_time, points, points_table

_MEANT = re.compile(r"[\\`*_{}\[\]<>#|~&]")
"""Characters that Markdown, or the HTML inside it, could take for more than themselves."""


def as_markdown(results: Sequence[Result], over_time: Sequence[Point] = ()) -> str:
    """The report of one session or several, the newest first; ``over_time`` as in `page.as_page`."""
    compared = over_time or points(in_time(results))
    parts = list(_table(points_table(compared))) if len(compared) > 1 else []
    parts += [part for result in as_shown(results) for part in _session(content_of(result))]
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """``text`` as nothing but text."""
    return _MEANT.sub(lambda found: f"&{_ENTITIES[found[0]]};" if found[0] in _ENTITIES else f"\\{found[0]}", text)


_ENTITIES = {"<": "lt", ">": "gt", "&": "amp"}


def _session(content: Content) -> Iterator[str]:
    yield f"# {escaped(content.title)}"
    yield f"**{escaped(content.headline)}.** {escaped(content.verdict)}"
    if content.simulated:
        yield f"**{SIMULATED}**"
    yield from _listed("What you told", content.told)
    yield from _listed("To work on", [_change(change) for change in content.changes])
    yield from _listed("What went well", content.well)
    if content.reps.rows:
        for table in (content.reps, content.sides, content.figures, content.rules):
            yield from _table(table)
        yield escaped(content.hold)
        yield from _listed("What the words mean", [f"{name}: {words}" for name, words in GLOSSARY])
    for table in (content.quality, content.gaps, content.not_counted):
        if table.rows:
            yield from _table(table)
    yield from _listed("Good to know", content.remarks)
    yield from _listed("What one sensor cannot know", CANNOT_KNOW)
    yield escaped(CAVEATS[1])
    rows = (*content.facts, *content.versions, *content.changed_settings)
    yield from _listed("Settings and versions", [f"{name}: {value}" for name, value in rows])


def _change(change: ToChange) -> str:
    severe = ", severe" if change.severity == "severe" else ""
    return f"{change.name} ({change.where}{severe}): {change.advice}"


def _listed(title: str, lines: Iterable[str]) -> Iterator[str]:
    told = [f"- {escaped(line)}" for line in lines]
    if told:
        yield f"## {title}"
        yield "\n".join(told)


def _table(table: Table) -> Iterator[str]:
    yield f"## {table.title}"
    names = [f"{column.name}, {column.unit}" if column.unit else column.name for column in table.columns]
    rules = [":--" if column.words else "--:" for column in table.columns]
    rows = [names, *table.rows]
    lines = ["| " + " | ".join(escaped(cell) for cell in row) + " |" for row in rows]
    lines.insert(1, "| " + " | ".join(rules) + " |")
    yield "\n".join(lines)
