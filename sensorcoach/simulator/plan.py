"""What is to be simulated: a frozen, JSON-able plan. The same plan and seed give the same samples, bit for bit."""

from __future__ import annotations

from typing import Literal

import msgspec

from sensorcoach.model import Side
from sensorcoach.simulator.person import Person

DropStyle = Literal["smooth", "gravity_led", "let_go", "thump", "stop_and_go", "staged", "jerky", "carried"]
Surface = Literal["floor", "mat", "thick_mat", "pillow"]


class RepPlan(msgspec.Struct, frozen=True, kw_only=True, tag="rep"):
    """One repetition as the person means to do it; physics decides what becomes of it.

    ``style``: smooth (minimum jerk), gravity_led (late brake), let_go (falls, resisted by ``brake_per_s``, then caught
    or landing), thump (steered onto the surface at ``landing_dps``), stop_and_go (``stops`` short pauses), staged (a
    long pause, then on), jerky (shaking speed), carried (constant slow speed).
    ``surface``: what the knee comes to rest on at ``range_deg``; None: the muscle holds it in the air.
    ``through``: no pause at the centre; the return swings on into the next repetition.
    """

    side: Side
    range_deg: float
    drop_s: float = 2.0
    hold_s: float = 4.0
    return_s: float = 2.0
    pause_s: float = 1.5
    style: DropStyle = "smooth"
    surface: Surface | None = None
    brake_per_s: float = 0.0
    landing_dps: float = 60.0
    stops: int = 2
    stop_s: float = 0.5
    residual_deg: float = 0.0
    through: bool = False


class RestPlan(msgspec.Struct, frozen=True, kw_only=True, tag="rest"):
    """Lying still at the centre."""

    duration_s: float


class OtherPlan(msgspec.Struct, frozen=True, kw_only=True, tag="other"):
    """Something else than the exercise, by the name of a function in `distractors`; ``size`` scales it around 1."""

    what: str
    duration_s: float
    side: Side = "left"
    size: float = 1.0


Item = RepPlan | RestPlan | OtherPlan


class MountPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how the sensor sits.

    ``up_leg``: the sensor axis (``x``, ``-y`` …) that points up the leg, within ``tilt_deg``; None: any way at all.
    ``spin_deg``: how far the sensor is turned around the leg. ``told``: the wearer says the axis.
    """

    segment: Literal["thigh", "shank"] = "thigh"
    leg: Side = "left"
    up_leg: str | None = "-y"
    tilt_deg: float = 4.0
    spin_deg: float = 0.0
    told: bool = True
    first_side_told: bool = False
    """The wearer says which side the first complete drop goes to."""
    along_m: float = 0.36
    """From the hip (thigh) or the knee (shank) along the segment."""
    out_m: float = 0.06
    """From the bone's axis outward, to where the strap holds it."""


class StrapPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The soft strap: a share of the motion reaches the sensor through a springy mode; it may slip round the leg."""

    ringing_hz: float = 16.0
    ringing_damping: float = 0.35
    ringing_share: float = 0.06
    slip_deg: float = 0.0
    slip_at_s: float = 0.0
    slip_takes_s: float = 0.6


class ImuPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The sensor chip and its clock. ``clock_error``: +0.01 = it samples 1 % faster than it says."""

    rate_hz: float = 104.0
    clock_error: float = 0.0
    gyroscope: bool = True
    gyr_bias_dps: tuple[float, float, float] = (0.3, -0.2, 0.1)
    gyr_noise_dps: float = 0.1
    gyr_range_dps: float = 1000.0
    acc_offset_g: tuple[float, float, float] = (0.01, -0.015, 0.02)
    acc_noise_g: float = 0.003
    acc_range_g: float = 16.0
    bits: int = 16
    lowpass_of_rate: float = 0.45


class RadioPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Notifications: how many samples each, and what happens to them."""

    samples_each: int = 8
    delay_s: float = 0.02
    jitter_s: float = 0.01
    lost: tuple[int, ...] = ()
    lost_share: float = 0.0
    repeated: tuple[int, ...] = ()
    repeated_share: float = 0.0
    late: tuple[int, ...] = ()
    late_share: float = 0.0
    late_s: float = 0.25


class SessionPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A whole session. ``skip_s``: the recording starts this long after the person did (in mid-movement)."""

    name: str
    seed: int
    items: tuple[Item, ...]
    person: Person = Person()
    mount: MountPlan = MountPlan()
    strap: StrapPlan = StrapPlan()
    imu: ImuPlan = ImuPlan()
    radio: RadioPlan = RadioPlan()
    skip_s: float = 0.0
    stop_early_s: float = 0.0
    """The recording stops this long before the person does."""


def mirrored(plan: SessionPlan) -> SessionPlan:
    """The same session with left and right exchanged."""
    swap: dict[Side, Side] = {"left": "right", "right": "left"}
    items = tuple(
        item if isinstance(item, RestPlan) else msgspec.structs.replace(item, side=swap[item.side])
        for item in plan.items
    )
    return msgspec.structs.replace(plan, items=items)
