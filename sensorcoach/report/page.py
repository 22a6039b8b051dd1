"""Sessions -> one HTML page that needs nothing else: no script, no network, no other file."""

from __future__ import annotations

from collections.abc import Sequence

from sensorcoach.report.content import CANNOT_KNOW, CAVEATS, GLOSSARY, SIMULATED, Content, content_of
from sensorcoach.report.observed import Observed
from sensorcoach.report.pictures import pictures_of
from sensorcoach.report.plots.trend import trend
from sensorcoach.report.trend import Point, as_shown, in_time, points, points_table


def as_page(sessions: Sequence[Observed], over_time: Sequence[Point] = ()) -> str:
    """The report of one session or of several, the newest first; equal input gives equal bytes.

    ``over_time``: the sessions of the trend, the oldest first; without any those of the page.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("sensorcoach.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["drawn"] = lambda picture: Markup(picture.svg)  # of our own making, its words escaped there
    results = [one.result for one in sessions]
    of = {id(one.result): one for one in sessions}
    shown = [of[id(result)] for result in as_shown(results)]
    pages = [(content_of(one.result), pictures_of(one, f"s{number}")) for number, one in enumerate(shown, start=1)]
    compared = over_time or points(in_time(results))
    return environment.get_template("page.html").render(
        sessions=pages,
        trend=trend("trend", compared) if len(compared) > 1 else None,
        trend_table=points_table(compared),
        caveats=CAVEATS,
        cannot_know=CANNOT_KNOW,
        glossary=GLOSSARY,
        simulated_words=SIMULATED,
        in_force=_in_force([content for content, _ in pages]),
    )


def _in_force(contents: Sequence[Content]) -> list[tuple[list[int], Content]]:
    """Sessions with the same limits and settings need them once: their numbers in the page, and one of them."""
    groups: list[tuple[list[int], Content]] = []
    for number, content in enumerate(contents, start=1):
        same = next((numbers for numbers, other in groups if _settings(other) == _settings(content)), None)
        if same is None:
            groups.append(([number], content))
        else:
            same.append(number)
    return groups


def _settings(content: Content) -> tuple[object, ...]:
    return content.rules, content.changed_settings, content.usual_settings
