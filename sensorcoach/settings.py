"""Every limit of the program by name, with unit, bounds, reason and source, as frozen structs; `settings_check` reads
and checks them.

Defaults are those of `definitions.md` (shared notes of the project; the letters and numbers below point there).
Each value's docstring says what happens when it is too small and too large, where that is not obvious. Its bounds hold
what the program can work with and a person may want to try; within them nothing fails, whether it makes sense or not.

To remove or rename a setting, delete its field and add a line to `RETIRED`.
"""

from __future__ import annotations

from typing import Annotated, Final, Generic, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import Meta

HoldName = Literal["one_breath", "two_breaths", "slow_breath"]
HOLDS: Final[dict[HoldName, tuple[float, float, float]]] = {
    "one_breath": (4.0, 1.5, 2.5),
    "two_breaths": (8.0, 1.5, 2.5),
    "slow_breath": (10.0, 4.0, 6.0),
}
"""Length of the hold, of breathing in and of breathing out (s): 12-20 breaths a minute are normal, about 6 are slow
(domain.md 7)."""

RETIRED: Final[dict[str, str]] = {
    "frame": "a pass over the session finds centre and line (group calibration)",
    "phases.shortest_rep_s": "it is calibration.shortest_s now",
}
"""Settings of earlier versions that are none any more, each with what took its place, in a few words:
``"frame.rest_s": "the calibration finds the rests"``. Or a whole group: ``"frame": "..."``.

A settings file or a recording may still name them: they change nothing, which is said. No later setting may take the
name of one of them."""

LOWER_IS_WORSE: Final = Meta(extra={"worse": "lower"})
"""Of `Levels`: ``note`` is the highest and ``severe`` the lowest; without it, the other way round."""

# ``extra={"at_most": "other"}``: no more than that field of the same group; ``{"rising": True}``: each number of a list
# more than the one before; ``{"as_many_as": "other"}``: a list as long as that one.

Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Angle = Annotated[float, Meta(ge=0.0, le=180.0)]
"""°."""

Level = TypeVar("Level", bound=float)


class Levels(msgspec.Struct, Generic[Level], frozen=True, forbid_unknown_fields=True):
    """Three levels of one rule, in the unit of its metric, in order. None: the rule has no such level."""

    note: Level | None = None
    warn: Level | None = None
    severe: Level | None = None


Limit: TypeAlias = Levels[float]


class SignalSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section A: the sensor's signal."""

    min_rate_hz: Annotated[float, Meta(ge=5.0, le=1000.0)] = 18.0
    """Below this nothing is counted (A). A drop of 0.6 s would have fewer than 10 samples."""
    grading_rate_hz: Annotated[float, Meta(ge=5.0, le=10000.0)] = 50.0
    """Full grading from here (A)."""
    impact_rate_hz: Annotated[float, Meta(ge=5.0, le=10000.0)] = 100.0
    """Impact grades are promised from here (A); between 50 and 100 Hz `landing_confidence` is low (A7)."""
    gap_s: Annotated[float, Meta(ge=0.001, le=10.0, extra={"at_most": "longest_fill_s"})] = 0.05
    """A longer hole between samples is a gap: flagged, shown, and a movement cut by it is not graded (A1)."""
    longest_fill_s: Annotated[float, Meta(ge=0.001, le=60.0)] = 1.0
    """A shorter hole is filled by straight lines and marked; after a longer one the filters start anew."""
    gravity_cutoff_hz: Annotated[float, Meta(ge=0.2, le=20.0)] = 2.0
    """Low-pass of acceleration for tilt, and so for its speed, without a gyroscope (A2: 1.5-2 Hz, A6: 2 Hz). Higher:
    hand tremor and swing acceleration leak into tilt; lower: fast swings are rounded off, the landing is told later."""
    speed_cutoff_hz: Annotated[float, Meta(ge=0.5, le=50.0)] = 6.0
    """Low-pass of angular speed for phases and speeds (A6)."""
    smoothness_cutoff_hz: Annotated[float, Meta(ge=0.5, le=100.0)] = 10.0
    """Low-pass of angular speed for SPARC and velocity peaks (A6)."""
    accelerometer_noise_sigmas: Annotated[float, Meta(ge=0.0, le=20.0)] = 4.0
    """Without a gyroscope each speed threshold is at least this many sigmas of the quietest 2 s (A6)."""
    rate_tolerance: Annotated[float, Meta(ge=0.0, le=0.5)] = 0.03
    """A sensor sold as 100 Hz may run at 97: real rates differ from nominal by 1-3 % (design.md, Time)."""
    factor_rates_hz: Annotated[
        tuple[Annotated[float, Meta(ge=1.0, le=10000.0)], ...],
        Meta(min_length=1, max_length=32, extra={"rising": True}),
    ] = (50.0, 100.0, 200.0)
    impact_factors: Annotated[
        tuple[Annotated[float, Meta(ge=0.01, le=10.0)], ...], Meta(extra={"as_many_as": "factor_rates_hz"})
    ] = (0.75, 0.92, 1.0)
    """Share of an impact peak seen at those rates, interpolated, 1.0 above (A7)."""
    loss_factors: Annotated[
        tuple[Annotated[float, Meta(ge=0.01, le=10.0)], ...], Meta(extra={"as_many_as": "factor_rates_hz"})
    ] = (0.82, 0.95, 1.0)
    """The same for the speed lost in 100 ms (A7)."""


class KnockSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A knock in a stream of dynamic acceleration (`dsp.knocks`)."""

    rise_g: Annotated[float, Meta(ge=0.05, le=50.0)] = 2.0
    """Dynamic acceleration rises by this much: a knee on a mat at 50 °/s (domain.md 4). Smaller: soft landings and the
    ringing of a strap count; larger: a thump on a soft mat is missed."""
    rise_s: Annotated[float, Meta(ge=0.001, le=1.0)] = 0.05
    """... within this time. A contact lasts 11-110 ms (hard floor, mat); swings that reach 2 g rise in over 0.2 s."""
    peak_s: Annotated[float, Meta(ge=0.001, le=1.0)] = 0.1
    """Its peak is the highest value within this time after the rise."""
    refractory_s: Annotated[float, Meta(ge=0.0, le=5.0)] = 0.25
    """Ringing within this time belongs to the same knock."""


class PhaseSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section B: phases and the repetition. Angle decides, speed dates."""

    r_min_deg: Annotated[float, Meta(ge=1.0, le=90.0)] = 15.0
    """Smallest range of a valid drop. Smaller: wobbles count; larger: stiff backs are not counted."""
    centre_band_deg: Annotated[float, Meta(ge=0.5, le=45.0)] = 8.0
    """Centre: at most this, and at most half of r_min."""
    still_dps: Annotated[float, Meta(ge=0.1, le=60.0)] = 5.0
    """Slow. Human standing or lying tremor stays below 3 °/s after the 6 Hz low-pass."""
    centre_still_s: Annotated[float, Meta(ge=0.05, le=10.0)] = 0.5
    """Slow for this long near the centre before a drop: a pause, which the centre may follow (A3)."""
    border_floor_dps: Annotated[float, Meta(ge=0.1, le=60.0)] = 2.0
    """A drop or return starts where speed passes max(this, border_fraction of its peak)."""
    begun_fraction: Share = 0.20
    left_fraction: Share = 0.70
    """... for the last time before it passes this share of the range: legs twitch by some 10° before they go, and
    settle by 5-12° in a hold; a stop later belongs to the movement."""
    border_fraction: Annotated[float, Meta(ge=0.0, le=0.9)] = 0.05
    landing_fraction: Annotated[float, Meta(ge=0.0, le=0.9)] = 0.10
    """Landing: speed below max(still_dps, this share of the drop's peak) for landing_still_s, or reversal."""
    landing_still_s: Annotated[float, Meta(ge=0.02, le=5.0)] = 0.25
    landing_confirm_s: Annotated[float, Meta(ge=0.02, le=10.0)] = 1.0
    """Outward movement again within this time belongs to the same drop (one stop)."""
    provisional_landing_s: Annotated[float, Meta(ge=0.0, le=5.0)] = 0.15
    """A landing is told after this long below the threshold; it may be taken back."""
    staged_fraction: Share = 0.20
    staged_speed_fraction: Share = 0.5
    """Outward travel in the hold of at least this share of the range, as fast as this share of the drop's peak: the
    drop was staged. Slower it is the leg that sinks."""
    return_fall_deg: Annotated[float, Meta(ge=0.5, le=90.0)] = 5.0
    return_fall_fraction: Annotated[float, Meta(ge=0.0, le=0.9)] = 0.15
    """A return has begun when the angle fell by max(return_fall_deg, this share of the range)."""
    return_end_fraction: Annotated[float, Meta(ge=0.0, le=0.9, extra={"at_most": "incomplete_fraction"})] = 0.20
    """Return end: angle at most max(centre band, this share of the range)."""
    incomplete_fraction: Share = 0.50
    """A stop or a turn below this share of the range ends the return (incomplete)."""
    incomplete_still_s: Annotated[float, Meta(ge=0.02, le=10.0)] = 1.0
    """Slow for this long is a stop in the return."""
    longest_rep_s: Annotated[float, Meta(ge=1.0, le=3600.0)] = 120.0
    """No return within this time: not counted."""
    longest_unseen_s: Annotated[float, Meta(ge=0.0, le=600.0)] = 10.0
    """A drop with a longer hole in it was not seen: not counted. Shorter ones count, ungraded."""
    most_filled_fraction: Share = 0.5
    """Share of a movement that may be made up across lost samples: of more nobody knows what happened."""


class CalibrationSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A3-A5: how the pass over a session finds centre and line, and what is no knee drop (`kneedrop.calibration`).

    Figures marked (twist) were looked at in the first half of simulated sessions by independent physics.
    """

    # rests, and the places they are at
    still_dps: Annotated[float, Meta(ge=0.5, le=60.0)] = 8.0
    """Slower is still. Breath and tremor tilt a resting thigh by up to 5 °/s."""
    rest_s: Annotated[float, Meta(ge=0.1, le=60.0)] = 0.6
    """Still for so long: a rest."""
    rest_weighs_at_most_s: Annotated[float, Meta(ge=0.1, le=3600.0)] = 20.0
    """Who lies still for minutes before the exercise says no more about the centre than who does so for this long."""
    most_rests: Annotated[int, Meta(ge=1, le=20000)] = 600
    """The longest of them are looked at: an hour of exercise has some 500."""
    place_deg: Annotated[float, Meta(ge=0.5, le=45.0)] = 8.0
    """Rests within this of each other are at one place: returns scatter by 3-5°."""
    places_apart_deg: Annotated[float, Meta(ge=0.5, le=45.0)] = 5.0
    middles_apart_deg: Annotated[float, Meta(ge=0.01, le=45.0)] = 1.0
    """Two places of rest asked about are at least so far apart, and two midpoints."""
    most_places: Annotated[int, Meta(ge=1, le=100)] = 12
    """Places asked about; a session has three: centre, left, right; handling and getting up add some."""
    most_turns: Annotated[int, Meta(ge=0, le=100)] = 3
    """Places of turning points asked about, for who never rests."""
    turn_s: Annotated[float, Meta(ge=0.1, le=60.0)] = 2.0
    turn_share: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.35
    """A turning point is slower than this share of what lies within turn_s: swings turn at 0-10 % of their peak."""
    home_deg: Annotated[float, Meta(ge=0.5, le=45.0)] = 10.0
    home_still_s: Annotated[float, Meta(ge=0.0, le=60.0)] = 0.4
    """At home: within this of the centre, and still for so long between two movements."""

    # evidence
    restless_weight: Share = 0.5
    """What an excursion weighs where it was not at home before, and again where it was not after."""
    swing_weight: Share = 0.5
    """... and from a midpoint: two of them explain as much as one excursion between two rests."""
    other_weight: Share = 0.3
    """Excursions in other directions: bridges and straightened legs also begin and end at the centre."""
    rest_weight: Annotated[float, Meta(ge=0.0, le=100.0)] = 1.0
    """Of ln(1 + seconds rested): a place of 20 s has two points more than one of 2 s."""
    anchor_s: Annotated[float, Meta(ge=0.0, le=3600.0)] = 60.0
    """Where the guide had the leg at rest weighs as much as so long a rest."""
    kept_score: Annotated[float, Meta(ge=0.0, le=100.0)] = 1.0
    """Live, another centre must explain so much more than the one counted with: home and hold lead in turn by one
    repetition, and what was told is better not taken back."""
    step_cost: Annotated[float, Meta(ge=0.0, le=100.0)] = 0.7
    """A step of the centre costs what so many excursions explain ..."""
    step_most_deg: Angle = 26.0
    """... and is at most so far: a strap slips by up to 25° around the leg. What is farther is another posture."""
    hold_cost: Share = 0.5
    home_like: Annotated[float, Meta(ge=0.0, le=100.0)] = 2.0
    hold_like: Annotated[float, Meta(ge=0.0, le=100.0)] = 1.2
    hold_most_s: Annotated[float, Meta(ge=0.0, le=600.0)] = 4.0
    home_share: Share = 0.2
    hold_alike: Share = 0.3
    """Always left the same way, and rested at for no longer before and after the exercise than home_like of what is
    usual in it, a place may be a hold. Where the leg rests half-way to where it turns before all of it or after, or
    there before and after, each to within home_share of that, home is there and not here. Rested at for no more than
    hold_most_s, and before and after for no more than hold_like of that, in a recording that begins and ends in
    mid-exercise and where the leg rests at least hold_alike of that on the other side, it loses the share hold_cost of
    its evidence: people who roll from side to side hold each for 2-4 s (MEx)."""
    least_swings: Annotated[int, Meta(ge=2, le=100)] = 4
    swing_scatter: Share = 0.3
    swing_most_s: Annotated[float, Meta(ge=0.1, le=120.0)] = 10.0
    """A midpoint needs so many swings, half of them each way, about equally far, and none slower: rolling from side to
    side takes 0.9-4 s a side (MEx), with holds of a breath on both up to 10 s."""
    run_gap_s: Annotated[float, Meta(ge=0.0, le=3600.0)] = 60.0
    stragglers: Annotated[int, Meta(ge=0, le=100)] = 2
    run_scatter: Share = 0.4
    """So few excursions, farther from the others than that in time, whose ranges differ from the usual one by more than
    this share, are no part of the exercise ..."""
    run_small: Share = 0.4
    """... nor are any number that all stay below this share of it: bridges after rolls (MEx) reach a quarter."""
    enough: Annotated[float, Meta(ge=0.0, le=100.0)] = 0.5
    """Evidence that makes movements an exercise: one calm, wide excursion is enough, one quick small one is not."""
    calm_s: Annotated[float, Meta(ge=0.1, le=60.0)] = 4.0
    wide_deg: Annotated[float, Meta(ge=1.0, le=180.0)] = 40.0
    """One that is shorter or smaller weighs less, in proportion: people bend, sit and reach in 1-2 s."""
    unhurried_s: Annotated[float, Meta(ge=0.1, le=600.0)] = 10.0
    """One that lasts longer also weighs less, by the square: people lie on their side, or sit, for half a minute."""
    one_way_least_deg: Angle = 25.0
    one_way_wide_deg: Annotated[float, Meta(ge=1.0, le=180.0)] = 15.0
    """Where nothing is told and all but one go one way, it weighs nothing up to the first, and all so much above: a
    bridge pitches a thigh by 15-27°."""
    proof_a_side: Annotated[int, Meta(ge=1, le=100)] = 2
    proof_s: Annotated[float, Meta(ge=0.0, le=60.0)] = 1.5
    proof_alike: Share = 0.5
    proof_deg: Angle = 20.0
    proof_line_deg: Angle = 20.0
    proof_alternating: Share = 0.8
    """Nothing told, the axis is confirmed by so many to each side, each lasting so long and going its side's way to
    within proof_line_deg (true ones do to 14°), about a midpoint that share of them to the other side than the one
    before, of like ranges of at least proof_deg (bridges and pelvic tilts rock a thigh by 15°, MEx). The fastest real
    rolling takes 1.9 s a side, a step or a stair 0.5-1.0 s."""

    # line and told axis
    line_deg: Annotated[float, Meta(ge=1.0, le=90.0)] = 30.0
    """Headings of one side scatter by up to 14° (twist), 25° (MEx)."""
    not_opposite_deg: Annotated[float, Meta(ge=0.0, le=90.0)] = 60.0
    """Real sides are not opposite (MEx: up to 60° off)."""
    other_direction_deg: Annotated[float, Meta(ge=1.0, le=180.0)] = 45.0
    """Farther off the heading of its side, a movement is another one: a hugged knee lies 57-90° off."""
    told_sure_deg: Angle = 25.0
    told_sigma_deg: Annotated[float, Meta(ge=1.0, le=180.0)] = 18.0
    """A strap is put on to within 25°, which is more when seen from above; what lies across the told axis (90°)
    weighs 0.1 %."""
    thigh_elevation_min_deg: Annotated[float, Meta(ge=-90.0, le=90.0, extra={"at_most": "thigh_elevation_max_deg"})] = (
        30.0
    )
    thigh_elevation_max_deg: Annotated[float, Meta(ge=-90.0, le=90.0)] = 75.0
    """Thigh in crook lying: this far below horizontal seen from the knee (A5)."""
    shin_elevation_min_deg: Annotated[float, Meta(ge=-90.0, le=90.0)] = 20.0
    """The front of the shin looks up by 30-45° in crook lying, by less than 5° standing, walking and on stairs."""
    posture_sure_deg: Angle = 10.0
    posture_sigma_deg: Annotated[float, Meta(ge=0.5, le=180.0)] = 10.0
    """A told axis out of those limits by up to posture_sure_deg is a strap askew; by 29-37° (who sits, or lies with
    straight legs) it costs as much as 4-7 repetitions explain."""

    # gates
    shortest_s: Annotated[float, Meta(ge=0.0, le=60.0, extra={"at_most": "longest_s"})] = 0.8
    """From leaving the centre to being back: real quick rolling takes 0.9 s a side."""
    longest_s: Annotated[float, Meta(ge=1.0, le=3600.0)] = 120.0
    step_s: Annotated[float, Meta(ge=0.0, le=60.0)] = 4.0
    step_shaking_g: Annotated[float, Meta(ge=0.01, le=50.0)] = 0.25
    """Shorter and shaken by more is a step: true of 313 of 316 steps, of none of 1,674 repetitions ..."""
    step_share: Share = 0.3
    """... if it is shaken (by shaken_g) for more than this share of the time: of 1,594 steps of daily life 99 % are for
    0.54 and more; a hard landing in a repetition without a hold shakes 0.15-0.22 of it (our simulator)."""
    walked_shaking_g: Annotated[float, Meta(ge=0.01, le=50.0)] = 0.45
    walked_share: Share = 0.5
    shaken_g: Annotated[float, Meta(ge=0.01, le=50.0)] = 0.15
    """Shaken by more than the first, and for more than this share of the time by shaken_g: somebody walked in between.
    Of 385 true repetitions one reaches the first, none both (twist)."""
    farthest_deg: Annotated[float, Meta(ge=15.0, le=180.0)] = 125.0
    """Farther than knees go; rolls of the whole body reach 124° (SisFall)."""
    stray_deg: Annotated[float, Meta(ge=1.0, le=180.0)] = 35.0
    """Off the plane of its heading: true repetitions by up to 8° (twist), 15° (MEx), people who turn over with straight
    legs by 25-60°."""
    tug_yaw_deg: Angle = 12.0
    yaw_drift_dps: Annotated[float, Meta(ge=0.0, le=100.0)] = 1.0
    tug_yaw_share: Annotated[float, Meta(ge=0.0, le=10.0)] = 0.8
    """A turn about the vertical by more than both (the share is of the range, and to it comes the drift of a gyroscope
    whose bias is not known yet) is the sensor in a hand, or a strap tugged around the leg. True repetitions turn by up
    to 0.5, most by less than 0.25 (twist)."""
    got_up_s: Annotated[float, Meta(ge=0.0, le=60.0)] = 4.0
    got_up_range_deg: Angle = 100.0
    got_up_shaking_g: Annotated[float, Meta(ge=0.0, le=50.0)] = 0.1
    """Who rolls over to get up, shaken by the last, leaves for a posture so far away within got_up_s of passing home.
    After true repetitions people rest longer, or go elsewhere with less than 0.1 g (twist: 35 of 36)."""
    overshoot_s: Annotated[float, Meta(ge=0.0, le=60.0)] = 1.5
    overshoot_share: Share = 0.4
    """A return that runs through the centre and comes back at once, without a pause, from less than this share of its
    range, overshot: no repetition to the other side."""
    fastest_fraction: Annotated[float, Meta(ge=0.1, le=10.0)] = 1.8
    """Of free-fall speed: a faster "drop" is a tugged strap. 1.0 is physics; short legs and a push add up to 0.5."""
    quickest_10_90_s: Annotated[float, Meta(ge=0.0, le=10.0)] = 0.15
    """... and so is one whose middle 80 % take less: free fall of both legs needs 0.28 s (domain.md 5.4), a knee pushed
    onto the mat from 20° half of that."""

    # counting with it
    follow_deg: Annotated[float, Meta(ge=0.0, le=90.0)] = 5.0
    follow_share: Share = 0.3
    """The centre follows pauses within follow_deg by this share: 1 follows every sloppy return, 0.1 needs 20 reps."""
    around_s: Annotated[float, Meta(ge=0.0, le=60.0)] = 1.0
    """The exercise lasts from so long before its first movement to so long after its last."""
    home_within_deg: Angle = 26.0
    home_same_deg: Annotated[float, Meta(ge=0.5, le=45.0)] = 5.0
    """A drop that begins at rest within home_within_deg of the centre found for all has that place as its centre; from
    home_same_deg on that is a piece of its own: the strap slipped, or the person lies anew."""
    slip_levels_deg: Levels[Angle] = Limit(note=8.0, warn=15.0, severe=20.0)
    """A slip is told from these steps on (B)."""
    look_s: Annotated[float, Meta(ge=0.1, le=60.0)] = 1.0
    sure_hops: Annotated[int, Meta(ge=1, le=1000)] = 8
    """Live, the pass is made again every look_s of data, and once in so many when it is sure."""


class LimitSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section C: the warnings. Levels are note / warn / severe."""

    pendulum_length_m: Annotated[float, Meta(ge=0.05, le=2.0)] = 0.29
    """Equivalent pendulum of both bent legs, about 0.65 x knee height (A8, domain.md 5.4)."""
    landing_before_s: Annotated[float, Meta(ge=0.01, le=5.0)] = 0.15
    landing_after_s: Annotated[float, Meta(ge=0.01, le=5.0)] = 0.30
    """Landing window around the landing (C)."""
    landing_loss_s: Annotated[float, Meta(ge=0.01, le=2.0)] = 0.10
    """The speed lost in a landing is the largest loss within this time (C)."""
    peak_prominence_fraction: Share = 0.15
    peak_prominence_dps: Annotated[float, Meta(ge=0.0, le=500.0)] = 4.0
    """A velocity peak stands out by max(this, that share of the highest speed) (C, `jerky`)."""
    stop_fraction: Share = 0.10
    stop_min_s: Annotated[float, Meta(ge=0.0, le=60.0, extra={"at_most": "stop_max_s"})] = 0.25
    stop_max_s: Annotated[float, Meta(ge=0.0, le=60.0)] = 1.0
    """A stop: speed below this share of the peak for so long (C); a longer one divides the drop (B)."""
    hold_settle_s: Annotated[float, Meta(ge=0.0, le=30.0)] = 0.5
    """The start of the hold that still belongs to the landing (C, `restless_hold`)."""
    residual_s: Annotated[float, Meta(ge=0.0, le=30.0)] = 1.0
    """After the return's end, the smallest angle within this time is what was left (C)."""
    swing_border_fraction: Annotated[float, Meta(ge=0.0, le=0.9)] = 0.05
    """A side-to-side swing starts where its speed passes this share of its peak (B)."""
    swing_gain_min_deg: Annotated[float, Meta(ge=0.1, le=180.0)] = 13.0
    """After a swing through the centre F is known only if this turning point lies so much further out than the last: at
    13° a centre that is wrong by 2° (E) changes F by 15 %; at equal turning points F has no bound."""
    too_fast_fraction: Levels[Annotated[float, Meta(ge=0.0, le=10.0)]] = Limit(0.33, 0.40, 0.60)
    """Free-fall fraction F: above. A relaxed limb reaches 0.67; a smooth drop of 0.83 s about 0.40 (A8)."""
    too_fast_time_s: Annotated[Levels[Annotated[float, Meta(ge=0.0, le=60.0)]], LOWER_IS_WORSE] = Limit(
        0.50, 0.42, 0.30
    )
    """10-90 % time of the drop: below."""
    abrupt_landing_dps: Levels[Annotated[float, Meta(ge=0.0, le=5000.0)]] = Limit(35.0, 50.0, 90.0)
    """Speed lost within 100 ms, rate-corrected: above."""
    abrupt_landing_ratio: Annotated[float, Meta(ge=0.0, le=100.0)] = 1.5
    """... and at least this many times that of a minimum-jerk drop of the same range and duration."""
    jarring_g: Levels[Annotated[float, Meta(ge=0.0, le=100.0)]] = Limit(1.0, 2.0, 4.0)
    jarring_dps2: Levels[Annotated[float, Meta(ge=0.0, le=1000000.0)]] = Limit(1200.0, 2500.0, 5000.0)
    jarring_min_loss_dps: Annotated[float, Meta(ge=0.0, le=1000.0)] = 15.0
    """`jarring` needs at least this loss of speed: speeding up is never a jar."""
    catch_dps2: Levels[Annotated[float, Meta(ge=0.0, le=1000000.0)]] = Limit(800.0, 1200.0, 2500.0)
    jerky_sparc: Annotated[Levels[Annotated[float, Meta(ge=-100.0, le=0.0)]], LOWER_IS_WORSE] = Limit(
        -1.80, -1.90, -2.5
    )
    """SPARC of the drop or the return: below."""
    jerky_peaks: Levels[Annotated[float, Meta(ge=0.0, le=1000.0)]] = Limit(None, 2.0, 3.0)
    """... and at least so many velocity peaks."""
    stop_and_go_stops: Levels[Annotated[float, Meta(ge=0.0, le=1000.0)]] = Limit(1.0, 2.0, None)
    carried_fraction: Annotated[Levels[Annotated[float, Meta(ge=0.0, le=10.0)]], LOWER_IS_WORSE] = Limit(
        0.07, 0.05, None
    )
    """F: below (placed)."""
    carried_peak_to_mean: Annotated[float, Meta(ge=1.0, le=10.0)] = 1.2
    carried_peak_to_mean_min_s: Annotated[float, Meta(ge=0.0, le=60.0)] = 2.5
    carried_min_range_deg: Angle = 25.0
    carried: bool = True
    """Off in slow and pillow mode."""
    hold_target_s: Annotated[float, Meta(ge=0.0, le=600.0)] = 4.0
    """One breath; 0 (preset *rocking*) turns `short_hold` off."""
    hold_target_chosen: bool = False
    """The person chose the target: four holds < 0.5 s then do not collapse into one note."""
    short_hold_floor_s: Annotated[float, Meta(ge=0.0, le=600.0)] = 2.0
    short_hold_fraction: Share = 0.5
    """Warn below max(short_hold_floor_s, this share of the target), never above the target."""
    rocking_hold_s: Annotated[float, Meta(ge=0.0, le=60.0)] = 0.5
    rocking_reps: Annotated[int, Meta(ge=1, le=1000)] = 4
    """So many holds shorter than that, with no target chosen, give one note for the session instead (C)."""
    restless_hold_deg: Levels[Angle] = Limit(6.0, 10.0, None)
    restless_hold_dps: Levels[Annotated[float, Meta(ge=0.0, le=5000.0)]] = Limit(10.0, 20.0, None)
    fast_return_per_s: Levels[Annotated[float, Meta(ge=0.0, le=100.0)]] = Limit(1.5, 1.9, 3.0)
    """Peak speed of the return divided by the range, 1/s: above."""
    incomplete_return_fraction: Levels[Annotated[float, Meta(ge=0.0, le=2.0)]] = Limit(0.20, 0.25, None)
    incomplete_return_deg: Angle = 10.0
    """The warn level also needs a residual above this."""
    asymmetric_min_reps: Annotated[int, Meta(ge=1, le=1000)] = 3
    asymmetric_range: Levels[Annotated[float, Meta(ge=0.0, le=2.0)]] = Limit(0.15, 0.25, None)
    asymmetric_range_deg: Angle = 8.0
    asymmetric_time: Levels[Annotated[float, Meta(ge=0.0, le=2.0)]] = Limit(0.15, 0.30, None)
    asymmetric_time_s: Annotated[float, Meta(ge=0.0, le=60.0)] = 0.7
    comfort_left_deg: Angle | None = None
    comfort_right_deg: Angle | None = None
    """Comfortable maximum of each side; None: unknown."""
    over_range_note_fraction: Annotated[float, Meta(ge=0.0, le=2.0)] = 0.90
    over_range_warn_deg: Annotated[float, Meta(ge=0.0, le=180.0, extra={"at_most": "over_range_severe_deg"})] = 5.0
    over_range_warn_fraction: Annotated[float, Meta(ge=0.0, le=2.0)] = 0.08
    over_range_severe_deg: Angle = 15.0
    over_range_unknown_deg: Angle = 85.0


class GoalSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the person set out to do; the target in force stands in the recording's header."""

    reps_a_side: Annotated[int, Meta(ge=0, le=1000)] = 5
    """A session ends when both sides have so many (where the side is unknown: twice as many in all). 0: no target."""


class TapSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A double tap with a finger on the sensor, while the leg is still."""

    knock: KnockSettings = KnockSettings(rise_g=0.8, rise_s=0.03, peak_s=0.04, refractory_s=0.08)
    """Taps on BROAD's board (286 Hz) read 6-17 g for some 10 ms, of which a sensor at 100 Hz shows 0.9-7 g and one at
    50 Hz half. By itself 0.8 g is any knock; two on a leg that is still before and after are taps."""
    apart_min_s: Annotated[float, Meta(ge=0.01, le=5.0, extra={"at_most": "apart_max_s"})] = 0.1
    apart_max_s: Annotated[float, Meta(ge=0.01, le=5.0)] = 0.5
    """Between the two, as people double-click. Closer: ringing; farther: two single knocks."""
    quiet_s: Annotated[float, Meta(ge=0.05, le=10.0)] = 0.5
    """No other knock, and a leg as still as a tapped one can be, for so long before and after."""
    moved_deg: Angle = 5.0
    """The leg lies afterwards where it lay before. A finger tilts a thigh by 1-2°; who lands has moved by more."""
    before_dps: Annotated[float, Meta(ge=0.0, le=1000.0)] = 15.0
    """Slower than this in the half second before: a leg that thumps down comes with 30 °/s and more, and what an
    accelerometer shows at rest is up to 8."""


class GuideSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A guided session: nobody on the floor presses keys."""

    still_s: Annotated[float, Meta(ge=0.5, le=60.0)] = 3.0
    """Arms itself after so long still in posture."""
    still_deg: Annotated[float, Meta(ge=0.1, le=45.0)] = 3.5
    """Still: within this of one place. People who lie still fidget by up to 3° (SisFall); 20° in 5 s leave it
    after 1.5 s."""
    end_rest_s: Annotated[float, Meta(ge=0.0, le=3600.0)] = 60.0
    """Ends after so long at rest. 0: never by itself."""
    unmoved_s: Annotated[float, Meta(ge=0.0, le=600.0)] = 10.0
    """Where posture is unknown, a sensor that was never moved may lie on the table: it must be still for so long."""
    moved_deg: Angle = 20.0
    """... and was moved if it turned by this much: nobody straps a sensor on without."""
    side_again_s: Annotated[float, Meta(ge=1.0, le=600.0)] = 20.0
    """While the side is asked for: so long still elsewhere is no hold (a breath takes 4 s). Ask there anew."""
    posture_s: Annotated[float, Meta(ge=1.0, le=600.0)] = 15.0
    """Still for so long in a posture that is none of this exercise: say what is wrong. Shorter: people still stand and
    read the screen."""
    acc_range_g: Annotated[float, Meta(ge=0.0, le=1000.0)] = 4.0
    gyr_range_dps: Annotated[float, Meta(ge=0.0, le=100000.0)] = 500.0
    """Smaller ranges clip: landings on a mat reach 2-4 g on top of gravity; relaxed legs pass the bottom of 60° with
    222 ± 36 °/s (Kim et al. 1996), free ones with 333."""
    ringing_share: Annotated[float, Meta(ge=0.001, le=1.0)] = 0.06
    """A strap is loose where so much of a knock's peak is left after 0.25 s, twice (`guide.ringing`: tight 0.04)."""
    tap: TapSettings = TapSettings()


class CoachSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the person hears while moving, and when; no figure depends on it.

    It stands among the settings of a session, and so in its recording, because a replay is to be heard as the session
    was. How long a hold is to be is `LimitSettings.hold_target_s`, which is graded; here is how it is paced.
    """

    breath_in_s: Annotated[float, Meta(ge=0.0, le=60.0)] = 1.5
    breath_out_s: Annotated[float, Meta(ge=0.0, le=60.0)] = 2.5
    """One breath of a hold (domain.md 7: 3-5 s); as many as fit whole into the target. 0 and 0: a tick at its end
    only."""
    recent_reps: Annotated[int, Meta(ge=1, le=100)] = 3
    showing_reps: Annotated[int, Meta(ge=1, le=100, extra={"at_most": "recent_reps"})] = 2
    """A warning is spoken when so many of the last reps show it, a severe one at once (C). Fewer: nagging."""
    pause_fraction: Share = 0.5
    """A stop above this share of a side's last range may be a pause of the drop: no tone until it is certain (B)."""
    longest_delay_s: Annotated[float, Meta(ge=0.0, le=60.0)] = 1.0
    """A sensor that tells later than this is not coached movement by movement: nobody can tell which one is meant."""
    well_fraction: Share = 0.75
    """Share of the judged reps from which something went well."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings of a session; stored with each result."""

    signal: SignalSettings = SignalSettings()
    phases: PhaseSettings = PhaseSettings()
    calibration: CalibrationSettings = CalibrationSettings()
    limits: LimitSettings = LimitSettings()
    goal: GoalSettings = GoalSettings()
    guide: GuideSettings = GuideSettings()
    coach: CoachSettings = CoachSettings()

    def gentle(self) -> Settings:
        """Gentle mode (B): small ranges count (6°) and a return is seen after 2°."""
        phases = msgspec.structs.replace(self.phases, r_min_deg=6.0, return_fall_deg=2.0)
        calibration = msgspec.structs.replace(
            self.calibration, wide_deg=12.0, one_way_least_deg=5.0, one_way_wide_deg=5.0, home_deg=3.0
        )
        return msgspec.structs.replace(self, phases=phases, calibration=calibration)

    def rocking(self) -> Settings:
        """Preset *rocking* (C): no hold wanted."""
        return self.holding(0.0)

    def holding(self, hold: HoldName | float) -> Settings:
        """The hold the person chose: a preset of `HOLDS` in breaths, or seconds without any; 0 for none."""
        target_s, in_s, out_s = (hold, 0.0, 0.0) if isinstance(hold, int | float) else HOLDS[hold]
        limits = msgspec.structs.replace(self.limits, hold_target_s=float(target_s), hold_target_chosen=True)
        coach = msgspec.structs.replace(self.coach, breath_in_s=in_s, breath_out_s=out_s)
        return msgspec.structs.replace(self, limits=limits, coach=coach)
