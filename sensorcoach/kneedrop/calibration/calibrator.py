"""When a calibration is looked for: at fixed instants of data time in a live stream, once in a whole recording."""

from __future__ import annotations

import math
from typing import Protocol

from sensorcoach.dsp.motion import Motion
from sensorcoach.kneedrop.arming import Arming
from sensorcoach.kneedrop.calibration.calibration import Calibration, CentrePiece
from sensorcoach.kneedrop.calibration.lateral import left_of
from sensorcoach.kneedrop.calibration.search import calibrate
from sensorcoach.kneedrop.calibration.track import STEP_S, Track, Tracked
from sensorcoach.kneedrop.frame import Centre, unit
from sensorcoach.kneedrop.history import History
from sensorcoach.model import Floats, Mounting
from sensorcoach.settings import Settings


class Calibrator(Protocol):
    """Says at which samples the calibration may change, and what it is then."""

    def push(self, motion: Motion) -> None:
        """New motion, which the history holds already."""

    def next_look(self, history: History) -> int | None:
        """The sample before which all must be counted before `look` is asked; None: not within what is there."""

    def look(self, at: int, history: History) -> Calibration | None:
        """The calibration as known with the samples before ``at``; None: there is none yet."""


class CausalCalibrator:
    """The pass over all so far, every second until it is sure, and seldom then."""

    def __init__(self, rate_hz: float, mounting: Mounting, arming: Arming, settings: Settings) -> None:
        self._mounting, self._arming, self._settings = mounting, arming, settings
        self._track = Track(rate_hz)
        self._hop = max(1, round(settings.calibration.look_s * rate_hz))
        self._looked = 0
        self._asked = 0
        self._sure = False

    def push(self, motion: Motion) -> None:
        """See `Calibrator`."""
        self._track.push(motion)

    def next_look(self, history: History) -> int | None:
        """On a raster of sample numbers, however the stream was cut; and where a rest is told."""
        hop = self._hop * (self._settings.calibration.sure_hops if self._sure else 1)
        at = (self._looked // hop + 1) * hop
        told = self._arming.rests_s
        seen_s = history.time(history.end - 1) if history.end > history.start else -math.inf
        if len(told) > self._asked and told[self._asked] <= seen_s:
            at = min(at, max(self._looked + 1, history.index_after(told[self._asked])))
        return at if at <= history.end else None

    def look(self, at: int, history: History) -> Calibration | None:
        """See `Calibrator`."""
        self._looked = at
        until_s = history.time(at - 1)
        told = self._arming.rests_s
        while self._asked < len(told) and told[self._asked] <= until_s:
            self._asked += 1
        track = until(self._track.tracked(), until_s)
        found = pass_over(track, self._mounting, self._arming, self._settings, mode="causal")
        if found is None and self._asked:
            found = self._at_rest(track, told[self._asked - 1])
        self._sure = found is not None and found.confirmed and found.drops >= 2
        return found

    def _at_rest(self, track: Tracked, rest_s: float) -> Calibration | None:
        """Nothing was seen yet but where the guide had the leg at rest."""
        up = rest_before(track, rest_s)
        if up is None:
            return None
        centre = Centre(up, "calibration")
        left = left_of(centre, self._mounting)
        return Calibration(
            pieces=(CentrePiece(rest_s, centre),),
            lateral=left,
            opposite=None,
            sided=left is not None,
            confirmed=left is not None,
            span_s=(-math.inf, math.inf),
            got_up_s=(),
            drops=0,
            mode="causal",
            known_s=float(track.t_s[-1]),
            score=0.0,
        )


class RecordedCalibrator:
    """Calibrations that are known beforehand, each from its time on: those of a recording, or of the pass over it."""

    def __init__(self, calibrations: list[tuple[float, Calibration]]) -> None:
        """``calibrations``: from which session time on each holds; in order."""
        self._coming = calibrations

    def push(self, motion: Motion) -> None:
        """Nothing is learnt from motion."""

    def next_look(self, history: History) -> int | None:
        """See `Calibrator`."""
        if not self._coming or history.end == history.start:
            return None
        since_s = self._coming[0][0]
        if since_s > history.time(history.end - 1):
            return None
        return max(history.index_after(since_s), history.start + 1)

    def look(self, at: int, history: History) -> Calibration | None:
        """See `Calibrator`."""
        return self._coming.pop(0)[1]


def pass_over(
    track: Tracked, mounting: Mounting, arming: Arming, settings: Settings, *, mode: str
) -> Calibration | None:
    """The pass, from where the guide had the leg at rest for the first time on."""
    rests_s = [t_s for t_s in arming.rests_s if len(track) and t_s <= track.t_s[-1]]
    anchors = [up for t_s in rests_s if (up := rest_before(track, t_s)) is not None]
    if rests_s:
        track = track.since(max(0, int(track.t_s.searchsorted(rests_s[0] - 2.0))))
    return calibrate(
        track,
        mounting,
        settings.phases,
        settings.calibration,
        mode="causal" if mode == "causal" else "whole",
        named=arming.named(),
        anchors=anchors,
    )


def until(track: Tracked, t_s: float) -> Tracked:
    """The part of ``track`` that was known at ``t_s``."""
    return track.before(int(track.t_s.searchsorted(t_s, side="right")))


def rest_before(track: Tracked, t_s: float) -> Floats | None:
    """Mean up (3,) of the second before ``t_s``; None if there is none."""
    end = int(track.t_s.searchsorted(t_s, side="right"))
    up = track.up[max(0, end - round(1.0 / STEP_S)) : end]
    return unit(up.mean(axis=0)) if len(up) else None
