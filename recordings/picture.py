"""``python -m recordings.picture``: draw the README's picture and refresh the output it shows."""

import io
import os
import re
import shlex
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME
from rich.text import Text

from sensorcoach import analyze
from sensorcoach.output.table import as_table

ROOT = Path(__file__).resolve().parents[1]
SHOWN = re.compile(r"(```\n\$ (sensorcoach analyze (\S+))\n)[^`]*(```)")


class _Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def svg(recording: str) -> str:
    """The table of a recording as a terminal of 80 columns shows it, without fonts from the network."""
    os.environ.update(TERM="xterm-256color", COLUMNS="80")
    os.environ.pop("NO_COLOR", None)
    console = Console(record=True, width=80, file=io.StringIO(), force_terminal=True)
    console.print(f"[green]$[/green] sensorcoach analyze {recording}", highlight=False)
    console.print(Text.from_ansi(as_table(analyze(recording), _Terminal())))
    drawn = console.export_svg(title="sensorcoach", theme=SVG_EXPORT_THEME, unique_id="sensorcoach")
    return re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)


def with_todays_output(readme: str) -> str:
    """``readme`` with the output of the command it shows."""

    def fresh(shown: re.Match[str]) -> str:
        return f"{shown[1]}{as_table(analyze(shlex.split(shown[2])[-1]), io.StringIO())}\n{shown[4]}"

    return SHOWN.sub(fresh, readme)


if __name__ == "__main__":
    os.chdir(ROOT)
    readme = Path("README.md")
    readme.write_text(with_todays_output(readme.read_text(encoding="utf-8")), encoding="utf-8")
    Path("recordings/picture.svg").write_text(svg("recordings/mixed.jsonl.gz"), encoding="utf-8")
    print("README.md and recordings/picture.svg are today's")
