"""The last cue, in a band that is always there and always as high."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from sensorcoach.model import Cue, CueKind, CueLevel, Rep
from sensorcoach.output.words import clock, code_words, quantity, side_word
from sensorcoach.tui.session.ink import ink
from sensorcoach.tui.session.words import LEVEL_SYMBOLS, LEVEL_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

OLD_S: Final = 12.0
"""A cue so old is about a repetition that is over: it stays readable, but quiet."""
_NO_MOVEMENT: Final[frozenset[CueKind]] = frozenset({"link", "battery", "session"})
"""A lost connection is not "to correct"."""


@dataclass(frozen=True, slots=True)
class BannerShown:
    """``below``: what the cue is about. ``old``: said long ago."""

    level: CueLevel
    words: str
    below: str = ""
    old: bool = False


def banner_of(cue: Cue | None, t_s: float, reps: Sequence[Rep], spell: Callable[[Cue], str]) -> BannerShown | None:
    """The cue in words, with the figure behind it. ``spell``: a cue as the phrase file shows it."""
    if cue is None:
        return None
    return BannerShown(cue.level, spell(cue), _below(cue, reps), t_s - max(cue.t_s, cue.known_s) > OLD_S)


def _below(cue: Cue, reps: Sequence[Rep]) -> str:
    parts = [] if cue.kind in _NO_MOVEMENT else [LEVEL_WORDS[cue.level]]
    rep = next((rep for rep in reversed(reps) if rep.index == cue.rep), None)
    if rep is not None:
        parts.append(f"rep {rep.index} {side_word(rep.side, rep.direction)}")
        warning = next((warning for warning in rep.warnings if warning.code == cue.phrase), None)
        if warning is not None:
            parts.append(f"{code_words(warning.code)} {quantity(warning)}".strip())
    return " · ".join(part for part in [*parts, clock(cue.t_s)] if part)


class Banner(Widget):
    """Symbol and words; a second, quieter line tells what they are about."""

    COMPONENT_CLASSES = {"banner--below"}
    DEFAULT_CSS = """
    Banner {
        height: 2; padding: 0 1; background: $surface; border-left: outer $surface;
        & .banner--below { color: $foreground 75%; }
        &.-good { background: $success 14%; border-left: outer $success; color: $success; }
        &.-info { border-left: outer $accent; }
        &.-note { border-left: outer $foreground 50%; }
        &.-warn { background: $warning 16%; border-left: outer $warning; color: $warning; }
        &.-severe { background: $error 22%; border-left: outer $error; color: $error; }
        &.-old { background: $surface; color: $foreground 75%; }
    }
    """

    shown: reactive[BannerShown | None] = reactive(None)

    def watch_shown(self, shown: BannerShown | None) -> None:
        """Its colours."""
        self.set_classes([] if shown is None else [f"-{shown.level}", *(["-old"] if shown.old else [])])

    def render(self) -> Text:
        """Two lines, or three where there is room."""
        if self.shown is None:
            return Text("")
        shown = self.shown
        loud = shown.level in ("warn", "severe")
        words = shown.words.upper() if loud else shown.words
        head = Text(f"{LEVEL_SYMBOLS[shown.level]} {words}", "bold", no_wrap=True, overflow="ellipsis")
        below = Text(f"  {shown.below}", ink(self, "banner--below"), no_wrap=True)
        above = [Text("")] if self.size.height > 3 else []
        return Text("\n").join([*above, head, below])
