"""One simulated session as many programs write it. Nothing here is under test.

The movement is smooth and known at any instant: a leg that is let down to the left and the right in turns.
"""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import numpy as np

G = 9.80665
START = datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC)
EPOCH_S = int(START.timestamp())
RATE_HZ = 52.0
SIDES = ["left", "right", "left"]
WORN = {"leg": "left", "up_leg": "-y"}
"""The thigh points up steeply from the hip; -y towards the hip, x to the right."""


def _angle(t_s):
    """Roll of the leg in rad: to the left at 4 s, to the right at 14 s, to the left at 24 s; 48° in 1.5 s."""
    angle = np.zeros_like(t_s)
    for begin_s, sign in ((4.0, 1), (14.0, -1), (24.0, 1)):
        down = np.clip((t_s - begin_s) / 1.5, 0, 1)
        back = np.clip((t_s - begin_s - 5.5) / 1.6, 0, 1)
        shape = (down**3 * (10 - 15 * down + 6 * down**2)) - (back**3 * (10 - 15 * back + 6 * back**2))
        angle += sign * np.deg2rad(48) * shape
    return angle


def session(rate_hz=RATE_HZ, seconds=33.0):
    """(n,) s, (n, 3) m/s², (n, 3) rad/s, with a sensor's noise: gravity seen from a leg that rolls."""
    rng = np.random.default_rng(7)
    t_s = np.round(np.arange(round(seconds * rate_hz)) / rate_hz, 4)
    angle, rate = _angle(t_s), np.gradient(_angle(t_s), t_s)
    pitch = np.deg2rad(55)
    # The leg rolls about the trunk's axis, which lies level: it and up, in the sensor's axes at rest.
    axis, level = np.array([0, np.cos(pitch), -np.sin(pitch)]), np.array([0, np.sin(pitch), np.cos(pitch)])
    up = np.cos(angle)[:, None] * level + np.sin(angle)[:, None] * np.array([1, 0, 0])
    turn = -rate[:, None] * axis
    return t_s, G * up + rng.normal(0, 0.02, up.shape), turn + rng.normal(0, 0.004, turn.shape)


def lines(header, *columns, separator=",", digits=6, decimal="."):
    """Text of a table; a column is an array of numbers or a list of text."""
    cells = [
        list(column) if isinstance(column[0], str) else [f"{v:.{digits}f}".replace(".", decimal) for v in column]
        for column in columns
    ]
    rows = [separator.join(row) for row in zip(*cells, strict=True)]
    return "\n".join([header, *rows] if header else rows) + "\n"


def stamps(form, t_s, cut=None):
    """Wall-clock stamps; ``cut`` leaves so many last characters out."""
    return [(START + timedelta(seconds=float(t))).strftime(form)[: -cut if cut else None] for t in t_s]


def whole(t_s, scale, first=0):
    return [str(first + round(float(t) * scale)) for t in t_s]


def xyz(form):
    return ",".join(form.format(axis) for axis in "xyz")


def gravity_and_user(acc):
    """Smoothed gravity of one g, and the rest, both in g."""
    kernel = np.ones(13) / 13
    smooth = np.stack([np.convolve(np.pad(column, 6, mode="edge"), kernel, "valid") for column in acc.T], axis=1)
    gravity = smooth / np.linalg.norm(smooth, axis=1, keepdims=True)
    return gravity, acc / G - gravity


def sensor_log(t_s, acc, gyr):
    gravity, user = gravity_and_user(acc)
    names = (
        "loggingTime(txt),accelerometerTimestamp_sinceReboot(s),"
        "accelerometerAccelerationX(G),accelerometerAccelerationY(G),accelerometerAccelerationZ(G),"
        "motionRotationRateX(rad/s),motionRotationRateY(rad/s),motionRotationRateZ(rad/s),"
        "motionUserAccelerationX(G),motionUserAccelerationY(G),motionUserAccelerationZ(G),"
        "motionGravityX(G),motionGravityY(G),motionGravityZ(G)"
    )
    told = [stamp + " +0000" for stamp in stamps("%Y-%m-%d %H:%M:%S.%f", t_s)]
    return {"stream.csv": lines(names, told, t_s + 54321.5, *(-acc.T / G), *gyr.T, *-user.T, *-gravity.T)}


def watch(t_s, acc, gyr):
    gravity, user = gravity_and_user(acc)
    names = "time,seconds_elapsed," + ",".join(
        f"{what}{axis}" for what in ("rotationRate", "gravity", "acceleration") for axis in "XYZ"
    )
    return {"WristMotion.csv": lines(names, whole(t_s, 1e9, EPOCH_S * 10**9), t_s, *gyr.T, *-gravity.T, *-user.T)}


def polar(t_s, acc, gyr):
    told = [stamps("%Y-%m-%dT%H:%M:%S.%f", t_s, 3), whole(t_s, 1e9, (EPOCH_S - 946684800) * 10**9)]
    names = "Phone timestamp;sensor timestamp [ns];X [{0}];Y [{0}];Z [{0}]".format
    milli_g = [[str(round(value)) for value in column] for column in acc.T / G * 1000]
    return {
        "Polar_Sense_A1B2C3D4_20251009_085320_ACC.txt": lines(names("mg"), *told, *milli_g, separator=";"),
        "Polar_Sense_A1B2C3D4_20251009_085320_GYRO.txt": lines(names("dps"), *told, *np.rad2deg(gyr).T, separator=";"),
        "Polar_Sense_A1B2C3D4_20251009_085320_HR.txt": "Phone timestamp;HR [bpm]\n2025-10-09T08:53:20.000;60\n",
    }


def x_imu3(t_s, acc, gyr):
    micros = whole(t_s, 1e6, 123456789)
    acc_names, gyr_names = (f"{what} X ({unit}),{what} Y ({unit}),{what} Z ({unit})"
                            for what, unit in (("Accelerometer", "g"), ("Gyroscope", "deg/s")))  # fmt: skip
    return {
        "Inertial.csv": lines(f"Timestamp (us),{gyr_names},{acc_names}", micros, *np.rad2deg(gyr).T, *acc.T / G),
        "HighGAccelerometer.csv": lines(f"Timestamp (us),{acc_names}", micros, *acc.T / G),
        "Magnetometer.csv": lines("Timestamp (us),X (a.u.),Y (a.u.),Z (a.u.)", micros, *acc.T / G),
    }


def wit_in_chinese(t_s, acc, gyr):
    names = "时间\t设备名称\t片上时间()\t加速度X(g)\t加速度Y(g)\t加速度Z(g)\t角速度X(°/s)\t角速度Y(°/s)\t角速度Z(°/s)"
    told = stamps("%Y-%m-%d %H:%M:%S.%f", t_s)
    text = lines(names, told, ["WT901(aa)"] * len(t_s), told, *acc.T / G, *np.rad2deg(gyr).T, separator="\t")
    return {"wit.txt": text.encode("gbk")}


def _actigraph(form, day):
    return (
        f"------------ Data File Created By ActiGraph GT9X ActiLife v6.13.3 Firmware v1.7.2 date format {form} at "
        f"52 Hz  Filter Normal -----------\nSerial Number: X\nStart Time 08:53:20\nStart Date {day}\n"
        "Epoch Period (hh:mm:ss) 00:00:00\nDownload Time 16:25:52\nDownload Date 10/10/2025\n"
        f"Current Memory Address: 0\nCurrent Battery Voltage: 4.22     Mode = 12\n{'-' * 50}\n"
    )


def actigraph_with_stamps(t_s, acc, gyr):
    told = stamps("%m/%d/%Y %H:%M:%S.%f", t_s, 2)
    names = "Timestamp,Accelerometer X,Accelerometer Y,Accelerometer Z"
    return {"a.csv": _actigraph("M/d/yyyy", "10/9/2025") + lines(names, told, *acc.T / G)}


def actigraph_of_britain(t_s, acc, gyr):
    return {"a.csv": _actigraph("dd/MM/yyyy", "09/10/2025") + lines("", *acc.T / G)}


def geneactiv(t_s, acc, gyr):
    before = ["Device Type,GENEActiv", "Measurement Frequency,52 Hz", "Start Time,2025-10-09 08:00:00:000"]
    before += [""] * (100 - len(before))
    told = [stamp[:-3] for stamp in stamps("%Y-%m-%d %H:%M:%S:%f", t_s)]
    rest = [["48"] * len(t_s), ["0"] * len(t_s), ["24.5"] * len(t_s)]
    return {"a.csv": "\n".join(before) + "\n" + lines("", told, *acc.T / G, *rest)}


def empatica(t_s, acc, gyr):
    counts = [[str(round(value)) for value in column] for column in acc.T / G * 64]
    first = f"{EPOCH_S}.00, {EPOCH_S}.00, {EPOCH_S}.00\n52.000000, 52.000000, 52.000000\n"
    return {"ACC.csv": first + lines("", *counts), "BVP.csv": f"{EPOCH_S}.00\n64.0\n" + "0.1\n" * 99, "tags.csv": ""}


def opensignals(t_s, acc, gyr):
    device = {
        "sensor": ["XYZ", "XYZ", "XYZ"], "column": ["nSeq", "DI", "CH1", "CH2", "CH3"], "time": "8:53:20.000",
        "date": "2025-10-09", "device": "biosignalsplux", "sampling rate": 52, "resolution": [16, 16, 16],
    }  # fmt: skip
    head = f"# OpenSignals Text File Format. Version 1\n# {json.dumps({'00:07': device})}\n# EndOfHeader\n"
    rows = [
        "\t".join([str(n % 16), "0", *(str(round(33000 + 5000 * v)) for v in row)]) for n, row in enumerate(acc / G)
    ]
    return {"a.txt": head + "\n".join(row + "\t" for row in rows) + "\n"}


def bitalino(t_s, acc, gyr):
    device = {
        "sensor": ["EMG", "ACCX", "ACCY", "ACCZ"], "device": "bitalino_rev", "sampling rate": 52, "date": "2025-10-09",
        "column": ["nSeq", "I1", "I2", "O1", "O2", "A1", "A2", "A3", "A4"], "time": "08:53:20.0",
        "resolution": [4, 1, 1, 1, 1, 10, 10, 10, 10],
    }  # fmt: skip
    head = f"# OpenSignals Text File Format. Version 1\n# {json.dumps({'20:16': device})}\n# EndOfHeader\n"
    rows = ["\t".join([str(n % 16), *"0011", "512", *(str(round(260 + 52 * v)) for v in row)])
            for n, row in enumerate(acc / G)]  # fmt: skip
    return {"a.txt": head + "\n".join(rows) + "\n"}


def _logger_json(t_s, acc, gyr):
    gravity, user = gravity_and_user(acc)
    streams = {"Gravity": -gravity * G, "Accelerometer": -user * G, "Gyroscope": gyr}
    return [
        {"sensor": name, "time": stamp, "seconds_elapsed": f"{t:.4f}", **{axis: f"{value:.6f}" for axis, value in
         zip("zyx", values[n][::-1], strict=True)}}
        for n, (t, stamp) in enumerate(zip(t_s, whole(t_s, 1e9, EPOCH_S * 10**9), strict=True))
        for name, values in streams.items()
    ]  # fmt: skip


def sensor_logger_json(t_s, acc, gyr):
    return {"log.json": json.dumps(_logger_json(t_s, acc, gyr))}


def old_shimmer(t_s, acc, gyr):
    names = [
        "Timestamp",
        *(f"Low Noise Accelerometer {axis}" for axis in "XYZ"),
        *(f"Gyroscope {axis}" for axis in "XYZ"),
    ]
    head = [["Shimmer_A1"] * 7, names, ["CAL"] * 7, ["mSecs", *["m/(sec^2)"] * 3, *["deg/sec"] * 3]]
    first = "\n".join("\t".join(row) for row in head)
    return {"a.dat": lines(first, t_s * 1000 + 555.5, *acc.T, *np.rad2deg(gyr).T, separator="\t")}


def words_in_rows(t_s, acc, gyr):
    rows = [
        f"{t + late:.4f},{word}," + ",".join(f"{value:.6f}" for value in values[n])
        for n, t in enumerate(t_s)
        for word, values, late in (("ACC", acc, 0), ("GYR", gyr, 0.003))
    ]
    return {"a.csv": "timestamp,sensor,x,y,z\n" + "\n".join(rows) + "\n"}


def blanks_in_rows(t_s, acc, gyr):
    rows = []
    for n, t in enumerate(t_s):
        rows.append(f"{t:.4f}," + ",".join(f"{value:.6f}" for value in acc[n]) + ",,,")
        rows.append(f"{t + 0.004:.4f},,,," + ",".join(f"{value:.6f}" for value in gyr[n]))
    return {"a.csv": "t_s,ax,ay,az,gx,gy,gz\n" + "\n".join(rows) + "\n"}


def two_sensors_in_rows(t_s, acc, gyr):
    other = np.random.default_rng(3).normal([0, 0, G, 0, 0, 0], 0.02, (len(t_s), 6))
    both = {"thigh": np.column_stack([acc, gyr]), "chest": other}
    rows = [f"{t:.4f},{name}," + ",".join(f"{value:.6f}" for value in values[n])
            for n, t in enumerate(t_s) for name, values in both.items()]  # fmt: skip
    return {"a.csv": "time_s,device,ax,ay,az,gx,gy,gz\n" + "\n".join(rows) + "\n"}


def two_sensors_in_files(t_s, acc, gyr):
    other = np.random.default_rng(3).normal([0, 0, 1], 0.01, (len(t_s), 3))
    return {
        "left_knee_acc.csv": lines("time,x,y,z", t_s, *acc.T / G),
        "left_knee_gyro.csv": lines("time,x,y,z", t_s, *np.rad2deg(gyr).T),
        "chest_acc.csv": lines("time,x,y,z", t_s, *other.T),
        "notes.txt": "He moved well.\n",
    }


def archive_in_archive(t_s, acc, gyr):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as packed:
        for name, text in two_sensors_in_files(t_s, acc, gyr).items():
            packed.writestr(name, text)
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as packed:
        packed.writestr("download/inner.zip", inner.getvalue())
    return {"all.zip": outer.getvalue()}


def long_preamble(t_s, acc, gyr):
    before = "".join(f"Note {number}: something, or other\n" for number in range(300))
    return {"a.csv": before + lines("t_s,ax_g,ay_g,az_g,gx_dps,gy_dps,gz_dps", t_s, *acc.T / G, *np.rad2deg(gyr).T)}


def long_preamble_and_no_header(t_s, acc, gyr):
    before = "".join(f"Note {number}: something, or other\n" for number in range(300))
    return {"a.csv": before + lines("", stamps("%Y-%m-%d %H:%M:%S.%f", t_s), *acc.T / G)}


LAYOUTS = {
    "SensorLog": sensor_log, "Apple Watch": watch, "Polar": polar, "x-IMU3": x_imu3,
    "WitMotion, Chinese": wit_in_chinese,
    "ActiGraph, stamps": actigraph_with_stamps, "ActiGraph, UK": actigraph_of_britain, "GENEActiv": geneactiv,
    "Empatica": empatica, "OpenSignals": opensignals, "BITalino": bitalino, "Sensor Logger JSON": sensor_logger_json,
    "Shimmer of old": old_shimmer, "words in rows": words_in_rows, "blanks in rows": blanks_in_rows,
    "two sensors in rows": two_sensors_in_rows, "two sensors in files": two_sensors_in_files,
    "archive in archive": archive_in_archive, "long preamble": long_preamble,
    "long preamble, no header": long_preamble_and_no_header,
}  # fmt: skip
ACCELEROMETER_ALONE = {
    "ActiGraph, stamps", "ActiGraph, UK", "GENEActiv", "Empatica", "OpenSignals", "BITalino",
    "long preamble, no header",
}  # fmt: skip
WITHOUT_START = {
    "x-IMU3", "Shimmer of old", "words in rows", "blanks in rows", "two sensors in rows", "two sensors in files",
    "archive in archive", "long preamble",
}  # fmt: skip

T_S, ACC, GYR = session()
