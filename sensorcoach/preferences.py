"""What a person prefers about sound, screen and progress; no session's numbers depend on it.

They live with the settings in one TOML file in the person's configuration folder; a recording does not hold them.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from sensorcoach.settings import Settings

ADAPTER_NAME: Final = "^hci[0-9]{1,3}$"
"""As Linux names Bluetooth adapters."""


class VoiceSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is heard."""

    on: bool = True
    volume: Annotated[float, msgspec.Meta(ge=0.0, le=1.0)] = 0.8
    """0 to 1, of tones and speech."""
    words_a_minute: Annotated[int, msgspec.Meta(ge=80, le=450)] = 165
    """Speed of speech. People talk at 150-180 words a minute; espeak-ng can from 80 to 450."""
    voice: str | None = None
    """Name of a voice of the system's; None: the one it prefers for the language."""
    language: str = "en"
    """A phrase file: en, de."""
    tempo_s: Annotated[float, msgspec.Meta(ge=0.0, le=30.0)] = 0.0
    """A falling tone of this length to follow while lowering; 0: none."""
    speed_tone: bool = False
    """A tone whose pitch follows the speed of the roll."""


class ScreenSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is seen."""

    theme: Literal["dark", "light"] = "dark"
    big: bool = False
    """Begin in big mode."""
    keys: dict[str, str] = {}
    """Other keys for an action, by the action's id: ``pause = "space"``."""


class ProgressSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the target grows over the weeks (domain.md 5.1: start with 3-5 a side, add 1-2 every few days)."""

    start_reps: Annotated[int, msgspec.Meta(ge=1, le=1000, extra={"at_most": "most_reps"})] = 5
    add_reps: Annotated[int, msgspec.Meta(ge=0, le=100)] = 1
    every_days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 3
    most_reps: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 15
    calm_sessions: Annotated[int, msgspec.Meta(ge=0, le=100)] = 2
    """So many last sessions must have been without a severe warning and without pain."""
    comfort_reps: Annotated[int, msgspec.Meta(ge=1, le=100)] = 3
    """The comfortable maximum of a side is the median range of so many last calibration reps: one that went too far or
    not far enough changes nothing, and it follows within a few sessions."""


class LinkSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How sensors are reached."""

    adapter: Annotated[str, msgspec.Meta(pattern=ADAPTER_NAME)] | None = None
    """Bluetooth adapter, on Linux: hci0, hci1 ... (`sensorcoach doctor` names them); None: the system's choice."""


class Personal(Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The personal settings file: the settings of a session, and the preferences beside them."""

    voice: VoiceSettings = VoiceSettings()
    screen: ScreenSettings = ScreenSettings()
    progress: ProgressSettings = ProgressSettings()
    link: LinkSettings = LinkSettings()

    def settings(self) -> Settings:
        """Only what a session and its result keep."""
        return Settings(**{name: getattr(self, name) for name in Settings.__struct_fields__})
