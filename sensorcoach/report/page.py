"""Sessions -> one HTML page that needs nothing else: no script, no network, no other file."""

from __future__ import annotations

from collections.abc import Sequence

from sensorcoach.model import Result
from sensorcoach.report.content import CANNOT_KNOW, CAVEATS, GLOSSARY, SIMULATED, content_of
from sensorcoach.report.observed import Observed
from sensorcoach.report.pictures import pictures_of
from sensorcoach.report.plots.trend import trend
from sensorcoach.report.trend import in_time, points


def as_page(sessions: Sequence[Observed], earlier: Sequence[Result] = ()) -> str:
    """The report of one session or of several, the newest first; equal input gives equal bytes.

    ``earlier``: results of other sessions of the person, for the trend only.
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
    in_order = in_time([*earlier, *(one.result for one in sessions)])
    shown = sorted(sessions, key=lambda one: -_place(in_order, one.result))
    return environment.get_template("page.html").render(
        sessions=[
            (content_of(one.result), pictures_of(one, f"s{number}")) for number, one in enumerate(shown, start=1)
        ],
        trend=trend("trend", points(in_order)) if len(in_order) > 1 else None,
        caveats=CAVEATS,
        cannot_know=CANNOT_KNOW,
        glossary=GLOSSARY,
        simulated_words=SIMULATED,
    )


def _place(results: Sequence[Result], result: Result) -> int:
    return next(place for place, other in enumerate(results) if other is result)
