"""Real files of phones, loggers and sensor tools, made by others. Truth: the standard library's readers."""

import csv
import zipfile
from datetime import datetime

import numpy as np
import pytest
from tables import on_grid, read

from sensorcoach.errors import InputError
from sensorcoach.importers import grouped

EXPORTS = "exports"


@pytest.mark.parametrize("subject", ["01", "07", "10"])
def test_accelerometer_logger_as_the_standard_library_reads_it(shared_data, subject):
    path = shared_data(f"mex/data/{subject}/01_act_1.csv")
    with path.open(newline="") as file:
        lines = list(csv.reader(file))
    stamps = [datetime.fromisoformat(line[0]) for line in lines]
    expected = [[(stamp - stamps[0]).total_seconds()] + [float(v) * 9.80665 for v in line[1:]]
                for stamp, line in zip(stamps, lines, strict=True)]  # fmt: skip
    rows, recording = read(path)
    np.testing.assert_allclose(rows, expected, rtol=1e-12, atol=1e-9)
    assert recording.start == stamps[0].isoformat(timespec="microseconds")


def test_every_file_of_the_loggers_is_whole_and_even(shared_data):
    for path in sorted(shared_data("mex/data").glob("*/*.csv")):
        t_s, timeline = on_grid(path)
        assert len(t_s) == timeline.counts.received
        assert 102 < timeline.rate_hz < 104  # nominally 100; the data notes say 103
        assert timeline.counts.gaps == []


def test_phone_apps_and_their_order_of_columns(shared_data):
    path = shared_data(f"{EXPORTS}/phyphox/Accelerometer.csv")
    rows, recording = read(path)
    with path.open(newline="") as file:
        lines = list(csv.reader(file, delimiter=";"))[1:]
    np.testing.assert_allclose(rows, [[float(v) for v in line] for line in lines], rtol=1e-12)
    assert recording.notices == []

    path = shared_data(f"{EXPORTS}/sensorlogger/TotalAcceleration.csv")
    rows, _ = read(path)
    with path.open(newline="") as file:
        lines = list(csv.DictReader(file))
    np.testing.assert_allclose(
        rows, [[float(line[name]) for name in ("seconds_elapsed", "x", "y", "z")] for line in lines], rtol=1e-12
    )


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("phyphox-broken/Accelerometer.csv", "at rest the acceleration reads"),
        ("phyphox-linear/data/*/Raw Data.csv", "without gravity"),
        ("xsens-dot/Original*/Pelvis*.csv", "without gravity.*FreeAcc_X"),
        ("xsens-dot/OpenSense*/MT*.txt", "time column .* is empty"),
        ("sensorlogger/Accelerometer.csv", "no gravity"),
        ("sensorlogger/Gyroscope.csv", "no gravity"),
        ("sensorlogger/Annotation.csv", "is empty"),
        ("sensorlogger/Metadata.csv", "neither a header"),
        ("phyphox/Gyroscope.csv", "turning rate .* no acceleration"),
        ("phyphox/meta/time.csv", "neither a header"),
        ("phyphox-linear", "without gravity"),
        ("phyphox-broken", "at rest the acceleration reads .* spreadsheet"),
        ("xsens-dot/Original*", "without gravity"),
        ("xsens-dot", "no raw acceleration"),
        ("metamotion", "several recordings"),
        ("bwt901cl", "several sensors .1, 2..* --sensor 1"),
        ("../exports", "several apps"),
        ("bwt901cl/csv/sample/*.csv", "several sensors .1, 2..* --sensor 1"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(shared_data, pattern, words):
    paths = sorted(shared_data(EXPORTS).glob(pattern))
    assert paths
    for path in paths:
        with pytest.raises(InputError, match=words):
            on_grid(path)


def test_a_sensor_that_is_named_is_read(shared_data):
    for path in shared_data(EXPORTS).glob("bwt901cl/csv/sample/*.csv"):
        with pytest.raises(InputError, match=r"9\.\d+ samples a second"):
            on_grid(path, sensor="1")


def test_a_table_that_counts_rows_is_read_with_its_rate(shared_data):
    path = shared_data("uci-pt/s1/e3/u3/test.txt")
    with pytest.raises(InputError, match="rate=100"):
        on_grid(path)
    t_s, timeline = on_grid(
        path, columns="rate=25,ax=acc_x,ay=acc_y,az=acc_z,gx_radps=gyr_x,gy_radps=gyr_y,gz_radps=gyr_z"
    )
    assert timeline.rate_hz == pytest.approx(25)
    assert len(t_s) == len(path.read_text().splitlines()) - 1


def columns(path, separator=","):
    """A table as the standard library reads it: one array of numbers a column name."""
    with path.open(newline="") as file:
        lines = list(csv.reader(file, delimiter=separator))
    return {name: np.array([float(row[place]) for row in lines[1:]])
            for place, name in enumerate(lines[0]) if "time (" not in name}  # fmt: skip


def as_zip(folder, archive):
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(folder.rglob("*")):
            packed.write(file, f"My recording/{file.relative_to(folder)}")
    return archive


@pytest.mark.parametrize("app", ["phyphox", "sensorlogger"])
def test_a_phone_apps_folder_and_its_zip_are_one_recording(shared_data, tmp_path, app):
    folder = shared_data(f"{EXPORTS}/{app}")
    rows, recording = read(folder)
    zipped, from_zip = read(as_zip(folder, tmp_path / "recording.bin"))
    np.testing.assert_array_equal(rows, zipped)
    assert recording.start == from_zip.start
    assert recording.notices == from_zip.notices
    if app == "phyphox":
        acc, gyr = (columns(folder / f"{name}.csv", ";") for name in ("Accelerometer", "Gyroscope"))
        time, acc_names = "Time (s)", [f"Acceleration {axis} (m/s^2)" for axis in "xyz"]
        gyr_names = [f"Gyroscope {axis} (rad/s)" for axis in "xyz"]
        assert recording.start == "2024-05-07T18:29:33.304+02:00"  # meta/time.csv
    else:
        acc, gyr = (columns(folder / f"{name}.csv") for name in ("TotalAcceleration", "Gyroscope"))
        time, acc_names, gyr_names = "seconds_elapsed", ["x", "y", "z"], ["x", "y", "z"]
        # Metadata.csv: recording epoch time 1713800420922 ms
        assert abs(datetime.fromisoformat(recording.start).timestamp() - 1713800420.922) < 0.001
    both = (acc[time] >= gyr[time][0]) & (acc[time] <= gyr[time][-1])
    np.testing.assert_allclose(rows[:, 0], acc[time][both], rtol=1e-12)
    np.testing.assert_allclose(rows[:, 1:4], np.stack([acc[name][both] for name in acc_names], axis=1), rtol=1e-12)
    for place, name in enumerate(gyr_names):
        np.testing.assert_allclose(rows[:, 4 + place], np.interp(acc[time][both], gyr[time], gyr[name]), atol=1e-9)


def test_a_pair_of_files_is_one_recording_from_either_end(shared_data):
    folder = shared_data(f"{EXPORTS}/metamotion/data/raw/MetaMotion")
    for acc_path in sorted(folder.glob("*Accelerometer*")):
        gyr_path = next(folder.glob(acc_path.name.split("_Accelerometer")[0] + "_Gyroscope*"))
        rows, recording = read(acc_path)
        assert any(gyr_path.name in notice for notice in recording.notices)
        np.testing.assert_array_equal(read(gyr_path)[0], rows)
        assert grouped([acc_path, gyr_path]) == [[acc_path, gyr_path]]
        if acc_path.name.startswith("A-rest-standing"):
            assert rows.shape[1] == 4  # the two do not turn alike, at any offset of their clocks
            assert any("does not turn as gravity does" in notice for notice in recording.notices)
            continue
        acc, gyr = columns(acc_path), columns(gyr_path)
        zero_ms = round(datetime.fromisoformat(recording.start).timestamp() * 1e3)
        acc_s, gyr_s = (acc["epoch (ms)"] - zero_ms) / 1e3, (gyr["epoch (ms)"] - zero_ms) / 1e3
        whole = np.isfinite(rows[:, 1])
        for place, axis in enumerate("xyz"):
            turning = np.interp(rows[:, 0], gyr_s, gyr[f"{axis}-axis (deg/s)"])
            np.testing.assert_allclose(rows[:, 4 + place], np.deg2rad(turning), atol=1e-4)
            pulled = np.interp(rows[whole, 0], acc_s, acc[f"{axis}-axis (g)"])
            np.testing.assert_allclose(rows[whole, 1 + place] / 9.80665, pulled, atol=1e-4)
        assert 24.9 < on_grid(acc_path)[1].rate_hz < 25.1


def test_all_pairs_of_a_folder_are_told_apart(shared_data):
    paths = sorted(shared_data(f"{EXPORTS}/metamotion/data/raw/MetaMotion").glob("*.csv"))
    groups = grouped(sorted(paths, key=lambda path: path.name[::-1]))
    assert [len(group) for group in groups] == [2] * (len(paths) // 2)
    assert all(len({path.name.split("_C42732BE255C_")[0] for path in group}) == 1 for group in groups)


def test_half_a_pair_alone_is_refused(shared_data, tmp_path):
    for path in shared_data(f"{EXPORTS}/metamotion/data/raw/MetaMotion").glob("A-rest-standing*"):
        alone = tmp_path / path.name[:90] / "a.csv"
        alone.parent.mkdir()
        alone.write_bytes(path.read_bytes())
        with pytest.raises(InputError, match=r"12\.5 samples a second|no acceleration"):
            on_grid(alone)


def test_renamed_files_of_a_phone_app_are_told_by_physics(shared_data, tmp_path):
    folder = shared_data(f"{EXPORTS}/sensorlogger")
    for number, file in enumerate(sorted(folder.iterdir())):
        (tmp_path / f"{number}").write_bytes(file.read_bytes())
    np.testing.assert_array_equal(read(tmp_path)[0], read(folder)[0])
