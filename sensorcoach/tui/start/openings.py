"""What a person can ask to be opened: a live session, a recording, the demo."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sensorcoach.choices import Choices


@dataclass(frozen=True, slots=True)
class OpenLive:
    """A live session; ``device``: name or address, None: the one used last, else whichever is heard. ``out``: the
    recording's file, None: a new one in the person's folder. ``adapter``: of this computer, None: as in the settings.
    """

    choices: Choices = Choices()
    device: str | None = None
    profile: str | None = None
    record: bool = True
    out: Path | None = None
    adapter: str | None = None


@dataclass(frozen=True, slots=True)
class OpenReplay:
    """A recording; several files are one session. ``speed``: times real time, ``math.inf`` does not wait."""

    files: tuple[Path, ...]
    choices: Choices = Choices()
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class OpenDemo:
    """The simulated session."""

    speed: float = 1.0


Opening = OpenLive | OpenReplay | OpenDemo


class Way(Protocol):
    """Leads from a page into a session."""

    def open(self, opening: Opening) -> None:
        """Open it."""
