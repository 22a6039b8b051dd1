"""What stands in the plots: no peak is lost, marks stand where things happened."""

from __future__ import annotations

import numpy as np
import pytest

from sensorcoach.model import Gap, Mark
from sensorcoach.tui.session.blocks import broken, largest_scale, lines_of, spelled, width_of
from sensorcoach.tui.session.braille import cells
from sensorcoach.tui.session.phase import breath_words
from sensorcoach.tui.session.plot import CELL_S, GUTTER

from .conftest import Stage, settle
from .scripted import REPS, ScriptedShow, in_the_hold


def dots_of(drawn: np.ndarray) -> np.ndarray:
    """Unicode's braille, dot by dot, from its published numbering (dots 1237 left, 4568 right)."""
    places = {0: (0, 0), 1: (1, 0), 2: (2, 0), 3: (0, 1), 4: (1, 1), 5: (2, 1), 6: (3, 0), 7: (3, 1)}
    rows, columns = drawn.shape
    dots = np.zeros((4 * rows, 2 * columns), dtype=bool)
    for bit, (down, right) in places.items():
        dots[down::4, right::2] = (drawn >> bit) & 1
    return dots


def test_a_spike_of_one_sample_is_seen_at_its_height_and_time() -> None:
    t_s = np.arange(0.0, 20.0, 0.001)
    values = np.zeros_like(t_s)
    values[12_345] = 100.0
    dots = dots_of(cells(t_s, values, 0, 50, 0.4, 0.0, 100.0, 6))
    (column,) = np.flatnonzero(dots[0])
    assert column == int(12.345 / 0.2)
    assert dots[:, column].all(), "joined to the rest of the curve"
    assert dots[-1].all()


def test_the_range_is_fixed_and_what_is_beyond_stays_on_the_border() -> None:
    t_s = np.linspace(0.0, 10.0, 1000, endpoint=False)
    dots = dots_of(cells(t_s, np.full(1000, 500.0), 0, 20, 0.5, -80.0, 80.0, 4))
    assert dots[0].all()
    assert not dots[1:].any()


def test_what_nobody_knows_is_not_drawn() -> None:
    t_s = np.linspace(0.0, 10.0, 1000, endpoint=False)
    values = np.where(t_s < 5.0, np.nan, 0.0)
    dots = dots_of(cells(t_s, values, 0, 20, 0.5, -80.0, 80.0, 4))
    assert not dots[:, :20].any()
    assert dots[:, 20:].any(axis=0).all()


def test_a_steep_curve_has_no_holes() -> None:
    t_s = np.arange(0.0, 10.0, 0.25)
    values = 80.0 * np.sign(np.sin(t_s))
    dots = dots_of(cells(t_s, values, 0, 20, 0.5, -80.0, 80.0, 4))
    for left, right in zip(dots.T, dots.T[1:], strict=False):
        reach = np.flatnonzero(left)
        near = np.flatnonzero(right)
        assert near.min() - reach.max() <= 1
        assert reach.min() - near.max() <= 1


async def test_warnings_marks_and_sides_stand_where_they_happened(session: Stage) -> None:
    gap = Gap(start_s=38.0, end_s=40.0, lost=200)
    show = ScriptedShow(in_the_hold(gaps=(gap,), marks=(Mark(t_s=43.1),)))
    async with session(show, size=(120, 36)) as pilot:
        plot = pilot.app.session.query_one("#roll")
        signs, looks = plot._signs, plot._looks
        first = int(show.now_s // CELL_S) - (plot.size.width - GUTTER) + 1

        def column(t_s: float) -> int:
            return GUTTER + int(t_s // CELL_S) - first

        fourth = REPS[3]
        assert "".join(signs[1, column(fourth.drop_start_s) :])[:7] == "4 right"
        assert signs[2, column(fourth.drop_end_s)] == "■", "it thumped on landing"
        assert signs[2, column(43.1)] == "◇"
        paper = looks[5] % 5
        assert paper[column(fourth.drop_start_s) + 1] == paper[column(36.0)] != paper[column(42.5)]
        assert paper[column(39.0)] != paper[column(36.0)], "the hole in the stream"
        assert "".join(signs[:, :GUTTER].ravel()).count("L 45°") == 1


async def test_the_speed_beyond_the_limit_looks_otherwise(session: Stage) -> None:
    show = ScriptedShow(in_the_hold(too_fast_dps=20.0))
    async with session(show, size=(120, 36)) as pilot:
        plot = pilot.app.session.query_one("#speed")
        over = plot._looks[1:, GUTTER:] // 5 == 3
        braille = plot._signs[1:, GUTTER:] >= "\u2801"
        assert (over & braille).any()
        limit_row = next(y for y in range(plot.size.height) if plot._signs[y, :GUTTER].tolist()[3:5] == ["2", "0"])
        assert not over[limit_row:].any()
        await settle(pilot)


@pytest.mark.parametrize(
    ("hold_s", "words"),
    [
        (0.2, "breathe in   ○○"),
        (1.6, "breathe out  ◐○"),
        (4.1, "breathe in   ●○"),
        (6.0, "breathe out  ●◐"),
        (8.5, "stay"),
        (9.0, "✓ long enough: come back"),
    ],
)
def test_breaths_of_a_hold(hold_s: float, words: str) -> None:
    assert breath_words(hold_s, 9.0, 1.5, 2.5) == words


def test_large_letters_fit_where_they_are_said_to() -> None:
    for text in ("14", "HOLD RIGHT", "Stay for a breath", "Nicht so weit: zurück über die Mitte!"):
        for width, height in ((76, 7), (116, 10), (40, 12)):
            lines = broken(text, width)
            scale = largest_scale(lines, width, height)
            assert " ".join(lines) == spelled(text)
            if scale:
                rows = [row for line in lines for row in (*lines_of(line, scale), "")][:-1]
                assert len(rows) <= height
                assert max(map(len, rows)) <= width
                assert largest_scale(lines, width, height) == scale
    assert spelled("Größe à €") == "GROESSE A "
    assert width_of("11") < width_of("00")
