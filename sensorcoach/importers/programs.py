"""What wrote a table, where its first lines show it: for people, and for what its columns do not say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_SHAPES: Final = (
    ("GENEActiv", re.compile(r"\bGENEActiv\b")),
    ("ActiGraph", re.compile(r"ActiGraph|ActiLife")),
    ("AndroSensor", re.compile(r"YYYY-MO-DD HH-MI-SS_SSS")),
    ("Shimmer", re.compile(r"Shimmer_\w+_(?:CAL|RAW)")),
    ("SensorLog", re.compile(r"accelerometerAccelerationX\(G\)|motionUserAccelerationX\(G\)")),
    ("Polar", re.compile(r"Phone timestamp;sensor timestamp")),
    ("MotionSense", re.compile(r"attitude\.roll.*userAcceleration\.x")),
    ("x-IMU3", re.compile(r"Timestamp \(us\),Gyroscope X \(deg/s\)")),
    ("WitMotion", re.compile(r"片上时间|加速度X\(g\)")),
    ("Sensor Logger (Apple Watch)", re.compile(r"seconds_elapsed,rotationRateX")),
    ("sensorcoach", re.compile(r"\At_s,ax_mps2,ay_mps2,az_mps2(?:,gx_radps,gy_radps,gz_radps)?,clipped")),
)
LOOKED_AT_LINES: Final = 120


def program_of(lines: Sequence[str]) -> str:
    """The program's name; ``table`` where nothing shows it."""
    return next(
        (name for name, shape in _SHAPES if any(shape.search(line) for line in lines[:LOOKED_AT_LINES])), "table"
    )
