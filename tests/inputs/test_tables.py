"""Tables as people and apps write them. Truth: the numbers the text was made of."""

import gzip
from datetime import datetime, timedelta

import numpy as np
import pytest
from tables import HEADER, G, csv_text, on_grid, read, rolling, write

TABLE = rolling()


def said(recording, *words):
    return any(all(word in notice for word in words) for notice in recording.notices)


def test_the_documented_form_is_read_number_by_number_without_a_word(tmp_path):
    rows, recording = read(write(tmp_path / "a.csv", csv_text(TABLE, HEADER)))
    np.testing.assert_array_equal(rows, TABLE)
    assert recording.notices == []
    assert recording.start is None
    assert recording.profile == "samples"


@pytest.mark.parametrize(
    ("header", "factor"),
    [
        ("T_MS,AX_MPS2,AY_MPS2,AZ_MPS2,GX_RADPS,GY_RADPS,GZ_RADPS", 1e3),
        ("t_us,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps", 1e6),
        ("t_ns,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps", 1e9),
        ("timestamp,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps", 1.0),
        ("timestamp,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps", 1e3),
        ("Time (s),Acc X (m/s²),Acc Y (m/s²),Acc Z (m/s²),Gyr X (rad/s),Gyr Y (rad/s),Gyr Z (rad/s)", 1.0),
        ("seconds_elapsed,acc_x,acc_y,acc_z,gyro_x,gyro_y,gyro_z", 1.0),
        ('"time [ms]","accel.x","accel.y","accel.z","gyroscope x","gyroscope y","gyroscope z"', 1e3),
        ("# t_s,ax,ay,az,wx,wy,wz", 1.0),
        ("sep=,\nDeviceTag:,Yao\n\nTime,AccelerometerX,AccelerometerY,AccelerometerZ,GyroX,GyroY,GyroZ", 1.0),
    ],
)
def test_names_and_time_units(tmp_path, header, factor):
    table = TABLE * [factor, 1, 1, 1, 1, 1, 1]
    rows, _ = read(write(tmp_path / "a.csv", csv_text(table, header)))
    np.testing.assert_allclose(rows, TABLE, rtol=1e-12, atol=1e-12)


def test_g_and_degrees_named_in_the_header(tmp_path):
    table = TABLE / [1, G, G, G, np.pi / 180, np.pi / 180, np.pi / 180]
    text = csv_text(table, "t_s,ax_g,ay_g,az_g,gx_dps,gy_dps,gz_dps", digits=9)
    rows, recording = read(write(tmp_path / "a.csv", text))
    np.testing.assert_allclose(rows, TABLE, atol=1e-7)
    assert recording.notices == []


@pytest.mark.parametrize(("scale", "word"), [(1.0, "m/s²"), (1 / G, " g"), (1000 / G, " mg")])
@pytest.mark.parametrize(("gyr_scale", "gyr_word"), [(1.0, "rad/s"), (180 / np.pi, "°/s")])
def test_units_are_seen_from_physics_and_said(tmp_path, scale, word, gyr_scale, gyr_word):
    table = TABLE * ([1] + [scale] * 3 + [gyr_scale] * 3)
    rows, recording = read(write(tmp_path / "a.csv", csv_text(table, "t_s,ax,ay,az,gx,gy,gz", digits=9)))
    np.testing.assert_allclose(rows, TABLE, atol=1e-5)
    assert said(recording, "Acceleration", f"in{' ' + word.strip()}", "at rest")
    assert said(recording, "Turning rate", gyr_word)


def test_a_header_that_names_the_wrong_unit_is_corrected_and_that_is_said(tmp_path):
    table = TABLE[:, :4] / [1, G, G, G]
    rows, recording = read(write(tmp_path / "a.csv", csv_text(table, "t_s,ax_mps2,ay_mps2,az_mps2", digits=9)))
    np.testing.assert_allclose(rows, TABLE[:, :4], atol=1e-6)
    assert said(recording, "in g", "although the header says m/s²")


def test_missing_gyroscope_columns_are_fine(tmp_path):
    rows, recording = read(write(tmp_path / "a.csv", csv_text(TABLE[:, :4], "t_s,ax_mps2,ay_mps2,az_mps2")))
    np.testing.assert_array_equal(rows, TABLE[:, :4])
    assert recording.sensor["gyroscope"] is False


def test_columns_in_any_order_among_others(tmp_path):
    other = np.random.default_rng(0).normal(size=(len(TABLE), 3))
    table = np.column_stack([other[:, 0], TABLE[:, [3, 2, 1]], other[:, 1:], TABLE[:, [0]]])
    text = csv_text(table, "mag_x,acc_z,acc_y,acc_x,linear_acceleration_x,temp,time_s")
    rows, _ = read(write(tmp_path / "a.csv", text))
    np.testing.assert_array_equal(rows, TABLE[:, :4])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_separators_line_ends_and_marks(tmp_path, separator, end, bom):
    text = csv_text(TABLE, HEADER.replace(",", separator), separator, end=end)
    rows, _ = read(write(tmp_path / "a.csv", bom + text.encode()))
    np.testing.assert_array_equal(rows, TABLE)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_decimal_commas(tmp_path, separator):
    rows, _ = read(write(tmp_path / "a.csv", csv_text(TABLE, HEADER.replace(",", separator), separator, decimal=",")))
    np.testing.assert_array_equal(rows, TABLE)


def test_decimal_commas_in_quotes_between_commas(tmp_path):
    lines = [",".join(f'"{value:.4f}"'.replace(".", ",") for value in row) for row in TABLE]
    rows, _ = read(write(tmp_path / "a.csv", HEADER + "\n" + "\n".join(lines)))
    np.testing.assert_array_equal(rows, TABLE)


def test_numbers_as_programs_write_them(tmp_path):
    text = "t_s,ax_mps2,ay_mps2,az_mps2\n"
    for t_s, x, y, z in TABLE[:, :4]:
        text += f" {t_s:e} , {x:+.4f},{y:.4f}".replace("0.", ".") + f",{z:.4E}\n"
    rows, recording = read(write(tmp_path / "a.csv", text))
    np.testing.assert_allclose(rows, TABLE[:, :4], atol=1e-3)
    assert recording.notices == []


def test_an_old_windows_header_and_text_columns(tmp_path):
    lines = csv_text(TABLE, "").splitlines()
    text = "Zeit (s),Beschleunigung x (m/s²),Beschleunigung y (m/s²),Beschleunigung z (m/s²),a,b,c,Notiz\n"
    text += "\n".join(f"{line},gut" for line in lines)
    rows, _ = read(write(tmp_path / "a.csv", text, "cp1252"))
    np.testing.assert_array_equal(rows, TABLE[:, :4])


def test_gzipped_whatever_its_name(tmp_path):
    path = write(tmp_path / "a.csv", gzip.compress(csv_text(TABLE, HEADER).encode()))
    rows, _ = read(path)
    np.testing.assert_array_equal(rows, TABLE)


def test_comments_and_blank_lines_are_no_rows(tmp_path):
    lines = csv_text(TABLE, HEADER).splitlines()
    lines[500:500] = ["", "# the phone rang, 1, 2, 3, 4, 5", "  ", "// x"]
    lines = ["# exported today", "", *lines]
    rows, recording = read(write(tmp_path / "a.csv", "\n".join(lines)))
    np.testing.assert_array_equal(rows, TABLE)
    assert recording.notices == []


# --- stamps ---------------------------------------------------------------------------------------------------------

START = datetime(2018, 11, 8, 23, 59, 55, 500000)
HUNDREDTHS = [START + timedelta(milliseconds=10 * n) for n in range(len(TABLE))]


def stamped(stamps, scale=1 / G, header="", separator=","):
    lines = [separator.join([stamp, *(f"{v * scale:.6f}" for v in row)]) for stamp, row in zip(stamps, TABLE[:, 1:4])]  # noqa: B905
    return "\n".join([header, *lines] if header else lines) + "\n"


def test_the_form_of_accelerometer_loggers(tmp_path):
    stamps = [f"{stamp:%Y-%m-%d %H:%M:%S.%f}".removesuffix(".000000") for stamp in HUNDREDTHS]
    assert min(map(len, stamps)) == 19  # some have no fraction
    rows, recording = read(write(tmp_path / "a.csv", stamped(stamps)))
    np.testing.assert_allclose(rows[:, 0], TABLE[:, 0], atol=1e-9)
    np.testing.assert_allclose(rows[:, 1:], TABLE[:, 1:4], atol=1e-5)
    assert recording.start == "2018-11-08T23:59:55.500000"
    assert said(recording, "No header")
    assert said(recording, "in g")


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("%Y-%m-%dT%H:%M:%S.%f", "2018-11-08T23:59:55.500000"),
        ("%Y-%m-%dT%H:%M:%S.%fZ", "2018-11-08T23:59:55.500000Z"),
        ("%Y-%m-%dT%H:%M:%S.%f+02:00", "2018-11-08T23:59:55.500000+02:00"),
        ("%Y/%m/%d %H:%M:%S.%f", "2018-11-08T23:59:55.500000"),
        ("%d.%m.%Y %H:%M:%S.%f", "2018-11-08T23:59:55.500000"),
        ("%Y-%m-%d %H:%M:%S:%f", "2018-11-08T23:59:55.500000"),
        ("%Y-%m-%d %H:%M:%S.%f000", "2018-11-08T23:59:55.500000"),
        ("%H:%M:%S.%f", None),
    ],
)
def test_forms_of_stamps_across_midnight(tmp_path, form, start):
    stamps = [stamp.strftime(form) for stamp in HUNDREDTHS]
    rows, recording = read(write(tmp_path / "a.csv", stamped(stamps, header="timestamp,ax_g,ay_g,az_g")))
    np.testing.assert_allclose(rows[:, 0], TABLE[:, 0], atol=1e-9)
    assert recording.start == start


def test_the_clock_changes_in_the_night_and_no_time_is_lost(tmp_path):
    # Summer time ends: the stamps fall back an hour, their zone tells.
    stamps = [
        f"{stamp:%Y-%m-%dT%H:%M:%S.%f}+02:00" if n < 900 else f"{stamp - timedelta(hours=1):%Y-%m-%dT%H:%M:%S.%f}+01:00"
        for n, stamp in enumerate(HUNDREDTHS)
    ]
    rows, recording = read(write(tmp_path / "a.csv", stamped(stamps, header="time,ax_g,ay_g,az_g")))
    np.testing.assert_allclose(rows[:, 0], TABLE[:, 0], atol=1e-9)
    assert recording.start == "2018-11-08T23:59:55.500000+02:00"


def test_a_broken_stamp_is_one_broken_line(tmp_path):
    stamps = [f"{stamp:%Y-%m-%d %H:%M:%S.%f}" for stamp in HUNDREDTHS]
    stamps[700] = "2018-11-08 2"
    rows, recording = read(write(tmp_path / "a.csv", stamped(stamps)))
    np.testing.assert_allclose(rows[:, 0], np.delete(TABLE[:, 0], 700), atol=1e-9)
    assert said(recording, "1 of 2000 lines", "line 701")


def test_numeric_times_keep_their_own_zero(tmp_path):
    table = rolling(first_s=1713.04)
    rows, recording = read(write(tmp_path / "a.csv", csv_text(table, HEADER)))
    np.testing.assert_array_equal(rows[:, 0], table[:, 0])
    assert recording.start is None


@pytest.mark.parametrize(("unit", "scale"), [("s", 1), ("ms", 1e3), ("us", 1e6), ("ns", 1e9)])
def test_times_since_1970_begin_at_zero_and_tell_the_start(tmp_path, unit, scale):
    lines = [
        ",".join([str(round((1713800421.04 + row[0]) * scale)) if scale > 1 else f"{1713800421.04 + row[0]:.6f}",
                  *(f"{value:.4f}" for value in row[1:])])
        for row in TABLE
    ]  # fmt: skip
    for name in (f"t_{unit}", "timestamp"):
        path = write(tmp_path / "a.csv", "\n".join([HEADER.replace("t_s", name), *lines]))
        rows, recording = read(path)
        np.testing.assert_allclose(rows[:, 0], TABLE[:, 0], atol=1e-6)
        assert abs(datetime.fromisoformat(recording.start).timestamp() - 1713800421.04) < 1e-5


def test_of_two_times_the_one_with_a_unit_is_taken(tmp_path):
    table = np.column_stack([1.7e18 + TABLE[:, 0] * 1e9, TABLE])
    text = csv_text(table, "time,seconds_elapsed,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps")
    rows, _ = read(write(tmp_path / "a.csv", text))
    np.testing.assert_array_equal(rows, TABLE)


# --- what the person says -------------------------------------------------------------------------------------------


def test_columns_by_name_number_or_in_order(tmp_path):
    strange = write(tmp_path / "a.csv", csv_text(TABLE, "when,foo,bar,baz,q,r,s"))
    bare = write(tmp_path / "b.csv", csv_text(TABLE, ""))
    for path, columns in (
        (strange, "t_s=when,ax=foo,ay=bar,az=baz,gx_radps=q,gy_radps=r,gz_radps=s"),
        (strange, "t_s=1,ax=2,ay=3,az=4,gx_radps=5,gy_radps=6,gz_radps=7"),
        (bare, "t_s=1,ax=2,ay=3,az=4,gx_radps=5,gy_radps=6,gz_radps=7"),
        (bare, "t_s,ax,ay,az,gx_radps,gy_radps,gz_radps"),
        (strange, "t_s,ax,ay,az,gx_radps,gy_radps,gz_radps"),
    ):
        rows, _ = read(path, columns=columns)
        np.testing.assert_array_equal(rows, TABLE)
    rows, _ = read(strange, columns="t_s=when,ax=baz,ay=bar,az=foo")
    np.testing.assert_array_equal(rows, TABLE[:, [0, 3, 2, 1]])
    rows, _ = read(bare, columns="t_s,az,ay,ax,-,-,-")
    np.testing.assert_array_equal(rows, TABLE[:, [0, 3, 2, 1]])


def test_columns_named_over_a_header_that_is_understood_leave_the_rest_out(tmp_path):
    path = write(tmp_path / "a.csv", csv_text(TABLE, HEADER))
    rows, _ = read(path, columns="ax=ax_mps2,ay=ay_mps2,az=az_mps2")
    np.testing.assert_array_equal(rows, TABLE[:, :4])


def test_a_rate_instead_of_times(tmp_path):
    counted = np.column_stack([np.arange(1, len(TABLE) + 1), TABLE[:, 1:]])
    path = write(
        tmp_path / "a.csv", csv_text(counted, "time index;acc_x;acc_y;acc_z;gyr_x;gyr_y;gyr_z".replace(";", ","))
    )
    rows, recording = read(path, columns="rate=100,ax=acc_x,ay=acc_y,az=acc_z")
    np.testing.assert_allclose(rows[:, 0], np.arange(len(TABLE)) / 100)
    assert said(recording, "100 samples a second")


def test_unit_overrides_what_seems_to_be(tmp_path):
    path = write(tmp_path / "a.csv", csv_text(TABLE[:, :4], "t_s,ax_g,ay_g,az_g"))
    rows, recording = read(path, unit="mps2")
    np.testing.assert_array_equal(rows, TABLE[:, :4])
    assert recording.notices == []


# --- lost, repeated, broken -----------------------------------------------------------------------------------------


def test_missing_rows_are_lost_samples_and_duplicates_are_dropped(tmp_path):
    lines = csv_text(TABLE, HEADER).splitlines()
    # rows 100-104 missing, row 300 twice, rows 400-449 again after 449
    text = [*lines[:101], *lines[106:302], lines[301], *lines[302:451], *lines[401:451], *lines[451:]]
    t_s, timeline = on_grid(write(tmp_path / "a.csv", "\n".join(text)))
    np.testing.assert_allclose(t_s, TABLE[:, 0], atol=1e-9)
    assert timeline.counts.lost == timeline.counts.filled == 5
    assert timeline.counts.duplicated + timeline.counts.out_of_order == 51


def test_empty_cells_are_lost_samples(tmp_path):
    lines = csv_text(TABLE, HEADER).splitlines()
    for row, cells in ((10, [1]), (20, [2, 5]), (30, [0]), (40, [1, 2, 3, 4, 5, 6])):
        parts = lines[row].split(",")
        lines[row] = ",".join(
            "" if k in cells else "NaN" if row == 20 and k == 4 else part for k, part in enumerate(parts)
        )
    path = write(tmp_path / "a.csv", "\n".join(lines))
    t_s, timeline = on_grid(path)
    np.testing.assert_allclose(t_s, TABLE[:, 0], atol=1e-9)
    assert timeline.counts.lost == 4


def test_a_few_broken_lines_are_left_out_counted_and_named(tmp_path):
    lines = csv_text(TABLE, HEADER).splitlines()
    lines[400] = "??,1,2"
    lines[800] = lines[800].replace(",", ",abc", 1)
    lines[900] = lines[900][:20] + lines[901]
    text = "\n".join(lines)[:-25]  # and the last one is torn
    rows, recording = read(write(tmp_path / "a.csv", text))
    np.testing.assert_array_equal(rows, np.delete(TABLE, [399, 799, 899, 1999], axis=0))
    assert said(recording, "4 of 2000 lines", "line 401", "'??,1,2'")


@pytest.mark.parametrize("block_bytes", [1 << 12, 1 << 15])
def test_blocks_of_any_size_give_the_same(tmp_path, monkeypatch, block_bytes):
    lines = csv_text(TABLE, HEADER).splitlines()
    lines[1200] = "oops"
    path = write(tmp_path / "a.csv", "\n".join(lines))
    whole, one = read(path)
    monkeypatch.setattr("sensorcoach.recording._BLOCK_BYTES", block_bytes)
    pieces, many = read(path)
    np.testing.assert_array_equal(whole, pieces)
    assert one.notices == many.notices
