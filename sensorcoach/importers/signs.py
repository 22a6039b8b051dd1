"""Which programs give acceleration with the opposite sign: those that pass on what Apple's Core Motion says.

At rest on its back an iPhone reads z = -1 g there; everywhere else, and here, it is +1 g (the force that carries it).
The gyroscope cannot tell: gravity and its reverse turn alike. So the program's shape does. Sources: Apple's Core Motion
reference (CMAccelerometerData, CMDeviceMotion) and exports of SensorLog (iOS), Sensor Logger and MotionSense.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sensorcoach.importers.header import compact

APPLE: Final = "Apple gives acceleration with the opposite sign; it was turned round (--acc-sign keep leaves it)."
KEPT: Final = "Acceleration keeps the sign in which it is written (--acc-sign keep)."
FLIPPED: Final = "Acceleration was turned round (--acc-sign flip)."


def is_core_motion(names: Sequence[str]) -> bool:
    """Whether a table's columns are named as Core Motion names them."""
    known = {compact(name) for name in names}
    device_motion = any("useracceleration" in name for name in known) and any("rotationrate" in name for name in known)
    sensor_log = any(name.startswith("accelerometeraccelerationx") for name in known)
    watch = {"rotationratex", "gravityx", "accelerationx"} <= known
    return device_motion or sensor_log or watch
