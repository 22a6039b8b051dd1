"""Which units the numbers of a file are in, seen from physics: at rest an accelerometer reads one g."""

from __future__ import annotations

from typing import Final

import numpy as np

from sensorcoach.errors import InputError
from sensorcoach.importers.files import RecordingFile
from sensorcoach.model import STANDARD_GRAVITY, Floats

ACC_SCALE: Final = {"mps2": 1.0, "g": STANDARD_GRAVITY, "mg": STANDARD_GRAVITY / 1000, "g64": STANDARD_GRAVITY / 64} | {
    f"g{counts}": STANDARD_GRAVITY / counts for counts in (256, 2048, 4096, 8192, 16384)
}
"""m/s² in one."""
COUNTS: Final = tuple(unit for unit in ACC_SCALE if unit[1:].isdigit())
"""Counts of a converter: only believed where a program is known to use them, or whole numbers are nearly one g."""
COUNTS_REST_G: Final = (0.9, 1.06)
"""Rest magnitude of counts: sensors read 0.92-1.02 g (measured), and scales are a factor of 2 apart."""
GYR_SCALE: Final = {
    "radps": 1.0, "dps": float(np.deg2rad(1.0)), "mdps": float(np.deg2rad(1e-3)), "mradps": 1e-3,
}  # fmt: skip
"""rad/s in one."""
IN_WORDS: Final = {
    "mps2": "m/s²",
    "g": "g",
    "mg": "mg",
    **{unit: f"1/{unit[1:]} g" for unit in COUNTS},
    "radps": "rad/s",
    "dps": "°/s",
    "mdps": "m°/s",
    "mradps": "mrad/s",
}

REST_G: Final = (0.7, 1.3)
"""Rest magnitude in g that is taken for gravity. Uncalibrated units read 0.92-1.02 (measured); movement adds some."""
AVERAGED_S: Final = 1.0
"""Over a second gravity stays and movement averages out: what a leg gains in speed it loses again."""
MOST_WINDOWS: Final = 300
"""Of a longer recording so many seconds, spread evenly, tell the rest magnitude as well as all of them."""
SURVIVING_SHARE: Final = 0.5
"""Of the acceleration, at least this much survives the averaging where gravity is in it (walking: 0.9)."""
FASTEST_RADPS: Final = 12.0
"""Nobody's leg turns faster (690 °/s): with too little movement to compare, larger numbers are °/s."""


def rest_magnitude(acc: Floats, rate_hz: float) -> float:
    """Median length of the acceleration averaged over `AVERAGED_S`, in the unit of ``acc`` (n, 3), NaN rows left out.

    Gravity survives the averaging, the acceleration of a movement that comes to rest does not; where little survives,
    there is no rest to speak of and the answer is 0.
    """
    spread = _spread(acc, max(round(rate_hz * AVERAGED_S), 1))
    readable = spread[np.isfinite(spread).all(axis=1)]
    if not len(readable):
        return float("nan")
    surviving = np.linalg.norm(_window_means(readable, rate_hz, AVERAGED_S), axis=1)
    present = _window_means(np.linalg.norm(readable, axis=1, keepdims=True), rate_hz, AVERAGED_S)[:, 0]
    if np.median(surviving) < SURVIVING_SHARE * np.median(present):
        return 0.0
    return float(np.median(surviving))


def is_gravity_in_some_unit(rest: float) -> bool:
    """Whether a `rest_magnitude` is one g in a unit that a table may have without saying so."""
    return any(_is_gravity(rest * scale) for unit, scale in ACC_SCALE.items() if unit not in COUNTS)


def acceleration_unit(
    path: RecordingFile,
    rest: float,
    named: str | None,
    chosen: str | None,
    notices: list[str],
    *,
    whole_numbers: bool = False,
) -> str:
    """The unit of acceleration: chosen by the person, else the one in which the rest magnitude is gravity.

    Args:
        path: for messages.
        rest: `rest_magnitude`.
        named: unit in the file's header.
        chosen: ``--unit``.
        notices: what was assumed is added here.
        whole_numbers: there is no fraction in them, so they may be counts.

    Raises:
        InputError: in no unit (or not in the chosen one) is this gravity.
    """
    likely = ACC_SCALE if named in COUNTS else {unit: ACC_SCALE[unit] for unit in ACC_SCALE if unit not in COUNTS}
    fitting = [unit for unit, scale in likely.items() if _is_gravity(rest * scale)]
    if chosen is not None:
        if chosen not in ACC_SCALE or chosen in COUNTS:
            known = ", ".join(unit for unit in ACC_SCALE if unit not in COUNTS)
            raise InputError(f"--unit {chosen} is unknown.", f"Choose one of {known}.")
        if chosen not in fitting:
            raise _no_gravity(path, rest, chosen)
        return chosen
    if not fitting and named is None and whole_numbers:
        fitting = [unit for unit in COUNTS if COUNTS_REST_G[0] <= rest / int(unit[1:]) <= COUNTS_REST_G[1]]
    if not fitting:
        raise _no_gravity(path, rest, named)
    seen = fitting[0]
    if named is None:
        notices.append(f"Acceleration is taken to be in {IN_WORDS[seen]}: at rest it reads {rest:.3g}.")
    elif named != seen:
        notices.append(
            f"Acceleration is taken to be in {IN_WORDS[seen]}, although the header says {IN_WORDS[named]}: "
            f"at rest it reads {rest:.3g}."
        )
    return seen


def _spread(values: Floats, length: int) -> Floats:
    """At most `MOST_WINDOWS` runs of ``length`` rows, spread evenly over all rows; fewer rows as they are."""
    number = len(values) // length
    if number <= MOST_WINDOWS:
        return values
    chosen = np.linspace(0, number - 1, MOST_WINDOWS).astype(np.intp)
    return values[: number * length].reshape(number, length, -1)[chosen].reshape(MOST_WINDOWS * length, -1)


def _window_means(values: Floats, rate_hz: float, window_s: float) -> Floats:
    length = max(round(rate_hz * window_s), 1)
    number = len(values) // length
    if not number:
        return values.mean(axis=0, keepdims=True) if len(values) else values
    means: Floats = values[: number * length].reshape(number, length, -1).mean(axis=1)
    return means


def _is_gravity(magnitude_mps2: float) -> bool:
    return REST_G[0] <= magnitude_mps2 / STANDARD_GRAVITY <= REST_G[1]


def _no_gravity(path: RecordingFile, rest: float, unit: str | None) -> InputError:
    said = f" {IN_WORDS[unit]}" if unit in IN_WORDS else ""
    if rest < REST_G[0] or (unit == "mps2" and rest < REST_G[0] * STANDARD_GRAVITY):
        return InputError(
            f"{path} holds no gravity: at rest the acceleration reads {rest:.2g}{said}, expected 1 g or 9.8 m/s².",
            "Export the raw accelerometer, not linear or user acceleration.",
        )
    return InputError(
        f"{path}: at rest the acceleration reads {rest:.3g}{said}, expected 1 (g) or 9.8 (m/s²).",
        "Export it again in one of them, without rounding or reformatting by a spreadsheet.",
    )
