"""One cue of each kind, to try out what is heard."""

from __future__ import annotations

from sensorcoach.model import Cue, CueKind, CueLevel


def sample_cues() -> tuple[Cue, ...]:
    """In the order of a repetition, each with the time at which it is due, and time to say it; each landing."""
    return (
        _cue(0.5, "guide", "tempo", duration_s=2.0),
        _cue(3.0, "landing", "landing_good", "good"),
        _cue(4.0, "breath", "breath_in", duration_s=1.5),
        _cue(5.5, "breath", "breath_out", duration_s=2.5),
        _cue(8.5, "tick", "hold_reached", "good"),
        _cue(9.5, "count", "count", number=3, side="left"),
        _cue(11.5, "landing", "landing_plain"),
        _cue(12.5, "landing", "landing_hard", "warn"),
        _cue(12.5, "correction", "too_fast", "warn"),
        _cue(15.0, "progress", "halfway"),
        _cue(17.0, "link", "link_back"),
        _cue(20.0, "battery", "link_battery_low"),
        _cue(25.0, "session", "session_done", well="well_done", next="next_same", reps=6),
    )


def _cue(t_s: float, kind: CueKind, phrase: str, level: CueLevel = "info", **values: float | int | str) -> Cue:
    return Cue(t_s, t_s, kind, phrase, level, tuple(values.items()))
