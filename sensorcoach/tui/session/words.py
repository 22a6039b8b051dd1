"""The words and symbols of the session screen. A symbol never stands without its word, nor a colour without both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sensorcoach.model import CueLevel, PhaseName, Rep, Severity, StageName, Warning
from sensorcoach.output.words import NOT_GRADED, code_words

if TYPE_CHECKING:
    from sensorcoach.session.picture import LinkState

PHASES: Final[dict[PhaseName, str]] = {"centre": "ready", "drop": "lowering", "hold": "hold", "return": "coming back"}
PHASES_BIG: Final[dict[PhaseName, str]] = {"centre": "ready", "drop": "lower", "hold": "hold", "return": "back"}
PHASE_SYMBOLS: Final[dict[PhaseName, str]] = {"centre": "◆", "drop": "▼", "hold": "■", "return": "▲"}

STAGES: Final[dict[StageName, str]] = {
    "wear": "put the sensor on",
    "still": "lie still",
    "side": "lower to one side",
    "armed": "ready",
    "paused": "paused",
    "ended": "done",
}

LEVEL_SYMBOLS: Final[dict[CueLevel, str]] = {"good": "✓", "info": "›", "note": "○", "warn": "▲", "severe": "■"}
LEVEL_WORDS: Final[dict[CueLevel, str]] = {
    "good": "good",
    "info": "",
    "note": "note",
    "warn": "to correct",
    "severe": "careful",
}
SEVERITY_SYMBOLS: Final[dict[Severity, str]] = {"note": "○", "warn": "▲", "severe": "■"}
_WEIGHTS: Final[dict[Severity, int]] = {"note": 0, "warn": 1, "severe": 2}

LINK_SYMBOLS: Final[dict[LinkState, str]] = {
    "searching": "◌",
    "connecting": "◐",
    "streaming": "●",
    "stalled": "▲",
    "lost": "✕",
}
LINK_ADVICE: Final[dict[LinkState, str]] = {
    "searching": "Switch the sensor on and keep it within two metres of this computer. A phone that is connected to it "
    "must let it go first.",
    "connecting": "This takes a few seconds. Keep the sensor close.",
    "stalled": "Connected, but no data arrive. Take your hand off the sensor and stay close; it is asked again by "
    "itself.",
    "lost": "The connection is lost; it is looked for by itself. Come closer, and look whether the sensor is on.",
}
"""What to do; nothing where all is well."""


def stage_words(stage: StageName, reason: str) -> str:
    """``lie still``, ``lower to the left``: where the stage asks for a side, ``reason`` is that side."""
    return f"lower to the {reason}" if stage == "side" and reason else STAGES[stage]


def worst(rep: Rep) -> Severity | None:
    """The gravest of its warnings."""
    told = gravest_first(rep)
    return told[0].severity if told else None


def gravest_first(rep: Rep) -> list[Warning]:
    """Its warnings."""
    return sorted(rep.warnings, key=lambda warning: -_WEIGHTS[warning.severity])


def verdict(rep: Rep) -> str:
    """``✓ good``, ``▲ too fast, jerky``, ``○ jerky``, ``– not graded: samples missing``."""
    if not rep.graded:
        reason = rep.not_graded_reason or "rate"
        return f"– not graded: {NOT_GRADED.get(reason, code_words(reason))}"
    told = gravest_first(rep)
    if not told:
        return "✓ good"
    return f"{SEVERITY_SYMBOLS[told[0].severity]} " + ", ".join(code_words(warning.code) for warning in told)


def brief_verdict(rep: Rep) -> str:
    """``▲ too fast +1``, where there is no room for all."""
    told = gravest_first(rep)
    if not rep.graded or len(told) < 2:
        return verdict(rep)
    return f"{SEVERITY_SYMBOLS[told[0].severity]} {code_words(told[0].code)} +{len(told) - 1}"
