"""The pure parts of the link: silence, pauses, mailbox, clock, memory, bounded waits."""

from __future__ import annotations

import asyncio
import gc
import math
import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorcoach.devices.conversation import Started
from sensorcoach.errors import SettingsError
from sensorcoach.model import Control, LinkEvent, Packet
from sensorcoach.sources import session_clock
from sensorcoach.sources.bluetooth_words import LINUX, MACOS, WINDOWS, cannot_use, stale_characteristics_advice
from sensorcoach.sources.bounded import bounded
from sensorcoach.sources.mailbox import LinkItem, Mailbox, SensorReady
from sensorcoach.sources.remembered import FILE_NAME, RememberedSensor, load_remembered, save_remembered
from sensorcoach.sources.session_clock import SessionClock
from sensorcoach.sources.silence import GONE_S, STALL_AT_MOST_S, STALL_S, SilenceWatch
from sensorcoach.sources.surroundings import Surroundings
from sensorcoach.sources.timing import USUAL
from tests.ble import virtual_time

# --- silence ----------------------------------------------------------------------------------------------------------

GAPS = st.lists(st.floats(0.0, 5.0), min_size=1, max_size=300)


@given(gaps=GAPS)
def test_a_stall_is_told_no_later_than_the_issue_demands(gaps: list[float]) -> None:
    watch, now_s = SilenceWatch(), 100.0
    watch.connected(now_s)
    watch.heard(now_s)
    for gap_s in gaps:
        now_s += gap_s
        watch.heard(now_s)
    recent = sorted(gaps[-256:])
    learnt_s = recent[math.ceil(0.95 * len(recent)) - 1]
    assert watch.learnt_gap_s == pytest.approx(learnt_s, abs=1e-9)
    quiet_s = watch.stalled_at_s - now_s
    assert STALL_S - 1e-9 <= quiet_s <= max(1.0, 3 * learnt_s) + 1e-6
    assert quiet_s <= STALL_AT_MOST_S + 1e-9
    assert watch.gone_at_s - now_s >= max(GONE_S, 2 * quiet_s) - 1e-6


def test_at_most_one_gap_in_twenty_may_be_longer_than_what_is_learnt() -> None:
    watch, now_s = SilenceWatch(), 0.0
    for number in range(100):
        now_s += 3.0 if number % 20 == 0 else 0.1
        watch.heard(now_s)
    assert watch.learnt_gap_s == pytest.approx(0.1)


def test_the_gap_between_two_connections_is_not_learnt() -> None:
    watch = SilenceWatch()
    watch.connected(0.0)
    for number in range(10):
        watch.heard(number * 0.1)
    watch.connected(500.0)
    assert watch.last_s is None
    assert watch.stalled_at_s == 501.0
    watch.heard(500.5)
    assert watch.learnt_gap_s == pytest.approx(0.1)


def test_a_sensor_that_gathers_samples_may_be_silent_for_so_long_from_the_first_packet_on() -> None:
    watch = SilenceWatch()
    watch.connected(0.0, gathers_s=2.0)
    watch.heard(1.0)
    assert watch.stalled_at_s == 3.0
    watch.connected(10.0)
    watch.heard(11.0)
    assert watch.stalled_at_s == 12.0


def test_after_a_sleep_a_stall_is_the_end_until_something_is_heard() -> None:
    watch = SilenceWatch()
    watch.connected(0.0)
    watch.heard(1.0)
    watch.resumed(300.0)
    assert watch.stalled_at_s == watch.gone_at_s == 301.0
    watch.heard(300.5)
    assert watch.gone_at_s == 304.5


# --- pauses -----------------------------------------------------------------------------------------------------------


@given(failures=st.integers(1, 10**9))
def test_pauses_grow_and_are_capped(failures: int) -> None:
    assert 0.5 <= USUAL.pause_s(failures) <= USUAL.pause_s(failures + 1) <= 4.0
    assert USUAL.pause_s(1) == 0.5
    assert USUAL.pause_s(6) == 4.0


# --- mailbox ----------------------------------------------------------------------------------------------------------


def packet(number: int, channel: str = "data") -> Packet:
    return Packet("knee", channel, number / 10, number.to_bytes(4, "little"))


READY = SensorReady(0.0, "toy", "Toy", None, Started(), None)


@given(puts=st.lists(st.sampled_from(["packet", "event", "control", "kept", "take"]), max_size=60))
def test_only_packets_are_dropped_and_every_one_is_told(puts: list[str]) -> None:
    async def go() -> None:
        mailbox = Mailbox(capacity=5)
        sent: list[LinkItem] = []
        got: list[LinkItem] = []
        droppable = 0
        for number, put in enumerate(puts):
            item: LinkItem
            if put == "take":
                if mailbox.waiting:
                    got += await mailbox.take()
                continue
            if put == "event":
                item = LinkEvent(number / 10, "stalled")
                mailbox.put(item)
            elif put == "control":
                item = Control(number / 10, "mark")
                mailbox.put(item)
            elif put == "kept":
                item = packet(number, "info")
                mailbox.keep(item)
            else:
                item = packet(number)
                mailbox.put(item)
                droppable += 1
            sent.append(item)
        mailbox.close()
        while items := await mailbox.take():
            got += items
        told = [item for item in got if isinstance(item, LinkEvent) and item.state == "overflow"]
        kept = [item for item in got if item not in told]
        dropped = sum(int(event.detail.split()[0]) for event in told)
        assert len(kept) + dropped == len(sent)
        assert dropped <= droppable
        assert kept == [item for item in sent if item in kept], "order is kept"
        assert [item for item in sent if not (isinstance(item, Packet) and item.channel == "data")] == [
            item for item in kept if not (isinstance(item, Packet) and item.channel == "data")
        ]
        times = [item.t_s for item in got]
        assert times == sorted(times)

    asyncio.run(go())


def test_an_overflow_is_told_in_its_place_with_number_and_span() -> None:
    async def go() -> list[LinkItem]:
        mailbox = Mailbox(capacity=2)
        for number in range(12):
            mailbox.put(packet(number))
        return await mailbox.take()

    items = asyncio.run(go())
    assert items[:2] == [packet(0), packet(1)]
    assert items[2:] == [LinkEvent(1.1, "overflow", "10 packets dropped over 0.9 s: the computer was too slow")]


def test_take_waits_for_something_and_gives_nothing_once_closed() -> None:
    async def go() -> None:
        mailbox = Mailbox()
        taking = asyncio.create_task(mailbox.take())
        await asyncio.sleep(1)
        assert not taking.done()
        mailbox.put(READY)
        assert await taking == [READY]
        taking = asyncio.create_task(mailbox.take())
        await asyncio.sleep(1)
        mailbox.close()
        assert await taking == []

    virtual_time.run(go())


# --- clock ------------------------------------------------------------------------------------------------------------


def test_session_time_counts_sleep_and_never_runs_backwards() -> None:
    async def go() -> None:
        slept_s = 1000.0
        clock = SessionClock(lambda: slept_s)
        assert clock.now_s() == 0.0
        await asyncio.sleep(2)
        slept_s += 300
        assert clock.now_s() == pytest.approx(302)
        assert clock.slept_s() == pytest.approx(300)
        slept_s = 0.0  # a system that miscounts
        assert clock.now_s() >= 2.0

    virtual_time.run(go())


def test_the_computers_own_clocks_agree_that_it_is_awake() -> None:
    before_s = session_clock.computer_slept_s()
    assert before_s >= -1.0
    assert session_clock.computer_slept_s() - before_s < 1.0


# --- memory -----------------------------------------------------------------------------------------------------------

SENSOR = RememberedSensor(profile="toy", name="Toy\x1b[2J 你", identity=None, address="AA:00")


def test_a_remembered_sensor_is_read_back_and_private(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    save_remembered(folder, SENSOR)
    save_remembered(folder, SENSOR)
    assert load_remembered(folder) == (SENSOR, None)
    assert [path.name for path in folder.iterdir()] == [FILE_NAME]
    if sys.platform != "win32":
        assert stat.S_IMODE((folder / FILE_NAME).stat().st_mode) == 0o600


def test_nothing_remembered_is_nothing_wrong(tmp_path: Path) -> None:
    assert load_remembered(tmp_path) == (None, None)


@pytest.mark.parametrize("content", [b"", b"{", b'{"profile":"toy"}', b"\xff\xfe", b"[]", b'{"profile":1}'])
def test_a_damaged_memory_is_told_and_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    sensor, trouble = load_remembered(tmp_path)
    assert sensor is None
    assert trouble is not None
    assert FILE_NAME in trouble


def test_a_memory_that_cannot_be_written_says_where(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(SettingsError, match=FILE_NAME):
        save_remembered(blocked, SENSOR)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(SettingsError):
        save_remembered(tmp_path, SENSOR)


# --- bounded waits ----------------------------------------------------------------------------------------------------


async def deaf(duration_s: float) -> None:
    """Does not end when it is told to."""
    until_s = virtual_time.now_s() + duration_s
    while virtual_time.now_s() < until_s:
        try:
            await asyncio.sleep(until_s - virtual_time.now_s())
        except asyncio.CancelledError:
            continue


def test_work_that_is_deaf_is_left_behind() -> None:
    async def go() -> None:
        began_s = virtual_time.now_s()
        with pytest.raises(TimeoutError):
            await bounded(deaf(100), 3.0, grace_s=1.0)
        assert virtual_time.now_s() - began_s == pytest.approx(4.0)
        await asyncio.sleep(200)

    virtual_time.run(go())


def test_what_is_left_behind_says_nothing_when_it_fails_at_last() -> None:
    async def go() -> None:
        complaints: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: complaints.append(context))

        async def fails_late() -> None:
            await deaf(10)
            raise ValueError

        with pytest.raises(TimeoutError):
            await bounded(fails_late(), 3.0)
        await asyncio.sleep(20)
        gc.collect()
        assert complaints == []

    virtual_time.run(go())


def test_results_and_errors_pass_and_a_cancel_from_within_is_an_error() -> None:
    async def seven() -> int:
        return 7

    async def wrong() -> None:
        raise KeyError("x")

    async def given_up() -> None:
        raise asyncio.CancelledError

    async def go() -> None:
        assert await bounded(seven(), 1.0) == 7
        with pytest.raises(KeyError):
            await bounded(wrong(), 1.0)
        with pytest.raises(ConnectionAbortedError):
            await bounded(given_up(), 1.0)

    virtual_time.run(go())


def test_being_cancelled_cancels_the_work() -> None:
    async def go() -> None:
        ended = asyncio.Event()

        async def work() -> None:
            try:
                await asyncio.sleep(100)
            finally:
                ended.set()

        task = asyncio.create_task(bounded(work(), 50.0))
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended.is_set()

    virtual_time.run(go())


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", [LINUX, MACOS, WINDOWS, "freebsd"])
@pytest.mark.parametrize(
    "reason",
    ["NO_BLUETOOTH", "NO_BLE_CENTRAL_ROLE", "POWERED_OFF", "DENIED_BY_USER", "DENIED_BY_SYSTEM", "DENIED_BY_UNKNOWN"]
    + ["UNKNOWN", "NO_SERVICE", "NO_BUS", "OLD_SERVICE", "NO_ANSWER", "GUI_THREAD", "of a future version"],
)
def test_every_reason_has_a_sentence_and_advice_on_every_system(reason: str, platform: str) -> None:
    error = cannot_use(reason, platform)
    assert error.message.endswith(".")
    assert error.advice.endswith(".")


AT_HOME = Surroundings(container=False, wsl=False, systemd=True)


def test_advice_is_for_the_system_at_hand() -> None:
    assert "bluetoothctl power on" in cannot_use("POWERED_OFF", LINUX).advice
    assert "menu bar" in cannot_use("POWERED_OFF", MACOS).advice
    assert "Settings > Bluetooth & devices" in cannot_use("POWERED_OFF", WINDOWS).advice
    assert "Privacy & Security > Bluetooth" in cannot_use("DENIED_BY_USER", MACOS).advice  # R21
    assert "usermod" in cannot_use("DENIED_BY_SYSTEM", LINUX, AT_HOME).advice
    assert "sudo systemctl restart bluetooth" in cannot_use("NO_SERVICE", LINUX, AT_HOME).advice
    without_systemd = Surroundings(container=False, wsl=False, systemd=False)
    assert "systemctl" not in cannot_use("NO_SERVICE", LINUX, without_systemd).advice
    contained = Surroundings(container=True, wsl=False, systemd=False)
    assert "container must be given the adapter" in cannot_use("NO_BLUETOOTH", LINUX, contained).advice
    for reason in ("NO_BUS", "NO_SERVICE"):
        assert "/run/dbus:/run/dbus" in cannot_use(reason, LINUX, contained).advice
        assert "WSL has no Bluetooth" in cannot_use(reason, LINUX, Surroundings(False, True, True)).advice
    assert "pythoncom" in cannot_use("GUI_THREAD", WINDOWS).advice  # R21
    assert "bluetoothctl remove" in stale_characteristics_advice(LINUX)  # R20
    assert "remove the device" in stale_characteristics_advice(WINDOWS)
