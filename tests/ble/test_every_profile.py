"""Each profile's pretend sensor through the whole product: found, asked, started, counted exactly, recorded."""

import asyncio
from pathlib import Path

import pytest

from sensorcoach.devices.registry import RADIO_PROFILES
from tests.ble.every import PRETEND
from tests.ble.lab import Lab, in_virtual_time
from tests.ble.product import Product, in_order, same_numbers, worn

pytestmark = pytest.mark.slow

BY_PROFILE = {profile.name: profile for profile in RADIO_PROFILES}


def test_every_profile_has_a_pretend_sensor() -> None:
    assert set(PRETEND) == set(BY_PROFILE)


@pytest.mark.parametrize("name", PRETEND)
@in_virtual_time
async def test_a_session_over_the_radio_is_counted_exactly(lab: Lab, tmp_path: Path, name: str) -> None:
    session = worn()
    sensor = await lab.sensor(PRETEND[name], session.movement)
    async with Product(lab, tmp_path, choices=session.choices, take_every_s=0.5) as product:
        await product.streaming()
        await asyncio.sleep(session.duration_s + BY_PROFILE[name].about.delay_s)
    done = product.done
    assert (done.summary.reps, done.summary.left, done.summary.right) == (session.reps, 2, 2)
    assert [rep.side for rep in done.reps][: session.reps] == session.sides
    assert done.counts["undecodable"] == done.counts["lost"] == done.counts["duplicated"] == 0
    assert done.gaps == ()
    assert product.states.count("streaming") == 1
    assert done.sensor["profile"] == name
    assert same_numbers(done, product.analyzed()) == []
    rate_hz = BY_PROFILE[name].about.rate_hz
    if rate_hz is not None and name != "open":  # 100 asked, 104 it has
        assert done.rate_hz == pytest.approx(rate_hz, rel=0.01)
    assert sensor.samples_sent == pytest.approx(done.samples, abs=done.rate_hz * (1 + BY_PROFILE[name].about.delay_s))
    log = lab.computer.habits.log
    assert in_order(["scan on", "scan off", "connect", f"subscribe {sensor.data_uuid()}", "disconnect"], log)
