"""Sessions in which everything goes wrong at random: the link comes back, and the recording gives the same session."""

import asyncio
import random
from pathlib import Path

import pytest

from sensorcoach.model import Packet
from tests.ble.lab import Lab, in_virtual_time
from tests.ble.pretend.peripheral import PretendSensor
from tests.ble.product import Product, same_numbers, worn

JUNK = [b"", b"\x00", b"U", b"Ua" * 9, b"\x11" * 12, bytes(72), b"\xff" * 244]


async def something_goes_wrong(lab: Lab, sensor: PretendSensor, whim: random.Random) -> None:
    """One mishap, and its end."""
    faults = sensor.faults
    match whim.choice(("drop", "walk", "hold", "lose", "repeat", "junk", "restart", "mute", "slow", "busy", "twice")):
        case "drop":
            await sensor.drop()
        case "walk":
            lab.leave(sensor)
            await asyncio.sleep(whim.uniform(0.5, 12.0))
            lab.come_back(sensor)
        case "hold":
            faults.hold = True
            await asyncio.sleep(whim.uniform(0.3, 3.0))
            faults.hold = False
        case "lose":
            faults.lose_next = whim.randint(1, 40)
        case "repeat":
            faults.repeat_next = whim.randint(1, 40)
        case "junk":
            faults.junk += whim.sample(JUNK, 3)
        case "restart":
            await sensor.restart(address=whim.choice((None, f"C4:11:22:33:44:{whim.randint(0, 99):02}")))
        case "mute":
            faults.mute = True
            await asyncio.sleep(whim.uniform(0.5, 8.0))
            faults.mute = False
        case "slow":
            lab.computer.habits.disconnect_hangs_s = whim.choice((0.0, 2.0, 30.0))
            lab.computer.habits.connect_takes_s = whim.choice((0.0, 1.0, 5.0))
        case "busy":
            lab.computer.habits.refuses_connects = [OSError(5, "Input/output error")] * whim.randint(1, 3)
            await sensor.drop()
        case "twice":
            await sensor.drop()
            await asyncio.sleep(whim.uniform(0.0, 1.0))
            await sensor.drop()


async def bad_day(lab: Lab, folder: Path, kind: str, seed: int) -> Product:
    whim = random.Random(f"{kind} {seed}")
    sensor = await getattr(lab, kind)(worn().movement)
    async with Product(lab, folder, choices=worn().choices, take_every_s=0.5) as product:
        await product.streaming()
        for _ in range(6):
            await asyncio.sleep(whim.uniform(0.2, 8.0))
            await something_goes_wrong(lab, sensor, whim)
        lab.computer.habits.connect_takes_s = 0.0
        lab.computer.habits.refuses_connects = []
        before = sensor.samples_sent
        await asyncio.sleep(60)
        assert product.live.status.state == "streaming", product.states
        assert sensor.is_streaming
        assert sensor.samples_sent - before > 20 * 99, "for most of the last minute"
    return product


def missed(product: Product, sensor: PretendSensor) -> list[float]:
    """Starts of repetitions that came over whole, with half a second around them, and were not counted as they were."""
    done, clock = product.done, product.live._clock
    assert sensor._moving_since_s is not None
    began_s = sensor._moving_since_s - clock._zero_s
    last_s = max(one.t_s for one in product.recorded() if isinstance(one, Packet)) - 1.0
    out = []
    for played in range(4):
        for rep in worn().simulation.truth:
            start_s, end_s = (
                one + played * worn().duration_s + began_s for one in (rep.drop_start_s, rep.return_end_s)
            )
            whole = not any(gap.start_s < end_s + 0.5 and gap.end_s > start_s - 0.5 for gap in done.gaps)
            seen = (abs(one.drop_start_s - start_s) < 1.2 and abs(one.return_end_s - end_s) < 1.5 for one in done.reps)
            if whole and end_s < last_s and not any(seen):
                out.append(start_s)
    return out


@pytest.mark.parametrize("kind", ["open", "witmotion"])
@pytest.mark.parametrize("seed", range(1))
@in_virtual_time
async def test_after_a_bad_day_it_streams_and_the_recording_tells_the_same(
    lab: Lab, tmp_path: Path, kind: str, seed: int
) -> None:
    product = await bad_day(lab, tmp_path, kind, seed)
    assert same_numbers(product.done, product.analyzed()) == []
    times_s = [item.t_s for item in product.recorded() if isinstance(item, Packet)]
    assert times_s == sorted(times_s)
    assert lab.computer.device.connections == {}
    (sensor,) = lab.sensors
    assert missed(product, sensor) == []
