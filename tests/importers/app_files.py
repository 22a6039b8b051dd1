"""A leg whose movement is known at any instant, and recordings of it as apps write them. Nothing here is under test."""

import json
import zipfile
from datetime import UTC, datetime, timedelta

import numpy as np

from sensorcoach.devices import PROFILES

G = 9.80665
CYCLE_S = 6.0
SWING = np.deg2rad(40)
START = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
EPOCH_S = START.timestamp()


def acc_at(t_s):
    """(n, 3) m/s² of a leg that rolls 40° to either side every 6 s."""
    angle = SWING * np.sin(2 * np.pi * np.asarray(t_s) / CYCLE_S)
    return G * np.stack([np.sin(angle), 0.1 + 0.01 * np.sin(np.asarray(t_s)), np.cos(angle)], axis=1)


def gyr_at(t_s):
    """(n, 3) rad/s of the same leg."""
    rate = SWING * 2 * np.pi / CYCLE_S * np.cos(2 * np.pi * np.asarray(t_s) / CYCLE_S)
    return np.stack([0.002 * np.sin(np.asarray(t_s)), -rate, 0.003 * np.cos(np.asarray(t_s))], axis=1)


def times(rate_hz, seconds=20.0, first_s=0.0):
    return first_s + np.arange(round(seconds * rate_hz)) / rate_hz


def table(header, *columns, separator=",", decimal=".", digits=6):
    """Text of a table; a column is an array of numbers or a list of text."""
    cells = [
        [value if isinstance(value, str) else f"{value:.{digits}f}".replace(".", decimal) for value in column]
        for column in columns
    ]
    return "\n".join([header, *(separator.join(row) for row in zip(*cells, strict=True))]) + "\n"


def phyphox(
    acc_s, gyr_s, separator=",", decimal=".", events=(("START", 0.0, EPOCH_S), ("PAUSE", 30.0, EPOCH_S + 30)), at=None
):
    """{name: text}; ``at`` tells when the samples at those times really were taken."""
    at = at or (lambda t_s: t_s)

    def sensor(name, unit, t_s, values):
        names = ["Time (s)", *(f"{name} {axis} ({unit})" for axis in "xyz")]
        header = separator.join(f'"{one}"' for one in names)
        cells = [[f"{value:.9E}".replace("E+0", "E").replace("E-0", "E-").replace(".", decimal) for value in row]
                 for row in np.column_stack([t_s, values])]  # fmt: skip
        return "\n".join([header, *(separator.join(row) for row in cells)]) + "\n"

    clock = [separator.join(['"event"', '"experiment time"', '"system time"', '"system time text"'])]
    for event, experiment_s, system_s in events:
        text = datetime.fromtimestamp(system_s, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + " UTC+00:00"
        numbers = [f"{experiment_s:.9E}", f"{system_s:.3f}"]
        clock.append(separator.join([f'"{event}"', *(one.replace(".", decimal) for one in numbers), f'"{text}"']))
    files = {
        "Accelerometer.csv": sensor("Acceleration", "m/s^2", acc_s, acc_at(at(acc_s))),
        "meta/device.csv": f'"property"{separator}"value"\n"version"{separator}"1.2.0"\n',
        "meta/time.csv": "\n".join(clock) + "\n",
    }
    if gyr_s is not None:
        files["Gyroscope.csv"] = sensor("Gyroscope", "rad/s", gyr_s, gyr_at(at(gyr_s)))
    return files


def sensor_logger(platform="android", standard="false", **streams):
    """{name: text} of streams ``Name=(t_s, values)``."""
    files = {
        f"{name}.csv": table(
            "time,seconds_elapsed,z,y,x",
            [f"{round((EPOCH_S + t) * 1e9)}" for t in t_s], t_s, *np.asarray(values).T[::-1],
        )
        for name, (t_s, values) in streams.items()
    }  # fmt: skip
    files["Annotation.csv"] = ""
    files["Metadata.csv"] = (
        "version,device name,recording epoch time,recording time,recording timezone,platform,appVersion,device id,"
        f"sensors,sampleRateMs,standardisation\n3,Phone,{round(EPOCH_S * 1e3)},2026-03-01_09-30-00,UTC,{platform},"
        f"1.31.4,x,{'|'.join(streams)},10,{standard}\n"
    )
    return files


def metamotion(acc_s, gyr_s, epoch="epoch (ms)", stamp="time (01:00)"):
    """(text of the accelerometer's file, of the gyroscope's); each counts its elapsed time from its own beginning."""

    def half(t_s, values, unit):
        stamps = [(START + timedelta(seconds=float(t))).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] for t in t_s]
        epochs = [f"{round((EPOCH_S + t) * 1e3)}" for t in t_s]
        names = ",".join(f"{axis}-axis ({unit})" for axis in "xyz")
        return table(f"{epoch},{stamp},elapsed (s),{names}", epochs, stamps, t_s - t_s[0], *values.T, digits=3)

    return half(acc_s, acc_at(acc_s) / G, "g"), half(gyr_s, np.rad2deg(gyr_at(gyr_s)), "deg/s")


def movesense(acc_s, gyr_s, samples=4, first_ms=599025762):
    """Packets of a few samples, as the mobile library gives them: (acc events, gyro events)."""

    def events(kind, key, t_s, values):
        vectors = [dict(zip("xyz", map(float, row), strict=True)) for row in values]
        return [
            {kind: {"Timestamp": (first_ms + round(t_s[place] * 1e3)) % 2**32, key: vectors[place : place + samples]}}
            for place in range(0, len(t_s), samples)
        ]

    acc = events("acc", "ArrayAcc", acc_s, acc_at(acc_s))
    return acc, events("gyro", "ArrayGyro", gyr_s, np.rad2deg(gyr_at(gyr_s)))


def movesense_text(events, form="data"):
    if form == "lines":
        return "\n".join(json.dumps(event) for event in events) + "\n"
    return json.dumps({"data": events} if form == "data" else events)


def in_folder(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def in_zip(archive, files, inside=""):
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(inside + name, text)
    return archive


def walked(recording):
    """All rows of a recording as decoded: (n, 4) or (n, 7)."""
    profile = PROFILES[recording.profile]
    state, rows = profile.initial(recording.device_settings), []
    for item in recording.items:
        state, decoded = profile.decode(state, item)
        parts = [decoded.acc] if decoded.gyr is None else [decoded.acc, decoded.gyr]
        rows.append(np.column_stack([decoded.t_s, *parts]))
    return np.concatenate(rows) if rows else np.empty((0, 7))


def said(recording, *words):
    return any(all(word in notice for word in words) for notice in recording.notices)


def assert_moves_like_the_leg(rows, acc_error=0.01, gyr_error=0.002, at=None):
    """Rows agree with the known movement at their times (``at`` maps those to the movement's own)."""
    t_s = rows[:, 0] if at is None else at(rows[:, 0])
    np.testing.assert_allclose(rows[:, 1:4], acc_at(t_s), atol=acc_error)
    if rows.shape[1] == 7:
        np.testing.assert_allclose(rows[:, 4:], gyr_at(t_s), atol=gyr_error)
