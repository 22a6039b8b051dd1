"""The session screen: it pulls pictures out of a `Show`, and waits for nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol, cast

import numpy as np
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingsMap
from textual.containers import Container, Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Footer, Static

from sensorcoach.errors import SensorcoachError
from sensorcoach.model import Cue, Result, Trace
from sensorcoach.output.printable import printable
from sensorcoach.output.words import LINK
from sensorcoach.preferences import ScreenSettings
from sensorcoach.tui.commands import bindings_of
from sensorcoach.tui.palette import SessionCommands
from sensorcoach.tui.session.banner import Banner, banner_of
from sensorcoach.tui.session.big import Big, BigShown
from sensorcoach.tui.session.counts import Counts, counts_of
from sensorcoach.tui.session.curves import roll_view, speed_view
from sensorcoach.tui.session.limits import LimitsPanel
from sensorcoach.tui.session.link_bar import LinkBar, LinkShown
from sensorcoach.tui.session.phase import Phase, PhaseShown, phase_of
from sensorcoach.tui.session.plot import Plot
from sensorcoach.tui.session.reps import RepTable, moved
from sensorcoach.tui.session.steering_live import LiveSteering
from sensorcoach.tui.session.steering_replay import ReplaySteering
from sensorcoach.tui.session.transport import Transport, TransportShown
from sensorcoach.tui.session.words import LINK_ADVICE, LINK_SYMBOLS, PHASES_BIG, stage_words
from sensorcoach.tui.start.guide_panel import GuidePanel

if TYPE_CHECKING:
    from sensorcoach.app.player import Player
    from sensorcoach.app.show import Show, ShowKind
    from sensorcoach.session.picture import Picture
    from sensorcoach.tui.app import SensorcoachApp

LOOK_S: Final = 1.0 / 30.0
"""Count, phase and cue are looked for so often: seen within 33 ms, redrawn only when they changed."""
CURVES_S: Final = 1.0 / 12.0
NUMBERS_S: Final = 0.25
"""Running numbers change at most so often: people want to read them, not to see them run."""
_TOAST_S: Final = 6.0
_TRANSPORT_STEPS: Final = 128
"""The line of a replay is hardly wider."""


class Mutable(Protocol):
    """What can be silenced: the voice."""

    def mute(self, on: bool) -> None:
        """Silent while ``on``."""


class Steering(Protocol):
    """What can be done to a show."""

    def able(self, picture: Picture) -> frozenset[str]:
        """Ids of the commands that can run now."""

    def do(self, command: str, picture: Picture) -> str:
        """Run one; what to say about it."""


@dataclass(frozen=True, slots=True)
class SessionEnd:
    """With what the session screen is left. ``again``: the person wants to try once more what failed."""

    result: Result | None
    failure: SensorcoachError | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """How often it looks at the show, s."""

    look_s: float = LOOK_S
    curves_s: float = CURVES_S
    numbers_s: float = NUMBERS_S


class SessionScreen(Screen[SessionEnd]):
    """Push it with a callback, which is given the `SessionEnd` once the session is over or left.

    A replay is left by the person only; a live session also by its own end.
    """

    AUTO_FOCUS = ""
    COMMANDS = {SessionCommands}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-beside")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (22, "-low"), (29, "-middling"), (36, "-tall"), (46, "-high")]
    DEFAULT_CSS = """
    SessionScreen {
        layers: base over;
        background: $background;
        & #top { height: 6; background: $surface; }
        & #top Counts { width: 55%; min-width: 44; }
        & #top Phase { width: 1fr; }
        & #middle { height: 1fr; layout: vertical; }
        & #plots { height: 1fr; }
        & #roll { height: 3fr; }
        & #speed { height: 2fr; }
        & RepTable { height: 6; }
        & #trouble { height: 1fr; padding: 1 3; }
        & #big { height: 1fr; }
        & LimitsPanel { layer: over; dock: right; offset: 0 1; }
        & .-away { display: none; }

        &.-flat #top { height: 4; }
        &.-flat #top Counts { min-width: 30; }
        &.-flat GuidePanel { min-height: 0; padding: 0 2; }
        &.-flat #guide-figure { display: none; }
        &.-flat RepTable { display: none; }
        &.-low.-narrow Plot.-second { display: none; }
        &.-flat Plot.-second { display: none; }
        &.-middling Banner { height: 3; }
        &.-middling RepTable { height: 7; }
        &.-tall Banner, &.-high Banner { height: 4; }
        &.-tall #top, &.-high #top { height: 9; }
        &.-tall RepTable { height: 8; }
        &.-high RepTable { height: 13; }
        &.-beside #middle { layout: horizontal; }
        &.-beside #plots { width: 1fr; }
        &.-beside RepTable { width: 52%; min-width: 63; max-width: 84; height: 100%; display: block; }
    }
    """

    def __init__(
        self,
        show: Show,
        voice: Mutable | None = None,
        preferences: ScreenSettings | None = None,
        *,
        language: str = "en",
        pace: Pace | None = Pace(),  # noqa: B008 (a value)
    ) -> None:
        """``language``: of the cues. ``pace``: None looks only when `look`, `curves` and `numbers` are called."""
        super().__init__()
        self.kind: ShowKind = show.kind
        self._show, self._voice, self._language, self._pace = show, voice, language, pace
        preferences = ScreenSettings() if preferences is None else preferences
        self.keys = preferences.keys
        self._bindings = BindingsMap.merge([BindingsMap(bindings_of(self.kind, self.keys)), self._bindings])
        self._player = None if self.kind == "live" else cast("Player", show)
        self._steering: Steering = LiveSteering(show) if self._player is None else ReplaySteering(self._player)
        self._big = preferences.big
        self._muted = False
        self._swapped = False
        self._picture: Picture | None = None
        self._roll_deg: float | None = None
        self._able: frozenset[str] = frozenset()
        self._told = 0
        self._failed = False
        self._stopping = False
        self._leaving = False
        self._spelling: Callable[[Cue], str] | None = None

    # --- what it is made of ------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """All of it; what is not wanted now is put away."""
        yield LinkBar(id="link")
        with Horizontal(id="top"):
            yield Counts(id="counts")
            yield Phase(id="phase")
        yield Banner(id="banner")
        yield Static(id="trouble", classes="-away", markup=False)
        yield GuidePanel(id="guide", classes="-away")
        with Container(id="middle"):
            with Vertical(id="plots"):
                yield Plot("angle", pinned=True, id="roll")
                yield Plot("°/s", pinned=False, id="speed")
            yield RepTable(self._advice, id="reps")
        yield Big(id="big", classes="-away")
        yield LimitsPanel(id="limits", classes="-away")
        yield Transport(id="transport", classes="-away" if self._player is None else "")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """The first picture, then more of them at their pace."""
        self._parts = _Parts(self)
        self._arrange()
        self.look()
        self.numbers()
        if self._pace is not None:
            self.set_interval(self._pace.look_s, self.look)
            self.set_interval(self._pace.curves_s, self.curves)
            self.set_interval(self._pace.numbers_s, self.numbers)

    def on_resize(self) -> None:
        """The curves are as wide as they are."""
        self.call_after_refresh(self.curves)

    def on_unmount(self) -> None:
        """Nobody looks any more: a live session ends."""
        self._show.stop()

    # --- looking -----------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Count, phase, cue, table, stage: what changed is shown at once."""
        picture = self._picture = self._show.picture()
        parts = self._parts
        parts.counts.shown = counts_of(picture)
        parts.banner.shown = banner_of(picture.cue, picture.t_s, picture.reps, self._spell)
        if picture.reps is not parts.reps.shown.reps or picture.undone != parts.reps.shown.undone:
            parts.reps.shown = replace(parts.reps.shown, reps=picture.reps, undone=picture.undone)
        self._look_at_phase(picture)
        self._look_at_stage(picture)
        self._look_for_notices(picture)
        self._look_big()
        if self.kind == "live" and self._show.over:
            self._leave_at_the_end()

    def curves(self) -> None:
        """The curves, and the bars that move with them."""
        picture = self._picture
        if picture is None:
            return
        window_s = max(self._parts.roll.window_s, 2.0)
        start_s = picture.t_s - window_s
        trace = self._show.trace(start_s, picture.t_s + 1.0)
        self._roll_deg = _last(trace)
        fresh = self._phase_now(picture)
        self._parts.phase.shown = replace(self._parts.phase.shown or fresh, filled=fresh.filled, mark=fresh.mark)
        if self._player is not None:
            self._show_transport()
        if self._big:
            self._look_big()
            return
        for plot, view in ((self._parts.roll, roll_view), (self._parts.speed, speed_view)):
            if plot.display and plot.size.height:
                plot.draw(view(picture, trace, start_s))

    def numbers(self) -> None:
        """Time, rate, angle, seconds of the hold."""
        picture = self._picture
        if picture is None:
            return
        self._parts.phase.shown = self._phase_now(picture)
        self._parts.link.shown = LinkShown(
            self.kind, picture.link, int(picture.t_s), self._muted, picture.ended is not None, self._failed
        )
        if self._player is not None and self._parts.transport.shown is not None:
            reps, start_s = self._player.reps, self._player.start_s
            self._parts.transport.shown = replace(self._parts.transport.shown, reps=reps, start_s=start_s)
        able = self._steering.able(picture)
        if able != self._able:
            self._able = able
            self.refresh_bindings()

    def _look_at_phase(self, picture: Picture) -> None:
        """Another phase is shown whole; its numbers wait for `numbers`."""
        now = self._phase_now(picture)
        shown = self._parts.phase.shown
        if shown is None or shown.words != now.words or shown.look != now.look:
            self._parts.phase.shown = now

    def _phase_now(self, picture: Picture) -> PhaseShown:
        if self._player is not None and self._player.over and not self._player.playing and self._at_the_end():
            return PhaseShown("✓ THE END", "good", below="s: what it came to. space: once more.")
        return phase_of(picture, self._roll_deg, live=self.kind == "live")

    def _at_the_end(self) -> bool:
        player = self._player
        return player is not None and player.now_s >= player.start_s + player.duration_s > player.start_s

    def _look_at_stage(self, picture: Picture) -> None:
        failure = self._show.failure()
        if (failure is not None) != self._failed:
            self._failed = failure is not None
            self.refresh_bindings()
        trouble = self._trouble(failure) if failure is not None else _before(picture) if self.kind == "live" else None
        guided = trouble is None and self._guide(picture)
        if trouble is not None and trouble != self._parts.trouble.content:
            self._parts.trouble.update(trouble)
        big = self._big and failure is None
        self._parts.put_away(self._parts.top, trouble is not None or big)
        self._parts.put_away(self._parts.trouble, trouble is None or big)
        self._parts.put_away(self._parts.guide, not guided or big)
        self._parts.put_away(self._parts.middle, trouble is not None or guided or big)
        self._parts.put_away(self._parts.banner, big)
        self._parts.put_away(self._parts.big, not big)

    def _guide(self, picture: Picture) -> bool:
        """Whether the person is being guided, to what the panel shows then."""
        if picture.stage not in ("wear", "still", "side"):
            return False
        guide = self._parts.guide
        guide.stage, guide.progress, guide.reason = picture.stage, picture.progress, picture.stage_reason
        return True

    def _trouble(self, failure: SensorcoachError) -> Text:
        return _trouble(failure, "r: try again   q: leave" if self.kind == "live" else "q: leave")

    def _look_for_notices(self, picture: Picture) -> None:
        fresh = picture.notices_in_all - self._told
        self._told = picture.notices_in_all
        if self._show.failure() is not None:  # it fills the screen
            return
        for notice in picture.notices[-fresh:] if fresh > 0 else ():
            self.notify(notice, severity="warning", timeout=_TOAST_S, markup=False)

    def _look_big(self) -> None:
        if not self._big or self._picture is None:
            return
        picture, parts = self._picture, self._parts
        now = self._phase_now(picture)
        moving = picture.stage == "armed" and picture.phase is not None
        stage = stage_words(picture.stage, picture.stage_reason)
        word = PHASES_BIG[picture.phase.name] if moving and picture.phase is not None else stage
        if now.look == "trouble":
            word = LINK[picture.link.state]
        below = parts.phase.shown.below if parts.phase.shown is not None else ""
        counts = counts_of(picture)
        parts.big.shown = BigShown(
            counts, word, now.look, now.side, now.filled, now.mark, parts.banner.shown, below if now.side else ""
        )

    def _show_transport(self) -> None:
        player = self._player
        assert player is not None
        now_s, start_s, duration_s = player.now_s, player.start_s, player.duration_s
        before = self._parts.transport.shown
        at = 0.0 if duration_s <= 0.0 else (now_s - start_s) / duration_s
        self._parts.transport.shown = TransportShown(
            player.playing,
            int(now_s),
            int(start_s + duration_s),
            round(at * _TRANSPORT_STEPS) / _TRANSPORT_STEPS,
            player.speed,
            player.over,
            () if before is None else before.reps,
            start_s,
        )

    # --- doing -------------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What cannot run now is neither in the footer nor in the palette."""
        if action != "do":
            return super().check_action(action, parameters)
        command = str(parameters[0])
        match command:
            case "rep_up" | "rep_down":
                return self._picture is not None and len(self._picture.reps) > 1
            case "swap_traces":
                return not self._big and not self._both_fit()
            case "big" | "mute" | "theme" | "help" | "leave":
                return True
            case "again":
                return self.kind == "live" and self._show.failure() is not None
        return command in self._able

    def action_do(self, command: str) -> None:
        """One command of `commands.COMMANDS`."""
        own = getattr(self, f"_do_{command}", None)
        if own is not None:
            own()
        elif self._picture is not None:
            said = self._steering.do(command, self._picture)
            if said:
                self.notify(said, timeout=2.0, markup=False)
        self.look()
        self.curves()
        self.numbers()

    def on_rep_table_chosen(self, message: RepTable.Chosen) -> None:
        """A row was clicked."""
        shown = self._parts.reps.shown
        self._parts.reps.shown = moved(replace(shown, selected=message.place), 0)

    def on_transport_sought(self, message: Transport.Sought) -> None:
        """The line of the transport was clicked."""
        if self._player is not None:
            self._player.seek(self._player.start_s + message.share * self._player.duration_s)

    def on_limits_panel_turned(self, message: LimitsPanel.Turned) -> None:
        """Grade again."""
        if self._player is not None:
            self._player.regrade(message.settings)
            self.look()
            self.curves()

    def on_limits_panel_closed(self) -> None:
        """Back to the session's keys."""
        self._parts.limits.add_class("-away")
        self.set_focus(None)

    def _do_rep_up(self) -> None:
        self._parts.reps.shown = moved(self._parts.reps.shown, -1)

    def _do_rep_down(self) -> None:
        self._parts.reps.shown = moved(self._parts.reps.shown, 1)

    def _do_swap_traces(self) -> None:
        self._swapped = not self._swapped
        self._arrange()

    def _do_big(self) -> None:
        self._big = not self._big
        self.refresh_bindings()

    def _do_mute(self) -> None:
        self._muted = not self._muted
        if self._voice is not None:
            self._voice.mute(self._muted)

    def _do_theme(self) -> None:
        cast("SensorcoachApp", self.app).action_turn_theme()

    def _do_help(self) -> None:
        from sensorcoach.tui.help_screen import HelpScreen

        self.app.push_screen(HelpScreen(self.kind, self.keys))

    def _do_limits(self) -> None:
        assert self._player is not None
        self._parts.limits.begin(self._player.settings)
        self._parts.limits.remove_class("-away")
        self._parts.limits.focus()

    def _do_summary(self) -> None:
        self._finish(self._show.result())

    def _do_pain(self) -> None:
        from sensorcoach.tui.questions import PainAdvice

        self._show.control("pain")
        self._show.stop()
        self._leaving = True
        self.app.push_screen(PainAdvice(), self._advice_read)

    def _advice_read(self, _read: bool | None) -> None:
        self._leaving = False

    def _do_leave(self) -> None:
        if self.kind != "live":
            self._finish(None)
        elif self._show.over or self._stopping:  # a second time: whoever wants to leave, leaves
            self._finish(self._show.result(), self._show.failure())
        elif self.recording:
            from sensorcoach.tui.questions import QuitQuestion

            self.app.push_screen(QuitQuestion(), self._quit_answered)
        else:
            self._stop()

    @property
    def recording(self) -> bool:
        """Something would be lost sight of if it ended unasked."""
        picture = self._picture
        return picture is not None and self.kind == "live" and (picture.link.recording or bool(picture.reps))

    def _quit_answered(self, end: bool | None) -> None:
        if end:
            self._stop()

    def _stop(self) -> None:
        self._stopping = True
        self._show.stop()
        self.notify("The session is being ended. q once more leaves at once.", timeout=3.0)

    def _do_again(self) -> None:
        self._finish(None, self._show.failure(), again=True)

    def _leave_at_the_end(self) -> None:
        if self._show.failure() is None and not self._leaving and self.is_current:
            self._finish(self._show.result())

    def _finish(self, result: Result | None, failure: SensorcoachError | None = None, *, again: bool = False) -> None:
        if not self._leaving:
            self._leaving = True
            self.dismiss(SessionEnd(result, failure, again))

    # --- helping -----------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        parts = self._parts
        parts.roll.set_class(self._swapped, "-second")
        parts.speed.set_class(not self._swapped, "-second")

    def _both_fit(self) -> bool:
        return not (self.has_class("-flat") or (self.has_class("-low") and self.has_class("-narrow")))

    def _spell(self, cue: Cue) -> str:
        if self._spelling is None:
            from sensorcoach.coach.phrases import phrases

            self._spelling = phrases(self._language).shown
        return self._spelling(cue)

    @staticmethod
    def _advice(code: str) -> str:
        from sensorcoach.app import ADVICE

        return ADVICE.get(code, "")


class _Parts:
    """The widgets, found once."""

    def __init__(self, screen: SessionScreen) -> None:
        self.link = screen.query_one("#link", LinkBar)
        self.top = screen.query_one("#top", Horizontal)
        self.counts = screen.query_one("#counts", Counts)
        self.phase = screen.query_one("#phase", Phase)
        self.banner = screen.query_one("#banner", Banner)
        self.trouble = screen.query_one("#trouble", Static)
        self.guide = screen.query_one("#guide", GuidePanel)
        self.middle = screen.query_one("#middle", Container)
        self.roll = screen.query_one("#roll", Plot)
        self.speed = screen.query_one("#speed", Plot)
        self.reps = screen.query_one("#reps", RepTable)
        self.big = screen.query_one("#big", Big)
        self.limits = screen.query_one("#limits", LimitsPanel)
        self.transport = screen.query_one("#transport", Transport)

    @staticmethod
    def put_away(widget: Static | Container | Horizontal | GuidePanel | Banner | Big, away: bool) -> None:
        """Or bring it back."""
        if widget.has_class("-away") != away:
            widget.set_class(away, "-away")


def _last(trace: Trace) -> float | None:
    """The angle of this instant."""
    if not len(trace.roll_deg) or not np.isfinite(trace.roll_deg[-1]):
        return None
    return float(trace.roll_deg[-1])


def _trouble(failure: SensorcoachError, keys: str) -> Text:
    """An error as an instruction."""
    return Text.assemble(
        ("✕ " + printable(failure.message), "bold"), "\n\n", printable(failure.advice), "\n\n", (keys, "bold")
    )


def _before(picture: Picture) -> Text | None:
    """What to do until the sensor streams for the first time."""
    link = picture.link
    if link.state not in ("searching", "connecting") or picture.reps or link.rate_hz is not None:
        return None
    head = f"{LINK_SYMBOLS[link.state]} {LINK[link.state]}"
    detail = f": {printable(link.detail)}" if link.detail else ""
    return Text.assemble((head + detail, "bold"), "\n\n", LINK_ADVICE[link.state])
