"""What the pictures show, in numbers; and that nobody needs colour to read them."""

from pathlib import Path

import numpy as np
import pytest

from sensorcoach.choices import Choices
from sensorcoach.model import Severity
from sensorcoach.report.dates import instant, long_date, short_date
from sensorcoach.report.observed import Observed, observe_files
from sensorcoach.report.plots.landings import MOST, hardest
from sensorcoach.report.plots.looks import LETTERS, LOOKS, SEVERITY_COLOURS, letter
from sensorcoach.report.plots.overlay import spread
from sensorcoach.report.tables import rules_table, sides_table
from sensorcoach.report.trend import as_shown, in_time, points, points_table
from sensorcoach.settings import LimitSettings
from tests.fronts.results import rep, result, warning

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"


@pytest.fixture(scope="module")
def thumps() -> Observed:
    return observe_files([RECORDINGS / "thumps.jsonl.gz"], Choices())


def test_mean_and_spread_of_known_curves() -> None:
    t_s = np.linspace(-1.0, 1.0, 201)
    both = spread([(t_s, np.full(201, 10.0)), (t_s, np.full(201, 20.0))], -1.0, 1.0)
    assert both.mean_deg == pytest.approx(15.0)
    assert both.sd_deg == pytest.approx(5.0)
    early = t_s < 0.0
    some = spread([(t_s, t_s), (t_s[early], t_s[early] + 2.0), (t_s[early], t_s[early] + 4.0)], -1.0, 1.0)
    before, after = some.t_s < -0.05, some.t_s > 0.05
    assert some.mean_deg[before] == pytest.approx(some.t_s[before] + 2.0)
    assert np.isnan(some.mean_deg[after]).all()  # one of three is no mean


def test_the_curve_is_the_one_the_figures_come_from(thumps: Observed) -> None:
    for one in thumps.result.reps:
        curve = thumps.curves[one.index]
        near = (curve.t_s >= one.drop_start_s) & (curve.t_s < one.drop_end_s + 0.30)  # the touch comes before the rest
        assert curve.jolt_g[near].max() == one.landing_jolt_g
        moving = (curve.t_s >= one.drop_start_s - 1e-6) & (curve.t_s < one.drop_end_s - 1e-6)
        assert curve.speed_dps[moving].max() == one.peak_drop_dps


def test_the_hardest_landing_comes_first_and_the_softest_last(thumps: Observed) -> None:
    shown = hardest(thumps.result.reps, LimitSettings())
    assert len(shown) == min(MOST, len(thumps.result.reps))
    weights: dict[Severity, int] = {"note": 1, "warn": 2, "severe": 3}
    worst = [
        max((weights[w.severity] for w in one.warnings if w.code in ("jarring", "abrupt_landing", "catch")), default=0)
        for one in shown
    ]
    assert worst == sorted(worst, reverse=True)
    many = [rep(n, landing_jolt_g=0.1 * n, landing_loss_dps=1.0) for n in range(1, 9)]
    assert [one.index for one in hardest(many, LimitSettings())] == [8, 7, 6, 1]


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2): what is left of a colour in greyscale, and what every kind of eye sees."""
    parts = [int(colour[place : place + 2], 16) / 255.0 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_lines_are_seen_and_told_apart_without_colour() -> None:
    left, right = LOOKS[1], LOOKS[-1]
    assert all(contrast(look.line, "#ffffff") >= 3.0 for look in LOOKS.values())  # WCAG 1.4.11
    assert all(contrast(look.line, look.shade) >= 3.0 for look in LOOKS.values())
    assert contrast(left.line, right.line) >= 1.8
    assert left.dashes != right.dashes
    assert left.marker != right.marker
    assert (left.hatch is None) != (right.hatch is None)
    assert all(contrast(colour, "#ffffff") >= 4.5 for colour in SEVERITY_COLOURS.values())  # WCAG 1.4.3, text


def test_each_warning_has_a_letter_of_its_own() -> None:
    assert len(set(LETTERS.values())) == len(LETTERS)
    assert letter("too_fast") == "F"
    assert letter("never_heard_of") == "*"


def test_sides_are_compared_by_their_medians_and_impacts_are_not() -> None:
    ranges = (40.0, 50.0, 90.0, 30.0, 36.0, 40.0)
    reps = [
        rep(n, side="left" if n < 4 else "right", direction=1 if n < 4 else -1, range_deg=value)
        for n, value in enumerate(ranges, start=1)
    ]
    rows = {row[0]: row[2:] for row in sides_table(reps).rows}
    assert rows["repetitions"][:2] == ("3", "3")
    assert rows["range"] == ("50", "36", "14", "33")  # 14 / 43
    assert not any("jolt" in name or "landing" in name for name in rows)


def test_the_limits_shown_are_those_in_force() -> None:
    limits = LimitSettings(hold_target_s=10.0, comfort_left_deg=60.0)
    rows = {(row[0], row[1]): row[3:] for row in rules_table(limits).rows}
    assert rows["short hold", "hold, below"] == ("10", "5", "–")
    assert rows["over range", "range to the left"] == ("54", "65", "75")
    assert rows["over range", "range to the right, comfortable maximum unknown"] == ("–", "85", "–")
    assert rows["jarring", "jolt at the landing"] == ("1", "2", "4")


def test_sessions_stand_in_the_order_of_their_instants_not_of_their_letters() -> None:
    """23:30 in New York is later than 03:00 of the next day in Berlin."""
    york, berlin = (result(start=start) for start in ("2026-03-01T23:30:00-05:00", "2026-03-02T03:00:00+01:00"))
    assert in_time([york, berlin]) == [berlin, york]
    assert as_shown([berlin, york]) == [york, berlin]
    undated = result(start=None)
    assert in_time([york, undated, berlin]) == as_shown([york, undated, berlin]) == [york, undated, berlin]
    assert [point.label for point in points([york, undated])] == ["1", "2"]
    assert [point.label for point in points([berlin, york])] == ["2 Mar", "1 Mar"]


def test_a_session_as_a_point() -> None:
    told = (warning("too_fast"), warning("jarring", "severe"), warning("short_hold", "note"))
    (point,) = points([result(rep(1, warnings=told), rep(2, side="right", direction=-1))])
    assert point.reps == {1: 1, -1: 1}
    assert point.warnings_a_rep == 1.0
    (empty,) = points([result()])
    assert (empty.drop_time_s, empty.warnings_a_rep, empty.all_reps) == (None, None, 0)


def test_the_table_of_the_trend_says_what_its_picture_shows() -> None:
    sessions = [result(rep(1, range_deg=40.0), rep(2, side="right", direction=-1, range_deg=51.0)), result()]
    table = points_table(points(sessions))
    assert table.rows == (("1", "1", "1", "40", "51", "2.0", "0.0"), ("2", "0", "0", "–", "–", "–", "–"))
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_dates_are_told_alike_everywhere() -> None:
    assert long_date("2026-11-21T14:03:00+00:00") == "21 November 2026, 14:03 (UTC)"
    assert long_date("2026-11-21T14:03:00") == "21 November 2026, 14:03"
    assert short_date("2026-11-21T14:03:00") == "21 Nov"
    assert (long_date(None), long_date("yesterday")) == ("", "yesterday")
    assert (instant(None), instant("yesterday")) == (None, None)
