"""The session screen of a live session: what it shows, what its keys do, how it ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sensorcoach.app import LinkPicture
from sensorcoach.errors import BluetoothError, SensorError
from sensorcoach.model import Aborted
from sensorcoach.tui.commands import COMMANDS
from sensorcoach.tui.questions import PainAdvice, QuitQuestion
from sensorcoach.tui.session.screen import SessionEnd

from .conftest import Stage, settle
from .scripted import JARRING, JERKY, REPS, STREAMING, TOO_FAST, ScriptedShow, cue, in_the_hold, phase, picture, rep


def text(pilot, widget: str) -> str:  # type: ignore[no-untyped-def]
    """What stands in a widget, row by row."""
    found = pilot.app.session.query_one(f"#{widget}")
    return "\n".join(found.render_line(y).text.rstrip() for y in range(found.size.height))


async def test_count_phase_and_cue_change_at_once_numbers_wait(session: Stage) -> None:
    show = ScriptedShow(in_the_hold(left=2))
    async with session(show) as pilot:
        screen = pilot.app.session
        assert "1.4 of 4 s" in text(pilot, "phase")
        show.shown = in_the_hold(left=3, phase=phase("return", 45.3), cue=cue(45.3, "too_fast", "warn", index=2))
        show.shown = replace(show.shown, t_s=45.9)
        screen.look()
        assert screen.query_one("#counts").shown.left == 3
        assert "COMING BACK left" in text(pilot, "phase")
        assert "too fast" in text(pilot, "banner")
        assert "46 %" in text(pilot, "banner") or "0.46" in text(pilot, "banner")
        show.shown = in_the_hold(left=3)
        screen.look()
        screen.numbers()
        shown = screen.query_one("#phase").shown
        show.shown = replace(show.shown, t_s=45.5)
        screen.look()
        screen.curves()
        assert screen.query_one("#phase").shown.below == shown.below, "seconds of the hold only at their own pace"
        assert screen.query_one("#phase").shown.filled > shown.filled, "the bar moves with the curves"
        screen.numbers()
        assert "1.5 of 4 s" in text(pilot, "phase")


async def test_a_movement_that_does_not_count_says_why(session: Stage) -> None:
    small = Aborted(start_s=40.0, end_s=44.0, reason="below_r_min", range_deg=9.0)
    show = ScriptedShow(in_the_hold(phase=phase("centre", 44.0), not_counted=(small,)))
    async with session(show) as pilot:
        assert "not counted: too small" in text(pilot, "phase")
        show.shown = replace(show.shown, t_s=60.0)
        await settle(pilot)
        assert "3 left, 3 right to go" in text(pilot, "phase")


async def test_the_banner_never_moves_anything(session: Stage) -> None:
    show = ScriptedShow(in_the_hold(cue=None))
    async with session(show) as pilot:
        places = {part: pilot.app.session.query_one(f"#{part}").region for part in ("banner", "roll", "reps")}
        for level in ("good", "info", "note", "warn", "severe"):
            show.shown = in_the_hold(cue=cue(44.0, "jarring", level, index=4))  # type: ignore[arg-type]
            await settle(pilot)
            assert {part: pilot.app.session.query_one(f"#{part}").region for part in places} == places


async def test_keys_are_controls_of_the_recording(session: Stage) -> None:
    show = ScriptedShow(in_the_hold(phase=None))
    async with session(show) as pilot:
        await pilot.press("space", "plus", "minus", "u", "p", "c")
        assert show.controls == [
            ("mark", ""),
            ("correct", "+1 right"),
            ("correct", "-1 right"),
            ("undo", ""),
            ("pause", "key"),
            ("calibrate", "left"),
        ]
        show.controls.clear()
        show.shown = in_the_hold(stage="paused")
        await settle(pilot)
        await pilot.press("p", "plus")
        assert show.controls == [("arm", "key"), ("correct", "+1 left")], "the side of the movement under way"
        show.controls.clear()
        show.shown = picture(25.0, unknown=2, counted=2, reps=(rep(1, None), rep(2, None)))
        await settle(pilot)
        await pilot.press("plus")
        assert show.controls == [("correct", "+1")], "no side that nobody knows"


async def test_pain_stops_is_noted_and_leads_to_advice(session: Stage) -> None:
    show = ScriptedShow(in_the_hold())
    async with session(show) as pilot:
        await pilot.press("x")
        assert show.controls == [("pain", "")]
        assert show.stops == 1
        assert isinstance(pilot.app.screen, PainAdvice)
        show.over = True
        await settle(pilot)
        assert pilot.app.ends == [], "the advice is read first"
        await pilot.press("enter")
        await settle(pilot)
        assert pilot.app.ends == [SessionEnd(None)]


async def test_q_asks_while_it_is_recorded(session: Stage) -> None:
    show = ScriptedShow(in_the_hold())
    async with session(show) as pilot:
        for key in ("q", "ctrl+q", "ctrl+c"):
            await pilot.press(key)
            assert isinstance(pilot.app.screen, QuitQuestion), key
            await pilot.press("escape")
            assert show.stops == 0
        await pilot.press("q", "enter")
        assert show.stops == 1
        assert pilot.app.ends == [], "it ends when the recording is closed"
        show.over = True
        pilot.app.session.look()
        await pilot.pause()
        assert pilot.app.ends == [SessionEnd(None)]


async def test_what_is_not_recorded_is_left_without_a_question(session: Stage) -> None:
    show = ScriptedShow(picture(1.0, link=LinkPicture()))
    async with session(show) as pilot:
        await pilot.press("q")
        assert show.stops == 1
        assert not isinstance(pilot.app.screen, QuitQuestion)
        await pilot.press("q")
        assert pilot.app.ends == [SessionEnd(None)], "a second time does not wait for what hangs"


async def test_only_what_can_run_is_offered(session: Stage) -> None:
    show = ScriptedShow(picture(1.0))
    async with session(show) as pilot:
        offered = {command.id for command in COMMANDS if pilot.app.session.check_action("do", (command.id,))}
        assert {"mark", "add", "pain", "pause", "calibrate", "big", "mute", "help", "leave"} <= offered
        assert not offered & {"undo", "remove", "play", "limits", "again", "rep_up"}
        await pilot.press("u", "minus")
        assert show.controls == []
        show.shown = in_the_hold()
        await settle(pilot)
        assert pilot.app.session.check_action("do", ("undo",))
        show.shown = in_the_hold(undone=frozenset({1, 2, 3, 4}))
        await settle(pilot)
        assert not pilot.app.session.check_action("do", ("undo",)), "all of them are taken back"
        assert "– undone" in text(pilot, "reps")


async def test_the_footer_has_seven_places_that_fit(session: Stage) -> None:
    async with session(ScriptedShow(in_the_hold())) as pilot:
        footer = pilot.app.session.query_one("Footer")
        places = [child for child in footer.children if child.__class__.__name__ in ("FooterKey", "FooterLabel")]
        assert len(places) == 7
        assert max(place.region.right for place in places) <= 80


async def test_keys_of_the_settings(session: Stage) -> None:
    show = ScriptedShow(in_the_hold())
    async with session(show, keys={"mark": "k", "undo": "z,backspace"}) as pilot:
        await pilot.press("space", "k", "u", "z", "backspace")
        assert show.controls == [("mark", ""), ("undo", ""), ("undo", "")]


async def test_how_far_is_comfortable_is_learnt_on_either_side(session: Stage) -> None:
    show = ScriptedShow(in_the_hold())
    async with session(show) as pilot:
        pilot.app.session.action_do("comfort_right")
        pilot.app.session.action_do("comfort_left")
        assert show.controls == [("calibrate", "right"), ("calibrate", "left")]
        show.shown = picture(60.0, stage="side", stage_reason="right")
        await settle(pilot)
        assert "LOWER TO THE RIGHT" in text(pilot, "phase")


async def test_the_palette_has_everything_that_can_run(session: Stage) -> None:
    show = ScriptedShow(in_the_hold())
    async with session(show) as pilot:
        await pilot.press("ctrl+p")
        await pilot.press(*"one more")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert show.controls == [("correct", "+1 left")]


async def test_mute_reaches_the_voice(session: Stage) -> None:
    class Voice:
        muted: list[bool] = []

        def mute(self, on: bool) -> None:
            self.muted.append(on)

    voice = Voice()
    async with session(ScriptedShow(in_the_hold()), voice=voice) as pilot:
        await pilot.press("m")
        assert "muted" in text(pilot, "link")
        await pilot.press("m")
        assert voice.muted == [True, False]


async def test_names_and_notices_are_plain_text(session: Stage) -> None:
    evil = "[red]knee[/red]\x1b[31m"
    link = replace(STREAMING, name=evil)
    show = ScriptedShow(in_the_hold(link=link, notices=("[b]no[/b] space",), notices_in_all=1))
    async with session(show, size=(120, 36)) as pilot:
        assert "[red]knee[/red]\\x1b[31m" in text(pilot, "link")
        (toast,) = pilot.app._notifications
        assert toast.message == "[b]no[/b] space"
        assert toast.markup is False


async def test_the_guide_stands_where_the_curves_will_be(session: Stage) -> None:
    show = ScriptedShow(picture(1.0, stage="still", progress=0.5))
    async with session(show) as pilot:
        screen = pilot.app.session
        guide, middle = screen.query_one("#guide"), screen.query_one("#middle")
        assert (guide.display, middle.display) == (True, False)
        assert (guide.stage, guide.progress) == ("still", 0.5)
        show.shown = picture(4.0)
        await settle(pilot)
        assert (guide.display, middle.display) == (False, True)


async def test_a_failure_is_an_instruction_and_can_be_tried_again(session: Stage) -> None:
    failure = BluetoothError("Bluetooth [b]is[/b] off.", "Switch it on in the system's settings.")
    show = ScriptedShow(picture(1.0, link=LinkPicture()), over=True, failed=failure)
    async with session(show) as pilot:
        shown = text(pilot, "trouble")
        assert "Bluetooth [b]is[/b] off." in shown
        assert "Switch it on" in shown
        assert "looking for" not in text(pilot, "link")
        await pilot.press("r")
        assert pilot.app.ends == [SessionEnd(None, failure, again=True)]


async def test_a_search_that_fails_offers_to_try_again_and_says_so_once(session: Stage) -> None:
    show = ScriptedShow(picture(1.0, link=LinkPicture()))
    async with session(show) as pilot:
        assert "not recorded" not in text(pilot, "link"), "nothing came that could be"
        show.failed, show.over = SensorError("No sensor was found.", "Is it switched on?"), True
        show.shown = replace(show.shown, notices=("No sensor was found. Is it switched on?",), notices_in_all=1)
        await settle(pilot)
        assert "No sensor was found." in text(pilot, "trouble")
        assert "try again" in "".join(str(key.description) for key in pilot.app.session.query("FooterKey"))
        assert not pilot.app._notifications


async def test_a_link_in_trouble_says_what_to_do(session: Stage) -> None:
    show = ScriptedShow(picture(1.0))
    async with session(show) as pilot:
        for state, where, advice in (
            ("searching", "trouble", "Switch the sensor on"),
            ("connecting", "trouble", "Keep the sensor close"),
            ("stalled", "phase", "Take your hand off"),
            ("lost", "phase", "Come closer"),
        ):
            first = where == "trouble"
            show.shown = picture(1.0, link=LinkPicture(state=state) if first else replace(STREAMING, state=state))  # type: ignore[arg-type]
            await settle(pilot)
            assert advice in " ".join(text(pilot, where).split()), state


async def test_big_mode_shows_count_phase_and_cue_only(session: Stage) -> None:
    show = ScriptedShow(in_the_hold(cue=cue(44.0, "too_fast", "warn", index=2)))
    async with session(show) as pilot:
        await pilot.press("b")
        await settle(pilot)
        screen = pilot.app.session
        assert screen.query_one("#big").display
        assert not screen.query_one("#middle").display
        assert screen.query_one("#big").region.height >= 20
        assert screen.query_one("#big").shown.counts.left == 2
        await pilot.press("b")
        await settle(pilot)
        assert screen.query_one("#middle").display


async def test_it_grows_with_the_terminal(session: Stage) -> None:
    show = ScriptedShow(in_the_hold())
    async with session(show) as pilot:
        screen = pilot.app.session
        roll, speed, reps = (screen.query_one(f"#{name}") for name in ("roll", "speed", "reps"))
        assert (roll.display, speed.display) == (True, False)
        await pilot.press("v")
        assert (roll.display, speed.display) == (False, True)
        await pilot.press("v")
        for size in ((120, 24), (80, 30), (80, 36), (120, 36), (200, 60)):
            await pilot.resize_terminal(*size)
            await settle(pilot)
            assert roll.display
            assert speed.display
            assert roll.region.height >= speed.region.height >= 4
            assert (reps.region.x > 0) == (size[0] >= 110), "beside the curves, or beneath"
            assert screen.max_scroll_y == 0
        await pilot.resize_terminal(60, 18)
        await settle(pilot)
        assert roll.region.height >= 4


async def test_the_selected_repetition_is_explained(session: Stage) -> None:
    show = ScriptedShow(in_the_hold())
    async with session(show) as pilot:
        assert "jarring 4.4 g, limit 4 g: Brake earlier" in text(pilot, "reps")
        await pilot.press("up", "up")
        assert "too fast 0.46, limit 0.40: Let them down slower." in text(pilot, "reps")
        show.shown = in_the_hold(reps=(*REPS, rep(5, "left", TOO_FAST)), counted=5)
        await settle(pilot)
        assert "▸  2" in text(pilot, "reps"), "a new one does not take the selection away"
        await pilot.press("down", "down", "down")
        assert "▸  5" in text(pilot, "reps")
        show.shown = in_the_hold(reps=(*REPS, rep(5, "left"), rep(6, "right")), counted=6)
        await settle(pilot)
        assert "▸  6" in text(pilot, "reps"), "at the end it follows the newest"


async def test_a_verdict_for_which_there_is_no_room_says_how_much_more_there_is(session: Stage) -> None:
    reps = (rep(1, "left", TOO_FAST, JARRING, JERKY),)
    async with session(ScriptedShow(in_the_hold(reps=reps)), size=(110, 34)) as pilot:
        assert "■ jarring +2" in text(pilot, "reps")
        await pilot.resize_terminal(160, 50)
        await settle(pilot)
        assert "■ jarring, too fast, jerky" in text(pilot, "reps")


async def test_without_colours_symbols_and_words_remain(session: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    show = ScriptedShow(in_the_hold(cue=cue(44.0, "too_fast", "warn", index=2)))
    async with session(show) as pilot:
        assert pilot.app.no_color
        for line in pilot.app.screen._compositor.render_strips():
            for segment in line.apply_filter(pilot.app._filters[-1], pilot.app.screen.background_colors[1]):
                for color in (segment.style.color, segment.style.bgcolor) if segment.style else ():
                    if color is not None and color.triplet is not None:
                        assert len(set(color.triplet)) == 1
        assert "▲" in text(pilot, "banner")
        assert "■ jarring" in text(pilot, "reps")


async def test_ctrl_c_again_ends_it(session: Stage) -> None:
    show = ScriptedShow(in_the_hold())
    async with session(show) as pilot:
        await pilot.press("ctrl+c", "ctrl+c")
        assert show.stops == 1


async def test_what_has_ended_was_recorded(session: Stage) -> None:
    show = ScriptedShow(in_the_hold(link=replace(STREAMING, recording=False)))
    async with session(show) as pilot:
        assert "not recorded" in text(pilot, "link")
        show.shown = replace(show.shown, ended="target", stage="ended")
        await settle(pilot)
        assert "recorded" not in text(pilot, "link")


async def test_while_a_lost_sensor_is_looked_for_it_may_hurt_too(session: Stage) -> None:
    show = ScriptedShow(in_the_hold(link=replace(STREAMING, state="searching")))
    async with session(show) as pilot:
        await pilot.press("x")
        assert show.controls == [("pain", "")]


async def test_a_lost_link_is_no_mistake_of_the_persons(session: Stage) -> None:
    show = ScriptedShow(in_the_hold(cue=cue(44.0, "link_stalled", "warn", "link")))
    async with session(show) as pilot:
        assert "link stalled" in text(pilot, "banner").lower()
        assert "to correct" not in text(pilot, "banner")
