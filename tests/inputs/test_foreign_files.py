"""Real files of phones, loggers and sensor tools, made by others. Truth: the standard library's readers."""

import csv
from datetime import datetime

import numpy as np
import pytest
from tables import on_grid, read

from sensorcoach.errors import InputError

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
        ("metamotion/data/raw/MetaMotion/A-rest-standing*Accel*.csv", r"12\.5 samples a second"),
        ("metamotion/data/raw/MetaMotion/A-rest-standing*Gyro*.csv", "no acceleration"),
        ("bwt901cl/csv/sample/*.csv", r"9\.\d+ samples a second"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(shared_data, pattern, words):
    paths = sorted(shared_data(EXPORTS).glob(pattern))
    assert paths
    for path in paths:
        with pytest.raises(InputError, match=words):
            on_grid(path)


def test_a_table_that_counts_rows_is_read_with_its_rate(shared_data):
    path = shared_data("uci-pt/s1/e3/u3/test.txt")
    with pytest.raises(InputError, match="rate=100"):
        on_grid(path)
    t_s, timeline = on_grid(
        path, columns="rate=25,ax=acc_x,ay=acc_y,az=acc_z,gx_radps=gyr_x,gy_radps=gyr_y,gz_radps=gyr_z"
    )
    assert timeline.rate_hz == pytest.approx(25)
    assert len(t_s) == len(path.read_text().splitlines()) - 1
