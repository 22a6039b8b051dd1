"""One virtual room: the air, a computer, pretend sensors; and `in_virtual_time`, which runs a test in it."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from tests.ble import virtual_time
from tests.ble.air import Air, RadioController
from tests.ble.backend import Computer
from tests.ble.pretend.movement import Movement, still
from tests.ble.pretend.open_format import PretendOpen
from tests.ble.pretend.peripheral import PretendSensor
from tests.ble.pretend.witmotion import PretendWitMotion

Sensor = TypeVar("Sensor", bound=PretendSensor)


class Lab:
    """Everything is powered off when the context ends."""

    def __init__(self, interval_s: float = 0.0) -> None:
        self.air = Air(interval_s)
        self.computer = Computer(self.air)
        self._controllers: dict[PretendSensor, RadioController] = {}

    async def __aenter__(self) -> Lab:
        await self.computer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        for sensor in self._controllers:
            await sensor.stop()

    @property
    def sensors(self) -> list[PretendSensor]:
        """All of them."""
        return list(self._controllers)

    async def sensor(self, kind: Callable[..., Sensor], movement: Movement | None = None, **told: Any) -> Sensor:
        """A pretend sensor, powered on; still unless told how it moves."""
        controller = RadioController(f"sensor {len(self._controllers)}", link=self.air)
        one = kind(controller, controller, movement or still(), **told)
        self._controllers[one] = controller
        await one.start()
        return one

    async def open(self, movement: Movement | None = None, **told: Any) -> PretendOpen:
        """One of our own."""
        return await self.sensor(PretendOpen, movement, **told)

    async def witmotion(self, movement: Movement | None = None, **told: Any) -> PretendWitMotion:
        """A WitMotion."""
        return await self.sensor(PretendWitMotion, movement, **told)

    def leave(self, sensor: PretendSensor) -> None:
        """It is out of range from now on."""
        self.air.leave(self._controllers[sensor])

    def come_back(self, sensor: PretendSensor) -> None:
        """It is in range again."""
        self.air.come_back(self._controllers[sensor])


def in_virtual_time(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """A test that takes a `Lab` first, run in virtual time."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        async def go() -> None:
            async with Lab() as lab:
                await test(lab, *args, **kwargs)

        virtual_time.run(go())

    # pytest must not take the lab for a fixture.
    del run.__wrapped__  # type: ignore[attr-defined]
    parameters = list(inspect.signature(test).parameters.values())[1:]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return run


async def within(seconds: float, condition: Callable[[], bool], step_s: float = 0.05) -> bool:
    """Whether the condition comes true in so many virtual seconds; waits no longer than that."""
    loop = asyncio.get_running_loop()
    end_s = loop.time() + seconds
    while not condition():
        if loop.time() >= end_s:
            return False
        await asyncio.sleep(step_s)
    return True
