"""Sessions -> one HTML page that needs nothing else: no script, no network, no other file."""

from __future__ import annotations

from collections.abc import Sequence

from sensorcoach.report.content import CANNOT_KNOW, CAVEATS, GLOSSARY, SIMULATED, content_of
from sensorcoach.report.observed import Observed
from sensorcoach.report.pictures import pictures_of
from sensorcoach.report.plots.trend import trend
from sensorcoach.report.trend import Point, in_time, points


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
    in_order = in_time([one.result for one in sessions])
    newest_first = sorted(sessions, key=lambda one: -[one.result is other for other in in_order].index(True))
    pages = [(content_of(one.result), pictures_of(one, f"s{number}")) for number, one in enumerate(newest_first, 1)]
    compared = over_time or points(in_order)
    return environment.get_template("page.html").render(
        sessions=pages,
        trend=trend("trend", compared) if len(compared) > 1 else None,
        caveats=CAVEATS,
        cannot_know=CANNOT_KNOW,
        glossary=GLOSSARY,
        simulated_words=SIMULATED,
    )
