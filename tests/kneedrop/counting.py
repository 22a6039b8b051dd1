"""Motion in, what was counted out: in each mode, and about a calibration that is the truth."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sensorcoach.kneedrop.arming import Arming
from sensorcoach.kneedrop.calibration.calibration import Calibration, CentrePiece
from sensorcoach.kneedrop.calibration.calibrator import pass_over
from sensorcoach.kneedrop.calibration.track import Track
from sensorcoach.kneedrop.frame import Centre
from sensorcoach.kneedrop.tracker import Heard, WholeTracker, live_tracker, recorded_tracker
from sensorcoach.model import Control, Counted, Mounting, NotCounted, PhaseChanged, RepDone, RepWithdrawn, SensorSlipped
from sensorcoach.settings import Settings
from tests.kneedrop.legs import cut

UNTOLD = Mounting()
TOLD = Mounting(up_leg="y")
SHIN = Mounting(segment="shank", front="z")


@dataclass
class Outcome:
    events: list
    calibrations: list

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def reps(self):
        """In the end: without those withdrawn."""
        gone = {event.index for event in self.of(RepWithdrawn)}
        return [event.rep for event in self.of(RepDone) if event.rep.index not in gone]

    @property
    def count(self):
        gone = {event.index for event in self.of(RepWithdrawn)}
        return len([event for event in self.of(Counted) if event.index not in gone])

    @property
    def sides(self):
        return [rep.side for rep in self.reps]

    @property
    def directions(self):
        return [rep.direction for rep in self.reps]

    @property
    def aborted(self):
        return [event.aborted for event in self.of(NotCounted)]

    @property
    def reasons(self):
        return [aborted.reason for aborted in self.aborted]

    @property
    def phases(self):
        return [event.phase for event in self.of(PhaseChanged)]

    @property
    def slips(self):
        return self.of(SensorSlipped)

    @property
    def calibration(self):
        return self.calibrations[-1][1] if self.calibrations else None


def said(*controls):
    arming = Arming()
    for control in controls:
        arming.control(control)
    return arming


def rate_of(motion):
    return 1.0 / float(np.median(np.diff(motion.t_s)))


def _run(tracker, motion, arming, controls, block_s):
    events, coming = [], list(controls)
    edges = np.arange(motion.t_s[0], motion.t_s[-1] + block_s, block_s)
    for start_s, end_s in zip(edges[:-1], edges[1:], strict=True):
        while coming and coming[0].t_s < end_s:
            arming.control(coming.pop(0))
        rows = (motion.t_s >= start_s) & (motion.t_s < end_s)
        if rows.any():
            events += tracker.push(cut(motion, rows))
    rows = motion.t_s >= edges[-1]
    if rows.any():
        events += tracker.push(cut(motion, rows))
    events += tracker.flush()
    return Outcome(events, list(tracker.calibrations))


def whole(leg, mounting=UNTOLD, controls=(), settings=None, block_s=1.0, **seen):
    """As a recording: calibrated by all of it, then counted. ``leg``: a `Leg`, or its motion."""
    motion = leg.motion(**seen) if hasattr(leg, "motion") else leg
    arming, settings = Arming(), settings or Settings()
    tracker = WholeTracker(mounting, arming, [], settings, rate_of(motion), Heard(), None)
    return _run(tracker, motion, arming, controls, block_s)


def live(leg, mounting=UNTOLD, controls=(), settings=None, block_s=1.0, **seen):
    """As it comes."""
    motion = leg.motion(**seen) if hasattr(leg, "motion") else leg
    arming, settings = Arming(), settings or Settings()
    tracker = live_tracker(mounting, arming, settings, rate_of(motion), Heard())
    return _run(tracker, motion, arming, controls, block_s)


def truly(leg, source="rest", **changed):
    """What there is to know of ``leg``, from how it was written down."""
    up0, left, _ = leg.frame()
    known = dict(
        pieces=(CentrePiece(0.0, Centre(up0, source)),),
        lateral=left,
        opposite=-left,
        sided=True,
        confirmed=True,
        span_s=(-math.inf, math.inf),
        got_up_s=(),
        drops=2,
        mode="whole",
        known_s=0.0,
        score=1.0,
    )
    return Calibration(**(known | changed))


def about(leg, calibration=None, controls=(), settings=None, block_s=1.0, motion=None, **seen):
    """Counted about the true centre, which nobody had to find."""
    motion = leg.motion(**seen) if motion is None else motion
    arming, calibration = Arming(), calibration or truly(leg)
    tracker = recorded_tracker([(-1e9, calibration)], arming, settings or Settings(), rate_of(motion), Heard())
    return _run(tracker, motion, arming, controls, block_s)


def tracked(leg, **seen):
    """What the pass looks at."""
    motion = leg.motion(**seen) if hasattr(leg, "motion") else leg
    track = Track(rate_of(motion))
    track.push(motion)
    return track.tracked()


def passed(leg, mounting=UNTOLD, controls=(), settings=None, mode="whole", **seen):
    """The calibration that the pass over all of it finds, or None."""
    return pass_over(tracked(leg, **seen), mounting, said(*controls), settings or Settings(), mode=mode)


def off_deg(one, other):
    """Angle between two directions (3,)."""
    return float(np.degrees(np.arccos(np.clip(np.dot(one, other), -1.0, 1.0))))


def arm(t_s, why="still"):
    """As the guide does, which saw the leg at rest."""
    return Control(t_s, "arm", why)


def pause(t_s):
    return Control(t_s, "pause")


def calibrate(t_s, side):
    return Control(t_s, "calibrate", side)
