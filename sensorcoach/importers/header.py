"""What a column's name says: which quantity, axis and unit. Names as people and apps write them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, cast

Quantity = Literal["time", "acc", "gyr", "linear", "bare"]
Axis = Literal["x", "y", "z", ""]

TIME_UNITS: Final = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
"""Seconds in one."""
WRAPPING_US: Final = "us of 32 bits"
"""Microseconds that begin again at 0 after 71.6 minutes."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """``linear``: acceleration without gravity. ``bare``: an axis and nothing else. ``unit``: s … ns, g, mg, mps2, dps,
    radps, None where the name does not tell. ``group`` tells several sensors in one table apart.
    """

    quantity: Quantity
    axis: Axis
    unit: str | None
    group: str


_UNIT_SPELLINGS: Final = {
    "mps2": r"m[_/ ]?s[_ -]?-?2|m/s/s|mps2|m_per_s2|m_s_2|meters?_per_second_squared|meters/second2",
    "mg": r"mg|milli_?g",
    "g": r"gs?|g_?force",
    "dps": r"dps|d/s|deg(?:rees?)?(?:/|_|ps_?|_?per_?)?_?(?:s|sec|second)|degps",
    "radps": r"rps|rad(?:ians?)?(?:/|_|ps_?|_?per_?)?_?(?:s|sec|second)|radps",
    "s": r"s|secs?|seconds?",
    "ms": r"ms|msecs?|millis(?:ec(?:ond)?s?)?|milliseconds?",
    "us": r"us|usecs?|micros(?:ec(?:ond)?s?)?|microseconds?",
    "ns": r"ns|nsecs?|nanos(?:ec(?:ond)?s?)?|nanoseconds?",
}
_UNIT: Final = {unit: re.compile(rf"(?:{spelling})\Z") for unit, spelling in _UNIT_SPELLINGS.items()}
_SUFFIX: Final = {unit: re.compile(rf"(.+)[_/ ](?:{spelling})\Z") for unit, spelling in _UNIT_SPELLINGS.items()}
_UNITS_OF: Final[dict[str, tuple[str, ...]]] = {
    "time": ("s", "ms", "us", "ns"),
    "acc": ("mps2", "mg", "g"),
    "linear": ("mps2", "mg", "g"),
    "gyr": ("dps", "radps"),
}
LONGEST_NAME: Final = 200
"""A longer cell is no name, and patterns take long over it."""
_BRACKETS: Final = re.compile(r"[(\[{<]([^)\]}>]*)[)\]}>]")
_AXIS_LAST: Final = re.compile(r"(.*?)([xyz])(?:axis|dir|achse)?(\d*)\Z")
_AXIS_FIRST: Final = re.compile(r"([xyz])(?:axis|achse)?(.+?)(\d*)\Z")

_TIME_NAMES: Final = {
    "t": None, "time": None, "timestamp": None, "timestamps": None, "ts": None, "datetime": None, "date": None,
    "elapsed": None, "elapsedtime": None, "timeelapsed": None, "epoch": None, "unixtime": None, "unixtimestamp": None,
    "epochtime": None, "systemtime": None, "sampletime": None, "sampletimefine": None, "devicetime": None,
    "sensortime": None, "loggingtime": None, "utc": None, "utctime": None, "localtime": None, "zeit": None,
    "zeitstempel": None, "temps": None, "tiempo": None, "experimenttime": None, "clock": None,
    "seconds": "s", "second": "s", "secs": "s", "sec": "s", "s": "s", "secondselapsed": "s", "elapsedseconds": "s",
    "ms": "ms", "millis": "ms", "milliseconds": "ms", "us": "us", "micros": "us", "microseconds": "us",
    "ns": "ns", "nanos": "ns", "nanoseconds": "ns",
}  # fmt: skip
_ACC_SHORT: Final = {"a", "gf", "gforce"}
_ACC_WORDS: Final = ("acc", "beschleunigung", "aceleracion", "akzel")
_LINEAR_WORDS: Final = ("lin", "free", "user", "withoutg", "nogravity", "dynamic")
_GYR_SHORT: Final = {"g", "w", "as", "av", "rot", "rotation"}
_GYR_WORDS: Final = (
    "gyr", "gyro", "angvel", "angularvel", "angularrate", "rotationrate", "rotrate", "omega", "gyroskop", "giro",
    "winkelgeschwindigkeit",
)  # fmt: skip


@lru_cache(maxsize=4096)
def meaning_of(name: str) -> Meaning | None:
    """What a column of this name holds; None for anything that is neither time nor acceleration nor turning rate."""
    if len(name) > LONGEST_NAME:
        return None
    plain = _plain(name)
    bracket = _BRACKETS.search(plain)
    if bracket:
        unit = _unit_spelt(bracket.group(1))
        return _meaning(_BRACKETS.sub(" ", plain), unit)
    for unit, pattern in _SUFFIX.items():
        suffixed = pattern.match(plain)
        found = _meaning(suffixed.group(1), unit) if suffixed else None
        if found is not None and found.unit == unit:
            return found
    return _meaning(plain, None)


def _plain(name: str) -> str:
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip())
    folded = unicodedata.normalize("NFKD", split.replace("µ", "u").replace("μ", "u").replace("°", "deg"))
    ascii_only = folded.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[\s.:\-]+", "_", ascii_only.replace("^", "").replace("*", "").replace('"', "")).strip("_")


def _unit_spelt(text: str) -> str | None:
    compact = text.strip("_ ").replace(" ", "_")
    return next((unit for unit, pattern in _UNIT.items() if pattern.match(compact)), None)


def _meaning(plain: str, unit: str | None) -> Meaning | None:
    compact = re.sub(r"[^a-z0-9]", "", plain)
    if compact in _TIME_NAMES or compact.endswith(("time", "timestamp")):
        return Meaning("time", "", unit if unit in TIME_UNITS else _TIME_NAMES.get(compact), compact)
    last, first = _AXIS_LAST.match(compact), _AXIS_FIRST.match(compact)
    for axis, word, number in (
        (last.group(2), last.group(1), last.group(3)) if last else ("", "", ""),
        (first.group(1), first.group(2), first.group(3)) if first else ("", "", ""),
    ):
        quantity = _quantity(word, unit) if axis else None
        if quantity is not None:
            # The spelling of the g-force apps names its unit.
            known = "g" if word in ("gf", "gforce") and unit is None else unit
            return Meaning(quantity, cast(Axis, axis), known, word + number)
    return None


def _quantity(word: str, unit: str | None) -> Quantity | None:
    if word == "":
        if unit in _UNITS_OF["acc"]:
            return "acc"
        return "gyr" if unit in _UNITS_OF["gyr"] else ("bare" if unit is None else None)
    if word in _ACC_SHORT or any(part in word for part in _ACC_WORDS):
        quantity: Quantity = "linear" if any(part in word for part in _LINEAR_WORDS) else "acc"
    elif word in _GYR_SHORT or any(part in word for part in _GYR_WORDS):
        quantity = "gyr"
    else:
        return None
    return quantity if unit is None or unit in _UNITS_OF[quantity] else None
