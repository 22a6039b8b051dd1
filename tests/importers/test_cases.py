"""Small recordings that were once read wrongly or refused without need. Truth: ../shared/data/cases/README.md."""

from datetime import datetime

import numpy as np
import pytest
from app_files import said, walked

from sensorcoach import analyze
from sensorcoach.errors import InputError
from sensorcoach.importers import open_recording

WORN = {"leg": "left", "up_leg": "-y"}
LEFT_RIGHT_LEFT = ["left", "right", "left"]
BEGIN_S = [3, 13, 23]


def rate_hz(rows):
    return 1 / np.median(np.diff(rows[:, 0]))


def instant(recording):
    return datetime.fromisoformat(recording.start)


@pytest.fixture
def case(shared_data):
    return lambda name: shared_data(f"cases/{name}")


def test_dot_sdk_counts_tenths_of_milliseconds(case):
    recording = open_recording(case("dot_sdk_RateQuantities.csv"))
    rows = walked(recording)
    assert rate_hz(rows) == pytest.approx(60, abs=0.2)
    assert rows[0, 0] == 0
    assert recording.start.startswith("2025-12-02T14:37:28.533")
    assert recording.read_as.units == {"acceleration": "m/s²", "turning rate": "°/s"}
    assert rows[0, 4] == pytest.approx(np.deg2rad(-1.9462))


def test_geneactiv_has_a_hundred_lines_before_its_rows(case):
    recording = open_recording(case("geneactiv.csv"))
    rows = walked(recording)
    assert rate_hz(rows) == pytest.approx(100)
    assert recording.start.startswith("2011-10-09T10:25:02.5")
    np.testing.assert_allclose(rows[0, 1:], np.array([-0.421, -0.6751, 0.305]) * 9.80665)


def test_actigraph_tells_rate_and_start_in_its_first_lines(case):
    recording = open_recording(case("actigraph_noheader.csv"))
    rows = walked(recording)
    assert rate_hz(rows) == pytest.approx(30)
    assert instant(recording) == datetime(2012, 6, 27, 10, 54)
    np.testing.assert_allclose(rows[0, 1:], np.array([0.968, 0.202, 0.173]) * 9.80665)
    assert recording.read_as.units["acceleration"] == "g"


def test_androsensor(case):
    recording = open_recording(case("androsensor_104hz.csv"))
    rows = walked(recording)
    assert rate_hz(rows) == pytest.approx(104, rel=0.05)
    assert rows.shape[1] == 7
    assert recording.read_as.columns["time"] == ["Time since start in ms"]
    assert recording.start.startswith("2025-03-02T10:00:00")
    np.testing.assert_allclose(rows[0, 1:4], [-5.2912, 7.9871, -0.4597])


def test_phyphox_from_an_arduino(case):
    recording = open_recording(case("phyphox_arduino_ble.csv"))
    rows = walked(recording)
    assert rate_hz(rows) == pytest.approx(100, rel=0.01)
    assert recording.read_as.columns["time"] == ["Time t (s)"]
    np.testing.assert_allclose(rows[0, 3], 0.9940185547 * 9.80665)


def test_phyphox_of_ios_in_a_simple_experiment(case):
    recording = open_recording(case("phyphox_ios_simple"))
    rows = walked(recording)
    assert rows.shape[1] == 7
    assert rate_hz(rows) == pytest.approx(100, rel=0.02)
    assert recording.read_as.files == ["Accelerometer.csv", "Gyroscope.csv"]
    assert recording.start == "2025-06-19T21:36:15.135-04:00"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sensorlogger_ios_no_metadata", ("opposite sign",)),
        ("two_sensors.csv", ("left_knee", "--sensor")),
        ("gyro_mislabeled_rad.csv", ("°/s", "although the header says rad/s")),
        ("gyro_mdps.csv", ()),
        ("unix_s.csv", ()),
    ],
)
def test_left_right_left(case, name, words):
    result = analyze(case(name), mounting=WORN)
    assert [rep.side for rep in result.reps] == LEFT_RIGHT_LEFT
    np.testing.assert_allclose([rep.drop_start_s for rep in result.reps], BEGIN_S, atol=1.2)
    assert result.sensor["gyroscope"]
    assert any(all(word in notice for word in words) for notice in result.notices) or not words


def test_units_of_the_turning_rate_agree_whatever_the_header_says(case):
    peaks = {
        name: np.abs(walked(open_recording(case(name)))[:, 4:]).max()
        for name in ("gyro_mdps.csv", "gyro_mislabeled_rad.csv")
    }
    assert peaks["gyro_mdps.csv"] == pytest.approx(peaks["gyro_mislabeled_rad.csv"], rel=1e-3)


def test_seconds_since_1970_begin_at_zero(case):
    recording = open_recording(case("unix_s.csv"))
    assert walked(recording)[0, 0] == 0
    assert instant(recording) == datetime.fromisoformat("2025-10-09T08:53:20Z")


def test_two_sensors_are_never_mixed(case):
    recording = open_recording(case("two_sensors.csv"))
    used = recording.read_as.columns
    assert all(name.startswith("left_knee") for name in used["acceleration"] + used["turning rate"])
    chest = open_recording(case("two_sensors.csv"), sensor="chest")
    assert walked(chest).shape[1] == 4
    assert all(name.startswith("chest") for name in chest.read_as.columns["acceleration"])


def test_two_days_are_no_recording(case):
    with pytest.raises(InputError, match="different recordings|several folders"):
        walked(open_recording(case("mixed_subfolders")))


def test_shimmer(case):
    recording = open_recording(case("shimmer_consensys.csv"))
    rows = walked(recording)
    assert rate_hz(rows) == pytest.approx(104, rel=0.001)
    assert rows[0, 0] == 0
    assert instant(recording) == datetime.fromisoformat("2025-03-02T10:00:00Z")
    assert recording.read_as.units == {"acceleration": "m/s²", "turning rate": "°/s"}
    np.testing.assert_allclose(rows[0, 1:4], [-5.291186, 7.987057, -0.459687])
    np.testing.assert_allclose(rows[0, 4:], np.deg2rad([0.457764, -0.335693, 0.030518]))


def test_us_dates_are_open_until_somebody_tells(case):
    recording = open_recording(case("us_dates.csv"))
    assert rate_hz(walked(recording)) == pytest.approx(104, rel=0.001)
    assert recording.start is None
    assert said(recording, "--dates us")
    assert open_recording(case("us_dates.csv"), dates="us").start.startswith("2025-10-09T08:53:20")
    assert open_recording(case("us_dates.csv"), dates="uk").start.startswith("2025-09-10T08:53:20")


def test_of_two_times_the_finer_one(case):
    recording = open_recording(case("host_and_device_time.csv"))
    assert rate_hz(walked(recording)) == pytest.approx(104, rel=0.001)
    assert recording.read_as.columns["time"] == ["device_time"]
    assert said(recording, "host_time", "stands still")


def test_rows_in_turns_are_two_streams(case):
    recording = open_recording(case("outer_join.csv"))
    rows = walked(recording)
    assert rows.shape[1] == 7
    assert np.isfinite(rows).all()
    assert rate_hz(rows) == pytest.approx(104, rel=0.001)
