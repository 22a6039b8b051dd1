"""Physics decides: the turning rate is checked by gravity's turning, signs and counts by gravity. Truth: `layouts`."""

import re

import numpy as np
import pytest
from layouts import ACC, GYR, SIDES, T_S, WORN, G, lines

from sensorcoach import analyze
from sensorcoach.analysis import analyze_files
from sensorcoach.choices import Choices
from sensorcoach.dsp.turning import gravity_turning
from sensorcoach.errors import InputError
from sensorcoach.importers import open_recording
from tests.benchmarks.twist_sessions import TWIST
from tests.kneedrop.legs import Leg

DPS = np.rad2deg(GYR)
RATE_HZ = 1 / float(np.median(np.diff(T_S)))


@pytest.mark.parametrize("factor", [1.0, 57.3, 1 / 57.3, 1000.0, 1e-3, 131.0, -1.0])
@pytest.mark.parametrize("offset", [0.0, 0.05])
def test_one_factor_between_gravity_and_its_turning_is_found_whatever_the_offset(factor, offset):
    turning = gravity_turning(ACC, (GYR + offset) / factor, RATE_HZ)
    assert turning.factor == pytest.approx(factor, rel=0.1)
    assert turning.agreement * np.sign(factor) > 0.98
    assert turning.spread < 0.1


def test_nothing_is_said_where_nothing_turned():
    rest = T_S < 3.5
    assert gravity_turning(ACC[rest], GYR[rest], RATE_HZ) is None
    assert gravity_turning(ACC[:10], GYR[:10], RATE_HZ) is None
    assert gravity_turning(0 * ACC, GYR, RATE_HZ) is None


def test_another_legs_gyroscope_does_not_agree():
    other = np.roll(GYR, 260, axis=0)  # five seconds late
    assert abs(gravity_turning(ACC, other, RATE_HZ).agreement) < 0.3


def test_a_wrong_unit_behind_a_long_rest_is_corrected_and_behind_a_very_long_one_refused(tmp_path):
    names = "t_s,ax_g,ay_g,az_g,gx_radps,gy_radps,gz_radps"
    rng = np.random.default_rng(1)
    for rest_s, refused in ((300, False), (1500, True)):
        rest = round(rest_s * RATE_HZ)
        acc = np.concatenate([ACC[:1] + rng.normal(0, 0.02, (rest, 3)), ACC])
        gyr = np.concatenate([rng.normal(0, 0.2, (rest, 3)), DPS])
        t_s = np.arange(len(acc)) / RATE_HZ
        (tmp_path / "a.csv").write_text(lines(names, t_s, *(acc / G).T, *gyr.T, digits=4))
        if refused:
            with pytest.raises(InputError, match="after a long rest"):
                list(open_recording(tmp_path / "a.csv").items)
        else:
            recording = open_recording(tmp_path / "a.csv")
            assert any("although the header says rad/s" in notice for notice in recording.notices)


def test_raw_counts_are_scaled_by_gravity_and_its_turning(tmp_path):
    counts = [[str(round(value)) for value in column] for column in [*(ACC / G * 16384).T, *(DPS * 131).T]]
    (tmp_path / "a.csv").write_text(lines("time,ax,ay,az,gx,gy,gz", T_S, *counts))
    result = analyze(tmp_path / "a.csv", mounting=WORN)
    assert [rep.side for rep in result.reps] == SIDES
    assert result.read_as.units == {"acceleration": "1/16384 g", "turning rate": "counts"}
    scale = next(notice for notice in result.notices if "scaled by gravity" in notice)
    assert abs(float(re.search(r"is ([\d.e-]+) °/s", scale)[1]) * 131 - 1) < 0.1


def test_robots_name_the_raw_accelerometer_linear(tmp_path):
    names = [f"{what}.{axis}" for what in ("linear_acceleration", "angular_velocity") for axis in "xyz"]
    (tmp_path / "a.csv").write_text(lines(",".join(["time", *names]), T_S, *ACC.T, *GYR.T))
    assert [rep.side for rep in analyze(tmp_path / "a.csv", mounting=WORN).reps] == SIDES
    (tmp_path / "b.csv").write_text(lines(",".join(["time", *names]), T_S, *(0.1 * GYR).T, *GYR.T))
    with pytest.raises(InputError, match="no gravity"):
        open_recording(tmp_path / "b.csv")


@pytest.mark.parametrize(
    ("change", "words"), [(lambda gyr: -gyr, "other way round"), (lambda gyr: gyr[:, [1, 2, 0]], "does not turn")]
)
def test_a_gyroscope_that_turns_otherwise_is_left_out(tmp_path, change, words):
    header = "t_s,ax_g,ay_g,az_g,gx_dps,gy_dps,gz_dps"
    (tmp_path / "a.csv").write_text(lines(header, T_S, *(ACC / G).T, *change(DPS).T))
    result = analyze(tmp_path / "a.csv", mounting=WORN)
    assert [rep.side for rep in result.reps] == SIDES
    assert not result.sensor["gyroscope"]
    assert any(words in notice for notice in result.notices)


NAMES = "t_s,ax_g,ay_g,az_g,gx_dps,gy_dps,gz_dps"


def test_a_sign_that_contradicts_the_told_axis_is_named(tmp_path):
    (tmp_path / "a.csv").write_text(lines(NAMES, T_S, *(-ACC / G).T, *DPS.T))
    result = analyze_files([tmp_path / "a.csv"], Choices(mounting=WORN))
    assert not result.reps
    hint = result.notices[-1]
    assert "--acc-sign flip" in hint
    assert "--up-leg=y" in hint
    turned = analyze(tmp_path / "a.csv", mounting=WORN, acc_sign="flip")
    assert [rep.side for rep in turned.reps] == SIDES
    assert not any("axis told" in notice for notice in turned.notices)


@pytest.mark.parametrize("told", ["x", "y", "z"])
def test_an_axis_told_wrongly_is_said_with_those_that_count(tmp_path, told):
    (tmp_path / "a.csv").write_text(lines(NAMES, T_S, *(ACC / G).T, *DPS.T))
    result = analyze_files([tmp_path / "a.csv"], Choices(mounting={**WORN, "up_leg": told}))
    assert not result.reps
    hint = result.notices[-1]
    assert hint.startswith(f"No movement fits the axis told, --up-leg={told}.")
    assert f"--up-leg={WORN['up_leg']}" in hint
    for axis in re.findall(r"--up-leg=(-?[xyz])", hint)[1:]:
        assert analyze(tmp_path / "a.csv", mounting={**WORN, "up_leg": axis}).reps


def test_an_axis_explains_nothing_where_nobody_moved(tmp_path):
    rest = np.random.default_rng(1).normal(0, 0.02, ACC.shape) + ACC[0]
    (tmp_path / "a.csv").write_text(lines("t_s,ax_g,ay_g,az_g", T_S, *(rest / G).T, digits=5))
    result = analyze_files([tmp_path / "a.csv"], Choices(mounting={**WORN, "up_leg": "x"}))
    assert not result.reps
    assert not any("axis told" in notice for notice in result.notices)


@pytest.mark.skipif(not TWIST.exists(), reason="../shared/data/twist is not here")
def test_what_little_an_axis_told_wrongly_counts_does_not_hide_what_it_leaves_out():
    """Twelve repetitions lie across it, and two straightened legs along it (simulated by independent physics)."""
    path = TWIST / "faults_14.csv.gz"
    result = analyze_files([path], Choices(mounting={"up_leg": "-y"}))
    assert len(result.reps) == 2
    assert "12 movements do not fit the axis told" in result.notices[-1]
    assert "12 repetitions are found with --up-leg=z" in result.notices[-1]
    told = analyze_files([path], Choices(mounting={"up_leg": "z"}))
    assert len(told.reps) == 12
    assert not any("axis told" in notice for notice in told.notices)


@pytest.mark.parametrize(("range_deg", "hinted"), [(21, True), (6, False)], ids=["small drops", "breath"])
def test_small_movements_to_one_side_alone_are_named_where_nothing_was_told(tmp_path, range_deg, hinted):
    leg = Leg().stay(5.0)
    for _ in range(5):
        leg.drop(range_deg)
    motion = leg.motion(rate_hz=50.0)
    acc = G * motion.up_sensor
    (tmp_path / "a.csv").write_text(lines("t_s,ax_mps2,ay_mps2,az_mps2", motion.t_s, *acc.T))
    result = analyze_files([tmp_path / "a.csv"], Choices())
    assert not result.reps
    hints = [notice for notice in result.notices if "--first-side" in notice]
    assert len(hints) == hinted
    told = analyze_files([tmp_path / "a.csv"], Choices(mounting={"first_side": "left"}))
    assert [rep.side for rep in told.reps] == (["left"] * 5 if hinted else [])
