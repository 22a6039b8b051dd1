"""Whole sessions over the virtual radio: from a pretend sensor's bytes to the count, the recording and its analysis."""

import asyncio
import os
import stat
import struct
from pathlib import Path

import pytest

from tests.ble import virtual_time
from tests.ble.lab import Lab, in_virtual_time
from tests.ble.pretend import open_format as own
from tests.ble.pretend import witmotion as wit
from tests.ble.product import Product, in_order, same_numbers, worn

KINDS = ["open", "witmotion"]


def never_came(payloads: list[bytes]) -> float:
    """Samples that the sensor's own clock has room for, and that did not come."""
    heads = [struct.unpack_from("<BBHIHBB", payload) for payload in payloads]
    span_us = heads[-1][3] - heads[0][3]
    return span_us * 104e-6 - sum(head[5] for head in heads[:-1])


@pytest.mark.parametrize("kind", KINDS)
@in_virtual_time
async def test_a_session_is_counted_recorded_and_counted_again_alike(lab: Lab, tmp_path: Path, kind: str) -> None:
    """R1, R8, R17, R24: nothing lost, count and sides exact; the recording holds every byte and gives the same."""
    session = worn()
    sensor = await getattr(lab, kind)(session.movement)
    async with Product(lab, tmp_path, choices=session.choices) as product:
        await product.streaming()
        await asyncio.sleep(session.duration_s)
    done = product.done
    assert (done.summary.reps, done.summary.left, done.summary.right) == (session.reps, 2, 2) == (4, 2, 2)
    assert [rep.side for rep in done.reps] == session.sides
    assert done.counts["lost"] == done.counts["duplicated"] == done.counts["filled"] == 0
    assert done.gaps == ()
    assert all(rep.graded for rep in done.reps)
    assert [state for state in product.states if state != "battery_low"][:3] == ["searching", "connecting", "streaming"]
    assert "stalled" not in product.states
    assert "lost" not in product.states
    assert same_numbers(done, product.analyzed()) == []
    if os.name == "posix":
        assert stat.S_IMODE(product.file.stat().st_mode) == 0o600
    channel = "imu" if kind == "open" else "data"
    samples = [one for one in product.packets(channel) if not one.startswith(b"Uq")]
    assert len(samples) == pytest.approx(sensor.sent, abs=2)
    log = lab.computer.habits.log
    assert in_order(["scan on", "scan off", "connect", f"subscribe {sensor.data_uuid()}", "disconnect"], log)
    assert log.count("connect") == 1


@in_virtual_time
async def test_r24_own_is_subscribed_to_before_it_is_started_and_stopped_at_the_end(lab: Lab, tmp_path: Path) -> None:
    """R24. The conversation stands in the recording, so that scales and settings can be read out of it again."""
    sensor = await lab.open(worn().movement)
    async with Product(lab, tmp_path) as product:
        await product.streaming()
        await asyncio.sleep(5)
    start = f"write {own.CONTROL} 01"
    log = lab.computer.habits.log
    assert in_order([f"subscribe {own.CONTROL}", f"subscribe {own.IMU}", start], log)
    assert log.index(f"subscribe {own.IMU}") < log.index(start)
    assert sensor.writes[-1] == b"\x02"
    assert b"\x81\x00" in product.packets("control")
    assert struct.unpack("<BBHff", product.packets("info")[-1])[2] == 104
    assert product.packets("serial") == [own.SERIAL.encode()] or own.SERIAL in str(product.done.sensor)
    numbers = [struct.unpack_from("<H", payload, 2)[0] for payload in product.packets("imu")]
    assert numbers == list(range(len(numbers))), "the very first packet is there"


@in_virtual_time
async def test_wit_is_set_to_100_hz_and_read_back(lab: Lab, tmp_path: Path) -> None:
    sensor = await lab.witmotion(worn().movement, displacement=True)
    sensor.faults.ignore_writes = 1
    async with Product(lab, tmp_path) as product:
        await product.streaming()
        await asyncio.sleep(5)
    assert sensor.rate_code == 0x09
    assert sensor._registers[wit.OUTPUT] == 0
    said = b"".join(product.packets("data"))
    assert b"Uq\x03\x00\x09\x00" in said
    assert b"Uq\x96\x00\x00\x00" in said
    assert product.done.rate_hz == pytest.approx(99.26, rel=0.01)
    saves = [one for one in sensor.writes if one == bytes.fromhex("ffaa000000")]
    assert saves == [], "its flash is not worn"


@pytest.mark.parametrize("kind", KINDS)
@in_virtual_time
async def test_a_forced_disconnect_costs_seconds_not_the_session(lab: Lab, tmp_path: Path, kind: str) -> None:
    """R1, R6, R9: the count goes on, the gap is shown, the repetition it cut is not graded; each client is closed."""
    session = worn()
    sensor = await getattr(lab, kind)(session.movement)
    async with Product(lab, tmp_path, choices=session.choices, take_every_s=0.5) as product:
        await product.streaming()
        began_s = asyncio.get_running_loop().time()
        third = session.simulation.truth[2]
        await asyncio.sleep(third.drop_end_s - 0.3)
        await sensor.drop()
        await product.streaming(times=2)
        assert asyncio.get_running_loop().time() - began_s < third.drop_end_s + 10
        await asyncio.sleep(began_s + session.duration_s - asyncio.get_running_loop().time())
    done = product.done
    assert in_order(["streaming", "lost", "searching", "connecting", "streaming"], product.states)
    assert 3 <= done.summary.reps <= 4
    assert 1 <= len(done.gaps) <= 2
    assert product.longest_gap_s < 8
    cut = [rep for rep in done.reps if not rep.graded]
    assert len(cut) <= 1
    assert done.summary.reps - len(cut) == 3, "all that were not cut are graded"
    assert done.reps[-1].side == session.sides[-1]
    log = lab.computer.habits.log
    assert log.count("connect") == 2
    assert log.count("disconnect") >= 2
    assert same_numbers(done, product.analyzed()) == []


@pytest.mark.parametrize("every_s", [5.0, 8.0, 9.0])
@in_virtual_time
async def test_a_link_that_flaps_costs_no_repetition_whose_samples_came(
    lab: Lab, tmp_path: Path, every_s: float
) -> None:
    """R9: eight repetitions, and the sensor hangs up every few seconds. Before: 3 of 8 at a drop every 8 s."""
    session = worn(None)
    sensor = await lab.open(session.movement)
    async with Product(lab, tmp_path, choices=session.choices, take_every_s=0.5) as product:
        await product.streaming()
        began_s = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() < began_s + session.duration_s:
            await asyncio.sleep(every_s)
            await sensor.drop()
        await product.streaming(times=product.states.count("lost") + 1)
    done, drops = product.done, product.states.count("lost")
    lost_s = sum(gap.end_s - gap.start_s for gap in done.gaps)
    assert drops >= session.duration_s / every_s - 1
    assert lost_s <= drops * 1.0
    assert product.live.status.missing_s == pytest.approx(lost_s, rel=0.1, abs=0.1 * drops)
    assert done.summary.reps == session.reps == 8
    assert [rep.side for rep in done.reps] == session.sides
    assert same_numbers(done, product.analyzed()) == []


@pytest.mark.parametrize("away_s", [2.0, 6.0, 30.0])
@in_virtual_time
async def test_out_of_range_and_back(lab: Lab, tmp_path: Path, away_s: float) -> None:
    """R3, R8, R9: 2 s are a stall the link outlives, nothing is lost; more are counted gaps, and then it streams."""
    session = worn()
    sensor = await lab.open(session.movement)
    async with Product(lab, tmp_path, choices=session.choices, take_every_s=0.5) as product:
        await product.streaming()
        began_s = asyncio.get_running_loop().time()
        await asyncio.sleep(20)
        lab.leave(sensor)
        await asyncio.sleep(away_s)
        lab.come_back(sensor)
        back_s = asyncio.get_running_loop().time()
        await product.streaming(20, times=2)
        assert asyncio.get_running_loop().time() - back_s < 16
        await asyncio.sleep(began_s + session.duration_s - asyncio.get_running_loop().time())
    done = product.done
    assert "stalled" in product.states
    if away_s < 4:
        assert "lost" not in product.states
        assert done.counts["lost"] == 0
        assert done.summary.reps == 4
    else:
        assert "lost" in product.states
        assert done.counts["lost"] == pytest.approx(never_came(product.packets("imu")), abs=1)
        assert product.longest_gap_s == pytest.approx(away_s, abs=16)
    assert same_numbers(done, product.analyzed()) == []


@pytest.mark.parametrize("kind", KINDS)
@in_virtual_time
async def test_three_seconds_late_in_one_burst_lose_nothing(lab: Lab, tmp_path: Path, kind: str) -> None:
    """R15, R17: samples keep the sensor's own time; the link is kept."""
    session = worn()
    sensor = await getattr(lab, kind)(session.movement)
    async with Product(lab, tmp_path, choices=session.choices, take_every_s=0.5) as product:
        await product.streaming()
        await asyncio.sleep(session.simulation.truth[1].drop_start_s)
        sensor.faults.hold = True
        await asyncio.sleep(3)
        sensor.faults.hold = False
        await asyncio.sleep(session.duration_s - session.simulation.truth[1].drop_start_s - 3)
    done = product.done
    assert in_order(["streaming", "stalled", "streaming"], product.states)
    assert "lost" not in product.states
    assert done.summary.reps == 4
    assert done.counts["lost"] == 0
    assert [rep.side for rep in done.reps] == session.sides


@pytest.mark.parametrize("kind", KINDS)
@in_virtual_time
async def test_r03_a_zombie_link_is_torn_down(lab: Lab, tmp_path: Path, kind: str) -> None:
    """R3: connected, subscribed, silent; the operating system says nothing of it."""
    sensor = await getattr(lab, kind)()
    async with Product(lab, tmp_path) as product:
        await product.streaming()
        await asyncio.sleep(10)
        sensor.faults.mute = True
        muted_s = asyncio.get_running_loop().time()
        await product.until("stalled", 3)
        assert asyncio.get_running_loop().time() - muted_s < 1.2
        assert sensor.link is not None
        await product.until("lost", 6)
        assert asyncio.get_running_loop().time() - muted_s < 4.5
        sensor.faults.mute = False
        await product.streaming(times=2)
    assert lab.computer.habits.log.count("connect") == 2


@in_virtual_time
async def test_r02_what_comes_twice_counts_once(lab: Lab, tmp_path: Path) -> None:
    """R2: by sequence number."""
    session = worn()
    sensor = await lab.open(session.movement)
    async with Product(lab, tmp_path, choices=session.choices, take_every_s=0.5) as product:
        await product.streaming()
        sensor.faults.repeat_all, once = True, sensor.samples_sent
        await asyncio.sleep(session.duration_s)
    assert product.done.summary.reps == 4
    assert product.done.counts["duplicated"] == pytest.approx(sensor.samples_sent - once, abs=20)
    assert product.done.counts["lost"] == 0


@in_virtual_time
async def test_r01_own_counts_what_was_lost_exactly(lab: Lab, tmp_path: Path) -> None:
    """R1."""
    session = worn()
    sensor = await lab.open(session.movement)
    async with Product(lab, tmp_path, choices=session.choices, take_every_s=0.5) as product:
        await product.streaming()
        for after_s, packets in ((10, 1), (10, 2), (10, 30)):
            await asyncio.sleep(after_s)
            sensor.faults.lose_next = packets
        await asyncio.sleep(session.duration_s - 30)
    counts = product.done.counts
    assert counts["lost"] == sensor.samples_lost == 33 * 5
    assert "lost" not in product.states


@in_virtual_time
async def test_wit_loss_is_estimated_and_called_so(lab: Lab, tmp_path: Path) -> None:
    """R1: no counter in its frames."""
    session = worn()
    sensor = await lab.witmotion(session.movement)
    async with Product(lab, tmp_path, choices=session.choices, take_every_s=0.5) as product:
        await product.streaming()
        await asyncio.sleep(30)
        sensor.faults.lose_next = 20
        await asyncio.sleep(session.duration_s - 30)
    counts = product.done.counts
    assert counts["lost"] == pytest.approx(sensor.samples_lost, abs=12)
    assert any("estimate" in notice for notice in product.done.notices)


def test_r17_samples_keep_the_sensors_time_whatever_the_connection_interval(tmp_path: Path) -> None:
    """R17: notifications of 48 ms arrive at multiples of 47.5 ms, no event moves by half of that."""

    async def ends_s(lab: Lab, folder: Path) -> list[float]:
        folder.mkdir()
        session = worn()
        async with lab:
            await lab.open(session.movement)
            async with Product(lab, folder, choices=session.choices, take_every_s=0.5) as product:
                await product.streaming()
                await asyncio.sleep(session.duration_s)
        assert product.done.counts["lost"] == 0
        first_s = product.done.reps[0].drop_end_s
        return [time_s - first_s for rep in product.done.reps for time_s in (rep.drop_end_s, rep.return_end_s)]

    async def go() -> None:
        even = await ends_s(Lab(), tmp_path / "even")
        jumpy = await ends_s(Lab(interval_s=0.0475), tmp_path / "jumpy")
        assert len(even) == 8
        assert jumpy == pytest.approx(even, abs=0.02)

    virtual_time.run(go())


@pytest.mark.parametrize("kind", KINDS)
@in_virtual_time
async def test_a_long_absence_costs_the_repetition_it_hid_and_no_other(lab: Lab, tmp_path: Path, kind: str) -> None:
    """R1, R3: gone before the third drop began, back when it was over; the fourth is whole and graded."""
    session = worn()
    sensor = await getattr(lab, kind)(session.movement)
    second, third, fourth = session.simulation.truth[1:]
    async with Product(lab, tmp_path, choices=session.choices, take_every_s=0.5) as product:
        await product.streaming()
        began_s = asyncio.get_running_loop().time()
        await asyncio.sleep(second.return_end_s + 1.6)
        await sensor.stop()
        await asyncio.sleep(third.return_end_s - second.return_end_s - 1.5)
        await sensor.start()
        await product.streaming(times=2)
        assert asyncio.get_running_loop().time() - began_s < fourth.drop_start_s - 0.5
        await asyncio.sleep(began_s + session.duration_s - asyncio.get_running_loop().time())
    assert product.longest_gap_s > 10
    assert [(rep.side, rep.graded) for rep in product.done.reps] == [("left", True), ("right", True), ("right", True)]
