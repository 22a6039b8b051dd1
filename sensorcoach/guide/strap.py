"""What is wrong with how the sensor sits or is set, as sentences that end in advice.

What gravity can tell of a leg that lies still: which way the told axis points. What it cannot: whether a strap is loose
(`ringing`; one that has slipped is told by the pipeline: `SensorSlipped`), and, of an axis out of the shin, thigh from
shank: in crook lying both stand at about 40°.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sensorcoach.model import Mounting, Notice
from sensorcoach.settings import CalibrationSettings, GuideSettings

_UPRIGHT_DEG = 75.0
"""A told axis this steep is upright: a thigh of somebody who stands, or a shank with its knee up."""
_LEVEL_DEG = 20.0
"""Within this of level the thigh of somebody who sits, or lies with straight legs."""


def wrong_posture(t_s: float, elevation_deg: float, calibration: CalibrationSettings) -> Notice | None:
    """Why a thigh that lies still is not in crook lying, by its told axis; None where it is.

    ``elevation_deg``: how far below horizontal the hip lies, seen from the knee, by the axis told.
    """
    if calibration.thigh_elevation_min_deg <= elevation_deg <= calibration.thigh_elevation_max_deg:
        return None
    if elevation_deg < -_UPRIGHT_DEG:
        return Notice(
            t_s,
            "wrong_segment",
            "The leg stands upright. If you already lie with your knees up, the sensor sits below the knee: put it on "
            "the thigh, just above the knee, or choose the shank.",
        )
    if elevation_deg < -calibration.thigh_elevation_min_deg:
        return Notice(
            t_s,
            "upside_down",
            "The sensor seems to be upside down: the axis told as up the leg points to the knee. Turn it round, or "
            "tell the opposite axis.",
        )
    if abs(elevation_deg) <= _LEVEL_DEG:
        return Notice(
            t_s,
            "not_in_posture",
            "The thigh is level. Lie on your back, knees bent, feet flat. If you already do, another axis of the "
            "sensor points up the leg than was told.",
        )
    return Notice(
        t_s,
        "not_in_posture",
        "The thigh is not as in lying with bent knees. Lie on your back, knees bent, feet flat; if you do, draw the "
        "feet nearer, or straighten the sensor along the leg.",
    )


def wrong_shank(
    t_s: float, elevation_deg: float, mounting: Mounting, calibration: CalibrationSettings
) -> Notice | None:
    """A shank whose told axis up the leg points down as a thigh's does, lying still; None where it points up."""
    if mounting.segment != "shank" or mounting.up_leg is None or elevation_deg < calibration.thigh_elevation_min_deg:
        return None
    return Notice(
        t_s,
        "wrong_segment",
        "The axis told as up the leg points down. Either the sensor sits on the thigh, or it is upside down: choose "
        "the thigh, or turn it round.",
    )


def clipping_ranges(t_s: float, device_settings: Mapping[str, object], guide: GuideSettings) -> Iterator[Notice]:
    """Ranges that a drop or a landing would overstep, as far as the sensor told them."""
    wanted = (("acc_range_g", guide.acc_range_g, "g"), ("gyr_range_dps", guide.gyr_range_dps, "°/s"))
    for key, least, unit in wanted:
        told = device_settings.get(key)
        if isinstance(told, int | float) and 0.0 < told < least:
            yield Notice(
                t_s,
                "range",
                f"The sensor is set to ±{told:g} {unit}; a quick drop or a landing goes beyond. Set it to ±{least:g} "
                f"{unit} or more, or hard landings are not graded.",
            )
