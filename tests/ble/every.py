"""The pretend sensor of each profile: one line makes `test_every_profile` play it through the whole product."""

from collections.abc import Callable

from tests.ble.pretend.arduino import PretendNano
from tests.ble.pretend.bluest import PretendBlueSt
from tests.ble.pretend.dot import PretendDot
from tests.ble.pretend.metamotion import PretendMetaMotion
from tests.ble.pretend.microbit import PretendMicrobit
from tests.ble.pretend.movesense import PretendMovesense
from tests.ble.pretend.open_format import PretendOpen
from tests.ble.pretend.peripheral import PretendSensor
from tests.ble.pretend.polar import PretendPolar
from tests.ble.pretend.thingy import PretendThingy
from tests.ble.pretend.witmotion import PretendWitMotion

PRETEND: dict[str, Callable[..., PretendSensor]] = {
    "open": PretendOpen,
    "witmotion": PretendWitMotion,
    "movesense": PretendMovesense,
    "metamotion": PretendMetaMotion,
    "polar": PretendPolar,
    "dot": PretendDot,
    "arduino": PretendNano,
    "thingy": PretendThingy,
    "bluest": PretendBlueSt,
    "microbit": PretendMicrobit,
}
"""By profile."""
