"""Bad input: one clear sentence with advice, never a traceback, never an answer made of nothing."""

import gzip
import tracemalloc
import zipfile

import numpy as np
import pytest
from tables import HEADER, G, csv_text, on_grid, rolling, write

from sensorcoach.errors import InputError
from sensorcoach.importers import open_recording, recording_of_arrays

TABLE = rolling()


def refused(path, *words, **how):
    with pytest.raises(InputError) as caught:
        on_grid(path, **how)
    for word in words:
        assert word in str(caught.value)
    assert caught.value.message.endswith(".")
    assert caught.value.advice.endswith(".")
    assert "\n" not in str(caught.value)
    return caught.value


def test_no_file_a_folder_an_empty_file(tmp_path):
    refused(tmp_path / "nowhere.csv", "does not exist")
    refused(tmp_path, "folder")
    refused(write(tmp_path / "a", ""), "empty")
    refused(write(tmp_path / "b", "\n\n  \n"), "blank")
    refused(write(tmp_path / "c", HEADER + "\n"), "no rows")
    refused(write(tmp_path / "d", gzip.compress(b"")), "empty")
    refused(write(tmp_path / "e", b"\xef\xbb\xbf"), "empty")


def test_text_that_is_no_table_names_the_line(tmp_path):
    refused(write(tmp_path / "a", "\nDear diary,\ntoday I moved.\n"), "line 2", "Dear diary")
    refused(write(tmp_path / "b", "a,b,c\n1,2,3\n4,5,6\n"), "line 2", "3 columns and no header")
    rows = "\n".join("1.0,left,right,up" for _ in range(50))
    refused(write(tmp_path / "c", f"t_s,ax_g,ay_g,az_g\n{rows}"), "line 2", "left")


def test_mostly_broken_lines_are_refused_also_late_in_the_file(tmp_path):
    lines = csv_text(TABLE, HEADER).splitlines()
    refused(write(tmp_path / "a", "\n".join([*lines[:400], *["x,y"] * 900])), "line 401", "900 of 1299")
    big = csv_text(rolling(200), HEADER) + "-- end --\n" * 25_000
    refused(write(tmp_path / "b", big), "line 20002", "25000 of 45000")


@pytest.mark.parametrize(
    "junk", [bytes(range(256)) * 50, b"\x89PNG\r\n\x1a\n" + bytes(5000) + b"IEND", b"MATLAB 5.0 MAT-file\0" * 99]
)
def test_binary_junk_is_refused(tmp_path, junk):
    refused(write(tmp_path / "a.csv", junk), "not text")


def test_a_file_cut_off_by_a_power_loss_gives_what_is_there(tmp_path):
    path = write(tmp_path / "a.csv", csv_text(TABLE, HEADER).encode()[:-30] + bytes(3000))
    t_s, _ = on_grid(path)
    np.testing.assert_allclose(t_s, TABLE[:-1, 0], atol=1e-9)
    recording = open_recording(path)
    list(recording.items)
    assert any("3000 zero bytes" in notice for notice in recording.notices)
    assert any("1 of 2000 lines" in notice for notice in recording.notices)


def test_spreadsheets_are_refused_with_advice(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("sheet.xml", "<x/>")
    assert "CSV" in refused(tmp_path / "a.xlsx", "spreadsheet").advice


def test_a_line_without_end_is_refused_early(tmp_path):
    refused(write(tmp_path / "a", "1," * 2_000_000), "longer than 1 MB")


@pytest.mark.parametrize("header", [HEADER, "t_s,ax,ay,az,gx,gy,gz", "t_s,ax_g,ay_g,az_g,gx_dps,gy_dps,gz_dps"])
def test_acceleration_without_gravity_is_refused(tmp_path, header):
    linear = TABLE.copy()
    shaking = 3 * np.sin(2 * np.pi * 1.7 * TABLE[:, :1] + [[0, 1, 2]])
    for scale in (0.02, 0.3, 1.0):
        linear[:, 1:4] = scale * shaking + (TABLE[:, 1:4] - TABLE[:, 1:4].mean(axis=0)) * 0.001
        refused(write(tmp_path / "a", csv_text(linear, header, digits=7)), "no gravity")


def test_acceleration_named_linear_is_refused_by_name(tmp_path):
    names = "Time (s),Linear Acceleration x (m/s^2),Linear Acceleration y (m/s^2),Linear Acceleration z (m/s^2)"
    refused(write(tmp_path / "a", csv_text(TABLE[:, :4], names)), "without gravity", "Linear Acceleration x")
    refused(write(tmp_path / "b", csv_text(TABLE[:, [0, 4, 5, 6]], "t_s,gx_dps,gy_dps,gz_dps")), "no acceleration")


def test_numbers_in_no_unit_are_refused(tmp_path):
    counts = TABLE * ([1] + [2048 / G] * 3 + [1] * 3)
    refused(write(tmp_path / "a", csv_text(counts, "t_s,ax,ay,az,gx,gy,gz")), "reads 2.0", "expected 1 (g) or 9.8")
    path = write(tmp_path / "b", csv_text(TABLE, HEADER))
    refused(path, "expected 1 (g)", unit="g")
    refused(path, "unknown", unit="furlongs")


@pytest.mark.parametrize("column", range(1, 7))
def test_a_column_that_never_changes_is_refused(tmp_path, column):
    name = HEADER.split(",")[column]
    for value in (0.0, 0.3):
        table = TABLE.copy()
        table[:, column] = value
        error = refused(write(tmp_path / "a", csv_text(table, HEADER)), repr(name), f"{value:g} in all 2000 rows")
    assert ("accelerometer alone" in error.advice) == (column > 3)
    # ... also where only the whole file shows it
    table = rolling(250)
    table[:, column] = table[0, column]
    refused(write(tmp_path / "b", csv_text(table, HEADER)), repr(name), "in all 25000 rows")


@pytest.mark.parametrize("column", range(1, 7))
def test_a_column_without_numbers_is_refused(tmp_path, column):
    name = HEADER.split(",")[column]
    table = TABLE.copy()
    table[:, column] = np.nan
    refused(write(tmp_path / "a", csv_text(table, HEADER)), repr(name), "no number")


def test_a_table_with_holes_everywhere_is_refused(tmp_path):
    table = TABLE.copy()
    table[::2, 1] = np.nan
    table[1::2, 2] = np.nan
    refused(write(tmp_path / "a", csv_text(table, HEADER)), "0 complete rows")


@pytest.mark.parametrize("rate_hz", [5.5, 12.5, 17.0])
def test_a_slow_recording_is_refused_with_its_rate(tmp_path, rate_hz):
    refused(write(tmp_path / "a", csv_text(rolling(60, rate_hz), HEADER)), f"{rate_hz:.3g} samples a second", "18")


def test_eighteen_hertz_is_enough(tmp_path):
    table = np.round(rolling(60, 18.0), 3)
    t_s, _ = on_grid(write(tmp_path / "a", csv_text(table, HEADER)))
    assert len(t_s) == 1080


@pytest.mark.parametrize("seconds", [20, 250])
def test_time_that_goes_back_by_more_than_a_sample_is_refused_with_its_line(tmp_path, seconds):
    table = rolling(seconds)
    table[-100:, 0] -= 0.503
    refused(write(tmp_path / "a", csv_text(table, HEADER)), f"line {len(table) - 98}", "goes back by 0.493 s")


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (np.arange(2000) // 100, ("too coarse", "rate=100")),
        (np.zeros(2000), ("does not move",)),
        (np.arange(2000) * 0.5, ("no unit", "t_ms")),
        (np.arange(1.0, 2001.0), ("counts rows", "rate=100")),
    ],
)
def test_useless_times_are_refused_with_a_way_out(tmp_path, times, words):
    table = TABLE.copy()
    table[:, 0] = times
    refused(write(tmp_path / "a", csv_text(table, HEADER.replace("t_s", "time"))), *words)


def test_no_time_column_is_refused_with_a_way_out(tmp_path):
    refused(write(tmp_path / "a", csv_text(TABLE[:, 1:], HEADER.removeprefix("t_s,"))), "no time column", "rate=100")
    empty = "\n".join([HEADER, *("," + line.split(",", 1)[1] for line in csv_text(TABLE, "").splitlines())])
    refused(write(tmp_path / "b", empty), "'t_s' is empty")


def test_too_many_columns_without_names_are_refused(tmp_path):
    refused(write(tmp_path / "a", csv_text(TABLE, "")), "7 columns and no header", "--columns")


def test_decimal_commas_between_commas_are_refused(tmp_path):
    refused(write(tmp_path / "a", csv_text(TABLE, HEADER, decimal=",")), "14 values", "7 columns")


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("t=t_s,ax=nope,ay=ay_mps2,az=az_mps2", "'nope'"),
        ("t=t_s,ax=ax_mps2", "acceleration"),
        ("speed=t_s", "'speed'"),
        ("t=,ax=b", "'t='"),
        ("rate=fast", "fast"),
        ("foo,bar", "foo,bar"),
        ("t=1,ax=2,ay=3,az=19", "column 19"),
    ],
)
def test_columns_that_are_not_there_are_refused(tmp_path, columns, words):
    refused(write(tmp_path / "a", csv_text(TABLE, HEADER)), words, columns=columns)


def test_arrays_are_checked_like_files():
    t_s, acc, gyr = TABLE[:, 0], TABLE[:, 1:4], TABLE[:, 4:]
    for arrays, words in (
        ((t_s, acc[:, :2], None), "shapes"),
        ((t_s[:-1], acc, gyr), "shapes"),
        ((t_s, acc, gyr[:, 0]), "shapes"),
        ((t_s[:0], acc[:0], None), "shapes"),
        ((t_s, acc / G, None), "expected gravity"),
        ((t_s[::-1], acc, None), "goes back"),
        ((t_s * 0, acc, None), "different times"),
        ((t_s, np.array([["x"] * 3] * len(t_s)), None), "not numbers"),
    ):
        with pytest.raises(InputError, match=words):
            recording_of_arrays(*arrays)
    assert len(list(recording_of_arrays(t_s, acc, gyr).items)) == 1


def test_a_long_file_needs_no_more_memory_than_a_short_one(tmp_path):
    path = tmp_path / "long.csv"
    values = [line.split(b",", 1)[1] for line in csv_text(rolling(400), "").encode().splitlines(keepends=True)]
    with path.open("wb") as file:
        file.write(HEADER.encode() + b"\n")
        for part in range(8):
            file.write(b"".join(b"%.2f,%s" % (part * 400 + n / 100, line) for n, line in enumerate(values)))
    tracemalloc.start()
    try:
        recording = open_recording(path)
        rows = sum(len(item.payload) // 56 for item in recording.items)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert rows == 8 * 40_000
    assert path.stat().st_size > 16e6
    assert peak < 12e6
