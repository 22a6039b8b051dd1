"""phyphox and Sensor Logger, as a folder and as a zip. Truth: a movement known at any instant."""

import gzip

import numpy as np
import pytest
from app_files import (
    EPOCH_S,
    G,
    acc_at,
    assert_moves_like_the_leg,
    gyr_at,
    in_folder,
    in_zip,
    phyphox,
    said,
    sensor_logger,
    table,
    times,
    walked,
)

from sensorcoach import analyze
from sensorcoach.errors import InputError
from sensorcoach.importers import grouped, open_recording, open_recordings

ACC_S, GYR_S = times(100), times(104, first_s=0.0312)


def refused(path, *words):
    with pytest.raises(InputError) as caught:
        walked(open_recording(path))
    for word in words:
        assert word in str(caught.value)
    assert caught.value.advice.endswith(".")


@pytest.mark.parametrize(("separator", "decimal"), [(",", "."), (";", "."), ("\t", "."), (";", ","), ("\t", ",")])
def test_phyphox_in_each_form_it_exports(tmp_path, separator, decimal):
    files = phyphox(ACC_S, GYR_S, separator, decimal)
    recording = open_recording(in_folder(tmp_path / "a", files))
    rows = walked(recording)
    assert rows.shape[1] == 7
    assert len(rows) > 1980
    assert_moves_like_the_leg(rows)
    assert recording.start == "2026-03-01T09:30:00.000+00:00"
    assert recording.sensor["kind"] == "phyphox"
    zipped = open_recording(in_zip(tmp_path / "some.file", files))
    np.testing.assert_array_equal(walked(zipped), rows)
    assert zipped.notices == recording.notices


def test_the_accelerometer_alone_and_with_others(tmp_path):
    files = phyphox(ACC_S, None)
    rows = walked(open_recording(in_folder(tmp_path / "a", files)))
    np.testing.assert_allclose(rows, np.column_stack([ACC_S, acc_at(ACC_S)]), rtol=1e-8, atol=1e-8)
    names = ",".join(f'"Linear Acceleration {axis} (m/s^2)"' for axis in "xyz")
    files["Linear Acceleration.csv"] = table(f'"Time (s)",{names}', ACC_S, *np.zeros((3, len(ACC_S))))
    files["Location.csv"] = table('"Time (s)","Latitude (°)","Longitude (°)"', ACC_S, ACC_S, ACC_S)
    np.testing.assert_array_equal(walked(open_recording(in_folder(tmp_path / "b", files))), rows)


def test_a_pause_of_the_experiment_is_a_gap(tmp_path):
    def at(t_s):
        """The experiment's clock stood still at 8 s for 5 s."""
        return np.where(np.asarray(t_s) > 8, np.asarray(t_s) + 5, t_s)

    events = [("START", 0.0, EPOCH_S), ("PAUSE", 8.0, EPOCH_S + 8), ("START", 8.0, EPOCH_S + 13),
              ("PAUSE", 20.0, EPOCH_S + 25)]  # fmt: skip
    path = in_folder(tmp_path, phyphox(ACC_S + 0.005, GYR_S, events=events, at=at))
    rows = walked(open_recording(path))
    steps = np.diff(rows[:, 0])
    assert steps.max() == pytest.approx(5.01)
    assert (steps > 0.011).sum() == 1
    assert_moves_like_the_leg(rows[np.isfinite(rows).all(axis=1)])
    assert np.isnan(rows).any(axis=1).sum() <= 2  # nothing is drawn across the pause
    assert [round(gap.end_s - gap.start_s) for gap in analyze(path).gaps] == [5]


def test_folder_and_zip_count_alike(tmp_path):
    files = phyphox(times(100, 40), times(104, 40))
    one, other = analyze(in_folder(tmp_path / "a", files)), analyze(in_zip(tmp_path / "b", files, inside="My run/"))
    assert [rep.range_deg for rep in one.reps] == [rep.range_deg for rep in other.reps]
    assert len(one.reps) >= 4


def test_no_gravity_is_refused_with_what_to_export(tmp_path):
    names = ",".join(f'"Linear Acceleration {axis} (m/s^2)"' for axis in "xyz")
    linear = table(f'"Time (s)",{names}', ACC_S, *gyr_at(ACC_S).T)
    files = {name: text for name, text in phyphox(ACC_S, GYR_S).items() if name != "Accelerometer.csv"}
    refused(in_folder(tmp_path / "a", files), "no acceleration", "Gyroscope.csv")
    refused(in_folder(tmp_path / "b", files | {"Raw Data.csv": linear}), "without gravity", "acceleration with g")
    refused(in_zip(tmp_path / "c", {"Raw Data.csv": linear}), "without gravity")


def test_tables_that_a_spreadsheet_saved_are_refused(tmp_path):
    files = phyphox(ACC_S, GYR_S, ";")
    lines = files["Accelerometer.csv"].splitlines()
    dates = [lines[0], *(f"{number}. Mrz;9.81;01. Apr;2. Mai" for number in range(1, 900))]
    refused(in_folder(tmp_path / "a", files | {"Accelerometer.csv": "\n".join(dates)}), "spreadsheet")
    thousands = [lines[0], *(f"{n * 1000000:,};-312,345,678;{n % 7},754,000,000;538,123,456" for n in range(1, 900))]
    refused(in_folder(tmp_path / "b", files | {"Accelerometer.csv": "\n".join(thousands)}), "spreadsheet")


def android(**more):
    t_s = times(56.4)
    linear = 0.01 * gyr_at(t_s)
    return sensor_logger(
        TotalAcceleration=(t_s, acc_at(t_s)), Accelerometer=(t_s, linear), Gyroscope=(GYR_S, gyr_at(GYR_S)), **more
    )


def test_sensor_logger_on_android(tmp_path):
    recording = open_recording(in_folder(tmp_path / "a", android()))
    rows = walked(recording)
    assert_moves_like_the_leg(rows)
    assert recording.sensor["parts"] == ["TotalAcceleration.csv", "Gyroscope.csv"]
    assert recording.start == "2026-03-01T09:30:00.000000+00:00"
    np.testing.assert_array_equal(walked(open_recording(in_zip(tmp_path / "b.pdf", android()))), rows)


@pytest.mark.parametrize(("platform", "standard", "sign"), [("ios", "false", -1), ("ios", "true", 1), ("IOS", "", -1)])
def test_sensor_logger_on_ios_adds_gravity_and_minds_the_sign(tmp_path, platform, standard, sign):
    t_s, gravity_s = times(100), times(100, first_s=0.004)
    linear = np.stack([0.3 * np.sin(9 * t_s), 0 * t_s, 0 * t_s], axis=1)
    files = sensor_logger(
        platform,
        standard,
        Accelerometer=(t_s, sign * linear),
        Gravity=(gravity_s, sign * acc_at(gravity_s)),
        Gyroscope=(GYR_S, gyr_at(GYR_S)),
    )
    recording = open_recording(in_folder(tmp_path, files))
    rows = walked(recording)
    rows[:, 1] -= 0.3 * np.sin(9 * rows[:, 0])
    assert_moves_like_the_leg(rows)
    assert said(recording, "sum")
    assert said(recording, "opposite sign") == (sign < 0)


def test_uncalibrated_streams_serve_where_there_are_no_others(tmp_path):
    t_s = times(100)
    raw = {"AccelerometerUncalibrated": (t_s, acc_at(t_s)), "GyroscopeUncalibrated": (GYR_S, gyr_at(GYR_S))}
    assert_moves_like_the_leg(walked(open_recording(in_folder(tmp_path / "a", sensor_logger(**raw)))))
    recording = open_recording(in_folder(tmp_path / "b", android(**raw)))
    assert recording.sensor["parts"] == ["TotalAcceleration.csv", "Gyroscope.csv"]
    in_g = sensor_logger("ios", AccelerometerUncalibrated=(t_s, -acc_at(t_s) / G))
    assert_moves_like_the_leg(walked(open_recording(in_folder(tmp_path / "c", in_g))))


def test_sensor_logger_without_gravity_is_refused(tmp_path):
    t_s = times(100)
    files = sensor_logger(Accelerometer=(t_s, 0.1 * gyr_at(t_s)), Gyroscope=(GYR_S, gyr_at(GYR_S)))
    refused(in_folder(tmp_path, files), "without gravity (Accelerometer.csv)", "total acceleration")


def test_loose_files_of_one_folder_are_grouped(tmp_path):
    one, other = in_folder(tmp_path / "a", android()), in_folder(tmp_path / "b", phyphox(ACC_S, GYR_S))
    paths = [one / "Gyroscope.csv", other / "Accelerometer.csv", one / "TotalAcceleration.csv", other / "Gyroscope.csv"]
    assert grouped(paths) == [[paths[0], paths[2]], [paths[1], paths[3]]]
    for files, recording in open_recordings(paths):
        assert len(files) == 2
        assert_moves_like_the_leg(walked(recording))
    mixed = [one / "Gyroscope.csv", other / "Accelerometer.csv", tmp_path / "nowhere", one]
    assert grouped(mixed) == [[path] for path in mixed]


def test_a_file_that_is_named_alone_is_read_alone(tmp_path):
    folder = in_folder(tmp_path, phyphox(ACC_S, GYR_S))
    assert walked(open_recording(folder / "Accelerometer.csv")).shape[1] == 4


def test_several_recordings_in_one_folder_are_refused(tmp_path):
    for name in ("a", "b"):
        in_folder(tmp_path / name, phyphox(ACC_S, GYR_S))
    refused(tmp_path, "several recordings")
    in_folder(tmp_path / "c", android())
    refused(tmp_path, "several apps")


def test_gzipped_members_and_what_systems_hide(tmp_path):
    files = phyphox(ACC_S, GYR_S)
    rows = walked(open_recording(in_folder(tmp_path / "a", files)))
    files["__MACOSX/._Accelerometer.csv"] = "\0\5\26\7"
    files[".DS_Store"] = "\0\0\0\1Bud1"
    files["Accelerometer.csv"] = gzip.compress(files["Accelerometer.csv"].encode())
    np.testing.assert_array_equal(walked(open_recording(in_zip(tmp_path / "b", files))), rows)


def test_sensor_logger_files_that_somebody_renamed_are_told_by_physics(tmp_path):
    rng = np.random.default_rng(3)
    t_s = times(60, 30)
    acc = acc_at(t_s) + rng.normal(0, 0.05, (len(t_s), 3))
    field = 48 * np.stack([np.cos(0.2 * t_s), np.sin(0.2 * t_s), 0.3 * np.sin(t_s)], axis=1)
    streams = {
        "TotalAcceleration": (t_s, acc),
        "Accelerometer": (t_s, 0.1 * rng.normal(0, 1, (len(t_s), 3))),
        "Gyroscope": (t_s + 0.004, gyr_at(t_s + 0.004)),
        "Magnetometer": (t_s, field),
    }
    files = sensor_logger(**streams)
    rows = walked(open_recording(in_folder(tmp_path / "a", files)))
    for order in (("one", "two", "three", "four"), ("4", "3", "2", "1")):
        renamed = {f"{new}.txt": files[f"{name}.csv"] for new, name in zip(order, streams, strict=True)}
        np.testing.assert_array_equal(walked(open_recording(in_zip(tmp_path / order[0], renamed))), rows)
    turned_off = {name: text for name, text in files.items() if name not in ("Accelerometer.csv", "Magnetometer.csv")}
    names = dict(zip(turned_off, "abcd", strict=True))
    pair = in_folder(tmp_path / "pair", {names[name]: text for name, text in turned_off.items()})
    np.testing.assert_array_equal(walked(open_recording(pair)), rows)
