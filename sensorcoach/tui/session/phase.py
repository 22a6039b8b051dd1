"""What the leg does now: the phase, how far it has come, and in a hold the breaths."""

from __future__ import annotations

import math
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from rich.style import Style
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from sensorcoach.model import Side
from sensorcoach.output.words import LINK, NOT_COUNTED, code_words, side_word
from sensorcoach.tui.session.blocks import lines_of, width_of
from sensorcoach.tui.session.ink import ink
from sensorcoach.tui.session.words import LINK_ADVICE, LINK_SYMBOLS, PHASE_SYMBOLS, PHASES, stage_words

if TYPE_CHECKING:
    from sensorcoach.session.picture import PhasePicture, Picture

_UNPACED_S: Final = 4.0
"""Full length of a hold's bar where no hold is wanted."""
_BEYOND: Final = 1.25
"""A hold's bar reaches this far beyond the target, so that the target is a mark within it."""
_USUAL_DEG: Final = 60.0
"""Full length of the bar of a drop where nobody told what is comfortable."""
_LARGE_FROM: Final = 9
"""With so many rows there is room for the word in blocks, too."""
_TOLD_S: Final = 6.0
"""So long it is said that a movement was not counted."""
_EIGHTHS: Final = " ▏▎▍▌▋▊▉█"
_BOLD: Final = Style(bold=True)


@dataclass(frozen=True, slots=True)
class PhaseShown:
    """``filled``, ``mark``: parts of the bar, 0 to 1; None: no bar, no mark. ``words`` begin with their symbol."""

    words: str
    look: str
    side: Side | None = None
    beside: str = ""
    filled: float | None = None
    mark: float | None = None
    below: str = ""


def phase_of(picture: Picture, roll_deg: float | None, *, live: bool) -> PhaseShown:
    """What the picture says, with the angle of this instant beside (None: not known). ``live``: the link counts."""
    state = picture.link.state
    if live and state != "streaming" and picture.stage != "ended":
        return PhaseShown(f"{LINK_SYMBOLS[state]} {LINK[state].upper()}", "trouble", below=LINK_ADVICE[state])
    if picture.stage == "paused":
        return PhaseShown("‖ PAUSED", "quiet", below="Not counting. p, or a double tap on the sensor, goes on.")
    if picture.stage == "ended":
        return PhaseShown("✓ DONE", "good")
    if picture.stage != "armed":
        filled = picture.progress if picture.stage == "still" else None
        words = stage_words(picture.stage, picture.stage_reason)
        return PhaseShown(f"◌ {words.upper()}", "quiet", filled=filled)
    if picture.phase is None:
        return PhaseShown("◆ READY", "quiet", below="Lower both knees to one side.")
    return _moving(picture, picture.phase, roll_deg)


def hold_s_of(picture: Picture) -> float:
    """How long the hold under way has lasted."""
    return max(0.0, picture.t_s - picture.phase.since_s) if picture.phase is not None else 0.0


def breath_words(hold_s: float, hold_target_s: float, breath_in_s: float, breath_out_s: float) -> str:
    """``breathe in  ○``, a circle a breath, and that it may end; the same breaths as are heard (`coach.hold`)."""
    if hold_target_s <= 0.0:
        return ""
    if hold_s >= hold_target_s:
        return "✓ long enough: come back"
    breath_s = breath_in_s + breath_out_s
    wanted = int(hold_target_s / breath_s + 1e-9) if breath_in_s > 0.0 and breath_out_s > 0.0 else 0
    done = int(hold_s / breath_s) if wanted else 0
    if done >= wanted:
        return "stay"
    out = hold_s - done * breath_s >= breath_in_s
    circles = "●" * done + ("◐" if out else "○") + "○" * (wanted - done - 1)
    return f"{'breathe out' if out else 'breathe in '}  {circles}"


def _moving(picture: Picture, phase: PhasePicture, roll_deg: float | None) -> PhaseShown:
    words = f"{PHASE_SYMBOLS[phase.name]} {PHASES[phase.name].upper()}"
    side = "" if phase.name == "centre" else side_word(phase.side, phase.direction)
    angle = "" if roll_deg is None else f"{abs(roll_deg):.0f}°"
    if phase.name == "centre":
        return PhaseShown(words, "quiet", None, angle, below=_not_counted(picture) or _next_words(picture))
    if phase.name == "hold":
        hold_s, target_s = hold_s_of(picture), picture.hold_target_s
        full_s = target_s * _BEYOND if target_s > 0.0 else _UNPACED_S
        mark = 1.0 / _BEYOND if target_s > 0.0 else None
        of = f" of {target_s:g}" if target_s > 0.0 else ""
        below = f"{hold_s:.1f}{of} s".ljust(14) + breath_words(
            hold_s, target_s, picture.breath_in_s, picture.breath_out_s
        )
        return PhaseShown(f"{words} {side}", "hold", phase.side, angle, min(1.0, hold_s / full_s), mark, below)
    return PhaseShown(f"{words} {side}", "moving", phase.side, angle, _way_out(picture, phase, roll_deg))


def _way_out(picture: Picture, phase: PhasePicture, roll_deg: float | None) -> float | None:
    """How far out the leg is, of what is comfortable on that side."""
    if roll_deg is None:
        return None
    comfort_deg = picture.comfort_left_deg if phase.direction == 1 else picture.comfort_right_deg
    return min(1.0, abs(roll_deg) / (comfort_deg or _USUAL_DEG))


def _not_counted(picture: Picture) -> str:
    """Why the movement just made is not in the count: nobody shall wonder."""
    if not picture.not_counted or picture.t_s - picture.not_counted[-1].end_s > _TOLD_S:
        return ""
    reason = picture.not_counted[-1].reason
    return f"○ not counted: {NOT_COUNTED.get(reason, code_words(reason))}"


def _next_words(picture: Picture) -> str:
    if not picture.target or picture.unknown:
        return ""
    left, right = (max(0, picture.target - count) for count in (picture.left, picture.right))
    return f"{left} left, {right} right to go" if left or right else "all done"


def _word(shown: PhaseShown) -> str:
    """What is written in blocks: the words without symbol and side."""
    return shown.words[2:].removesuffix(f" {shown.side}")


class Phase(Widget):
    """Words, a bar and a line beneath it."""

    COMPONENT_CLASSES = {
        "phase--quiet",
        "phase--moving",
        "phase--hold",
        "phase--good",
        "phase--trouble",
        "phase--bar",
        "phase--mark",
    }
    DEFAULT_CSS = """
    Phase {
        padding: 0 1;
        & .phase--quiet { color: $foreground 75%; }
        & .phase--moving { color: $accent; }
        & .phase--hold { color: $success; }
        & .phase--good { color: $success; }
        & .phase--trouble { color: $warning; }
        & .phase--bar { color: $foreground 15%; }
        & .phase--mark { color: $foreground; text-style: bold; }
    }
    """

    shown: reactive[PhaseShown | None] = reactive(None)

    def render(self) -> Text:
        """Three lines, spread over the height."""
        if self.shown is None:
            return Text("")
        width, shown = self.size.width, self.shown
        look = ink(self, f"phase--{shown.look}")
        room = max(0, width - len(shown.beside))
        head = Text.assemble((shown.words[:room].ljust(room), look + _BOLD), (shown.beside, look + _BOLD), no_wrap=True)
        bar = [] if shown.filled is None else [self._bar(shown.filled, shown.mark, width, look)] * 2
        quiet = ink(self, "phase--quiet")
        below = [Text(line, quiet) for line in wrap(shown.below, width)]
        airy = self.size.height >= len(bar) + len(below) + 3
        lines = [head, Text(""), *bar, Text(""), *below] if airy else [head, *bar, *below]
        if self.size.height >= _LARGE_FROM and width_of(_word(shown)) <= width:
            word = (Text(row, look, no_wrap=True) for row in lines_of(_word(shown), 1))
            lines = [Text(""), *word, Text(""), head, *bar, *below]
        return Text("\n").join(lines)

    def _bar(self, filled: float, mark: float | None, width: int, look: Style) -> Text:
        eighths = round(filled * width * 8)
        full, part = divmod(min(eighths, width * 8), 8)
        bar = Text("█" * full, look, no_wrap=True)
        empty = ink(self, "phase--bar")
        if full < width:
            bar.append(_EIGHTHS[part] if part else "░", look if part else empty)
            bar.append("░" * (width - full - 1), empty)
        if mark is not None:
            at = min(width - 1, math.floor(mark * width))
            pin = Text("┃", ink(self, "phase--mark"))
            bar = Text.assemble(bar[:at], pin, bar[at + 1 :])
        return bar
