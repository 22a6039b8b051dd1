"""Sensors people own already, over the virtual radio: each dialect, boards that keep half the rate, described ones."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from sensorcoach.errors import SensorError
from sensorcoach.sources.described import described
from tests.ble.lab import Lab, in_virtual_time
from tests.ble.pretend import arduino as board
from tests.ble.pretend import dot
from tests.ble.pretend.arduino import PretendEarable1, PretendEarable2, PretendNicla
from tests.ble.pretend.dot import PretendDot
from tests.ble.pretend.home_made import UART, PretendEsp32, PretendUart
from tests.ble.pretend.microbit import PretendMicrobit
from tests.ble.product import Product, in_order, same_numbers, worn

pytestmark = pytest.mark.slow

NOTES = Path(__file__).resolve().parents[2] / "firmware_notes"


def header(product: Product) -> dict[str, Any]:
    """Of the recording."""
    with product.file.open(encoding="utf-8") as lines:
        first: dict[str, Any] = json.loads(next(lines))
    return first


async def counted(lab: Lab, folder: Path, sensor: Any, **told: Any) -> Product:
    """A whole session, counted exactly, live and from its recording."""
    session = worn()
    async with Product(lab, folder, choices=session.choices, take_every_s=0.5, **told) as product:
        await product.streaming()
        await asyncio.sleep(session.duration_s)
    done = product.done
    assert (done.summary.reps, done.summary.left, done.summary.right) == (4, 2, 2)
    assert [rep.side for rep in done.reps] == session.sides
    assert done.counts["undecodable"] == done.counts["duplicated"] == 0
    assert same_numbers(done, product.analyzed()) == []
    assert sensor.samples_sent == pytest.approx(done.samples, abs=60)
    return product


@pytest.mark.parametrize(
    ("kind", "told", "rate_hz", "dialect"),
    [
        (PretendNicla, {"keeps": 0.54}, 27, "bhy2"),
        (PretendEarable1, {}, 50, "edge-ml"),
        (PretendEarable2, {"at_once": 5}, 100, "openearable-2"),
    ],
    ids=["Nicla BHY2 at half its rate", "OpenEarable v1", "OpenEarable v2"],
)
@in_virtual_time
async def test_dialects_of_one_service(
    lab: Lab, tmp_path: Path, kind: Any, told: dict[str, Any], rate_hz: float, dialect: str
) -> None:
    product = await counted(lab, tmp_path, await lab.sensor(kind, worn().movement, **told))
    assert product.done.rate_hz == pytest.approx(rate_hz, rel=0.02)
    assert product.done.counts["lost"] <= 2
    assert header(product)["device"]["dialect"] == dialect


@pytest.mark.parametrize(("kind", "name"), [(PretendEsp32, "esp32"), (PretendUart, "uart")])
@in_virtual_time
async def test_a_described_sensor_is_counted_and_its_recording_read_without_the_file(
    lab: Lab, tmp_path: Path, kind: Any, name: str
) -> None:
    """`analyzed` knows the recording alone."""
    mine = described(NOTES / f"generic-{name}.toml")
    product = await counted(lab, tmp_path, await lab.sensor(kind, worn().movement), profiles=(mine,))
    assert product.done.counts["lost"] == 0
    assert header(product)["profile"] == mine.name
    assert header(product)["device"]["description"]["notify"] == mine.description.notify
    assert product.notices["unverified"].startswith("This sensor is read as its description says")
    log = lab.computer.habits.log
    if name == "uart":
        words = [
            f"subscribe {UART.format(3)}",
            f"write {UART.format(2)} 73",
            f"write {UART.format(2)} 65",
            "disconnect",
        ]
        assert in_order(words, log)


@in_virtual_time
async def test_a_dot_left_measuring_slowly_with_its_clock_about_to_wrap(lab: Lab, tmp_path: Path) -> None:
    """Stopped, set, started after listening; the µs begin at 0 again in the middle of the session."""
    sensor = await lab.sensor(
        PretendDot, worn().movement, rate_hz=20, mode=21, padded=True, first_us=2**32 - 25_000_000
    )
    product = await counted(lab, tmp_path, sensor)
    assert product.done.rate_hz == pytest.approx(60, rel=0.01)
    assert product.done.counts["lost"] == 0
    assert "C4:11:22:33:44:55" in str(header(product))
    words = [
        f"subscribe {dot.MEDIUM}",
        f"write {dot.CONTROL} 010015",
        f"write {dot.DEVICE} 10",
        f"write {dot.CONTROL} 010115",
        f"write {dot.CONTROL} 010015",
        "disconnect",
    ]
    log = [line[: len(f"write {dot.DEVICE} 10")] if dot.DEVICE in line else line for line in lab.computer.habits.log]
    assert in_order(words, log)


@in_virtual_time
async def test_dot_losses_are_counted_from_its_times(lab: Lab, tmp_path: Path) -> None:
    sensor = await lab.sensor(PretendDot, worn().movement)
    async with Product(lab, tmp_path) as product:
        await product.streaming()
        for number in (1, 2, 20):
            await asyncio.sleep(4)
            sensor.faults.lose_next = number
        await asyncio.sleep(4)
    assert product.done.counts["lost"] == sensor.samples_lost == 23


@in_virtual_time
async def test_a_dot_over_the_smallest_mtu_says_why_nothing_is_read(lab: Lab, tmp_path: Path) -> None:
    lab.computer.habits.mtu_request = 23
    await lab.sensor(PretendDot, worn().movement)
    async with Product(lab, tmp_path) as product:
        await product.streaming()
        await asyncio.sleep(15)
    assert "MTU" in product.notices["cut_packets"]


@in_virtual_time
async def test_a_microbit_in_a_hurry_is_measured_and_one_without_service_explained(lab: Lab, tmp_path: Path) -> None:
    """Issue 300: 18 ms instead of 20."""
    sensor = await lab.sensor(PretendMicrobit, worn().movement, hurry=1.11)
    async with Product(lab, tmp_path) as product:
        await product.streaming()
        await asyncio.sleep(20)
    assert sensor.writes == [b"\x14\x00"]
    assert product.done.rate_hz == pytest.approx(55.5, rel=0.01)
    assert product.done.counts["lost"] <= 1


@in_virtual_time
async def test_a_microbit_with_another_program_is_told_what_to_flash(lab: Lab, tmp_path: Path) -> None:
    await lab.sensor(PretendMicrobit, has_service=False)
    async with Product(lab, tmp_path) as product:
        error = await product.error()
    assert isinstance(error, SensorError)
    assert "No Pairing Required" in error.advice


@in_virtual_time
async def test_an_openearable_that_answers_nothing_is_an_error(lab: Lab, tmp_path: Path) -> None:
    sensor = await lab.sensor(PretendEarable2)
    sensor.faults.deaf_control = True
    async with Product(lab, tmp_path) as product:
        error = await product.error()
    assert "motion sensor" in str(error)
    assert f"subscribe {board.ANSWER}" in lab.computer.habits.log
