"""Movements out of one place and back, as the angle from it shows them; no speed is looked at.

A rise of the angle by ``prominence`` is a peak (the same figure that lets the phase machine see a drop); two peaks
between which the leg did not come half-way home are one excursion (definitions of the repetition, row *return end*).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import find_peaks

from sensorcoach.kneedrop.calibration.track import STEP_S, Tracked
from sensorcoach.kneedrop.frame import Centre, cross, unit
from sensorcoach.model import Floats, Ints
from sensorcoach.settings import CalibrationSettings, PhaseSettings

_FAR_SHARE = 0.8
"""Where it went is read from the samples beyond this share of the largest angle."""


@dataclass(slots=True)
class Excursion:
    """Tracked bins ``[start, end]``, ``range_deg`` the largest angle, ``heading`` (3,) the way there.

    ``left_deg``, ``back_deg``: least angle before and after; ``stray_deg``: how far it left the plane of its heading;
    ``shaking_g``: rms of dynamic acceleration; ``shaken_share``: how much of the time there was any; ``yaw_deg``,
    ``yaw_span_deg``: turned about the vertical, in all and at most; ``still_before_s``, ``still_after_s``: at rest at
    home, to the neighbours.
    """

    start: int
    end: int
    start_s: float
    end_s: float
    range_deg: float
    heading: Floats
    left_deg: float
    back_deg: float
    stray_deg: float
    shaking_g: float
    shaken_share: float
    yaw_deg: float
    yaw_span_deg: float
    still_before_s: float = 0.0
    still_after_s: float = 0.0
    weight: float = 1.0
    """As evidence; below 1 where it did not rest at home, or lies across a told axis."""
    last: bool = False
    """The stream ends in it."""

    @property
    def lasted_s(self) -> float:
        """From leaving home to being back."""
        return self.end_s - self.start_s

    @property
    def unfinished(self) -> bool:
        """It began or ended somewhere else than at home."""
        half_deg = 0.5 * self.range_deg
        return self.last or self.left_deg > half_deg or self.back_deg > half_deg


def find_excursions(
    track: Tracked, centre: Centre, phases: PhaseSettings, settings: CalibrationSettings
) -> list[Excursion]:
    """All of them, in order of time."""
    angle = centre.angle_deg(track.up)
    peaks, _ = find_peaks(
        np.concatenate([[0.0], angle, [0.0]]), prominence=0.5 * phases.r_min_deg, height=phases.r_min_deg
    )
    groups = _merged(angle, peaks - 1, phases.incomplete_fraction)
    home = np.concatenate([[0.0], np.cumsum((angle <= settings.home_deg) & (track.speed_dps < settings.still_dps))])
    found: list[Excursion] = []
    for number, (first, last) in enumerate(groups):
        before = groups[number - 1][1] if number else 0
        after = groups[number + 1][0] if number + 1 < len(groups) else len(angle) - 1
        found.append(_excursion(track, centre, angle, (before, first, last, after), phases, settings))
    for number, one in enumerate(found):
        before = found[number - 1].end if number else 0
        after = found[number + 1].start if number + 1 < len(found) else len(angle)
        one.still_before_s = float(home[max(one.start + 1, before)] - home[before]) * STEP_S
        one.still_after_s = float(home[max(after, one.end)] - home[one.end]) * STEP_S
    return found


def _merged(angle: Floats, peaks: Ints, half: float) -> list[tuple[int, int]]:
    """First and last peak of each excursion."""
    groups: list[tuple[int, int]] = []
    highest = 0.0
    for peak in peaks.tolist():
        if groups:
            first, last = groups[-1]
            valley = float(angle[last : peak + 1].min())
            if valley > half * min(highest, float(angle[peak])):
                groups[-1] = (first, peak)
                highest = max(highest, float(angle[peak]))
                continue
        groups.append((peak, peak))
        highest = float(angle[peak])
    return groups


def _excursion(
    track: Tracked,
    centre: Centre,
    angle: Floats,
    peaks: tuple[int, int, int, int],
    phases: PhaseSettings,
    settings: CalibrationSettings,
) -> Excursion:
    before, first, last, after = peaks
    range_deg = float(angle[first : last + 1].max())
    home_deg = max(phases.centre_band_deg, phases.return_end_fraction * min(range_deg, 90.0))
    out, back = angle[before : first + 1], angle[last : after + 1]
    low = np.flatnonzero(out <= home_deg)
    start = before + int(low[-1] if len(low) else out.argmin())
    low = np.flatnonzero(back <= home_deg)
    end = last + int(low[0] if len(low) else back.argmin())
    here = slice(start, end + 1)
    up = track.up[here]
    far = up[angle[here] > _FAR_SHARE * range_deg].mean(axis=0)
    heading = unit(far - (far @ centre.up0) * centre.up0)
    off_plane = np.abs(up @ cross(centre.up0, heading)).max()
    yaw = track.yaw_deg[here]
    return Excursion(
        start=start,
        end=end,
        start_s=float(track.t_s[start]),
        end_s=float(track.t_s[end]),
        range_deg=range_deg,
        heading=heading,
        left_deg=float(out.min()),
        back_deg=float(back.min()),
        stray_deg=float(np.degrees(np.arcsin(min(1.0, off_plane)))),
        shaking_g=float(np.sqrt(track.shaking_g2[here].mean())),
        shaken_share=float((track.shaking_g2[here] > settings.shaken_g**2).mean()),
        yaw_deg=float(yaw[-1] - yaw[0]),
        yaw_span_deg=float(yaw.max() - yaw.min()),
        last=end >= len(angle) - 1 and float(angle[-1]) > phases.incomplete_fraction * range_deg,
    )
