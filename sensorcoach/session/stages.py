"""The stage of a session that follows from its controls: how a replay tells what a guide once decided."""

from __future__ import annotations

from sensorcoach.model import Control, StageChanged, StageName


def stage_after(control: Control, stage: StageName = "armed") -> StageChanged | None:
    """Where a session in ``stage`` stands after ``control``; None where it stays there."""
    match control.action:
        case "arm":
            return StageChanged(control.t_s, "armed", reason=control.value)
        case "pause" if control.value == "guide":
            return StageChanged(control.t_s, "wear")
        case "pause" if control.value == "calibrate":
            return StageChanged(control.t_s, "still")
        case "pause":
            return StageChanged(control.t_s, "paused", reason=control.value)
        case "calibrate" if stage in ("wear", "still"):
            return StageChanged(control.t_s, "side", reason=control.value)
        case "pain":
            return StageChanged(control.t_s, "ended", reason="pain")
    return None
