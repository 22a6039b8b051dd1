"""Every rule of definitions.md C: its levels just below and just above, what it needs, what switches it off."""

from dataclasses import replace

import msgspec
import pytest
from drops import clean_rep, graded, mat_landing, smooth_rep, stopping_rep
from hypothesis import given, settings
from hypothesis import strategies as st

from sensorcoach.kneedrop.advice import ADVICE, advice
from sensorcoach.kneedrop.grading import ORDER_OF_SPEECH, SensorAbility, grade, grade_session, settle
from sensorcoach.kneedrop.grading.landing import minimum_jerk_loss_dps
from sensorcoach.settings import LimitSettings, Settings, SignalSettings

FAST = SensorAbility(rate_hz=208.0, has_gyroscope=True)  # rate factors are 1 here
TILT_ONLY = SensorAbility(rate_hz=208.0, has_gyroscope=False)
LIMITS = LimitSettings()
RANK = {None: -1, "note": 0, "warn": 1, "severe": 2}


def severity(code, sensor=FAST, limits=LIMITS, **changed):
    return next((w.severity for w in grade(clean_rep(**changed), sensor, limits) if w.code == code), None)


def warning(code, sensor=FAST, limits=LIMITS, **changed):
    return next(w for w in grade(clean_rep(**changed), sensor, limits) if w.code == code)


def limits(**changed):
    return msgspec.structs.replace(LIMITS, **changed)


def test_nothing_is_said_against_a_clean_rep():
    assert grade(clean_rep(), FAST, LIMITS) == ()


RISING = [
    # code, field, note, warn, severe, what else the rule needs
    ("too_fast", "free_fall_fraction", 0.33, 0.40, 0.60, {}),
    ("abrupt_landing", "landing_loss_dps", 35.0, 50.0, 90.0, {}),
    ("jarring", "landing_jolt_g", 1.0, 2.0, 4.0, {"landing_loss_dps": 20.0}),
    ("jarring", "landing_decel_dps2", 1200.0, 2500.0, 5000.0, {"landing_loss_dps": 20.0}),
    ("catch", "catch_dps2", 800.0, 1200.0, 2500.0, {}),
    ("stop_and_go", "stops", 1, 2, None, {}),
    ("restless_hold", "hold_sway_deg", 6.0, 10.0, None, {}),
    ("restless_hold", "hold_peak_dps", 10.0, 20.0, None, {}),
    ("fast_return", "peak_return_dps", 75.0, 95.0, 150.0, {}),  # 1.5, 1.9, 3.0 /s of 50°
]
FALLING = [
    ("too_fast", "drop_time_10_90_s", 0.50, 0.42, 0.30, {}),
    ("carried", "free_fall_fraction", 0.07, 0.05, None, {}),
    ("short_hold", "hold_s", 4.0, 2.0, None, {}),
    ("jerky", "sparc", -1.80, -1.90, -2.5, {"velocity_peaks": 3}),
    ("jerky", "return_sparc", -1.80, -1.90, -2.5, {"return_velocity_peaks": 3}),
]


@pytest.mark.parametrize(("code", "field", "note", "warn", "severe", "needs"), RISING)
def test_levels_of_rules_that_limit_from_above(code, field, note, warn, severe, needs):
    step = 1 if isinstance(note, int) else 1e-6
    assert severity(code, **{field: note - step}, **needs) is None
    assert severity(code, **{field: note}, **needs) == "note"
    assert severity(code, **{field: warn - step}, **needs) == "note"
    assert severity(code, **{field: warn}, **needs) == "warn"
    if severe is None:
        assert severity(code, **{field: 100 * warn}, **needs) == "warn"
    else:
        assert severity(code, **{field: severe - step}, **needs) == "warn"
        assert severity(code, **{field: severe}, **needs) == "severe"


@pytest.mark.parametrize(("code", "field", "note", "warn", "severe", "needs"), FALLING)
def test_levels_of_rules_that_limit_from_below(code, field, note, warn, severe, needs):
    assert severity(code, **{field: note}, **needs) is None
    assert severity(code, **{field: note - 1e-6}, **needs) == "note"
    assert severity(code, **{field: warn}, **needs) == "note"
    assert severity(code, **{field: warn - 1e-6}, **needs) == "warn"
    if severe is not None:
        assert severity(code, **{field: severe}, **needs) == "warn"
        assert severity(code, **{field: severe - 1e-6}, **needs) == "severe"


@given(st.sampled_from(RISING), st.floats(0.0, 1e4), st.floats(0.0, 1e4))
def test_worse_is_never_graded_milder(rule, one, other):
    code, field, *_, needs = rule
    if field == "stops":
        one, other = int(one), int(other)
    low, high = sorted((one, other))
    assert RANK[severity(code, **{field: low}, **needs)] <= RANK[severity(code, **{field: high}, **needs)]


@given(st.sampled_from([*RISING, *FALLING]))
def test_a_figure_that_could_not_be_computed_breaks_no_rule(rule):
    code, field, *_ = rule
    if field != "hold_s":
        assert severity(code, **{field: None}) is None


def test_value_and_limit_are_the_pair_compared():
    found = warning("too_fast", free_fall_fraction=0.45)
    assert (found.value, found.limit, found.unit) == (0.45, 0.40, "1")
    found = warning("too_fast", drop_time_10_90_s=0.45)
    assert (found.value, found.limit, found.unit) == (0.45, 0.50, "s")


def test_the_worse_of_two_figures_speaks():
    found = warning("too_fast", free_fall_fraction=0.45, drop_time_10_90_s=0.2)
    assert (found.severity, found.unit) == ("severe", "s")


# --- landings ---


def test_a_quick_smooth_drop_is_too_fast_and_not_abrupt():
    # 60° in 0.8 s loses 53 °/s in its softest possible end (domain.md 4)
    changed = {"range_deg": 60.0, "drop_time_s": 0.8}
    assert severity("abrupt_landing", landing_loss_dps=53.0, **changed) is None
    assert severity("abrupt_landing", landing_loss_dps=78.0, **changed) is None
    assert severity("abrupt_landing", landing_loss_dps=81.0, **changed) == "warn"


@pytest.mark.parametrize(("duration_s", "loss_dps"), [(0.8, 53), (1.0, 34), (1.5, 15), (2.0, 9), (3.0, 4)])
def test_loss_of_a_minimum_jerk_drop_as_published(duration_s, loss_dps):
    assert minimum_jerk_loss_dps(60.0, duration_s, 0.1) == pytest.approx(loss_dps, rel=0.05, abs=0.6)


def test_loss_of_a_minimum_jerk_drop_never_exceeds_its_peak():
    for duration_s in (0.05, 0.1, 0.19, 0.2, 0.21, 0.4):
        assert minimum_jerk_loss_dps(60.0, duration_s, 0.1) <= 1.875 * 60.0 / duration_s * (1 + 1e-12)
    assert minimum_jerk_loss_dps(60.0, 0.2, 0.1) == pytest.approx(1.875 * 300.0)


def test_a_jolt_without_lost_speed_is_no_jar():
    assert severity("jarring", landing_jolt_g=5.0, landing_loss_dps=14.9) is None
    assert severity("jarring", landing_jolt_g=5.0, landing_loss_dps=None) is None
    assert severity("jarring", landing_jolt_g=5.0, landing_loss_dps=15.1) == "severe"


def test_values_are_corrected_for_what_the_rate_hides():
    sensor = replace(FAST, rate_hz=100.0)
    found = warning("jarring", sensor, landing_jolt_g=1.9, landing_loss_dps=30.0)
    assert found.severity == "warn"
    assert found.value == pytest.approx(1.9 / 0.92)
    assert warning("catch", sensor, catch_dps2=1150.0).value == pytest.approx(1150.0 / 0.92)
    assert warning("abrupt_landing", sensor, landing_loss_dps=48.0).value == pytest.approx(48.0 / 0.95)


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("jarring", {"landing_jolt_g": 2.0, "landing_loss_dps": 30.0}),
        ("abrupt_landing", {"landing_loss_dps": 60.0}),
        ("catch", {"catch_dps2": 1300.0}),
    ],
)
def test_below_100_hz_only_severe_impacts_are_spoken(code, changed):
    slow = replace(FAST, rate_hz=60.0)
    assert severity(code, replace(FAST, rate_hz=98.0), **changed) == "warn"  # a real "100 Hz"
    assert severity(code, slow, **changed) == "note"
    assert warning(code, slow, **changed).limit < warning(code, **changed).limit
    tenfold = {name: 10.0 * value for name, value in changed.items()}
    assert severity(code, slow, **tenfold) == "severe"


# --- smoothness ---


def test_spectral_arc_length_alone_does_not_warn():
    assert severity("jerky", sparc=-3.0, velocity_peaks=1) == "note"
    assert severity("jerky", sparc=-3.0, velocity_peaks=2) == "warn"
    assert severity("jerky", sparc=-3.0, velocity_peaks=3) == "severe"
    assert severity("jerky", sparc=-1.5, velocity_peaks=9) is None


def test_the_jerkier_of_drop_and_return_speaks():
    found = warning("jerky", sparc=-1.85, return_sparc=-2.2, return_velocity_peaks=2)
    assert (found.severity, found.value) == ("warn", -2.2)


def test_one_staged_drop_warns():
    assert severity("stop_and_go", staged=True) == "warn"
    assert severity("stop_and_go", staged=True, stops=1) == "warn"


# --- carried ---


def test_carried_needs_range_and_its_mode():
    slow = {"free_fall_fraction": 0.03}
    assert severity("carried", range_deg=24.9, **slow) is None
    assert severity("carried", range_deg=25.0, **slow) == "warn"
    assert severity("carried", swung_through=True, **slow) is None
    assert severity("carried", limits=limits(carried=False), **slow) is None


def test_a_ramp_is_carried_if_it_is_long():
    assert severity("carried", peak_to_mean_speed=1.1, drop_time_s=2.6) == "warn"
    assert severity("carried", peak_to_mean_speed=1.1, drop_time_s=2.4) is None
    assert severity("carried", peak_to_mean_speed=1.2, drop_time_s=2.6) is None


# --- hold, return, range ---


@pytest.mark.parametrize(
    ("target_s", "hold_s", "expected"),
    [
        (10.0, 4.9, "warn"),
        (10.0, 5.1, "note"),
        (3.0, 1.9, "warn"),
        (3.0, 2.1, "note"),
        (1.0, 0.9, "warn"),
        (1.0, 1.1, None),
        (0.0, 0.0, None),
    ],
)
def test_short_hold_follows_its_target(target_s, hold_s, expected):
    assert severity("short_hold", limits=limits(hold_target_s=target_s), hold_s=hold_s) == expected


def test_rocking_wants_no_hold():
    assert severity("short_hold", limits=Settings().rocking().limits, hold_s=0.0) is None


def test_fast_return_is_judged_by_range():
    assert severity("fast_return", range_deg=60.0, peak_return_dps=80.0) is None
    assert severity("fast_return", range_deg=30.0, peak_return_dps=80.0) == "warn"


@pytest.mark.parametrize(
    ("range_deg", "residual_deg", "expected"),
    [(60.0, 11.9, None), (60.0, 12.1, "note"), (60.0, 15.1, "warn"), (30.0, 9.9, "note"), (30.0, 10.1, "warn")],
)
def test_incomplete_return(range_deg, residual_deg, expected):
    assert severity("incomplete_return", range_deg=range_deg, residual_deg=residual_deg) == expected


def test_incomplete_return_needs_a_rest_at_a_true_centre():
    left = {"residual_deg": 20.0}
    assert severity("incomplete_return", swung_through=True, **left) is None
    assert severity("incomplete_return", centre_source="midpoint", **left) is None
    assert severity("incomplete_return", centre_source="leg_axis", **left) == "warn"


@pytest.mark.parametrize(
    ("comfort_deg", "range_deg", "expected"),
    [
        (50.0, 44.9, None),
        (50.0, 45.1, "note"),
        (50.0, 54.9, "note"),
        (50.0, 55.1, "warn"),
        (50.0, 64.9, "warn"),
        (50.0, 65.1, "severe"),
        (75.0, 80.9, "note"),  # 8 % of 75° is more than 5°
        (75.0, 81.1, "warn"),
        (None, 85.0, None),
        (None, 85.1, "warn"),
    ],
)
def test_over_range(comfort_deg, range_deg, expected):
    chosen = limits(comfort_left_deg=comfort_deg)
    assert severity("over_range", limits=chosen, range_deg=range_deg, side="left") == expected


def test_over_range_knows_its_side():
    chosen = limits(comfort_left_deg=40.0)
    assert severity("over_range", limits=chosen, range_deg=60.0, side="right", direction=-1) is None
    assert severity("over_range", limits=chosen, range_deg=60.0, side=None) is None
    assert severity("over_range", limits=chosen, range_deg=95.0, side=None) == "warn"
    assert severity("over_range", limits=chosen, range_deg=95.0, side="left", centre_source="midpoint") is None


# --- what the sensor cannot show ---


def test_without_a_gyroscope_some_rules_are_silent():
    worst = {
        "free_fall_fraction": 0.9,
        "landing_jolt_g": 6.0,
        "landing_loss_dps": None,
        "landing_decel_dps2": None,
        "catch_dps2": None,
        "sparc": None,
        "velocity_peaks": None,
        "stops": 3,
        "hold_s": 1.0,
        "range_deg": 90.0,
        "peak_return_dps": 300.0,
        "residual_deg": 30.0,
        "hold_sway_deg": 12.0,
    }
    found = {w.code: w.severity for w in grade(clean_rep(**worst), TILT_ONLY, LIMITS)}
    assert found == {
        "jarring": "note",
        "over_range": "warn",
        "fast_return": "severe",
        "short_hold": "warn",
        "restless_hold": "warn",
        "incomplete_return": "warn",
    }
    assert severity("too_fast", TILT_ONLY, drop_time_10_90_s=0.35) == "warn"


def test_a_rep_that_cannot_be_graded_gets_one_note():
    found = grade(clean_rep(graded=False, not_graded_reason="gap", free_fall_fraction=0.9), FAST, LIMITS)
    assert [(w.code, w.severity) for w in found] == [("not_graded", "note")]


def test_below_50_hz_nothing_is_graded():
    found = grade(clean_rep(free_fall_fraction=0.9), replace(FAST, rate_hz=25.0), LIMITS)
    assert [(w.code, w.value, w.limit) for w in found] == [("not_graded", 25.0, 50.0)]
    assert severity("too_fast", replace(FAST, rate_hz=49.2), free_fall_fraction=0.9) == "severe"


# --- the whole ---


def test_order_of_speech():
    bad = clean_rep(
        landing_jolt_g=5.0,
        landing_loss_dps=95.0,
        catch_dps2=3000.0,
        free_fall_fraction=0.7,
        range_deg=90.0,
        peak_return_dps=300.0,
        hold_s=1.0,
        hold_sway_deg=11.0,
        stops=2,
        sparc=-3.0,
        velocity_peaks=4,
        residual_deg=30.0,
    )
    codes = [w.code for w in grade(bad, FAST, LIMITS)]
    assert codes == [
        "jarring",
        "abrupt_landing",
        "catch",
        "too_fast",
        "over_range",
        "fast_return",
        "short_hold",
        "restless_hold",
        "stop_and_go",
        "jerky",
        "incomplete_return",
    ]
    assert codes == sorted(codes, key=ORDER_OF_SPEECH.index)


def test_grading_again_gives_the_same_and_other_limits_another():
    rep = clean_rep(free_fall_fraction=0.45)
    again = msgspec.structs.replace(rep, warnings=grade(rep, FAST, LIMITS))
    assert grade(again, FAST, LIMITS) == again.warnings
    strict = msgspec.structs.replace(LIMITS.too_fast_fraction, severe=0.44)
    assert grade(rep, FAST, limits(too_fast_fraction=strict))[0].severity == "severe"


def test_every_code_has_its_advice():
    assert set(ADVICE) == set(ORDER_OF_SPEECH)
    assert advice("too_fast") == "Let them down slower."
    assert all(sentence.endswith(".") for sentence in ADVICE.values())


@settings(max_examples=40, deadline=None)
@given(
    st.floats(20.0, 75.0),
    st.floats(1.2, 3.0),
    st.floats(1.4, 3.0),
    st.sampled_from([50.0, 60.0, 100.0, 104.0, 208.0, 400.0]),
    st.sampled_from([True, False]),
    st.sampled_from([("left", 1), ("right", -1)]),
)
def test_a_clean_drop_gets_no_warning(range_deg, drop_s, return_s, rate_hz, gyroscope, side):
    movement = smooth_rep(range_deg, drop_s, return_s=return_s)
    assert graded(*movement, rate_hz, gyroscope, side=side[0], direction=side[1]) == ()


@pytest.mark.parametrize("rate_hz", [100.0, 200.0, 400.0])
def test_a_mat_at_60_dps_is_jarring_at_every_rate(rate_hz):
    time_s, roll_deg, where, truth = mat_landing(60.0)
    assert truth["jolt_g"] > 2.0
    found = {w.code: w.severity for w in graded(time_s, roll_deg, where, rate_hz)}
    assert found["jarring"] == "warn"
    assert found["abrupt_landing"] == "warn"
    assert "catch" not in found
    assert "too_fast" not in found


def test_a_pillow_at_the_same_speed_is_not():
    time_s, roll_deg, where, truth = mat_landing(60.0, indentation_m=0.080)
    assert truth["jolt_g"] < 1.0
    assert "jarring" not in {w.code for w in graded(time_s, roll_deg, where)}


def test_a_drop_in_pieces_is_stop_and_go():
    found = {w.code: w.severity for w in graded(*stopping_rep(2))}
    assert found["stop_and_go"] == "warn"
    assert found["jerky"] == "severe"
    assert "jarring" not in found


# --- the session ---


def session(left=(), right=(), **changed):
    reps = [clean_rep(direction=1, side="left", **(changed | values)) for values in left]
    return reps + [clean_rep(direction=-1, side="right", **(changed | values)) for values in right]


def asymmetry(left, right, **changed):
    found = [w for w in grade_session(session(left, right, **changed), LIMITS) if w.code == "asymmetric"]
    return found[0].severity if found else None


def test_asymmetric_range():
    assert asymmetry([{"range_deg": 50.0}] * 3, [{"range_deg": 50.0}] * 3) is None
    assert asymmetry([{"range_deg": 50.0}] * 3, [{"range_deg": 43.0}] * 3) == "note"  # 15.05 %
    assert asymmetry([{"range_deg": 50.0}] * 3, [{"range_deg": 43.2}] * 3) is None
    assert asymmetry([{"range_deg": 50.0}] * 3, [{"range_deg": 38.8}] * 3) == "warn"  # 25.2 %
    assert asymmetry([{"range_deg": 20.0}] * 3, [{"range_deg": 15.0}] * 3) == "note"  # 29 %, but 5°


def test_asymmetric_times():
    slow, quick = [{"drop_time_s": 2.5}] * 3, [{"drop_time_s": 1.8}] * 3
    assert asymmetry(slow, quick) == "warn"
    assert asymmetry(slow, [{"drop_time_s": 1.9}] * 3) == "note"
    assert asymmetry([{"hold_s": 0.2}] * 3, [{"hold_s": 0.1}] * 3) is None
    assert asymmetry([{"return_time_s": 3.0}] * 3, [{"return_time_s": 2.0}] * 3) == "warn"


def test_asymmetry_needs_three_true_reps_a_side():
    far, near = {"range_deg": 60.0}, {"range_deg": 30.0}
    assert asymmetry([far] * 3, [near] * 2) is None
    assert asymmetry([far] * 3, [near] * 3) == "warn"
    assert asymmetry([far] * 3, [near] * 3, centre_source="midpoint") is None
    assert asymmetry([far] * 3, [near] * 3, graded=False) is None
    assert asymmetry([far] * 3, [near] * 3, cut=True) is None
    assert asymmetry([far] * 3, []) is None


def test_impacts_are_never_compared():
    assert asymmetry([{"landing_jolt_g": 9.0}] * 3, [{"landing_jolt_g": 0.1}] * 3) is None


def test_one_outlier_makes_no_asymmetry():
    assert asymmetry([{"range_deg": 50.0}] * 4 + [{"range_deg": 90.0}], [{"range_deg": 50.0}] * 5) is None


@given(st.lists(st.floats(15.0, 90.0), min_size=3, max_size=6), st.lists(st.floats(15.0, 90.0), min_size=3, max_size=6))
def test_asymmetry_does_not_know_left_from_right(left, right):
    one, other = [{"range_deg": r} for r in left], [{"range_deg": r} for r in right]
    assert asymmetry(one, other) == asymmetry(other, one)


def test_four_reps_without_a_hold_give_one_note_for_the_session():
    quick = [clean_rep(hold_s=0.2) for _ in range(4)]
    quick = [msgspec.structs.replace(rep, warnings=grade(rep, FAST, LIMITS)) for rep in quick]
    assert {w.code for rep in quick for w in rep.warnings} == {"short_hold"}
    assert [(w.code, w.severity) for w in grade_session(quick, LIMITS)] == [("short_hold", "note")]
    assert all(rep.warnings == () for rep in settle(quick, LIMITS))
    assert grade_session(quick[:3], LIMITS) == ()
    assert settle(quick[:3], LIMITS) == tuple(quick[:3])


@pytest.mark.parametrize("changed", [{"hold_target_chosen": True}, {"hold_target_s": 0.0}])
def test_a_chosen_target_keeps_its_warnings(changed):
    quick = [clean_rep(hold_s=0.2) for _ in range(4)]
    assert grade_session(quick, limits(**changed)) == ()


def test_settings_of_the_signal_count():
    tolerant = SignalSettings(grading_rate_hz=20.0)
    assert grade(clean_rep(), replace(FAST, rate_hz=25.0), LIMITS, tolerant) == ()
