"""A Movesense, a MetaMotion and a Verity Sense over the virtual radio: words in the right order, narrow links, wrong
clocks, packets that never come, connections that break.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.ble.every import PRETEND
from tests.ble.lab import Lab, in_virtual_time
from tests.ble.pretend.metamotion import PretendMetaMotion
from tests.ble.pretend.movesense import PretendMovesense
from tests.ble.pretend.polar import PretendPolar, packed_differences
from tests.ble.product import Product, in_order, worn

pytestmark = pytest.mark.slow

KINDS = ["movesense", "metamotion", "polar"]


def commands(lab: Lab, uuid: str) -> list[str]:
    return [line.split()[2] for line in lab.computer.habits.log if line.startswith(f"write {uuid} ")]


def told(product: Product) -> dict[str, Any]:
    """Device settings in the recording's first line."""
    with product.file.open(encoding="utf-8") as lines:
        settings: dict[str, Any] = json.loads(next(lines))["device"]
    return settings


def test_the_pretend_verity_sense_packs_as_published() -> None:
    """P3 and P5, of the maker's tests."""
    assert packed_differences(np.array([[-1, 3, 3]])) == bytes.fromhex("0301df00")
    assert packed_differences(np.array([[-5, -3, 0]])) != packed_differences(np.array([[-3, -5, 0]]))


async def counted(lab: Lab, folder: Path, sensor: Any) -> Product:
    """A whole session; what it was is told by its counts."""
    session = worn()
    async with Product(lab, folder, choices=session.choices, take_every_s=0.5) as product:
        await product.streaming()
        await asyncio.sleep(session.duration_s + 2)
    assert product.done.summary.reps == 4
    assert [rep.side for rep in product.done.reps] == session.sides
    return product


@in_virtual_time
async def test_movesense_words(lab: Lab, tmp_path: Path) -> None:
    sensor = await lab.sensor(PretendMovesense, worn().movement)
    async with Product(lab, tmp_path) as product:
        await product.streaming()
        await asyncio.sleep(5)
    log = lab.computer.habits.log
    subscribed = "write 34800001-7185-4d5d-b431-630e7050e8f0 0168" + b"/Meas/IMU6/104\0".hex()
    assert in_order(["connect", "subscribe 34800002-7185-4d5d-b431-630e7050e8f0", subscribed, "disconnect"], log)
    assert b"\x02\x68" in sensor.writes[-2:]
    assert not sensor.is_streaming
    assert told(product)["acc_range_g"] == 16
    assert product.live.status.battery.fraction == 0.81


@pytest.mark.parametrize(("mtu", "rates"), [(23, (52, 104)), (105, (52,)), (63, (52,))])
@in_virtual_time
async def test_movesense_over_any_mtu(lab: Lab, tmp_path: Path, mtu: int, rates: tuple[int, ...]) -> None:
    lab.computer.habits.mtu_request = mtu
    product = await counted(lab, tmp_path, await lab.sensor(PretendMovesense, worn().movement, rates_hz=rates))
    assert product.done.counts["undecodable"] == product.done.counts["lost"] == 0
    assert product.done.rate_hz == pytest.approx(max(rates), rel=0.01)
    continued = [one for one in product.packets("answer") if one[0] == 3]
    assert bool(continued) == (mtu < 105)


@in_virtual_time
async def test_a_stock_movesense_is_told_what_it_lacks(lab: Lab, tmp_path: Path) -> None:
    await lab.sensor(PretendMovesense, stock=True)
    async with Product(lab, tmp_path) as product:
        error = await product.error()
    assert "stock firmware" in str(error)
    assert "GSP" in str(error)


@pytest.mark.parametrize(
    ("chip", "revision", "registers"),
    [("BMI160", 1, ("031c01", "130701")), ("BMI270", 0, ("030501", "130501")), ("BMI160", 0, ("030401", "130501"))],
)
@in_virtual_time
async def test_metamotion_words(lab: Lab, tmp_path: Path, chip: str, revision: int, registers: tuple[str, ...]) -> None:
    sensor = await lab.sensor(PretendMetaMotion, worn().movement, chip=chip, revision=revision)
    async with Product(lab, tmp_path) as product:
        await product.streaming()
        await asyncio.sleep(8)
    said = commands(lab, "326a9001-85cb-9195-d9dd-464cfbbae75a")
    config = {("BMI160", 1): "0303280c", ("BMI270", 0): "0303a803", ("BMI160", 0): "0303270c"}[chip, revision]
    assert in_order(
        ["0380", "1380", config, "0383", "1383", *registers, "03020100", "13020100", "130101", "030101"], said
    )
    assert in_order(["030101", "030100", "130100"], said), "it is stopped at the end"
    assert sensor.running == set()
    assert product.done.counts["undecodable"] == product.done.counts["lost"] == 0
    assert product.done.rate_hz == pytest.approx(50 if (chip, revision) == ("BMI160", 0) else 100, rel=0.01)
    assert product.live.status.battery.volts == 4.148


@in_virtual_time
async def test_verity_sense_words(lab: Lab, tmp_path: Path) -> None:
    sensor = await lab.sensor(PretendPolar, worn().movement)
    async with Product(lab, tmp_path) as product:
        await product.streaming()
        await asyncio.sleep(5)
    control, data = (f"fb005c8{number}-02e7-f387-1cad-8acd2d8df0c8" for number in (1, 2))
    log = lab.computer.habits.log
    assert in_order([f"subscribe {control}", f"subscribe {data}"], log)
    said = commands(lab, control)
    assert said[:2] == ["0302", "0305"]
    assert in_order(
        ["0102", "0202000134000101100002010800040103", "0105", "0205" + "00013400010110000201d007040103"], said
    )
    assert said[-2:] == ["0302", "0305"]
    assert sensor.running == set()
    assert product.live.status.battery.fraction == 0.81
    assert told(product)["gyr_range_dps"] == 2000


@pytest.mark.parametrize("each", [{"acc": 71, "gyr": 71}, {"acc": 71, "gyr": 36}])
@in_virtual_time
async def test_a_verity_sense_that_gathers_for_long_is_no_stall(lab: Lab, tmp_path: Path, each: dict[str, int]) -> None:
    product = await counted(lab, tmp_path, await lab.sensor(PretendPolar, worn().movement, each=each))
    assert product.done.counts["lost"] == product.done.counts["undecodable"] == 0
    assert "lost" not in product.states
    assert "stalled" not in product.states


@pytest.mark.parametrize(("told", "mtu", "words"), [({"on_charger": True}, 247, "charger"), ({}, 185, "MTU of 232")])
@in_virtual_time
async def test_a_verity_sense_that_cannot(lab: Lab, tmp_path: Path, told: dict[str, Any], mtu: int, words: str) -> None:
    lab.computer.habits.mtu_request = mtu
    await lab.sensor(PretendPolar, **told)
    async with Product(lab, tmp_path) as product:
        error = await product.error()
    assert words in str(error)


@pytest.mark.parametrize("name", ["metamotion", "polar"])
@in_virtual_time
async def test_a_clock_a_hundredth_fast_counts_the_same(lab: Lab, tmp_path: Path, name: str) -> None:
    product = await counted(lab, tmp_path, await lab.sensor(PRETEND[name], worn().movement, clock_error=0.01))
    assert product.done.counts["lost"] == 0
    assert product.done.gaps == ()


@pytest.mark.parametrize("name", KINDS)
@in_virtual_time
async def test_a_forced_disconnect_costs_seconds(lab: Lab, tmp_path: Path, name: str) -> None:
    session = worn()
    sensor = await lab.sensor(PRETEND[name], session.movement)
    async with Product(lab, tmp_path, choices=session.choices, take_every_s=0.2) as product:
        await product.streaming()
        began_s = asyncio.get_running_loop().time()
        await asyncio.sleep(session.simulation.truth[2].drop_start_s - 3)
        await sensor.drop()
        await product.streaming(times=2)
        await asyncio.sleep(began_s + session.duration_s + 2 - asyncio.get_running_loop().time())
    assert product.done.summary.reps in (3, 4)
    assert len(product.done.gaps) == 1
    assert product.longest_gap_s < 8
    assert product.done.counts["undecodable"] == 0


@pytest.mark.parametrize("name", ["movesense", "polar"])
@in_virtual_time
async def test_lost_notifications_are_counted_by_the_sensor_s_clock(lab: Lab, tmp_path: Path, name: str) -> None:
    session = worn()
    sensor = await lab.sensor(PRETEND[name], session.movement)
    async with Product(lab, tmp_path, choices=session.choices, take_every_s=0.2) as product:
        await product.streaming()
        await asyncio.sleep(12)
        sensor.faults.lose_next = 2
        await asyncio.sleep(12)
    assert sensor.samples_lost > 0
    # A lost frame of turning rates takes the accelerations of its time along.
    slack = 2 if name == "movesense" else 45
    assert product.done.counts["lost"] == pytest.approx(sensor.samples_lost, abs=slack)


@pytest.mark.parametrize("name", ["metamotion", "polar"])
@in_virtual_time
async def test_three_seconds_late_in_one_burst_lose_nothing(lab: Lab, tmp_path: Path, name: str) -> None:
    session = worn()
    sensor = await lab.sensor(PRETEND[name], session.movement)
    async with Product(lab, tmp_path, choices=session.choices, take_every_s=0.2) as product:
        await product.streaming()
        await asyncio.sleep(session.simulation.truth[1].drop_start_s)
        sensor.faults.hold = True
        await asyncio.sleep(3)
        sensor.faults.hold = False
        await asyncio.sleep(session.duration_s - session.simulation.truth[1].drop_start_s - 1)
    assert "lost" not in product.states
    assert product.done.summary.reps == 4
    assert product.done.counts["lost"] == 0
