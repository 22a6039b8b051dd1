"""What a session came to: reps a side against the target, what went well, what to change, the trend, where it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Digits, Static

from sensorcoach.model import Result
from sensorcoach.output.printable import printable
from sensorcoach.output.review import symmetry, to_change, verdict, went_well
from sensorcoach.output.words import clock
from sensorcoach.settings import GuideSettings
from sensorcoach.tui.start.page import Page
from sensorcoach.tui.start.past import PastSession
from sensorcoach.tui.start.trend import trend_lines


class SummaryScreen(Page):
    """Dismissed when the person goes on. ``past``: earlier sessions, this one first if it is among them.

    ``files``: the recording. ``report``: makes the report; None where there is none to make. ``ended``: why it was over
    (`Picture.ended`).
    """

    heading: ClassVar[str] = "your session"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,q,escape", "done", "Done", id="summary_done", priority=True),
        Binding("r", "report", "Report", id="summary_report"),
    ]
    DEFAULT_CSS = """
    SummaryScreen {
        #page-body { padding: 0 2; }
        #verdict { height: 1; margin: 1 0; text-style: bold; }
        #counts { height: 5; margin-bottom: 1; }
        .count { width: 22; height: 5; border: round $primary 40%; border-title-style: bold;
                 border-title-color: $foreground; padding: 0 1; margin-right: 1; }
        .count Digits { width: auto; }
        .of { width: 1fr; height: 3; padding: 1 0 0 1; color: $text-muted; }
        .reached { border: round $success; }
        VerticalScroll { scrollbar-size-vertical: 1; }
        .part { height: auto; margin-bottom: 1; }
        #saved { height: auto; color: $text-muted; }
    }
    """

    def __init__(
        self,
        result: Result,
        files: Sequence[Path],
        past: Sequence[PastSession] = (),
        report: Callable[[], object] | None = None,
        ended: str | None = None,
    ) -> None:
        super().__init__()
        self._result, self._files, self._past, self._report = result, files, past, report
        self._ended = ended

    def body(self) -> ComposeResult:
        """The count first, then words."""
        yield Static(Content(verdict(self._result)), id="verdict")
        yield from self._counts()
        with VerticalScroll():
            yield from self._parts()

    def _counts(self) -> ComposeResult:
        summary, target = self._result.summary, self._target()
        sides = [("left", summary.left, summary.corrected_left), ("right", summary.right, summary.corrected_right)]
        if summary.unknown and not (summary.left or summary.right):
            sides = [("both sides", summary.unknown, summary.corrected_unknown)]
            target *= 2
        with Horizontal(id="counts"):
            for side, detected, corrected in sides:
                yield from _count(side, detected, corrected, target)

    def _parts(self) -> ComposeResult:
        result = self._result
        if self._ended == "rest":
            yield _part("■ Ended by itself", "$accent", f"after {_rest_words(result)} of rest.")
        well = went_well(result)
        if well:
            yield _part("✔ Went well", "$success", ", ".join(well).capitalize() + ".")
        for change in to_change(result):
            severe = change.severity == "severe"
            sign, colour = ("!! ", "$error") if severe else ("! ", "$warning")
            yield _part(f"{sign}{change.words}", colour, change.advice)
        if alike := symmetry(result):
            yield _part("⇄ Sides", "$accent", alike.capitalize() + ".")
        if len(self._past) > 1:
            yield _part("↗ Your last sessions", "$accent", "\n" + "\n".join(trend_lines(self._past)))
        yield Static(Content(self._saved()), id="saved")

    def _target(self) -> int:
        goal = self._result.settings.get("goal")
        told = goal.get("reps_a_side") if isinstance(goal, dict) else None
        return told if isinstance(told, int) else 0

    def _saved(self) -> str:
        length = clock(self._result.duration_s)
        if self._result.sensor.get("simulated"):
            return f"{length} min. Simulated: it never happened."
        if not self._files:
            return f"{length} min. Nothing was kept."
        return f"{length} min, kept in {printable(', '.join(map(str, self._files)))}"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No report without somebody who makes it."""
        return action != "back" and (action != "report" or self._report is not None)

    def action_done(self) -> None:
        """Read."""
        self.dismiss()

    def action_report(self) -> None:
        """Make it."""
        if self._report is not None:
            self._report()


def _rest_words(result: Result) -> str:
    guide = result.settings.get("guide")
    told = guide.get("end_rest_s") if isinstance(guide, dict) else None
    rest_s = told if isinstance(told, int | float) else GuideSettings().end_rest_s
    return "a minute" if rest_s == 60.0 else f"{rest_s:.0f} seconds"


def _count(side: str, detected: int, corrected: int, target: int) -> ComposeResult:
    counted = corrected if corrected else detected
    reached = bool(target) and counted >= target
    of = f"of {target}{' ✔' if reached else ''}" if target else ""
    if corrected and corrected != detected:
        of += f"\n({detected} seen)"
    with Horizontal(classes="count reached" if reached else "count") as box:
        box.border_title = side
        yield Digits(str(counted))
        yield Static(Content(of), classes="of")


def _part(title: str, colour: str, words: str) -> Static:
    return Static(Content.assemble((title, f"bold {colour}"), "  ", words), classes="part")
