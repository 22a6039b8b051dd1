"""The pass over a session: which centres to ask about, and the calibration that the best of them makes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sensorcoach.kneedrop.calibration.calibration import Calibration, CentrePiece, Mode
from sensorcoach.kneedrop.calibration.evidence import Explained, explain
from sensorcoach.kneedrop.calibration.excursions import Excursion
from sensorcoach.kneedrop.calibration.lateral import left_of
from sensorcoach.kneedrop.calibration.rests import Place, Rests, find_rests, places_of_rest
from sensorcoach.kneedrop.calibration.slips import Succession, successions
from sensorcoach.kneedrop.calibration.track import STEP_S, Tracked
from sensorcoach.kneedrop.frame import Centre, angle_between_deg, unit
from sensorcoach.model import Bools, Direction, Floats, Mounting, Side
from sensorcoach.settings import CalibrationSettings, PhaseSettings

Named = Sequence[tuple[float, Side]]
"""From when on the next drop went to a side that the person named."""


def calibrate(
    track: Tracked,
    mounting: Mounting,
    phases: PhaseSettings,
    settings: CalibrationSettings,
    *,
    mode: Mode,
    named: Named = (),
    anchors: Sequence[Floats] = (),
    before: Calibration | None = None,
) -> Calibration | None:
    """The best calibration for all of ``track``; None where nothing in it could be a knee drop.

    ``anchors``: up (3,) where the guide had the leg at rest. ``before``: what was counted with so far.
    """
    best = best_succession(track, mounting, phases, settings, named, anchors, before)
    if best is None:
        return None
    return calibration_of(best, track, mounting, settings, mode, named)


def calibration_of(
    best: Succession, track: Tracked, mounting: Mounting, settings: CalibrationSettings, mode: Mode, named: Named
) -> Calibration:
    """What ``best`` amounts to."""
    first, drops = best.steps[0][0], best.drops
    assert first.line is not None  # it explains something
    left = left_direction(best, mounting, named)
    headings = {1: first.line.plus_heading, -1: first.line.minus_heading}
    ahead = left if left is not None else _direction(drops[0][1])
    lateral, opposite = headings[ahead], headings[-ahead]
    if lateral is None:  # nothing went to the left yet
        lateral = -first.line.plus_heading
    end_s = math.inf if mode == "causal" else drops[-1][0].end_s + settings.around_s
    return Calibration(
        pieces=_pieces(best, track, settings),
        lateral=lateral,
        opposite=opposite,
        sided=left is not None,
        confirmed=_confirmed(best, mounting, named, settings),
        span_s=(drops[0][0].start_s - settings.around_s, end_s),
        got_up_s=_got_up_s(best),
        drops=len(drops),
        mode=mode,
        known_s=float(track.t_s[-1]),
        score=best.score,
    )


def best_succession(
    track: Tracked,
    mounting: Mounting,
    phases: PhaseSettings,
    settings: CalibrationSettings,
    named: Named = (),
    anchors: Sequence[Floats] = (),
    before: Calibration | None = None,
) -> Succession | None:
    """Of the places of rest, and of the middles between turning points, what explains most."""
    if len(track) < 2:
        return None
    rests = find_rests(track, settings)
    places = places_of_rest(rests, settings)
    tried = [explain(track, Centre(p.up, "rest"), p.rested_s, mounting, phases, settings) for p in places]
    told = [Centre(up, "calibration") for up in anchors]
    tried += [explain(track, centre, settings.anchor_s, mounting, phases, settings) for centre in told]
    turns = [
        explain(track, Centre(p.up, "pause"), 0.0, mounting, phases, settings)
        for p in _places_of_turn(track, settings)
    ]
    middles = _apart([m for ends in (*tried, *turns) if (m := _middle(ends, settings)) is not None], settings)
    swings = [explain(track, middle, 0.0, mounting, phases, settings) for middle in middles]
    between = [_between_sides(swing) for swing in swings if is_swinging(swing, settings)]
    swings += [explain(track, middle, 0.0, mounting, phases, settings) for middle in between]
    tried = [one for one in (*tried, *(s for s in swings if is_swinging(s, settings))) if one.drops]
    found = [_doubted(one, track, rests, named, settings) for one in successions(tried, settings)]
    found = [one for one in found if is_enough(one, mounting, named, settings)]
    best = max(found, key=lambda one: one.score + _kept(one, before, settings), default=None)
    return None if best is None else _without_stragglers(best, settings)


def _kept(one: Succession, before: Calibration | None, settings: CalibrationSettings) -> float:
    """What it is worth that the repetitions told so far need not be taken back."""
    if before is None or before.drops == 0:
        return 0.0
    apart_deg = angle_between_deg(one.steps[0][0].centre.up0, before.pieces[0].centre.up0)
    return settings.kept_score if apart_deg <= settings.place_deg else 0.0


def _places_of_turn(track: Tracked, settings: CalibrationSettings) -> list[Place]:
    """Where the leg is slowest between two movements: the places of rest of somebody who never rests."""
    speed = track.speed_dps
    least = np.flatnonzero((speed[1:-1] <= speed[:-2]) & (speed[1:-1] < speed[2:])) + 1
    reach = round(settings.turn_s / STEP_S)
    padded = np.concatenate([np.zeros(reach), speed, np.zeros(reach)])
    fastest = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1)
    turning = least[speed[least] < settings.turn_share * fastest[least]]
    spell = np.full(len(turning), STEP_S)
    return places_of_rest(Rests(turning, turning + 1, track.up[turning], spell), settings)[: settings.most_turns]


def _middle(ends: Explained, settings: CalibrationSettings) -> Centre | None:
    """Half-way from this place to where most of its excursions turned."""
    if len(ends.drops) < settings.least_swings // 2:
        return None
    reach = np.array([one.range_deg for one in ends.drops])
    far_deg = float(np.sort(reach)[len(reach) // 2])
    like = np.abs(reach - far_deg) <= 0.25 * far_deg
    heading = np.sum([one.heading for one, alike in zip(ends.drops, like, strict=True) if alike], axis=0)
    if float(heading @ heading) < 1.0:  # they went to opposite sides: this place is a middle itself
        return None
    heading = unit(heading)
    half = math.radians(0.5 * far_deg)
    up: Floats = math.cos(half) * ends.centre.up0 + math.sin(half) * heading
    return Centre(unit(up), "midpoint")


def _between_sides(swing: Explained) -> Centre:
    """Half-way between where both sides usually turn, which is more certain than half-way to one of them."""
    ends = []
    for sign in (1, -1):
        drops = [drop for drop, own in zip(swing.drops, swing.signs, strict=True) if own == sign]
        reach = math.radians(float(np.median([drop.range_deg for drop in drops])))
        heading = unit(np.sum([drop.heading for drop in drops], axis=0))
        ends.append(math.cos(reach) * swing.centre.up0 + math.sin(reach) * heading)
    return Centre(unit(ends[0] + ends[1]), "midpoint")


def _apart(middles: Sequence[Centre], settings: CalibrationSettings) -> list[Centre]:
    """Each that is not next to one before it: both ends of a swing have the same middle."""
    kept: list[Centre] = []
    for middle in middles:
        if all(angle_between_deg(middle.up0, one.up0) >= settings.middles_apart_deg for one in kept):
            kept.append(middle)
    return kept


def is_swinging(one: Explained, settings: CalibrationSettings) -> bool:
    """From side to side and again, about equally far and in a rhythm: only that makes the middle a centre."""
    if min(one.signs.count(1), one.signs.count(-1)) < settings.least_swings // 2:
        return False
    reach = np.array([drop.range_deg for drop in one.drops])
    lasted = np.array([drop.lasted_s for drop in one.drops])
    return bool(
        np.median(np.abs(reach - np.median(reach))) <= settings.swing_scatter * np.median(reach)
        and np.median(lasted) <= settings.swing_most_s
    )


def _without_stragglers(best: Succession, settings: CalibrationSettings) -> Succession:
    """Without what comes long before or after the exercise and is not like it."""
    runs: list[list[tuple[Excursion, int]]] = []
    for drop in best.drops:
        if runs and drop[0].start_s - runs[-1][-1][0].end_s <= settings.run_gap_s:
            runs[-1].append(drop)
        else:
            runs.append([drop])
    exercise = max(runs, key=lambda run: sum(drop.weight for drop, _ in run))
    usual_deg = float(np.median([drop.range_deg for drop, _ in exercise]))
    strange = [run for run in (runs[0], runs[-1]) if _is_strange(run, usual_deg, settings)]
    out = {id(drop) for run in strange for drop, _ in run}
    steps = [(place, tuple(one for one in drops if id(one[0]) not in out)) for place, drops in best.steps]
    steps = [step for step in steps if step[1]]
    return replace(best, steps=tuple(steps)) if steps else best


def _is_strange(run: Sequence[tuple[Excursion, int]], usual_deg: float, settings: CalibrationSettings) -> bool:
    reach_deg = [drop.range_deg for drop, _ in run]
    unlike = max(abs(one - usual_deg) for one in reach_deg) > settings.run_scatter * usual_deg
    return (unlike and len(run) <= settings.stragglers) or max(reach_deg) < settings.run_small * usual_deg


def _doubted(
    one: Succession, track: Tracked, rests: Rests, named: Named, settings: CalibrationSettings
) -> Succession:
    """Always left the same way, and nothing but the exercise tells that it is home: it may be a hold as well."""
    drops = one.drops
    signs = {sign for _, sign in drops}
    centre = one.steps[0][0].centre
    if centre.source in ("midpoint", "calibration") or named or len(drops) < 2 or len(signs) > 1:
        return one
    between = float(np.median([drop.still_before_s for drop, _ in drops[1:]]))
    beyond = max(drops[0][0].still_before_s, drops[-1][0].still_after_s)
    if beyond > settings.home_like * between:
        return one
    here, half_way, there = _rests_along(one, rests, settings)
    as_long = rests.lasted_s[there].sum() >= settings.hold_alike * rests.lasted_s[here].sum()
    if _is_home_elsewhere(one, rests, here, half_way, there):
        cost = 1.0
    elif as_long and _is_all(one, track) and between <= settings.hold_most_s and beyond <= settings.hold_like * between:
        cost = settings.hold_cost
    else:
        return one
    return replace(one, score=one.score - cost * sum(drop.weight for drop, _ in drops))


def _is_all(one: Succession, track: Tracked) -> bool:
    """The recording begins and ends in the midst of it."""
    drops = one.drops
    if len(drops) < _LEAST_CYCLES:
        return False
    cycle_s = float(np.median([b.start_s - a.start_s for (a, _), (b, _) in itertools.pairwise(drops)]))
    return bool(max(drops[0][0].start_s - track.t_s[0], track.t_s[-1] - drops[-1][0].end_s) <= cycle_s)


def _rests_along(one: Succession, rests: Rests, settings: CalibrationSettings) -> tuple[Bools, Bools, Bools]:
    """Which rests (n,) are at its centre, which half-way to where it turns, and which there."""
    heading = unit(np.sum([drop.heading for drop, _ in one.drops], axis=0))
    reach_deg = float(np.median([drop.range_deg for drop, _ in one.drops]))
    way = np.radians(reach_deg * np.array([0.0, 0.5, 1.0]))
    points = np.outer(np.cos(way), one.steps[0][0].centre.up0) + np.outer(np.sin(way), heading)
    here, half_way, there = (rests.up @ points.T >= math.cos(math.radians(settings.home_share * reach_deg))).T
    return here, half_way, there


def _is_home_elsewhere(one: Succession, rests: Rests, here: Bools, half_way: Bools, there: Bools) -> bool:
    """Before or after all of it the leg rests half-way to where it turns; or there, before and after: that is home."""
    first, last = one.drops[0][0], one.drops[-1][0]

    def around(at_home: Bools, elsewhere: Bools) -> list[bool]:
        """Whether the last rest before, and the first one after, is at home; of those ``elsewhere``."""
        before = np.flatnonzero(elsewhere & (rests.start < first.start))
        after = np.flatnonzero(elsewhere & (rests.end > last.end))
        return [*at_home[before[-1:]].tolist(), *at_home[after[:1]].tolist()]

    return any(around(half_way, ~(here | there))) or around(there, ~here) == [True, True]


def is_enough(one: Succession, mounting: Mounting, named: Named, settings: CalibrationSettings) -> bool:
    """Whether the movements it explains are likely to be an exercise at all."""
    signs = [sign for _, sign in one.drops]
    told = mounting.first_side is not None or _along_told(one, mounting, settings)
    one_way = not told and min(signs.count(1), signs.count(-1)) < settings.proof_a_side
    if named:  # somebody waits for that drop, however long it is held
        return True
    likely = sum(drop.weight * _likely(drop, settings, one_way=one_way) for drop, _ in one.drops)
    return likely - max(step[0].posture_cost for step in one.steps) >= settings.enough


def _along_told(one: Succession, mounting: Mounting, settings: CalibrationSettings) -> bool:
    """It goes where the told axis says, to within how surely a strap is put on."""
    first = one.steps[0][0]
    left = left_of(first.centre, mounting)
    if left is None or first.line is None:
        return False
    off_deg = angle_between_deg(first.line.plus_heading, left)
    return min(off_deg, 180.0 - off_deg) <= settings.told_sure_deg


def _likely(drop: Excursion, settings: CalibrationSettings, *, one_way: bool) -> float:
    """0 to 1: how much an excursion looks like a drop, held for some breaths, and not like sitting down or a bridge."""
    over_deg = max(0.0, drop.range_deg - settings.one_way_least_deg)
    wide = min(1.0, over_deg / settings.one_way_wide_deg) if one_way else 1.0
    lasted_s = max(drop.lasted_s, STEP_S)
    return wide * min(1.0, lasted_s / settings.calm_s) * min(1.0, settings.unhurried_s / lasted_s) ** 2


def left_direction(best: Succession, mounting: Mounting, named: Named) -> Direction | None:
    """Which way is left: what the person named last, else the told axis, else the side told of the first drop."""
    for since_s, side in reversed(named):
        for drop, sign in best.drops:
            if drop.start_s >= since_s - STEP_S:
                return _direction(sign if side == "left" else -sign)
    first = best.steps[0][0]
    left = left_of(first.centre, mounting)
    if left is not None and first.line is not None:
        return _direction(1 if first.line.plus_heading @ left >= 0.0 else -1)
    if mounting.first_side is not None:
        sign = best.drops[0][1]
        return _direction(sign if mounting.first_side == "left" else -sign)
    return None


def _got_up_s(best: Succession) -> tuple[tuple[float, float], ...]:
    """When the person rolled over to get up, and did no repetition by another centre."""
    spans = [(one.start_s, one.end_s) for step, _ in best.steps for one in step.got_up]
    return tuple(
        (start_s, end_s)
        for start_s, end_s in spans
        if all(end_s <= drop.start_s or start_s >= drop.end_s for drop, _ in best.drops)
    )


def _direction(sign: int) -> Direction:
    return 1 if sign > 0 else -1


def _confirmed(best: Succession, mounting: Mounting, named: Named, settings: CalibrationSettings) -> bool:
    """Told, named, or seen: like movements, unhurried, to both sides."""
    if named or mounting.first_side is not None or _along_told(best, mounting, settings):
        return True
    calm = [(drop, sign) for drop, sign in best.drops if drop.lasted_s >= settings.proof_s]
    sides = [_alike([drop for drop, sign in calm if sign == way], settings) for way in (1, -1)]
    if min(map(len, sides)) < settings.proof_a_side or not _alternates(best, settings):
        return False
    one, other = (float(np.median([drop.range_deg for drop in side])) for side in sides)
    return min(one, other) >= settings.proof_deg and min(one, other) > settings.proof_alike * max(one, other)


def _alike(side: Sequence[Excursion], settings: CalibrationSettings) -> list[Excursion]:
    """Those of a side that go the same way: sitting down and a hugged knee share a side, not a way."""
    if not side:
        return []
    mean = unit(np.sum([drop.heading for drop in side], axis=0))
    return [drop for drop in side if angle_between_deg(drop.heading, mean) <= settings.proof_line_deg]


def _alternates(best: Succession, settings: CalibrationSettings) -> bool:
    """About a middle between two places every movement has two sides: then only side after side proves anything."""
    if best.steps[0][0].centre.source != "midpoint":
        return True
    changes = [one != other for (_, one), (_, other) in itertools.pairwise(best.drops)]
    return sum(changes) >= settings.proof_alternating * len(changes)


def _pieces(best: Succession, track: Tracked, settings: CalibrationSettings) -> tuple[CentrePiece, ...]:
    """The first centre from the beginning; each other from when the leg is first at home there."""
    pieces = [CentrePiece(float(track.t_s[0]), best.steps[0][0].centre)]
    drops = [(explained.centre, drop) for explained, own in best.steps for drop, _ in own]
    for number, (centre, drop) in enumerate(drops):
        before = drops[number - 1][1].end if number else 0
        here = _own_centre(track, centre, before, drop.start, settings)
        if angle_between_deg(here.up0, pieces[-1].centre.up0) <= settings.home_same_deg:
            continue
        if number == 0:
            pieces = [CentrePiece(float(track.t_s[0]), here)]
            continue
        home = here.angle_deg(track.up[before : drop.start + 1]) <= settings.home_same_deg
        at = before + int(home.argmax()) + _HOME_FOR_BINS if home.any() else drop.start
        at = min(at, drop.start)
        pieces.append(CentrePiece(float(track.t_s[at]), here))
    return tuple(pieces)


def _own_centre(track: Tracked, centre: Centre, before: int, start: int, settings: CalibrationSettings) -> Centre:
    """Where a drop that starts in bin ``start`` began, if it rested there; ``before``: end of the one before."""
    if centre.source == "midpoint":
        return centre
    begun = _home(track, centre, max(before, start + 1 - _HOME_BINS), start + 1, settings)
    return centre if begun is None else Centre(begun, centre.source)


_LEAST_CYCLES = 4
"""Of fewer nobody knows what is usual."""
_HOME_BINS = round(4.0 / STEP_S)
"""The last seconds before a drop say where home is ..."""
_HOME_FOR_BINS = round(1.0 / STEP_S)
"""... from when it has been there so long: a return that stops in between has ended by then."""


def _home(
    track: Tracked, centre: Centre, start: int, end: int, settings: CalibrationSettings
) -> Floats | None:
    """Mean up (3,) of the bins ``[start, end)`` at rest about ``centre``; None where it does not rest."""
    up = track.up[start:end]
    still = (track.speed_dps[start:end] < settings.still_dps) & (centre.angle_deg(up) <= settings.home_within_deg)
    if still.sum() * STEP_S < settings.home_still_s:
        return None
    return unit(up[still].mean(axis=0))
