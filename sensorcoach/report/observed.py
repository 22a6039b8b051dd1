"""A session as it was analysed, with the curves a report draws: the same walk through the recording, listened to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sensorcoach.analysis import analyze_recording, open_session
from sensorcoach.choices import Choices
from sensorcoach.importers import Recording
from sensorcoach.kneedrop.measures import Window
from sensorcoach.model import Floats, Rep, Result, Trace


@dataclass(frozen=True, slots=True)
class RepCurve:
    """The signals one repetition was measured on, from 1 s before its drop to 1 s after its return; arrays (n,).

    ``roll_deg`` signed roll from the centre, positive to this rep's own side; ``speed_dps`` its rate, low-passed at
    6 Hz (2 Hz without a gyroscope); ``turn_dps`` magnitude of the unfiltered gyroscope, None without one; ``jolt_g``
    acceleration without gravity, g.
    """

    t_s: Floats
    roll_deg: Floats
    speed_dps: Floats
    turn_dps: Floats | None
    jolt_g: Floats


@dataclass(frozen=True, slots=True)
class Observed:
    """A session's result, its curves by the rep's index, and its trace from the first sample to the last."""

    result: Result
    curves: dict[int, RepCurve]
    trace: Trace


def observe_files(paths: Sequence[Path], choices: Choices) -> Observed:
    """Analyse the one session in some files and keep what a report draws; errors as `sensorcoach.analyze`."""
    name, recording = open_session(paths, choices)
    return observe_recording(recording, name, choices)


def observe_recording(recording: Recording, name: str | None, choices: Choices) -> Observed:
    """The same for an opened recording."""
    kept = _Kept()
    result = analyze_recording(recording, name, choices, on_trace=kept.blocks.append, on_window=kept.take_window)
    return Observed(result, kept.curves, kept.trace(result.reps))


@dataclass(slots=True)
class _Kept:
    blocks: list[Trace] = field(default_factory=list)
    curves: dict[int, RepCurve] = field(default_factory=dict)

    def take_window(self, rep: Rep, window: Window) -> None:
        self.curves[rep.index] = RepCurve(
            t_s=window.t_s.copy(),
            roll_deg=window.roll_deg.copy(),
            speed_dps=window.speed_dps.copy(),
            turn_dps=None if window.gyro_dps is None else window.gyro_dps.copy(),
            jolt_g=window.dynamic_g.copy(),
        )

    def trace(self, reps: Sequence[Rep]) -> Trace:
        """What was told as it came; around each repetition as it was finally seen (it may have been dated back)."""
        none = Trace(np.empty(0), np.empty(0), np.empty(0))
        blocks = [none, *self.blocks]
        whole = Trace(
            np.concatenate([block.t_s for block in blocks]),
            np.concatenate([block.roll_deg for block in blocks]),
            np.concatenate([block.speed_dps for block in blocks]),
        )
        for rep in reps:
            curve = self.curves[rep.index]
            at = np.searchsorted(whole.t_s, curve.t_s)
            there = at < len(whole.t_s)
            whole.roll_deg[at[there]] = rep.direction * curve.roll_deg[there]
            whole.speed_dps[at[there]] = rep.direction * curve.speed_dps[there]
        return whole
