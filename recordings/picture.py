"""``python -m recordings.picture``: draw the README's pictures and refresh the output it shows."""

import asyncio
import io
import os
import re
import shlex
from pathlib import Path

from sensorcoach import analyze
from sensorcoach.app import Player, open_replay
from sensorcoach.choices import Choices
from sensorcoach.output.table import as_table
from sensorcoach.preferences import ScreenSettings
from sensorcoach.tui.app import SensorcoachApp
from sensorcoach.tui.session.screen import SessionScreen

ROOT = Path(__file__).resolve().parents[1]
SHOWN = re.compile(r"(```\n\$ (sensorcoach analyze (\S+))\n)[^`]*(```)")


class _Stopped:
    """A clock that stands still: what the picture shows does not depend on the computer."""

    def now_s(self) -> float:
        return 0.0

    def sleep_until_s(self, due_s: float) -> None:
        raise AssertionError("nobody plays")


def screen_svg(recording: str, at_s: float, size: tuple[int, int] = (112, 34), *, big: bool = False) -> str:
    """The session screen with a recording at one instant, without fonts from the network."""
    os.environ.pop("NO_COLOR", None)
    player = open_replay([Path(recording)], Choices(), _Stopped())
    player.wait()
    player.seek(player.start_s + at_s)
    drawn = asyncio.run(_screenshot(player, size, big))
    player.stop()
    return re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)


async def _screenshot(player: Player, size: tuple[int, int], big: bool) -> str:
    preferences = ScreenSettings(big=big)
    session = SessionScreen(player, None, preferences, pace=None)
    app = SensorcoachApp(lambda app: app.push_screen(session), preferences)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for look in (session.look, session.numbers, session.curves):
            look()
        await pilot.pause()
        return app.export_screenshot()


SCREENS = {
    "recordings/screen.svg": lambda: screen_svg("recordings/mixed.jsonl.gz", 23.0),
    "recordings/screen_big.svg": lambda: screen_svg("recordings/mixed.jsonl.gz", 57.0, (80, 24), big=True),
}
"""The screens in the README: a drop that landed hard, and why; the count from across the room."""


def with_todays_output(readme: str) -> str:
    """``readme`` with the output of the command it shows."""

    def fresh(shown: re.Match[str]) -> str:
        return f"{shown[1]}{as_table(analyze(shlex.split(shown[2])[-1]), io.StringIO())}\n{shown[4]}"

    return SHOWN.sub(fresh, readme)


if __name__ == "__main__":
    os.chdir(ROOT)
    readme = Path("README.md")
    readme.write_text(with_todays_output(readme.read_text(encoding="utf-8")), encoding="utf-8")
    for name, drawn in SCREENS.items():
        Path(name).write_text(drawn(), encoding="utf-8")
    print("README.md,", ", ".join(SCREENS), "are today's")
