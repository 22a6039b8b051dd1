"""What a column's name says: which quantity, axis, unit and sensor. Names as people and apps write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, cast

Quantity = Literal["time", "acc", "gyr", "linear", "gravity", "bare"]
Axis = Literal["x", "y", "z", ""]

TIME_UNITS: Final = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
"""Seconds in one."""
WRAPPING_US: Final = "us of 32 bits"
"""Microseconds that begin again at 0 after 71.6 minutes."""
WRAPPING_TENTHS_MS: Final = "0.1 ms of 32 bits"
"""Tenths of milliseconds that begin again at 0 after 119 hours."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """``linear``: acceleration without gravity, ``gravity``: the rest of it. ``bare``: an axis and nothing else.

    ``unit``: s … ns, g, mg, mps2, dps, radps, mdps, None where the name does not tell. ``sensor``: what else the name
    says, which tells several sensors in one table apart; ``kind`` of one sensor's values: raw, calibrated, low noise.
    For times ``kind`` is the name.
    """

    quantity: Quantity
    axis: Axis
    unit: str | None
    sensor: str = ""
    kind: str = ""


_UNIT_SPELLINGS: Final = {
    "mps2": r"m[_/ ]?\(?s[_ -]?-?2\)?|m/s/s|mps2|m_per_s2|m_s_2|meters?_per_second_squared|meters/second2",
    "mg": r"mg|milli_?g",
    "g64": r"g64",
    "g": r"gs?|g_?force",
    "mdps": r"mdps|mdeg(?:/|_?per_?)?_?s(?:ec)?|md/s",
    "dps": r"dps|d/s|deg(?:rees?)?(?:/|_|ps_?|_?per_?)?_?(?:s|sec|second)|degps",
    "radps": r"rps|rad(?:ians?)?(?:/|_|ps_?|_?per_?)?_?(?:s|sec|second)|radps",
    "s": r"s|secs?|seconds?",
    "ms": r"ms|msecs?|millis(?:ec(?:ond)?s?)?|milliseconds?",
    "us": r"us|usecs?|micros(?:ec(?:ond)?s?)?|microseconds?",
    "ns": r"ns|nsecs?|nanos(?:ec(?:ond)?s?)?|nanoseconds?",
}
_UNIT: Final = {unit: re.compile(rf"(?:{spelling})\Z") for unit, spelling in _UNIT_SPELLINGS.items()}
_SUFFIX: Final = {unit: re.compile(rf"(.+)[_/ ](?:{spelling})\Z") for unit, spelling in _UNIT_SPELLINGS.items()}
UNITS_OF: Final[dict[str, tuple[str, ...]]] = {
    "time": ("s", "ms", "us", "ns"),
    "acc": ("mps2", "mg", "g", "g64"),
    "linear": ("mps2", "mg", "g"),
    "gravity": ("mps2", "mg", "g"),
    "gyr": ("dps", "radps", "mdps"),
}
"""The units a quantity can have."""
LONGEST_NAME: Final = 200
"""A longer cell is no name, and patterns take long over it."""
_BRACKETS: Final = re.compile(r"[(\[{<]((?:[^()\[\]{}<>]|\([^()]*\))*)[)\]}>]")
_AXIS_LAST: Final = re.compile(r"(.*?)([xyz])(?:axis|dir|achse|zhou)?(\d*)\Z")
_AXIS_FIRST: Final = re.compile(r"([xyz])(?:axis|achse)?(.+?)(\d*)\Z")

_TIME_NAMES: Final = {
    "t": None, "time": None, "timestamp": None, "timestamps": None, "ts": None, "datetime": None, "date": None,
    "elapsed": None, "elapsedtime": None, "timeelapsed": None, "epoch": None, "unixtime": None, "unixtimestamp": None,
    "epochtime": None, "systemtime": None, "sampletime": None, "sampletimefine": None, "devicetime": None,
    "sensortime": None, "loggingtime": None, "utc": None, "utctime": None, "localtime": None, "zeit": None,
    "zeitstempel": None, "temps": None, "tiempo": None, "experimenttime": None, "clock": None, "timet": None,
    "timesincestart": None, "uhrzeit": None, "datum": None, "heure": None, "hora": None, "latency": None,
    "seconds": "s", "second": "s", "secs": "s", "sec": "s", "s": "s", "secondselapsed": "s", "elapsedseconds": "s",
    "ms": "ms", "millis": "ms", "milliseconds": "ms", "us": "us", "micros": "us", "microseconds": "us",
    "ns": "ns", "nanos": "ns", "nanoseconds": "ns",
}  # fmt: skip
_TIME_ENDS: Final = (
    "time", "timestamp", "timestampsincereboot", "timestampsince1970", "timestampunix", "unixtimestamp",
)  # fmt: skip
_SINCE_IN: Final = re.compile(r"(.*since_start)_in_(.+)\Z")
_ACC_SHORT: Final = {"a", "gf", "gforce"}
_ACC_WORDS: Final = ("acc", "beschleunigung", "aceleracion", "akzel", "gforce")
_LINEAR_WORDS: Final = ("lin", "free", "user", "withoutg", "nogravity", "dynamic")
_WITH_GRAVITY: Final = ("including", "incl", "withg")
_GYR_SHORT: Final = {"g", "w", "as", "av", "rot", "rotation"}
_GYR_WORDS: Final = (
    "gyr", "gyro", "angvel", "angularvel", "angularrate", "rotationrate", "rotrate", "omega", "gyroskop", "giro",
    "winkelgeschwindigkeit",
)  # fmt: skip
_GRAVITY_WORDS: Final = ("gravity", "schwerkraft", "gravedad", "grav")
_OTHER_WORDS: Final = (
    "mag", "quat", "euler", "angle", "orient", "attitude", "vector", "gps", "press", "temp", "displacement", "bias",
    "position", "jerk", "std", "mean", "increment",
)  # fmt: skip
"""In names of what a motion sensor tells besides."""
_QUANTITY_TOKENS: Final = re.compile(
    r"(?:linear|lin|free|user|total|angular|ang|rotation|rot)?_?"
    r"(?:acceleration|accelerometer|accelero|accel|accl|acc|beschleunigung\w*|aceleracion|akzel\w*|gyroscope|gyroskop|gyro|gyr"
    r"|giro\w*|angvel|velocity|vel|rate|rotation|omega|winkelgeschwindigkeit|gravity|grav|gforce|schwerkraft)"
)
KINDS: Final = {
    "total": 0, "cal": 1, "calibrated": 1, "ln": 1, "lownoise": 1, "filtered": 4, "wr": 3, "widerange": 3,
    "uncal": 5, "uncalibrated": 5, "raw": 4, "highg": 6,
}  # fmt: skip
"""Words for the kind of one sensor's values, the better ones first; those without such a word stand between."""
PLAIN_KIND: Final = 2
_FILLING: Final = {
    "sensor", "data", "value", "reading", "motion", "device", "including", "incl", "with", "without", "unit", "axis",
    "no", "in", "is", "g",
}  # fmt: skip
_CHINESE: Final = (
    ("片上时间", " chip time "), ("设备名称", " device name "), ("设备", " device "), ("系统时间", " system time "),
    ("时间戳", " timestamp "), ("时间", " time "), ("角加速度", " angular acceleration "),
    ("线性加速度", " linear acceleration "), ("线加速度", " linear acceleration "), ("加速度计", " acceleration "),
    ("加速度", " acceleration "), ("角速度", " gyro "), ("陀螺仪", " gyro "), ("重力", " gravity "),
    ("角度", " angle "), ("磁场", " mag "), ("磁", " mag "), ("弧度/秒", "rad/s"), ("度/秒", "deg/s"),
    ("毫秒", "ms"), ("秒", "s"), ("轴", " axis "),
)  # fmt: skip


@lru_cache(maxsize=4096)
def meaning_of(name: str) -> Meaning | None:
    """What a column of this name holds; None for anything that is neither time nor acceleration nor turning rate."""
    if len(name) > LONGEST_NAME:
        return None
    plain = _plain(name)
    bracket = _BRACKETS.search(plain)
    if bracket:
        unit = unit_spelt(bracket.group(1))
        found = _meaning(_BRACKETS.sub(" ", plain), unit)
        # An axis in a unit of something else is something else.
        other = found is not None and found.quantity == "bare" and bracket.group(1).strip("_ ")
        return None if other else found
    since = _SINCE_IN.match(plain)
    if since:
        return _meaning(since.group(1), unit_spelt(since.group(2)))
    for unit, pattern in _SUFFIX.items():
        suffixed = pattern.match(plain)
        found = _meaning(suffixed.group(1), unit) if suffixed else None
        if found is not None and found.unit == unit:
            return found
    return _meaning(plain, None)


def unit_spelt(text: str) -> str | None:
    """The unit that a text names, as `Meaning.unit`."""
    compact = _plain(text).strip("_ ").replace(" ", "_")
    return next((unit for unit, pattern in _UNIT.items() if pattern.match(compact)), None)


def sensor_in(name: str) -> str:
    """What a file's or column's name says besides quantity, axis and kind: the sensor's name, or nothing."""
    return _sensor_of(_plain(name))[0]


def compact(text: str) -> str:
    """A name without what people write differently: case, blanks, marks."""
    return re.sub(r"[^a-z0-9]", "", _plain(text))


def _plain(name: str) -> str:
    if not name.isascii():
        for chinese, english in _CHINESE:
            name = name.replace(chinese, english)
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip())
    folded = unicodedata.normalize("NFKD", split.replace("µ", "u").replace("μ", "u").replace("°", "deg"))
    ascii_only = folded.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[\s.:\-|]+", "_", ascii_only.replace("^", "").replace("*", "").replace('"', "")).strip("_")


def _meaning(plain: str, unit: str | None) -> Meaning | None:
    joined = re.sub(r"[^a-z0-9]", "", plain)
    if joined in _TIME_NAMES or joined.endswith(_TIME_ENDS):
        return Meaning("time", "", unit if unit in TIME_UNITS else _TIME_NAMES.get(joined), kind=joined)
    tokens = [token for token in re.split(r"[^a-z0-9]+", plain) if token]
    if len(tokens) > 1 and tokens[-1] in ("cal", "raw", "uncal", "unix", "utc"):
        before = _meaning("_".join(tokens[:-1]), unit)
        if before is not None and before.quantity == "time":
            return before
    return _by_tokens(tokens, unit) or _run_together(joined, unit)


def _by_tokens(tokens: Sequence[str], unit: str | None) -> Meaning | None:
    """Of a name whose parts stand apart: ``left_knee_acc_x``, ``thigh_ax``, ``Shimmer_6749_Accel_LN_X_CAL``."""
    if len(tokens) < 2:
        return None
    for place in reversed(range(len(tokens))):
        token = tokens[place]
        axis, short = (token, "") if token in ("x", "y", "z") else (token[-1], token[:-1])
        if axis not in ("x", "y", "z") or (short and short not in _ACC_SHORT | _GYR_SHORT):
            continue
        rest = [*tokens[:place], *([short] if short else []), *tokens[place + 1 :]]
        words = [token for token in rest if token not in ("axis", "achse", "dir")]
        quantity = _quantity("".join(words), unit, words)
        if quantity is not None:
            sensor, kind = _sensor_of("_".join(words))
            return Meaning(quantity, cast(Axis, axis), unit, sensor, kind)
    return None


def _run_together(joined: str, unit: str | None) -> Meaning | None:
    """Of a name in one word: ``ax``, ``accelerometerx``, ``xacc2``."""
    last, first = _AXIS_LAST.match(joined), _AXIS_FIRST.match(joined)
    for axis, word, number in (
        (last.group(2), last.group(1), last.group(3)) if last else ("", "", ""),
        (first.group(1), first.group(2), first.group(3)) if first else ("", "", ""),
    ):
        quantity = _quantity(word, unit, [word]) if axis else None
        if quantity is not None:
            # The spelling of the g-force apps names its unit.
            known = "g" if word in ("gf", "gforce") and unit is None else unit
            sensor, kind = _sensor_of(word)
            return Meaning(quantity, cast(Axis, axis), known, sensor + number, kind)
    return None


def _quantity(word: str, unit: str | None, tokens: Sequence[str]) -> Quantity | None:
    """What a name without its axis says, in one ``word`` and in its ``tokens``."""
    if word == "":
        if unit in UNITS_OF["acc"]:
            return "acc"
        return "gyr" if unit in UNITS_OF["gyr"] else ("bare" if unit is None else None)
    quantity: Quantity
    short = next((token for token in (tokens[-1], tokens[0]) if token in _ACC_SHORT | _GYR_SHORT), None)
    if any(part in word for part in _ACC_WORDS) and "angularacc" not in word:
        plainly = any(part in word for part in _WITH_GRAVITY)
        quantity = "linear" if not plainly and any(part in word for part in _LINEAR_WORDS) else "acc"
    elif any(part in word for part in _GYR_WORDS):
        quantity = "gyr"
    elif any(part in word for part in _GRAVITY_WORDS):
        quantity = "gravity"
    elif word == "user":
        quantity = "linear"
    elif short is not None and not any(token.startswith(_OTHER_WORDS) for token in tokens):
        quantity = "acc" if short in _ACC_SHORT else "gyr"
    else:
        return None
    return quantity if unit is None or unit in UNITS_OF[quantity] else None


def _sensor_of(words: str) -> tuple[str, str]:
    """The sensor's name and the kind of values in a name without its axis."""
    left = [token for token in re.split(r"[^a-z0-9]+", _QUANTITY_TOKENS.sub("_", words)) if token]
    kind = next((token for token in left if token in KINDS), "")
    kind = next(("".join(pair) for pair in (("low", "noise"), ("wide", "range")) if set(pair) <= set(left)), kind)
    dropped = _FILLING | KINDS.keys() | _ACC_SHORT | _GYR_SHORT | {"low", "noise", "wide", "range"}
    return "_".join(token for token in left if token not in dropped), kind
