"""The stage of a session that follows from what the person did: how a replay tells what a guide once decided."""

from __future__ import annotations

from sensorcoach.model import Control, StageChanged


def stage_of(control: Control) -> StageChanged | None:
    """Where the session stands after ``control``; None where it stays as it was."""
    match control.action:
        case "arm":
            return StageChanged(control.t_s, "armed", reason=control.value)
        case "pause" if control.value == "guide":
            return StageChanged(control.t_s, "wear")
        case "pause":
            return StageChanged(control.t_s, "paused", reason=control.value)
        case "pain":
            return StageChanged(control.t_s, "ended", reason="pain")
    return None
