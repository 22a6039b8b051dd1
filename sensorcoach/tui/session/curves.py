"""What the two plots show of a picture: the roll with what is comfortable, the speed with what is too fast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sensorcoach.model import Trace
from sensorcoach.tui.session.marks import pins_of, spans_of
from sensorcoach.tui.session.plot import Line, View

if TYPE_CHECKING:
    from sensorcoach.session.picture import Picture

ROLL_DEG: Final = 80.0
"""The roll's plot reaches so far to each side. A comfortable drop is 30-60°; 85° is too far for anybody."""
SPEEDS_DPS: Final = (120.0, 160.0, 240.0, 400.0)
"""The speed's plot reaches to one of these, with room above the limit."""
_ROOM: Final = 1.25


def roll_view(picture: Picture, trace: Trace, start_s: float) -> View:
    """Left is up, right is down; where nobody knows which is which, A and B."""
    known = any(rep.side for rep in picture.reps) or (picture.phase is not None and picture.phase.side is not None)
    up, down = ("L", "R") if known else ("A", "B")
    left_deg, right_deg = picture.comfort_left_deg, picture.comfort_right_deg
    lines = [Line(0.0, "0°")]
    band = None
    if left_deg is not None or right_deg is not None:
        high, low = left_deg or ROLL_DEG, -(right_deg or ROLL_DEG)
        band = (low, high)
    for comfort_deg, letter, sign in ((left_deg, up, 1.0), (right_deg, down, -1.0)):
        if comfort_deg is None:
            lines.append(Line(sign * 45.0, f"{letter} 45°"))
        else:
            lines.append(Line(sign * comfort_deg, f"{letter} {comfort_deg:.0f}°", "band-edge"))
    return View(
        picture.t_s,
        trace.t_s,
        trace.roll_deg,
        -ROLL_DEG,
        ROLL_DEG,
        tuple(lines),
        band,
        spans_of(picture, start_s),
        pins_of(picture, start_s),
    )


def speed_view(picture: Picture, trace: Trace, start_s: float) -> View:
    """How fast, whichever way; the limit is that of a drop."""
    limit_dps = picture.too_fast_dps
    high = next((top for top in SPEEDS_DPS if top >= _ROOM * limit_dps), SPEEDS_DPS[-1])
    lines = (Line(limit_dps, f"{limit_dps:.0f}", "limit", over=True),)
    return View(
        picture.t_s,
        trace.t_s,
        np.abs(trace.speed_dps),
        0.0,
        high,
        lines,
        None,
        spans_of(picture, start_s),
        pins_of(picture, start_s),
    )
