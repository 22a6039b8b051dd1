"""When a calibration is looked for: at fixed instants of data time in a live stream, once in a whole recording."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Protocol

from sensorcoach.dsp.motion import Motion
from sensorcoach.kneedrop.arming import Arming
from sensorcoach.kneedrop.calibration.calibration import Calibration, CentrePiece, Mode
from sensorcoach.kneedrop.calibration.lateral import is_told, left_of
from sensorcoach.kneedrop.calibration.search import calibrate
from sensorcoach.kneedrop.calibration.track import STEP_S, Track, Tracked
from sensorcoach.kneedrop.frame import Centre, angle_between_deg, unit
from sensorcoach.kneedrop.history import History
from sensorcoach.model import Floats, Mounting
from sensorcoach.settings import Settings

LOOKED_BACK_S = 600.0
"""A live pass looks back so far: it costs what it looks at, and who still exercises then did for some of it."""
_OTHER_WAY_DEG = 90.0
_BEFORE_REST_S = 2.0
"""A guided session begins so long before the guide first had the leg at rest."""
_BEGUN_S = 1.0
"""A session that is paused within so long of its beginning is guided."""
_ANCHORS = 3
"""The last places at which the guide had the leg at rest are asked about."""


class Calibrator(Protocol):
    """Says at which samples the calibration may change, and what it is then."""

    def push(self, motion: Motion) -> None:
        """New motion, which the history holds already."""

    def next_look(self, history: History) -> int | None:
        """The sample before which all must be counted before `look` is asked; None: not within what is there."""

    def look(self, at: int, history: History) -> Calibration | None:
        """The calibration as known with the samples before ``at``; None: as before."""

    def last_look(self, history: History) -> int | None:
        """The stream is over: the same for its end."""


class CausalCalibrator:
    """The pass over all so far, every second until it is sure, and seldom then."""

    def __init__(self, rate_hz: float, mounting: Mounting, arming: Arming, settings: Settings) -> None:
        self._mounting, self._arming, self._settings = mounting, arming, settings
        self._track = Track(rate_hz)
        self._per_bin = max(1, round(STEP_S * rate_hz))
        self._hop = max(1, round(settings.calibration.look_s * rate_hz))
        self._seen = 0
        self._looked = 0
        self._rests: list[tuple[float, int]] = []
        """When the guide had the leg at rest, and how many samples were counted when it said so; not yet looked at."""
        self._rests_known = 0
        self._found: Calibration | None = None

    def push(self, motion: Motion) -> None:
        """See `Calibrator`."""
        told = self._arming.rests_s
        self._rests += [(t_s, self._seen) for t_s in told[self._rests_known :]]
        self._rests_known = len(told)
        self._seen += len(motion)
        self._track.push(motion)

    def next_look(self, history: History) -> int | None:
        """On a raster of sample numbers, however the stream was cut; and where a rest is told."""
        sure = self._found is not None and self._found.confirmed and self._found.drops >= 2
        hop = self._hop * (self._settings.calibration.sure_hops if sure else 1)
        at = (self._looked // hop + 1) * hop
        if self._rests and history.end > history.start and self._rests[0][0] <= history.time(history.end - 1):
            t_s, counted = self._rests[0]
            at = min(at, max(self._looked + 1, counted, history.index_after(t_s)))
        return at if at <= history.end else None

    def last_look(self, history: History) -> int | None:
        """See `Calibrator`."""
        return history.end if history.end > self._looked else None

    def look(self, at: int, history: History) -> Calibration | None:
        """See `Calibrator`."""
        self._looked = at
        until_s = history.time(at - 1)
        while self._rests and self._rests[0][0] <= until_s:
            self._rests.pop(0)
        rests_s = self._arming.rests_until(until_s)
        if self._found is not None and rests_s and rests_s[0] > self._found.known_s:
            self._found = None  # what came before the guide asked anew was something else
        seen = self._track.tracked().before(at // self._per_bin)
        found = pass_over(
            seen, self._mounting, self._arming, self._settings, mode="causal", looked_back_s=LOOKED_BACK_S,
            before=self._found,
        )  # fmt: skip
        if found is None:
            found = self._at_rest(seen, rests_s, until_s)
        if found is not None:
            self._found = self._continued(found, until_s)
        return self._found

    def _at_rest(self, track: Tracked, rests_s: list[float], until_s: float) -> Calibration | None:
        """Nothing was seen yet but where the guide had the leg at rest."""
        if not rests_s or (self._found is not None and self._found.drops):
            return None
        up = rest_before(track, rests_s[-1])
        if up is None:
            return None
        centre = Centre(up, "calibration")
        left = left_of(centre, self._mounting)
        return Calibration(
            pieces=(CentrePiece(rests_s[-1], centre),),
            lateral=left,
            opposite=None,
            sided=left is not None,
            confirmed=left is not None,
            span_s=(-math.inf, math.inf),
            got_up_s=(),
            drops=0,
            mode="causal",
            known_s=until_s,
            score=0.0,
        )

    def _continued(self, found: Calibration, until_s: float) -> Calibration:
        """What was told of the ways stays, where nothing but the order of what was seen names them."""
        before = self._found
        if before is None or before.drops == 0:
            return found
        forgotten_s = until_s - LOOKED_BACK_S
        if forgotten_s > before.span_s[0]:
            found = replace(found, span_s=(before.span_s[0], found.span_s[1]))
        named = is_told(self._mounting) or any(t_s >= forgotten_s for t_s, _ in self._arming.named())
        if found.sided and (named or not before.sided) and (named or forgotten_s < before.span_s[0]):
            return found
        told, seen = before.lateral, found.lateral
        if told is not None and seen is not None and angle_between_deg(told, seen) > _OTHER_WAY_DEG:
            found = found.reversed_ways()
        return replace(found, sided=found.sided or before.sided, confirmed=found.confirmed or before.sided)


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
        return max(history.index_after(since_s), 1)

    def last_look(self, history: History) -> int | None:
        """See `Calibrator`."""
        return self.next_look(history)

    def look(self, at: int, history: History) -> Calibration | None:
        """See `Calibrator`."""
        return self._coming.pop(0)[1]


def pass_over(
    track: Tracked,
    mounting: Mounting,
    arming: Arming,
    settings: Settings,
    *,
    mode: Mode,
    looked_back_s: float = math.inf,
    before: Calibration | None = None,
) -> Calibration | None:
    """The pass, over the last ``looked_back_s``; in a guided session from its first rest on.

    ``before``: what was counted with so far.
    """
    if len(track) == 0:
        return None
    end_s = float(track.t_s[-1])
    rests_s = arming.rests_until(end_s)
    anchors = [up for t_s in rests_s[-_ANCHORS:] if (up := rest_before(track, t_s)) is not None]
    start_s = end_s - looked_back_s
    begin_s = float(track.t_s[0])
    if rests_s and not arming.throughout(begin_s, begin_s + _BEGUN_S):
        start_s = max(start_s, rests_s[0] - _BEFORE_REST_S)
    if start_s > track.t_s[0]:
        track = track.since(int(track.t_s.searchsorted(start_s)))
    return calibrate(
        track,
        mounting,
        settings.phases,
        settings.calibration,
        mode=mode,
        named=[(t_s, side) for t_s, side in arming.named() if t_s >= start_s and t_s <= end_s],
        anchors=anchors,
        before=before,
    )


def rest_before(track: Tracked, t_s: float) -> Floats | None:
    """Mean up (3,) of the second before ``t_s``; None if there is none."""
    end = int(track.t_s.searchsorted(t_s, side="right"))
    up = track.up[max(0, end - round(1.0 / STEP_S)) : end]
    return unit(up.mean(axis=0)) if len(up) else None
