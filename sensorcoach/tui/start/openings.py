"""What a person can ask to be opened: a session of one of three kinds, or the start screen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sensorcoach.choices import Choices


@dataclass(frozen=True, slots=True)
class OpenLive:
    """A live session; ``device``: name or address, None: the one used last, else whichever is heard."""

    device: str | None = None
    profile: str | None = None


@dataclass(frozen=True, slots=True)
class OpenReplay:
    """A recording; several files are one session."""

    files: tuple[Path, ...]
    choices: Choices | None = None
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class OpenDemo:
    """The simulated session."""

    speed: float = 1.0


Opening = OpenLive | OpenReplay | OpenDemo
