"""What is no knee drop, each as one odd movement of a leg that lies at the centre, and how far to overdo it.

``share``: of the limit that the gate named has; above 1 the gate must refuse it, below 1 none may.
"""

from sensorcoach.settings import CalibrationSettings
from tests.kneedrop.legs import swinging

LIMITS = CalibrationSettings()


def too_quick(leg, share):
    """Out and back sooner than any leg; small, so that it does not outrun a fall."""
    lasts_s = LIMITS.shortest_s / share
    # seen from 5 % of its peak speed on, until 0.2 of the range from home
    leg.roll(18, 0.57 * lasts_s, swinging).roll(0, 0.57 * lasts_s, swinging)


def step(leg, share):
    """A foot that strikes the ground."""
    leg.roll(45, 1.2, shaking_g=share * LIMITS.step_shaking_g).roll(0, 1.2, shaking_g=share * LIMITS.step_shaking_g)


def walked(leg, share):
    """Up, about, and down again: too slow for one step."""
    shaking_g = share * LIMITS.walked_shaking_g
    leg.roll(60, 2.5, shaking_g=shaking_g)
    for deg in (50, 60, 50, 60, 50, 60):
        leg.roll(deg, 0.5, swinging, shaking_g=shaking_g)
    leg.roll(0, 2.5, shaking_g=shaking_g)


def turned_over(leg, share):
    """All of the person."""
    leg.drop(share * LIMITS.farthest_deg, move_s=3.0, rest_s=0.0)


def too_long(leg, share):
    """Asleep on one side; the test shortens the limit to 20 s."""
    leg.drop(60, hold_s=share * 20.0 - 2.0, rest_s=0.0)


def other_posture(leg, share):
    """On the side the leg pitches far out of the plane of the drop, and comes back."""
    leg.roll(50, 2.0).stay(1.0).pitch(share * LIMITS.stray_deg, 2.0).pitch(0.0, 2.0).stay(1.0).roll(0, 2.0)


def strap_tugged(leg, share):
    """It turns about the vertical more than it tilts."""
    range_deg, lasts_s = 40.0, 6.0
    yaw_deg = share * (LIMITS.tug_yaw_share * range_deg + LIMITS.yaw_drift_dps * lasts_s)
    leg.move(2.0, roll_deg=range_deg, yaw_deg=leg.pose.yaw_deg + yaw_deg).stay(2.0).roll(0, 2.0)


ODD = {
    "too_quick": too_quick,
    "step": step,
    "walked": walked,
    "turned_over": turned_over,
    "too_long": too_long,
    "other_posture": other_posture,
    "strap_tugged": strap_tugged,
}
"""By gate; the gate `unfinished` has none of these, for it is about where a movement begins and ends."""
