"""Named sessions, and random ones over every body, style, mounting, rate and fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, cast

import msgspec
import numpy as np

from sensorcoach.model import Floats, Side
from sensorcoach.simulator.distractors import SHORTEST_S
from sensorcoach.simulator.person import Person, person_of
from sensorcoach.simulator.plan import (
    DropStyle,
    ImuPlan,
    Item,
    MountPlan,
    OtherPlan,
    RadioPlan,
    RepPlan,
    RestPlan,
    SessionPlan,
    StrapPlan,
    Surface,
)

REST_S = 4.0
RATES_HZ = (25.0, 50.0, 52.0, 60.0, 100.0, 104.0, 200.0, 208.0, 400.0)
RATE_SHARES = (0.05, 0.12, 0.10, 0.08, 0.20, 0.20, 0.15, 0.05, 0.05)
AXES = ("x", "-x", "y", "-y", "z", "-z")
Random = np.random.Generator


def _rng(seed: int, stream: int) -> Random:
    return np.random.default_rng([seed, 1000 + stream])


def _person(rng: Random) -> Person:
    """A grown-up person: 1.50-1.95 m, 48-110 kg."""
    height = float(rng.uniform(1.50, 1.95))
    return person_of(
        height,
        float(np.clip(rng.normal(24.0, 3.5), 18.0, 32.0) * height**2),
        trunk_stiffness_nm_per_rad=float(rng.uniform(13.0, 25.0)),
        trunk_damping_nms_per_rad=float(rng.uniform(1.2, 3.0)),
        thigh_pitch_deg=float(rng.uniform(45.0, 62.0)),
        shank_pitch_deg=float(rng.uniform(68.0, 86.0)),
        tremor_dps=float(rng.uniform(0.2, 0.7)),
        flexion_deg=float(rng.uniform(-4.0, 4.0)),
        twist_deg=float(rng.uniform(-2.5, 2.5)),
    )


def _mount(rng: Random) -> MountPlan:
    return MountPlan(
        leg="left" if rng.random() < 0.5 else "right",
        up_leg=str(rng.choice(AXES)),
        tilt_deg=float(rng.uniform(0.0, 6.0)),
        spin_deg=float(rng.uniform(0.0, 360.0)),
        along_m=float(rng.uniform(0.32, 0.40)),
    )


def _imu(rng: Random, rate_hz: float) -> ImuPlan:
    bias = rng.normal(0.0, 0.4, 3)
    offset = rng.normal(0.0, 0.015, 3)
    return ImuPlan(
        rate_hz=rate_hz,
        clock_error=float(rng.uniform(-0.01, 0.01)),
        gyr_bias_dps=(float(bias[0]), float(bias[1]), float(bias[2])),
        gyr_noise_dps=float(rng.uniform(0.03, 0.2)),
        acc_offset_g=(float(offset[0]), float(offset[1]), float(offset[2])),
        acc_noise_g=float(rng.uniform(0.001, 0.006)),
    )


def _strap(rng: Random) -> StrapPlan:
    return StrapPlan(
        ringing_hz=float(rng.uniform(10.0, 25.0)),
        ringing_damping=float(rng.uniform(0.25, 0.5)),
        ringing_share=float(rng.uniform(0.0, 0.08)),
    )


def _other_side(side: Side) -> Side:
    return "right" if side == "left" else "left"


def _sides(order: str, count: int, first: Side) -> list[Side]:
    """``alternating``, ``blocks`` (one side, then the other) or ``one_sided``."""
    if order == "alternating":
        return [first if number % 2 == 0 else _other_side(first) for number in range(count)]
    if order == "blocks":
        return [first if number < count / 2 else _other_side(first) for number in range(count)]
    return [first] * count


def _session(name: str, seed: int, items: list[Item], rng: Random, rate_hz: float = 104.0) -> SessionPlan:
    return SessionPlan(
        name=name,
        seed=seed,
        items=(RestPlan(duration_s=REST_S), *items),
        person=_person(rng),
        mount=_mount(rng),
        strap=_strap(rng),
        imu=_imu(rng, rate_hz),
    )


def _reps(rng: Random, count: int, make: Callable[[Side], RepPlan], order: str = "alternating") -> list[Item]:
    first: Side = "left" if rng.random() < 0.5 else "right"
    return [make(side) for side in _sides(order, count, first)]


def _u(rng: Random, low: float, high: float) -> float:
    return float(rng.uniform(low, high))


def _good_rep(rng: Random, side: Side) -> RepPlan:
    return RepPlan(
        side=side,
        range_deg=_u(rng, 40.0, 60.0),
        drop_s=_u(rng, 1.8, 2.8),
        hold_s=_u(rng, 4.6, 6.5),
        return_s=_u(rng, 2.0, 3.0),
        pause_s=_u(rng, 1.0, 2.0),
        style="gravity_led",
    )


def good(seed: int) -> SessionPlan:
    """Eight good repetitions, side by side: gravity-led, softly braked, held for a breath, unwound slowly."""
    rng = _rng(seed, 1)
    return _session("good", seed, _reps(rng, 8, lambda side: _good_rep(rng, side)), rng)


def too_fast(seed: int) -> SessionPlan:
    """The legs fall with little resistance and are caught or land on a soft thing."""
    rng = _rng(seed, 2)

    def rep(side: Side) -> RepPlan:
        return RepPlan(
            side=side,
            range_deg=_u(rng, 45.0, 65.0),
            hold_s=_u(rng, 4.5, 6.0),
            return_s=_u(rng, 2.0, 2.8),
            style="let_go",
            surface="pillow" if rng.random() < 0.4 else None,
            brake_per_s=_u(rng, 0.0, 0.6),
        )

    return _session("too_fast", seed, _reps(rng, 6, rep), rng)


def thumps(seed: int) -> SessionPlan:
    """Slow enough, but the knees thump down on a mat or floor at the end."""
    rng = _rng(seed, 3)

    def rep(side: Side) -> RepPlan:
        return RepPlan(
            side=side,
            range_deg=_u(rng, 45.0, 62.0),
            drop_s=_u(rng, 1.6, 2.2),
            hold_s=_u(rng, 4.5, 6.0),
            return_s=_u(rng, 2.0, 2.8),
            style="thump",
            surface="mat" if rng.random() < 0.7 else "floor",
            landing_dps=_u(rng, 62.0, 85.0),
        )

    return _session("thumps", seed, _reps(rng, 6, rep), rng, 208.0)


def stop_and_go(seed: int) -> SessionPlan:
    """Down in several pieces with short stops, some staged with a long stop."""
    rng = _rng(seed, 4)

    def rep(side: Side) -> RepPlan:
        staged = rng.random() < 0.3
        return RepPlan(
            side=side,
            range_deg=_u(rng, 45.0, 65.0),
            drop_s=_u(rng, 2.4, 3.2),
            hold_s=_u(rng, 4.5, 6.0),
            return_s=_u(rng, 2.0, 2.8),
            style="staged" if staged else "stop_and_go",
            stops=1 if staged else 2,
            stop_s=_u(rng, 1.4, 2.2) if staged else _u(rng, 0.35, 0.6),
        )

    return _session("stop_and_go", seed, _reps(rng, 6, rep), rng)


def short_holds(seed: int) -> SessionPlan:
    """Good drops, but hardly any stay on the side."""
    rng = _rng(seed, 5)

    def rep(side: Side) -> RepPlan:
        return RepPlan(
            side=side,
            range_deg=_u(rng, 40.0, 60.0),
            drop_s=_u(rng, 1.8, 2.5),
            hold_s=_u(rng, 0.3, 1.0),
            return_s=_u(rng, 2.0, 2.8),
            style="gravity_led",
        )

    return _session("short_holds", seed, _reps(rng, 8, rep), rng)


def one_sided(seed: int) -> SessionPlan:
    """Six good repetitions to one side only."""
    rng = _rng(seed, 6)
    return _session("one_sided", seed, _reps(rng, 6, lambda side: _good_rep(rng, side), "one_sided"), rng)


def pillow_small(seed: int) -> SessionPlan:
    """A stiff back: small drops, 18-28°, onto pillows."""
    rng = _rng(seed, 7)

    def rep(side: Side) -> RepPlan:
        return RepPlan(
            side=side,
            range_deg=_u(rng, 19.0, 28.0),
            drop_s=_u(rng, 1.6, 2.6),
            hold_s=_u(rng, 4.6, 6.0),
            return_s=_u(rng, 1.8, 2.6),
            style="smooth",
            surface="pillow",
        )

    return _session("pillow_small", seed, _reps(rng, 8, rep), rng)


def accelerometer_only(seed: int) -> SessionPlan:
    """Good repetitions on a sensor without a gyroscope."""
    rng = _rng(seed, 8)
    plan = _session("accelerometer_only", seed, _reps(rng, 8, lambda side: _good_rep(rng, side)), rng, 100.0)
    return cast(SessionPlan, _replaced(plan, imu=_replaced(plan.imu, gyroscope=False)))


def rocking(seed: int) -> SessionPlan:
    """Swinging from side to side, never resting at the centre, hardly at the sides."""
    rng = _rng(seed, 9)
    swing = _u(rng, 30.0, 50.0)

    def rep(side: Side) -> RepPlan:
        return RepPlan(
            side=side,
            range_deg=swing * _u(rng, 0.9, 1.1),
            drop_s=_u(rng, 1.2, 1.8),
            hold_s=_u(rng, 0.0, 0.3),
            return_s=_u(rng, 1.2, 1.8),
            through=True,
        )

    items = _reps(rng, 10, rep)
    items[-1] = _replaced(items[-1], through=False)
    return _session("rocking", seed, items, rng)


def slip(seed: int) -> SessionPlan:
    """Good repetitions; in the middle the strap slips round the leg by 8-25°."""
    rng = _rng(seed, 10)
    items = _reps(rng, 10, lambda side: _good_rep(rng, side))
    plan = _session("slip", seed, items, rng)
    size = _u(rng, 8.0, 25.0) * (1.0 if rng.random() < 0.5 else -1.0)
    at = REST_S + sum(_length(item) for item in items[:4]) + _u(rng, 0.0, _length(items[4]))
    return cast(SessionPlan, _replaced(plan, strap=_replaced(plan.strap, slip_deg=size, slip_at_s=at)))


def mid_start(seed: int) -> SessionPlan:
    """The recording starts in mid-movement and stops before the person does."""
    rng = _rng(seed, 11)
    items = _reps(rng, 8, lambda side: _good_rep(rng, side))
    plan = _session("mid_start", seed, items, rng)
    first = cast(RepPlan, items[0])
    skip = REST_S + _u(rng, 0.5, first.drop_s + first.hold_s + 0.5 * first.return_s)
    return cast(SessionPlan, _replaced(plan, skip_s=skip, stop_early_s=_u(rng, 0.0, 6.0)))


def distractors_only(seed: int) -> SessionPlan:
    """Everything but the exercise."""
    rng = _rng(seed, 12)
    items: list[Item] = []
    for what in rng.permutation(list(SHORTEST_S)):
        items += [_other(rng, str(what)), RestPlan(duration_s=_u(rng, 0.5, 6.0))]
    return _session("distractors_only", seed, items, rng)


def _other(rng: Random, what: str) -> OtherPlan:
    return OtherPlan(
        what=what,
        duration_s=SHORTEST_S[what] * _u(rng, 1.0, 1.8),
        side="left" if rng.random() < 0.5 else "right",
        size=_u(rng, 0.8, 1.1),
    )


def _length(item: Item) -> float:
    """About how long an item takes (s)."""
    if isinstance(item, RepPlan):
        return item.drop_s + item.hold_s + item.return_s + (0.0 if item.through else item.pause_s)
    return item.duration_s


def _replaced(struct: Any, **changes: object) -> Any:

    return msgspec.structs.replace(struct, **changes)


STYLE_SHARES: dict[DropStyle, float] = {
    "smooth": 0.28,
    "gravity_led": 0.30,
    "let_go": 0.12,
    "thump": 0.10,
    "stop_and_go": 0.07,
    "staged": 0.03,
    "jerky": 0.05,
    "carried": 0.05,
}
SURFACES: tuple[Surface, ...] = ("floor", "mat", "thick_mat", "pillow")


def random_plan(
    seed: int,
    *,
    rate_hz: float | None = None,
    order: str | None = None,
    style: DropStyle | None = None,
    segment: Literal["thigh", "shank"] | None = None,
    told: bool | None = None,
    gyroscope: bool | None = None,
    faults: bool | None = None,
    distractors: bool | None = None,
    slips: bool | None = None,
    through: bool | None = None,
    cut: bool | None = None,
) -> SessionPlan:
    """A session of any person, style, mounting, rate, clock and fault.

    None: by chance; anything else fixes that constraint and, as far as it can, nothing else. ``order``: alternating,
    blocks or one_sided; ``told``: the wearer says how the sensor sits; ``through``: swings through the centre; ``cut``:
    the recording starts and ends in mid-session.
    """
    # Every draw is made whatever the constraints are, so a constraint changes only what it names.
    chance = _rng(seed, 20).random(10)
    draw = _rng(seed, 21)
    drawn_rate = float(draw.choice(RATES_HZ, p=RATE_SHARES))
    drawn_order = str(draw.choice(("alternating", "blocks", "one_sided"), p=(0.6, 0.2, 0.2)))
    order = order or drawn_order
    swings = (chance[0] < 0.15 and order == "alternating") if through is None else through

    items = _random_exercise(_rng(seed, 22), order, style, swings)
    if (chance[1] < 0.25 if distractors is None else distractors) and not swings:
        items = _interrupted(_rng(seed, 23), items)
    plan = _session("random", seed, items, _rng(seed, 24), rate_hz or drawn_rate)

    faulty = _rng(seed, 25)
    clock = _u(faulty, -0.03, 0.03) if chance[2] < 0.3 else plan.imu.clock_error
    gyro = bool(chance[3] >= 0.15) if gyroscope is None else gyroscope
    plan = _replaced(plan, imu=_replaced(plan.imu, clock_error=clock, gyroscope=gyro))
    plan = _replaced(plan, mount=_random_mount(_rng(seed, 26), plan.mount, segment, told, chance[4:6]))
    if chance[6] < 0.3 if faults is None else faults:
        plan = _replaced(plan, radio=RadioPlan(lost_share=0.01, repeated_share=0.01, late_share=0.02))
    slip_at = REST_S + _u(faulty, 0.3, 0.7) * sum(_length(item) for item in items)
    slip_deg = _u(faulty, 8.0, 25.0) * (1.0 if faulty.random() < 0.5 else -1.0)
    if chance[7] < 0.1 if slips is None else slips:
        plan = _replaced(plan, strap=_replaced(plan.strap, slip_deg=slip_deg, slip_at_s=slip_at))
    skip = REST_S + _u(faulty, 0.2, max(_length(items[0]) - 0.5, 0.4))
    if chance[8] < 0.15 if cut is None else cut:
        plan = _replaced(plan, skip_s=skip, stop_early_s=_u(faulty, 0.0, 5.0))
    return cast(SessionPlan, plan)


def _random_exercise(rng: Random, order: str, style: DropStyle | None, swings: bool) -> list[Item]:
    """4-10 repetitions of one person: most alike."""
    count = int(rng.integers(4, 11))
    habit = style or _style(rng)
    usual_deg, usual_hold, usual_pause = _u(rng, 22.0, 68.0), _u(rng, 0.0, 10.0) ** 2 / 10.0, _u(rng, 0.0, 4.0)
    first: Side = "left" if rng.random() < 0.5 else "right"
    items: list[Item] = []
    for side in _sides(order, count, first):
        now = habit if style or rng.random() < 0.8 else _style(rng)
        rep = _random_rep(rng, side, now, usual_deg, usual_hold, usual_pause)
        if swings:
            rep = _replaced(rep, through=True, style="smooth", surface=None, hold_s=min(rep.hold_s, 0.5))
        items.append(rep)
    if swings:
        items[-1] = _replaced(items[-1], through=False)
    return items


def _style(rng: Random) -> DropStyle:
    names = tuple(STYLE_SHARES)
    return names[int(rng.choice(len(names), p=tuple(STYLE_SHARES.values())))]


def _interrupted(rng: Random, items: list[Item]) -> list[Item]:
    """The same with one or two distractors somewhere, done lying down."""
    items = list(items)
    lying = [what for what in SHORTEST_S if what not in ("walking", "stairs", "sitting")]
    for _ in range(int(rng.integers(1, 3))):
        at = int(rng.integers(0, len(items) + 1))
        what = str(rng.choice(lying))
        items[at:at] = [RestPlan(duration_s=1.5), _other(rng, what), RestPlan(duration_s=1.5)]
    return items


def _random_mount(
    rng: Random,
    mount: MountPlan,
    segment: Literal["thigh", "shank"] | None,
    told: bool | None,
    chance: Floats,
) -> MountPlan:
    """Six of ten wearers say how the sensor sits, a third of the others at least the first side."""
    on_shank = chance[0] < 0.1 if segment is None else segment == "shank"
    quarter, off, knows_side = 90.0 * int(rng.integers(0, 4)), _u(rng, -8.0, 8.0), bool(rng.random() < 0.33)
    if on_shank:
        # On the shin the sensor lies flat: one of its axes points to the front.
        mount = _replaced(mount, segment="shank", along_m=_u(rng, 0.05, 0.15), spin_deg=quarter + off)
    if told is None:
        told = bool(chance[1] >= 0.4)
    if told:
        return mount
    return cast(MountPlan, _replaced(mount, up_leg=None, told=False, first_side_told=knows_side))


def _random_rep(rng: Random, side: Side, style: DropStyle, usual_deg: float, hold: float, pause: float) -> RepPlan:
    """One repetition near a person's habit."""
    range_deg = float(np.clip(usual_deg * _u(rng, 0.85, 1.15), 17.0, 75.0))
    drop = _u(rng, 1.0, 4.0)
    surface: Surface | None = SURFACES[int(rng.integers(0, 4))]
    if style not in ("let_go", "thump") and not (style in ("smooth", "gravity_led") and rng.random() < 0.25):
        surface = None
    if surface == "pillow" and range_deg < 24.0:
        surface = "mat"
    slowest = {"carried": range_deg / 9.0, "stop_and_go": 2.2, "staged": 2.2, "jerky": 2.2}
    return RepPlan(
        side=side,
        range_deg=range_deg,
        drop_s=max(drop, slowest.get(style, 0.0)),
        hold_s=max(0.0, hold * _u(rng, 0.7, 1.3)),
        return_s=_u(rng, 1.3, 3.5),
        pause_s=pause * _u(rng, 0.6, 1.4),
        style=style,
        surface=surface,
        brake_per_s=_u(rng, 0.0, 4.0),
        landing_dps=_u(rng, 30.0, 110.0),
        stops=1 if style == "staged" else int(rng.integers(1, 4)),
        stop_s=_u(rng, 1.4, 2.5) if style == "staged" else _u(rng, 0.3, 0.7),
        residual_deg=0.25 * range_deg * rng.random() if rng.random() < 0.1 else 0.0,
    )


SCENARIOS: dict[str, Callable[[int], SessionPlan]] = {
    "good": good,
    "too_fast": too_fast,
    "thumps": thumps,
    "stop_and_go": stop_and_go,
    "short_holds": short_holds,
    "one_sided": one_sided,
    "pillow_small": pillow_small,
    "accelerometer_only": accelerometer_only,
    "rocking": rocking,
    "slip": slip,
    "mid_start": mid_start,
    "distractors_only": distractors_only,
}
"""Named sessions by what is special about them; each takes a seed."""
