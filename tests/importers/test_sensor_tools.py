"""Files of sensor makers' own programs: MetaMotion, Movesense, Movella DOT, WitMotion, Axivity.

Truth: a movement known at any instant, written by the code in `app_files` and here.
"""

import gzip
from datetime import timedelta

import numpy as np
import pytest
from app_files import (
    EPOCH_S,
    START,
    G,
    acc_at,
    assert_moves_like_the_leg,
    gyr_at,
    in_folder,
    in_zip,
    metamotion,
    movesense,
    movesense_text,
    said,
    table,
    times,
    walked,
)

from sensorcoach import analyze
from sensorcoach.errors import InputError
from sensorcoach.importers import grouped, open_recording, open_recordings

T_S = times(100)


def refused(path, *words, **how):
    with pytest.raises(InputError) as caught:
        walked(open_recording(path, **how))
    for word in words:
        assert word in str(caught.value)
    assert caught.value.advice.endswith(".")


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


# --- MetaMotion -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("epoch", "stamp"),
    [("epoch (ms)", "time (01:00)"), ("epoc (ms)", "timestamp (-0400)"), ("epoc (ms)", "time (-04:00)")],
)
def test_a_pair_with_clocks_of_its_own_is_one_recording(tmp_path, epoch, stamp):
    zero_s = 0.29  # time 0 is where the later one began
    acc, gyr = metamotion(times(12.5, first_s=zero_s), times(25, first_s=0.013), epoch, stamp)
    paths = [write(tmp_path / "one.csv", acc), write(tmp_path / "another.txt", gyr)]
    packed = in_zip(write(tmp_path / "z" / "both", ""), {"a.csv": acc, "b.csv": gyr})
    for path, partner in ((paths[0], "another.txt"), (paths[1], "one.csv"), (packed, None)):
        recording = open_recording(path)
        rows = walked(recording)
        assert_moves_like_the_leg(rows, acc_error=0.03, gyr_error=0.002, at=lambda t_s: t_s + zero_s)
        assert np.diff(rows[:, 0]) == pytest.approx(0.04)
        assert recording.start == (START + timedelta(seconds=zero_s)).isoformat(timespec="microseconds")
        assert said(recording, f"The other sensor's part of the recording is {partner}") == (partner is not None)
    assert grouped(paths) == [paths]
    ((files, together),) = open_recordings(paths)
    assert files == paths
    np.testing.assert_array_equal(walked(together), rows)
    assert not said(together, "The other sensor's part")


def test_of_several_partners_the_one_of_the_same_sensor_is_taken(tmp_path):
    acc, gyr = metamotion(times(12.5), times(25, first_s=0.1))
    other_gyr = metamotion(times(12.5), times(25, first_s=0.02))[1].replace("0.0", "0.1")
    later = metamotion(times(12.5, first_s=60), times(25, first_s=60))[1]
    write(tmp_path / "left_AA_Gyroscope.csv", other_gyr)
    write(tmp_path / "later_Gyroscope.csv", later)
    write(tmp_path / "right_BB_Gyroscope.csv", gyr)
    write(tmp_path / "notes.pdf", b"%PDF\0\1\2")
    recording = open_recording(write(tmp_path / "right_BB_Accelerometer.csv", acc))
    assert recording.sensor["parts"] == ["right_BB_Accelerometer.csv", "right_BB_Gyroscope.csv"]


def test_pairs_may_lie_in_different_folders_if_both_are_named(tmp_path):
    acc, gyr = metamotion(times(12.5), times(25))
    late_acc, late_gyr = metamotion(times(50, first_s=100), times(50, first_s=100))
    files = {"a/1": late_gyr, "b/2": acc, "c/3": gyr, "d/4": late_acc}
    paths = [in_folder(tmp_path, files) / name for name in files]
    assert grouped(paths) == [[paths[0], paths[3]], [paths[1], paths[2]]]
    assert [len(one.reps) > 0 for one in map(analyze, [paths[3]])] == [True]  # 50 a second counts without a gyroscope


def test_half_a_pair_says_what_is_missing(tmp_path):
    acc, gyr = metamotion(times(12.5), times(25))
    with pytest.raises(InputError, match=r"12\.5 samples a second"):
        analyze(write(tmp_path / "a" / "acc.csv", acc))
    refused(write(tmp_path / "b" / "gyr.csv", gyr), "no acceleration")


def test_columns_and_unit_that_a_person_names_go_before_everything(tmp_path):
    acc, gyr = metamotion(times(50), times(50))
    write(tmp_path / "gyr.csv", gyr)
    path = write(tmp_path / "acc.csv", acc)
    rows = walked(open_recording(path, columns="t_s=elapsed (s),ax_g=x-axis (g),ay_g=y-axis (g),az_g=z-axis (g)"))
    assert rows.shape[1] == 4
    refused(path, "expected 1 (g)", unit="mg")


# --- Movesense ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["data", "list", "lines"])
@pytest.mark.parametrize("rates_hz", [(52, 52), (52, 104), (104, 26)])
def test_movesense_in_each_form(tmp_path, form, rates_hz):
    acc, gyr = movesense(times(rates_hz[0]), times(rates_hz[1], first_s=0.1))
    merged = sorted(acc + gyr, key=lambda event: next(iter(event.values()))["Timestamp"])
    recording = open_recording(write(tmp_path / "m.txt", movesense_text(merged, form)))
    rows = walked(recording)
    assert rows.shape[1] == 7
    # Times are told in whole ms, in which the leg's gravity turns by 0.007 m/s².
    assert_moves_like_the_leg(rows, acc_error=0.02, gyr_error=0.006, at=lambda t_s: t_s - 599025.762)
    assert len(rows) > 19.5 * min(rates_hz)  # no more than the slower one can tell of


@pytest.mark.parametrize("wrap", [lambda body: {"imu6": body}, lambda body: {"Body": body, "Uri": "x"},
                                  lambda body: {"imu": {"Body": body}}, lambda body: {"MeasIMU9": body}])  # fmt: skip
def test_both_sensors_in_one_packet(tmp_path, wrap):
    acc, gyr = movesense(times(52), times(52))
    both = [wrap(one["acc"] | two["gyro"] | {"ArrayMagn": []}) for one, two in zip(acc, gyr, strict=True)]
    rows = walked(
        open_recording(write(tmp_path / "a", '{"Info":{"n":1},"Samples":' + movesense_text(both, "list") + "}"))
    )
    assert len(rows) == 1040
    assert_moves_like_the_leg(rows, acc_error=0.01, gyr_error=0.002, at=lambda t_s: t_s - 599025.762)


def test_movesense_clock_wraps_and_holes_stay_holes(tmp_path):
    acc, gyr = movesense(times(52), times(52), first_ms=2**32 - 8000)
    del acc[100:110]
    rows = walked(open_recording(write(tmp_path / "a", movesense_text(acc + gyr))))
    assert_moves_like_the_leg(rows, acc_error=0.02, gyr_error=0.004, at=lambda t_s: t_s - (2**32 - 8000) / 1e3)
    steps = np.diff(rows[:, 0])
    assert steps.max() == pytest.approx(41 / 52, abs=0.002)
    assert (steps > 0.03).sum() == 1


def test_movesense_sensors_one_after_the_other(tmp_path):
    acc, gyr = movesense(times(104, 120), times(104, 120))
    path = write(tmp_path / "a", movesense_text(acc + gyr))
    assert path.stat().st_size > 2e6
    assert walked(open_recording(path)).shape == (120 * 104, 7)


def test_movesense_files_of_one_sensor_each(tmp_path):
    acc, gyr = movesense(times(52), times(52))
    paths = [write(tmp_path / "acc.json", movesense_text(acc)), write(tmp_path / "gyro.json", movesense_text(gyr))]
    assert grouped(paths) == [paths]
    rows = walked(open_recordings(paths)[0][1])
    assert rows.shape[1] == 7
    np.testing.assert_array_equal(walked(open_recording(in_zip(tmp_path / "z", {
        "a.json": movesense_text(acc), "b.json": movesense_text(gyr)}))), rows)  # fmt: skip
    assert walked(open_recording(paths[0])).shape[1] == 4
    refused(paths[1], "no acceleration")


def test_a_torn_or_damaged_movesense_file_gives_the_rest(tmp_path):
    text = movesense_text(sum(map(list, zip(*movesense(times(52), times(52)), strict=True)), []))
    torn = open_recording(write(tmp_path / "a", text[: len(text) * 3 // 4]))
    rows = walked(torn)
    assert 700 < len(rows) < 800
    assert said(torn, "could not be read")
    damaged = text[:40_000] + "#garbage" + text[40_010:]
    rows = walked(open_recording(write(tmp_path / "b", gzip.compress(damaged.encode()))))
    assert 1030 < len(rows) <= 1040
    assert_moves_like_the_leg(rows[np.isfinite(rows).all(axis=1)], 0.02, 0.006, at=lambda t_s: t_s - 599025.762)


def test_movesense_that_cannot_be_used(tmp_path):
    acc, gyr = movesense(times(52), times(52))
    for event in acc:
        for vector in event["acc"]["ArrayAcc"]:
            vector.update(x=vector["x"] / 100, y=0.0, z=0.01)
    refused(write(tmp_path / "a", movesense_text(acc + gyr)), "no gravity")
    acc, _ = movesense(times(52), times(52))
    refused(write(tmp_path / "b", movesense_text(acc[50:] + acc[:50])), "goes back")
    refused(write(tmp_path / "c", movesense_text(acc[:2])), "8 samples")


# --- Movella DOT ----------------------------------------------------------------------------------------------------

DOT_PREAMBLE = (
    "sep=,\nDeviceTag:,Knee,,,,\nFirmwareVersion:,2.0.0,,,,\nAppVersion:,2021.0,,,,\nSyncStatus:,Synced,,,,\n"
    "OutputRate:,60Hz,,,,\nFilterProfile:,General,,,,\nMeasurement Mode:,Rate quantities,,,,\n"
    "StartTime:,2026-03-01 09:30:00.000 +0000,,,,\nMovella Technologies B. V. 2005-2026,,,,\n\n"
)


def dot(names, *columns, first_us=3343427885, end=""):
    t_s = times(60)
    counter = [f"{number}" for number in range(1, len(t_s) + 1)]
    ticks = [f"{(first_us + round(t * 1e6)) % 2**32}" for t in t_s]
    text = table(f"PacketCounter,SampleTimeFine,{names}", counter, ticks, *columns)
    header, _, rows = text.partition("\n")
    return DOT_PREAMBLE + header + "\n" + "".join(row + end + "\n" for row in rows.splitlines())


XYZ = "{0}_X,{0}_Y,{0}_Z".format
DOT_ACC, DOT_GYR = acc_at(times(60)).T, np.rad2deg(gyr_at(times(60))).T
ZEROS = np.zeros((3, 1200)) + np.sin(times(60))


@pytest.mark.parametrize("end", ["", ",", ",,"])
@pytest.mark.parametrize("first_us", [3343427885, 2**32 - 7_000_000])
def test_dot_with_raw_data_across_the_wrap_of_its_clock(tmp_path, first_us, end):
    text = dot(f"{XYZ('Acc')},{XYZ('Gyr')}", *DOT_ACC, *DOT_GYR, first_us=first_us, end=end)
    recording = open_recording(write(tmp_path / "a", text))
    assert_moves_like_the_leg(walked(recording), 0.001, 0.001, at=lambda t_s: t_s)
    assert recording.notices == []
    assert recording.start == "2026-03-01T09:30:00.000000+00:00"


def test_dot_with_more_columns(tmp_path):
    names = f"Quat_W,{XYZ('Quat')},{XYZ('FreeAcc')},{XYZ('Acc')},{XYZ('Gyr')},{XYZ('Mag')},Status"
    text = dot(names, ZEROS[0], *ZEROS, *ZEROS, *DOT_ACC, *DOT_GYR, *ZEROS, ZEROS[0])
    assert_moves_like_the_leg(walked(open_recording(write(tmp_path / "a", text))))


@pytest.mark.parametrize(
    ("names", "columns", "words"),
    [
        (f"{XYZ('Euler')},{XYZ('FreeAcc')}", 6, "without gravity (FreeAcc_X)"),
        (f"{XYZ('Euler')},{XYZ('FreeAcc')},{XYZ('Gyr')}", 9, "without gravity (FreeAcc_X)"),
        ("dq_W,dq_X,dq_Y,dq_Z,dv[1],dv[2],dv[3],Status", 8, "increments of velocity"),
        (f"Quat_W,{XYZ('Quat')}", 4, "only orientation"),
    ],
)
def test_dot_without_raw_data_is_refused_with_the_mode_to_choose(tmp_path, names, columns, words):
    text = dot(names, *([ZEROS[0]] * columns))
    refused(write(tmp_path / "a", text), words, "Rate quantities", "Custom mode 5")


def test_a_larger_sensor_of_the_maker_is_not_taken_for_a_dot(tmp_path):
    ticks = [f"{round(t * 1e4)}" for t in T_S]
    text = "// Update Rate: 100.0Hz\n" + table(
        f"PacketCounter,SampleTimeFine,{XYZ('Acc')},{XYZ('Gyr')}", ticks, ticks, *acc_at(T_S).T, *gyr_at(T_S).T
    )
    with pytest.raises(InputError, match=r"10 samples a second|counts rows|no unit"):
        analyze(write(tmp_path / "a", text))
    rows = walked(open_recording(write(tmp_path / "b", text), columns=(
        "rate=100,ax=Acc_X,ay=Acc_Y,az=Acc_Z,gx_radps=Gyr_X,gy_radps=Gyr_Y,gz_radps=Gyr_Z")))  # fmt: skip
    assert_moves_like_the_leg(rows, 1e-4, 1e-4)


# --- WitMotion ------------------------------------------------------------------------------------------------------

WIT_ACC, WIT_GYR = (acc_at(T_S) / G).T, np.rad2deg(gyr_at(T_S)).T


def clock(form, t_s=T_S):
    return [(START + timedelta(seconds=float(t))).strftime(form)[:-3] for t in t_s]


def bunched(t_s=T_S):
    return np.floor(np.asarray(t_s) / 0.05) * 0.05 + 0.06


def wit(header, *columns, decimal=".", separator="\t", before="StartTime: 2026-03-01 09:30:00.000\n", encoding="utf-8"):
    return (before + table(header.replace("|", separator), *columns, separator=separator, decimal=decimal)).encode(
        encoding
    )


ANGLES = "AngleX(deg)|AngleY(deg)|AngleZ(deg)"


@pytest.mark.parametrize("decimal", [".", ","])
def test_witmotion_of_the_pc_program_by_the_sensors_clock(tmp_path, decimal):
    names = f"Time(s)|ChipTime|ax(g)|ay(g)|az(g)|wx(deg/s)|wy(deg/s)|wz(deg/s)|{ANGLES}|T(°)|"
    ends = [ZEROS[0, :1] * 0 + T_S] * 4
    text = wit(names, clock("%H:%M:%S.%f", bunched()), clock("%Y-%m-%d %H:%M:%S.%f"), *WIT_ACC, *WIT_GYR, *ends,
               [""] * len(T_S), decimal=decimal)  # fmt: skip
    recording = open_recording(write(tmp_path / "a", text))
    rows = walked(recording)
    np.testing.assert_allclose(rows[:, 0], T_S, atol=1e-9)
    assert_moves_like_the_leg(rows, 1e-4, 1e-4)
    assert recording.start == "2026-03-01T09:30:00.000000"


@pytest.mark.parametrize("separator", [",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "cp1252"])
def test_witmotion_of_newer_programs_in_any_encoding(tmp_path, encoding, separator):
    names = "Time|Device name|Chip Time()|" + "|".join(
        f"{what} {axis}({unit})" for what, unit in (("Acceleration", "g"), ("Angular velocity", "°/s"), ("Angle", "°"))
        for axis in "XYZ"
    )  # fmt: skip
    chip = [text.replace("-03-0", "-3-") for text in clock("%Y-%m-%d %H:%M:%S:%f")]
    text = wit(names, clock(" %H:%M:%S.%f", bunched()), ["WT901BLE67(d6:a8)"] * len(T_S), chip, *WIT_ACC, *WIT_GYR,
               T_S, T_S, T_S, separator=separator, before="", encoding=encoding)  # fmt: skip
    rows = walked(open_recording(write(tmp_path / "a", text)))
    np.testing.assert_allclose(rows[:, 0], T_S, atol=1e-9)
    assert_moves_like_the_leg(rows, 1e-4, 1e-4)


def test_witmotion_with_a_clock_that_stands_still(tmp_path):
    names = "Time(s)|ChipTime|ax(g)|ay(g)|az(g)|wx(deg/s)|wy(deg/s)|wz(deg/s)"
    text = wit(names, clock("%H:%M:%S.%f"), ["2015-01-01 00:00:00.000"] * len(T_S), *WIT_ACC, *WIT_GYR)
    recording = open_recording(write(tmp_path / "a", text))
    np.testing.assert_allclose(walked(recording)[:, 0], T_S, atol=1e-9)
    assert said(recording, "computer got the rows")


def test_witmotion_short_names_and_the_accelerometer_alone(tmp_path):
    names = "Chiptime|AccX(g)|AccY(g)|AccZ(g)|AsX(°/s)|AsY(°/s)|AsZ(°/s)"
    text = wit(names, clock("%Y-%m-%d %H:%M:%S.%f"), *WIT_ACC, *WIT_GYR, before="")
    assert_moves_like_the_leg(walked(open_recording(write(tmp_path / "a", text))), 1e-4, 1e-4)
    text = wit("Chiptime|ax(g)|ay(g)|az(g)", clock("%Y-%m-%d %H:%M:%S.%f"), *WIT_ACC, before="")
    assert walked(open_recording(write(tmp_path / "b", text))).shape[1] == 4


def test_witmotion_rows_of_several_sensors_are_refused(tmp_path):
    names = "Time|Device name|Chip Time()|ax(g)|ay(g)|az(g)|wx(deg/s)|wy(deg/s)|wz(deg/s)"
    device = ["left" if number % 2 else "right" for number in range(len(T_S))]
    text = wit(names, clock("%H:%M:%S.%f"), device, clock("%Y-%m-%d %H:%M:%S.%f"), *WIT_ACC, *WIT_GYR)
    refused(write(tmp_path / "a", text), "several sensors (left, right)", "file of its own")


# --- Axivity --------------------------------------------------------------------------------------------------------

AX_STAMPS = clock("%Y-%m-%d %H:%M:%S.%f")


@pytest.mark.parametrize("header", ["", "Time,Accel-X (g), Accel-Y (g), Accel-Z (g)"])
def test_axivity_with_and_without_a_header(tmp_path, header):
    rows = walked(open_recording(write(tmp_path / "a", table(header, AX_STAMPS, *WIT_ACC).lstrip("\n"))))
    assert rows.shape[1] == 4
    assert_moves_like_the_leg(rows, 1e-4)


@pytest.mark.parametrize(
    "header", ["", "Time,Accel-X (g), Accel-Y (g), Accel-Z (g), Gyro-X (d/s), Gyro-Y (d/s), Gyro-Z (d/s)"]
)
def test_axivity_with_a_gyroscope(tmp_path, header):
    text = table(header, AX_STAMPS, *WIT_ACC, *WIT_GYR).lstrip("\n")
    rows = walked(open_recording(write(tmp_path / "a", text)))
    assert rows.shape[1] == 7
    assert_moves_like_the_leg(rows, 1e-4, 1e-4)


@pytest.mark.parametrize("more", [1, 3, 4])
def test_axivity_with_light_temperature_and_battery(tmp_path, more):
    columns = [np.full(len(T_S), 20.0 + number) + 0.1 * (T_S > 9) for number in range(more)]
    recording = open_recording(write(tmp_path / "a", table("", AX_STAMPS, *WIT_ACC, *columns).lstrip("\n")))
    rows = walked(recording)
    assert rows.shape[1] == 4
    assert_moves_like_the_leg(rows, 1e-4)
    assert said(recording, "No header", "accelerometer")


def test_times_of_all_tools_are_those_of_the_wall(tmp_path):
    recording = open_recording(write(tmp_path / "a", table("", AX_STAMPS, *WIT_ACC).lstrip("\n")))
    assert recording.start == "2026-03-01T09:30:00.000000"
    assert START.timestamp() == EPOCH_S
