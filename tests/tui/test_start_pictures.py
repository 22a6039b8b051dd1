"""The pages around a session as pictures. A difference is judged by eye: see README, Development."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from sensorcoach import analyze
from sensorcoach.tui.app import SensorcoachApp
from sensorcoach.tui.start.guide_panel import GuidePanel
from sensorcoach.tui.start.safety_notice import SafetyNotice
from sensorcoach.tui.start.start_screen import StartScreen
from sensorcoach.tui.start.summary_screen import SummaryScreen

from .pretend_desk import Way, lived_in, session

MIXED = Path(__file__).resolve().parents[2] / "recordings" / "mixed.jsonl.gz"


class Guided(Screen[None]):
    """The three stages that a person sees before the count begins, one below the other."""

    def compose(self) -> Any:
        for stage, progress in (("wear", 0.0), ("still", 0.6), ("side", 0.0)):
            guide = GuidePanel()
            guide.stage, guide.progress = stage, progress  # type: ignore[assignment]
            yield guide


def summary() -> SummaryScreen:
    past = [session(number) for number in range(9, -1, -1)]
    return SummaryScreen(analyze(MIXED), [Path("2026-03-20_07-12-00.jsonl")], past, lambda: "")


PAGES: dict[str, tuple[Callable[[], Screen[Any]], tuple[int, int]]] = {
    "start": (lambda: StartScreen(lived_in(), Way()), (80, 24)),
    "start_wide": (lambda: StartScreen(lived_in(), Way()), (120, 36)),
    "notice": (SafetyNotice, (80, 24)),
    "guide": (Guided, (80, 34)),
    "summary": (summary, (80, 24)),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page(snap_compare: Callable[..., bool], name: str) -> None:
    page, size = PAGES[name]
    app = SensorcoachApp(lambda app: app.push_screen(page()))
    app.animation_level = "none"

    async def ready(pilot: Pilot[Any]) -> None:
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=ready)
