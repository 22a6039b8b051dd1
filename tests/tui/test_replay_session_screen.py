"""The same screen over a replay: a tape machine, and limits that can be tried."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from sensorcoach.app import SPEEDS, open_demo
from sensorcoach.settings import Levels, Limit
from sensorcoach.tui.session import steering_replay
from sensorcoach.tui.session.limits import TUNABLES, turned, value_of
from sensorcoach.tui.session.screen import SessionEnd

from .conftest import Stage, settle
from .scripted import ScriptedPlayer, in_the_hold


async def test_the_tape_machine(session: Stage) -> None:
    player = ScriptedPlayer(in_the_hold())
    async with session(player) as pilot:
        await pilot.press("space")
        assert player.playing
        await pilot.press("p")
        assert not player.playing
        await pilot.press("left", "right", "comma", "full_stop", "less_than_sign", "greater_than_sign", "home", "end")
        assert player.pressed == [
            ("seek", pytest.approx(40.4)),
            ("seek", pytest.approx(50.4)),
            "previous_rep",
            "next_rep",
            "previous_warning",
            "next_warning",
            ("seek", 0.0),
            ("seek", 60.0),
        ]
        for key, before, after in (("right", 1.0, 2.0), ("right", 16.0, math.inf), ("right", math.inf, math.inf),
                                   ("left", math.inf, 16.0), ("left", 0.25, 0.25)):  # fmt: skip
            player.speed = before
            await pilot.press(f"{key}_square_bracket")
            assert player.speed == after
        await pilot.press("u", "plus", "x", "c")
        assert player.controls == [], "nobody changes what has happened"
        assert steering_replay.SPEEDS == SPEEDS


async def test_a_click_on_the_line_goes_there(session: Stage) -> None:
    player = ScriptedPlayer(in_the_hold())
    async with session(player) as pilot:
        transport = pilot.app.session.query_one("#transport")
        await pilot.click("#transport", offset=(1 + transport._line_start + transport._line_width - 1, 0))
        await pilot.pause()
        assert player.pressed == [("seek", pytest.approx(60.0))]


async def test_a_limit_is_turned_and_the_session_graded_again(session: Stage) -> None:
    player = ScriptedPlayer(in_the_hold())
    async with session(player) as pilot:
        await pilot.press("l", "right")
        assert player.pressed == ["regrade"]
        before, after = Limit(0.33, 0.40, 0.60), player.settings.limits.too_fast_fraction
        assert after.warn == pytest.approx(0.42)
        assert (after.note, after.severe) == pytest.approx((before.note * 1.05, before.severe * 1.05), abs=1e-3)
        await pilot.press("down", "down", "down", "left", "backspace", "escape")
        assert player.settings.limits.hold_target_s == 4.0
        assert player.settings.limits.too_fast_fraction == after
        player.pressed.clear()
        await pilot.press("left")
        assert player.pressed == [("seek", pytest.approx(40.4))], "the keys are the session's again"


def test_every_limit_keeps_its_levels_in_order_and_within_bounds() -> None:
    for tunable in TUNABLES:
        for steps in (-500, -1, 1, 500):
            settings = turned(ScriptedPlayer(in_the_hold()).settings, tunable, steps)
            value = value_of(settings, tunable)
            assert value is not None
            assert tunable.least <= value <= tunable.most
            held = getattr(settings.limits, tunable.name)
            if isinstance(held, Levels) and held.note is not None and held.severe is not None:
                assert (held.note < held.warn) == (held.warn < held.severe)


async def test_a_replay_is_left_at_once_and_leads_to_its_summary(session: Stage) -> None:
    player = ScriptedPlayer(in_the_hold())
    async with session(player) as pilot:
        assert not pilot.app.session.check_action("do", ("summary",)), "not before it is known"
        await pilot.press("q")
        assert pilot.app.ends == [SessionEnd(None)]


async def test_the_demo_shows_the_numbers_of_its_analysis_and_grades_again(session: Stage) -> None:
    player = open_demo()
    try:
        assert player.wait(30.0)
        result = player.result()
        assert result is not None
        player.pause()
        async with session(player, size=(120, 36)) as pilot:
            await pilot.press("end")
            await settle(pilot)
            screen = pilot.app.session
            screen._spelling = None
            screen.look()
            assert screen.query_one("#banner").shown.words, "in the words of the phrase file"
            counts, table = screen.query_one("#counts").shown, screen.query_one("#reps").shown
            assert (counts.left, counts.right) == (result.summary.left, result.summary.right)
            assert table.reps == result.reps
            codes = {warning.code for rep in table.reps for warning in rep.warnings}
            assert "short_hold" in codes, "the demo has one that is hardly held"
            await pilot.press("l", "down", "down", "down", *["left"] * 8)
            await settle(pilot)
            table = screen.query_one("#reps").shown
            assert table.reps != result.reps
            assert "short_hold" not in {warning.code for rep in table.reps for warning in rep.warnings}
            await pilot.press("escape", "s")
            (end,) = pilot.app.ends
            assert end.result == player.result()
    finally:
        player.stop()


async def test_a_paused_replay_draws_nothing_anew(session: Stage) -> None:
    player = ScriptedPlayer(in_the_hold())
    async with session(player) as pilot:
        plot = pilot.app.session.query_one("#roll")
        strips = [plot.render_line(y) for y in range(plot.size.height)]
        pilot.app.session.curves()
        assert [plot.render_line(y) for y in range(plot.size.height)] == strips
        assert all(plot.render_line(y) is strip for y, strip in enumerate(strips)), "kept, not made again"
        player.shown = replace(player.shown, t_s=player.shown.t_s + 1.0)
        await settle(pilot)
        assert plot.render_line(3) is not strips[3]
