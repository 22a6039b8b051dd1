"""The figures of a rep against closed forms and contact physics (definitions.md D, domain.md 3-5)."""

from dataclasses import asdict, replace

import numpy as np
import pytest
from drops import borders, mat_landing, measured, minimum_jerk, smooth_rep, stopping_rep, window
from hypothesis import given, settings
from hypothesis import strategies as st

from sensorcoach.dsp.impact import impact_factor, loss_factor
from sensorcoach.kneedrop.measures import free_fall_dps, measure
from sensorcoach.settings import LimitSettings, SignalSettings


@pytest.mark.parametrize(
    ("range_deg", "expected_dps"),
    [(15, 87), (20, 116), (30, 172), (40, 228), (45, 255), (50, 282), (60, 333), (70, 382), (80, 428)],
)
def test_free_fall_speed_as_published(range_deg, expected_dps):
    assert free_fall_dps(0.0, range_deg, 0.29) == pytest.approx(expected_dps, abs=1.0)


def test_a_fall_that_frees_no_energy_has_no_speed():
    assert free_fall_dps(50.0, 50.0, 0.29) is None
    assert free_fall_dps(50.0, 40.0, 0.29) is None


@settings(max_examples=25, deadline=None)
@given(st.floats(15.0, 85.0), st.floats(0.8, 5.0), st.sampled_from([50.0, 100.0, 104.0, 208.0, 400.0]))
def test_minimum_jerk_in_closed_form(range_deg, drop_s, rate_hz):
    figures = measured(*smooth_rep(range_deg, drop_s), rate_hz=rate_hz)
    peak_dps = 1.875 * range_deg / drop_s
    assert figures.peak_drop_dps == pytest.approx(peak_dps, rel=0.03)
    assert figures.peak_return_dps == pytest.approx(1.875 * range_deg / 2.0, rel=0.03)
    # the border on the landing side leaves out the last 1 % of the way
    assert figures.drop_time_10_90_s == pytest.approx(0.507 * drop_s, rel=0.02, abs=0.004)
    # cut at its borders, as in the reference table: the cut may lift one side lobe over the amplitude threshold
    assert -1.56 < figures.sparc < -1.38
    assert (figures.velocity_peaks, figures.return_velocity_peaks, figures.stops) == (1, 1, 0)
    assert figures.free_fall_fraction == pytest.approx(peak_dps / free_fall_dps(0.0, range_deg, 0.29), rel=0.03)
    # largest braking of a minimum-jerk movement: 5.77 R/T²
    hardest = 5.7735 * range_deg / drop_s**2
    assert max(figures.landing_decel_dps2, figures.catch_dps2) == pytest.approx(hardest, rel=0.05, abs=2.0)


def test_sixty_degrees_in_0_83_s_is_a_free_fall_fraction_of_0_40():
    assert measured(*smooth_rep(60.0, 0.83), rate_hz=200.0).free_fall_fraction == pytest.approx(0.40, abs=0.01)


@pytest.mark.parametrize(("drop_s", "loss_dps"), [(0.8, 53), (1.0, 34), (1.5, 15)])
def test_speed_lost_by_a_soft_end_as_published(drop_s, loss_dps):
    assert measured(*smooth_rep(60.0, drop_s), rate_hz=200.0).landing_loss_dps == pytest.approx(loss_dps, rel=0.12)


def test_landing_on_a_mat_as_published():
    *_, truth = mat_landing(60.0)
    assert truth["jolt_g"] == pytest.approx(2.4, rel=0.12)
    assert truth["decel_dps2"] == pytest.approx(3000.0, rel=0.12)


@pytest.mark.parametrize("speed_dps", [40.0, 60.0, 100.0])
@pytest.mark.parametrize("rate_hz", [100.0, 200.0, 400.0])
def test_landing_figures_against_the_contact(speed_dps, rate_hz):
    # where the samples fall on a contact of 40 ms is chance: the mean over that chance, rate-corrected, is the truth
    time_s, roll_deg, where, truth = mat_landing(speed_dps)
    phases = np.arange(6) / (6.0 * rate_hz)
    figures = [
        measure(window(time_s, roll_deg, rate_hz, phase_s=phase), borders(**where), SignalSettings(), LimitSettings())
        for phase in phases
    ]
    share = impact_factor(rate_hz, SignalSettings())
    assert np.mean([f.landing_jolt_g for f in figures]) / share == pytest.approx(truth["jolt_g"], rel=0.10)
    assert np.mean([f.landing_decel_dps2 for f in figures]) / share == pytest.approx(truth["decel_dps2"], rel=0.10)
    share = loss_factor(rate_hz, SignalSettings())
    assert np.mean([f.landing_loss_dps for f in figures]) / share == pytest.approx(truth["loss_dps"], rel=0.10)
    assert {f.landing_confidence for f in figures} == {"high"}
    assert max(f.catch_dps2 for f in figures) < 800.0  # the landing is no catch


def test_a_grab_half_way_is_a_catch_and_not_a_landing():
    time_s, roll_deg, where = smooth_rep(60.0, 2.0)
    # 12 °/s are lost within 10 ms at 1.4 s and come back slowly
    loss = -12.0 * np.clip((time_s - 1.4) / 0.01, 0.0, 1.0) * np.exp(-np.clip(time_s - 1.4, 0.0, None) / 0.3)
    figures = measured(time_s, roll_deg + np.cumsum(loss) / 4000.0, where, rate_hz=200.0)
    assert figures.catch_dps2 > 900.0
    assert figures.landing_decel_dps2 < 200.0


@pytest.mark.parametrize("pauses", [0, 1, 2, 3])
def test_stops_are_counted(pauses):
    assert measured(*stopping_rep(pauses)).stops == pauses


def test_a_pause_too_short_is_no_stop():
    # pieces of 0.6 s are themselves slower than 10 % of the peak for 0.06 s at either end
    assert measured(*stopping_rep(2, pause_s=0.05, piece_s=0.6)).stops == 0


def test_pieces_show_in_smoothness():
    figures = measured(*stopping_rep(2, pause_s=0.3))
    assert figures.velocity_peaks == 3
    assert figures.sparc < -2.5


# --- swinging through ---


def swing(first_deg, second_deg, swing_s=2.5):
    """From -first to +second without a pause, a hold, and back to the centre."""
    back_s = 1.0 + swing_s + 3.0
    time_s = np.arange(0.0, back_s + 4.0, 1.0 / 4000.0)
    roll_deg = -first_deg + (first_deg + second_deg) * minimum_jerk(time_s, 1.0, swing_s)
    roll_deg -= second_deg * minimum_jerk(time_s, back_s, 2.0)
    where = {
        "drop_start_s": float(time_s[np.argmax(roll_deg >= 0.0)]),
        "drop_end_s": 1.0 + 0.91 * swing_s,
        "return_start_s": back_s + 0.12,
        "return_end_s": back_s + 1.82,
        "range_deg": second_deg,
        "swung_in": True,
        "turn_before_deg": -first_deg,
    }
    return time_s, roll_deg, where


def test_smoothness_of_a_swing_is_that_of_the_whole_swing():
    figures = measured(*swing(50.0, 50.0))
    assert figures.sparc == pytest.approx(-1.41, abs=0.04)
    assert figures.velocity_peaks == 1


def test_a_swing_that_does_not_fit_its_window_is_not_guessed():
    time_s, roll_deg, where = swing(50.0, 50.0)
    late = time_s > where["drop_start_s"] - 0.2
    figures = measured(time_s[late], roll_deg[late], where)
    assert figures.sparc is None
    assert figures.velocity_peaks is None


def test_free_fall_fraction_of_a_swing_counts_from_turn_to_turn():
    figures = measured(*swing(20.0, 60.0))
    expected = 1.875 * 80.0 / 2.5 / free_fall_dps(20.0, 60.0, 0.29)
    assert figures.free_fall_fraction == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize("second_deg", [40.0, 50.0, 53.0])
def test_turning_points_alike_give_no_free_fall_fraction(second_deg):
    assert measured(*swing(50.0, second_deg)).free_fall_fraction is None


def test_the_way_out_of_a_swing_is_judged_with_the_next_drop():
    figures = measured(*smooth_rep(), swung_out=True)
    assert figures.return_sparc is None
    assert figures.return_velocity_peaks is None
    assert figures.peak_return_dps is not None


# --- the hold and what is left ---


def test_hold_figures_leave_its_start_out():
    time_s, roll_deg, where = smooth_rep(60.0, 2.0, hold_s=5.0)
    landed_s = where["drop_end_s"]
    early = 8.0 * np.exp(-(((time_s - landed_s - 0.2) / 0.05) ** 2))
    late = 7.0 * np.exp(-(((time_s - landed_s - 2.0) / 0.3) ** 2))
    assert measured(time_s, roll_deg + early, where).hold_sway_deg < 1.0
    figures = measured(time_s, roll_deg + late, where)
    assert figures.hold_sway_deg == pytest.approx(7.0, abs=0.3)
    # steepest flank of a Gaussian: 0.858 height / width
    assert figures.hold_peak_dps == pytest.approx(0.858 * 7.0 / 0.3, rel=0.05)


def test_a_hold_shorter_than_its_start_has_no_figures():
    figures = measured(*smooth_rep(hold_s=0.1))
    assert figures.hold_sway_deg is None
    assert figures.hold_peak_dps is None


def test_residual_is_the_smallest_angle_within_a_second():
    time_s, roll_deg, where = smooth_rep()
    left = np.where(time_s > where["return_end_s"] - 1.5, np.maximum(roll_deg, 14.0), roll_deg)
    assert measured(time_s, left, where).residual_deg == pytest.approx(14.0)
    assert measured(time_s, roll_deg, where).residual_deg == pytest.approx(0.0, abs=0.01)


def test_a_stream_that_ended_in_mid_return_knows_no_residual():
    assert measured(*smooth_rep(), cut=True).residual_deg is None


# --- what the sensor cannot show ---


def test_without_a_gyroscope_only_tilt_speaks():
    figures = measured(*smooth_rep(), gyroscope=False)
    for name in (
        "free_fall_fraction",
        "landing_loss_dps",
        "landing_decel_dps2",
        "catch_dps2",
        "sparc",
        "return_sparc",
        "velocity_peaks",
        "return_velocity_peaks",
    ):
        assert getattr(figures, name) is None, name
    assert figures.drop_time_10_90_s == pytest.approx(1.01, abs=0.03)
    assert figures.landing_jolt_g is not None
    assert figures.landing_confidence == "low"
    assert figures.graded


@pytest.mark.parametrize(("rate_hz", "confidence"), [(50.0, "low"), (90.0, "low"), (98.5, "high"), (100.0, "high")])
def test_landing_confidence_follows_the_rate(rate_hz, confidence):
    assert measured(*smooth_rep(), rate_hz=rate_hz).landing_confidence == confidence


def test_a_slow_sensor_gives_times_and_no_impacts():
    figures = measured(*smooth_rep(), rate_hz=25.0)
    assert not figures.graded
    assert figures.not_graded_reason == "rate"
    assert figures.landing_jolt_g is None
    assert figures.landing_confidence is None
    assert figures.sparc is None
    assert figures.drop_time_10_90_s == pytest.approx(1.01, abs=0.04)


def spoilt(flag, at_s, samples, rate_hz=100.0):
    time_s, roll_deg, where = smooth_rep()
    signals = window(time_s, roll_deg, rate_hz)
    flags = np.zeros(signals.t_s.size, bool)
    first = int(np.searchsorted(signals.t_s, at_s))
    flags[first : first + samples] = True
    return measure(replace(signals, **{flag: flags}), borders(**where), SignalSettings(), LimitSettings())


# drop 1.1-2.8 s, landing until 3.1 s, hold until 8.1 s, return until 9.8 s
@pytest.mark.parametrize(("at_s", "graded"), [(0.5, True), (2.0, False), (3.0, False), (5.0, True), (9.0, False)])
@pytest.mark.parametrize(("flag", "samples", "reason"), [("clipped", 1, "clipped"), ("filled", 5, "gap")])
def test_clipping_and_gaps_inside_a_movement_end_its_grading(flag, samples, reason, at_s, graded):
    figures = spoilt(flag, at_s, samples)
    assert figures.graded is graded
    assert figures.not_graded_reason == (None if graded else reason)


def test_a_hole_of_50_ms_is_no_gap():
    assert spoilt("filled", 2.0, 4).graded


@pytest.mark.parametrize(("at_s", "samples"), [(3.05, 80), (0.6, 60), (9.75, 80)])
def test_a_gap_that_reaches_into_a_movement_ends_its_grading_too(at_s, samples):
    assert spoilt("filled", at_s, samples).not_graded_reason == "gap"


@pytest.mark.parametrize(("samples", "reason"), [(95, None), (450, "gap")])
def test_a_gap_in_the_hold_ends_its_grading_where_there_was_time_to_go_and_come_back(samples, reason):
    assert spoilt("filled", 3.15, samples).not_graded_reason == reason


def test_no_impact_figure_rests_on_made_up_samples():
    figures = spoilt("filled", 2.9, 2)
    assert figures.graded
    assert figures.landing_jolt_g is None
    assert figures.landing_loss_dps is None
    assert figures.catch_dps2 is not None


def test_a_hole_without_samples_is_a_gap_too():
    time_s, roll_deg, where = smooth_rep()
    signals = window(time_s, roll_deg)
    kept = (signals.t_s < 2.0) | (signals.t_s > 2.2)
    thinned = replace(
        signals,
        **{name: values[kept] for name, values in _arrays(signals).items()},
    )
    figures = measure(thinned, borders(**where), SignalSettings(), LimitSettings())
    assert figures.not_graded_reason == "gap"


def test_a_slow_sensors_own_step_is_no_gap():
    assert measured(*smooth_rep(), rate_hz=18.0).not_graded_reason == "rate"


def test_an_empty_hold_or_drop_gives_none_and_no_error():
    time_s, roll_deg, where = smooth_rep()
    at_once = where | {"drop_end_s": where["drop_start_s"], "return_start_s": where["drop_start_s"]}
    figures = measured(time_s, roll_deg, at_once)
    assert figures.peak_drop_dps is None
    assert figures.free_fall_fraction is None
    assert figures.drop_time_10_90_s is None
    assert figures.sparc is None


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0.0, 12.0), min_size=4, max_size=4))
def test_any_borders_give_finite_figures_or_none(edges):
    names = ("drop_start_s", "drop_end_s", "return_start_s", "return_end_s")
    time_s, roll_deg, where = smooth_rep()
    figures = measured(time_s, roll_deg, where | dict(zip(names, sorted(edges), strict=True)))
    for name, value in asdict(figures).items():
        if isinstance(value, float):
            assert np.isfinite(value), name


def _arrays(signals):
    return {name: values for name in signals.__slots__ if isinstance(values := getattr(signals, name), np.ndarray)}
