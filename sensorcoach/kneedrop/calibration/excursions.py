"""Movements out of one place and back, as the angle from it shows them; no speed is looked at.

A rise of the angle by ``prominence`` is a peak (the same figure that lets the phase machine see a drop); two peaks
between which the leg did not come half-way home are one excursion (definitions of the repetition, row *return end*).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import find_peaks

from sensorcoach.kneedrop.calibration.track import STEP_S, Tracked
from sensorcoach.kneedrop.frame import Centre
from sensorcoach.model import Bools, Floats, Ints
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
    """All of them, in order of time; measured all at once, since a session of an hour has hundreds about each place."""
    angle = centre.angle_deg(track.up)
    padded = np.concatenate([[0.0], angle, [0.0]])
    peaks, _ = find_peaks(padded, prominence=0.5 * phases.r_min_deg, height=phases.r_min_deg)
    if not len(peaks):
        return []
    first, last, range_deg = _merged(angle, peaks - 1, phases.incomplete_fraction)
    before, after = np.concatenate([[0], last[:-1]]), np.concatenate([first[1:], [len(angle) - 1]])
    home_deg = np.maximum(phases.centre_band_deg, phases.return_end_fraction * np.minimum(range_deg, 90.0))
    start, left_deg = _last_home(angle, Spans(before, first), home_deg)
    end, back_deg = _first_home(angle, Spans(last, after), home_deg)
    here = Spans(start, end)
    heading = _headings(track.up[here.bins], centre, angle[here.bins] > _FAR_SHARE * here.spread(range_deg), here)
    normal = np.cross(centre.up0, heading)
    off_plane = here.largest(np.abs(np.einsum("ij,ij->i", track.up[here.bins], here.spread(normal))))
    shaking_g2, yaw_deg = track.shaking_g2[here.bins], track.yaw_deg[here.bins]
    still = (angle <= settings.home_deg) & (track.speed_dps < settings.still_dps)
    still_s = STEP_S * np.concatenate([[0.0], np.cumsum(still)])
    ended, begun = np.concatenate([[0], end[:-1]]), np.concatenate([start[1:], [len(angle)]])
    gone = (end >= len(angle) - 1) & (angle[-1] > phases.incomplete_fraction * range_deg)
    columns = (
        start, end, track.t_s[start], track.t_s[end], range_deg, left_deg, back_deg,
        np.degrees(np.arcsin(np.minimum(1.0, off_plane))), np.sqrt(here.mean(shaking_g2)),
        here.mean(shaking_g2 > settings.shaken_g**2), track.yaw_deg[end] - track.yaw_deg[start],
        here.largest(yaw_deg) + here.largest(-yaw_deg), still_s[np.maximum(start + 1, ended)] - still_s[ended],
        still_s[np.maximum(begun, end)] - still_s[end], gone,
    )  # fmt: skip
    names = (
        "start", "end", "start_s", "end_s", "range_deg", "left_deg", "back_deg", "stray_deg", "shaking_g",
        "shaken_share", "yaw_deg", "yaw_span_deg", "still_before_s", "still_after_s", "last",
    )  # fmt: skip
    rows = zip(*(column.tolist() for column in columns), strict=True)
    figures = (dict(zip(names, row, strict=True)) for row in rows)
    return [Excursion(heading=way, **of) for way, of in zip(heading, figures, strict=True)]


class Spans:
    """Bins ``[first, last]`` (n,) each, which may share their borders, laid end to end; none is empty."""

    def __init__(self, first: Ints, last: Ints) -> None:
        self._lengths = last - first + 1
        self.at = np.concatenate([[0], np.cumsum(self._lengths)[:-1]])
        self.bins: Ints = np.arange(int(self._lengths.sum())) + np.repeat(first - self.at, self._lengths)

    def spread(self, values: Floats) -> Floats:
        """``values`` (n, ...), each for every bin of its span."""
        return np.repeat(values, self._lengths, axis=0)

    def sum(self, values: Floats) -> Floats:
        """Over each span, of values (bins, ...)."""
        total: Floats = np.add.reduceat(values, self.at, axis=0, dtype=np.float64)
        return total

    def mean(self, values: Floats | Bools) -> Floats:
        """Over each span, of values (bins,)."""
        mean: Floats = np.add.reduceat(values, self.at, dtype=np.float64) / self._lengths
        return mean

    def largest(self, values: Floats) -> Floats:
        """Of each span."""
        largest: Floats = np.maximum.reduceat(values, self.at)
        return largest


def _merged(angle: Floats, peaks: Ints, half: float) -> tuple[Ints, Ints, Floats]:
    """First and last peak of each excursion, and its largest angle."""
    groups: list[list[int]] = []
    highest: list[float] = []
    valleys = [0.0, *np.minimum.reduceat(angle, peaks)[:-1].tolist()]
    for peak, height, valley in zip(peaks.tolist(), angle[peaks].tolist(), valleys, strict=True):
        if groups and valley > half * min(highest[-1], height):
            groups[-1][1] = peak
            highest[-1] = max(highest[-1], height)
        else:
            groups.append([peak, peak])
            highest.append(height)
    first, last = np.array(groups).T
    return first, last, np.array(highest)


def _last_home(angle: Floats, out: Spans, home_deg: Floats) -> tuple[Ints, Floats]:
    """The last bin at home of each span, or else the nearest to home; and the least angle."""
    lowest_deg, is_home = _home(angle, out, home_deg)
    at: Ints = np.maximum.reduceat(np.where(is_home, out.bins, -1), out.at)
    return at, lowest_deg


def _first_home(angle: Floats, back: Spans, home_deg: Floats) -> tuple[Ints, Floats]:
    """The first bin at home of each span, or else the nearest to home; and the least angle."""
    lowest_deg, is_home = _home(angle, back, home_deg)
    at: Ints = np.minimum.reduceat(np.where(is_home, back.bins, len(angle)), back.at)
    return at, lowest_deg


def _home(angle: Floats, spans: Spans, home_deg: Floats) -> tuple[Floats, Bools]:
    """The least angle (n,) of each span, and which of its bins are at home, or nearest to it where none is."""
    here = angle[spans.bins]
    lowest_deg: Floats = np.minimum.reduceat(here, spans.at)
    return lowest_deg, here <= spans.spread(np.maximum(home_deg, lowest_deg))


def _headings(up: Floats, centre: Centre, far: Bools, here: Spans) -> Floats:
    """Which way each span went (n, 3), from its bins that are ``far``; orthogonal to the centre."""
    reached = here.sum(np.where(far[:, None], up, 0.0))
    across = reached - np.outer(reached @ centre.up0, centre.up0)
    heading: Floats = across / np.sqrt(np.einsum("ij,ij->i", across, across))[:, None]
    return heading
