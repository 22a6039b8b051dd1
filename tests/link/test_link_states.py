"""What the link does and tells, from the search to the farewell, against a radio that plays a script."""

from __future__ import annotations

import asyncio

import pytest

from sensorcoach.errors import BluetoothError, SensorError
from sensorcoach.model import LinkEvent, Packet
from sensorcoach.sources.causes import LASTING, Cause
from sensorcoach.sources.conversing import WrongProfile
from sensorcoach.sources.finding import NotFound
from sensorcoach.sources.link import Mailbox, SensorLink, SensorReady, SessionClock
from sensorcoach.sources.radio import LinkLost, Refused
from tests.ble import virtual_time
from tests.link.stage import (
    ANY,
    CONTROL,
    DATA,
    LEVEL,
    SERIAL,
    TOY,
    Play,
    Toy,
    ToyProfile,
    ToyRadio,
    block,
    logged,
    on_stage,
)


@on_stage
async def test_a_session_from_search_to_farewell() -> None:
    toy = Toy()
    play = Play(ToyRadio(toy))
    await play.until("streaming")
    await asyncio.sleep(10)
    await play.stop()
    assert play.states == ["searching", "connecting", "streaming"]
    assert toy.written == [b"go", b"halt"]
    assert not toy.connection.open
    numbers = [int.from_bytes(packet.payload, "little") for packet in play.packets()]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) >= 10 / toy.every_s
    assert {packet.sensor for packet in play.packets()} == {"knee"}


@on_stage
async def test_the_answers_of_the_start_come_before_ready_and_streaming_after() -> None:
    play = Play(ToyRadio(Toy()))
    await play.until("streaming")
    await play.stop()
    order = [
        item.channel if isinstance(item, Packet) else "ready" if isinstance(item, SensorReady) else item.state
        for item in play.items
    ]
    assert order[:4] == ["searching", "connecting", "serial", "control"]
    ready = order.index("ready")
    assert order[4:ready] == ["data"], "what the sensor says while still talking is data already"  # R24
    assert order[ready + 1 : ready + 3] == ["data", "streaming"]
    assert play.ready[0].identity == "S1"
    assert play.ready[0].rssi_dbm == -50


@on_stage
async def test_times_never_run_backwards() -> None:
    toy = Toy()
    play = Play(ToyRadio(toy))
    for times in (1, 2, 3):
        await play.until("streaming", times)
        await asyncio.sleep(3)
        toy.connection.drop()
    await play.until("streaming", 4)
    await play.stop()
    times_s = [item.t_s for item in play.items]
    assert times_s == sorted(times_s)


@on_stage
async def test_a_lost_link_is_back_within_seconds() -> None:
    toy = Toy()
    play = Play(ToyRadio(toy))
    await play.until("streaming")
    await asyncio.sleep(20)
    toy.connection.drop()
    lost = await play.until("lost")
    again = await play.until("streaming", 2)
    await play.stop()
    assert play.states == ["searching", "connecting", "streaming", "lost"] + ["searching", "connecting", "streaming"]
    assert again.t_s - lost.t_s < 1.0
    assert toy.written == [b"go", b"go", b"halt"], "start writes are repeated"
    assert play.link.status.reconnects == 1
    assert len(play.remembered) == 1, "written once, not at each reconnect"


@on_stage
async def test_silence_is_told_as_a_stall_after_one_second_and_ends_when_samples_come() -> None:
    toy = Toy()
    play = Play(ToyRadio(toy))
    await play.until("streaming")
    await asyncio.sleep(20)
    toy.mute = True
    last_s = play.packets()[-1].t_s
    stalled = await play.until("stalled")
    assert stalled.t_s - last_s == pytest.approx(1.0, abs=1e-3)
    toy.mute = False
    again = await play.until("streaming", 2)
    assert again.t_s - stalled.t_s < 0.2
    await play.stop()
    assert "lost" not in play.states


@on_stage
async def test_a_stall_of_three_seconds_with_a_burst_behind_keeps_the_link() -> None:
    toy = Toy()
    play = Play(ToyRadio(toy))
    await play.until("streaming")
    await asyncio.sleep(5)
    toy.mute = True
    await asyncio.sleep(3)
    for number in range(36):
        toy.connection.notify(DATA, bytes([number]))
    toy.mute = False
    await asyncio.sleep(5)
    await play.stop()
    assert play.states[2:] == ["streaming", "stalled", "streaming"]
    assert len(toy.connections) == 1


@on_stage
async def test_a_link_that_is_silent_although_connected_is_torn_down_and_made_anew() -> None:  # R3
    toy = Toy()
    play = Play(ToyRadio(toy))
    await play.until("streaming")
    await asyncio.sleep(20)
    last_s = play.packets()[-1].t_s
    toy.mute = True
    lost = await play.until("lost")
    toy.mute = False
    assert lost.t_s - last_s == pytest.approx(4.0, abs=1e-3)
    assert "No samples came" in lost.detail
    await play.until("streaming", 2)
    assert not toy.connections[0].open
    await play.stop()


@on_stage
async def test_a_slow_sensor_is_given_three_of_its_own_gaps() -> None:
    toy = Toy(every_s=0.9)
    play = Play(ToyRadio(toy))
    await play.until("streaming")
    await asyncio.sleep(60)
    assert play.states.count("stalled") == 0
    toy.mute = True
    last_s = play.packets()[-1].t_s
    stalled = await play.until("stalled")
    lost = await play.until("lost")
    assert stalled.t_s - last_s == pytest.approx(3 * 0.9, abs=0.05)
    assert lost.t_s - last_s == pytest.approx(6 * 0.9, abs=0.05)
    await play.stop()


@on_stage
async def test_what_an_old_connection_still_says_is_ignored() -> None:  # R2, R6
    toy = Toy()
    play = Play(ToyRadio(toy))
    await play.until("streaming")
    await asyncio.sleep(1)
    old = toy.connection
    old.drop()
    await play.until("streaming", 2)
    before = play.link.status.notifications
    for _ in range(100):
        old.notify(DATA, b"late")
    old.lost()
    assert play.link.status.notifications == before
    await asyncio.sleep(5)
    await play.stop()
    assert b"late" not in [packet.payload for packet in play.packets()]
    assert play.states.count("lost") == 1


@on_stage
async def test_out_of_range_for_ten_minutes_is_searched_with_growing_capped_pauses() -> None:
    toy = Toy()
    radio = ToyRadio(toy)
    play = Play(radio)
    await play.until("streaming")
    await asyncio.sleep(20)
    toy.on_air = False
    toy.connection.drop()
    await asyncio.sleep(600)
    pauses_s = [later - earlier - 30 for earlier, later in zip(radio.scans[1:], radio.scans[2:], strict=False)]
    assert pauses_s[:3] == pytest.approx([1, 2, 4])
    assert set(map(round, pauses_s[3:])) == {4}
    toy.on_air = True
    back_s = play.clock.now_s()
    again = await play.until("streaming", 2)
    assert again.t_s - back_s < 5
    await play.stop()


@on_stage
async def test_a_link_that_drops_every_few_seconds_costs_half_a_second_each_time() -> None:
    """Before: pauses that double to 15 s if a stream was shorter than 10 s; 62 of 133 s lost at a drop every 8 s."""
    for every_s in (5.0, 8.0, 9.0):
        toy = Toy()
        play = Play(ToyRadio(toy))
        await play.until("streaming")
        for times in range(2, 17):
            await asyncio.sleep(every_s)
            toy.connection.drop()
            lost, back = await play.until("lost", times - 1), await play.until("streaming", times)
            assert back.t_s - lost.t_s <= 1.0
            assert back.detail == "after 0.6 s without samples"
        await play.stop()
        assert play.link.status.missing_s == pytest.approx(15 * 0.6, rel=0.1), "shown and recorded"


@on_stage
async def test_failed_connects_are_retried_and_the_third_says_why() -> None:  # R9
    toy = Toy(connect_errors=[LinkLost(f"Trouble {number}.", "Wait.") for number in (1, 2, 3, 4)])
    play = Play(ToyRadio(toy))
    await play.until("streaming")
    await play.stop()
    whys = [event.detail for event in play.events if event.state == "searching"]
    assert whys == ["", "", "", "Trouble 3. Wait.", "Trouble 4. Wait."]


@on_stage
async def test_what_waiting_cannot_heal_ends_after_three_tries_and_says_why() -> None:
    for cause in LASTING:
        toy = Toy(connect_errors=[LinkLost(f"{cause}.", "Do something.", cause) for _ in range(9)])
        play = Play(ToyRadio(toy))
        error = await play.error()
        assert str(error) == f"{cause}. Do something."
        assert len(toy.connect_errors) == 6
    toy = Toy(connect_errors=[LinkLost("Far.", "", cause) for cause in (Cause.RANGE, Cause.BUSY) for _ in range(5)])
    play = Play(ToyRadio(toy))
    await play.until("streaming")
    await play.stop()


@on_stage
async def test_samples_for_others_only_are_told_by_their_cause_also_where_optional() -> None:
    for cause, ends in ((Cause.PAIRING, True), (Cause.HELD, True), (Cause.UNKNOWN, False)):
        toy = Toy(subscribe_errors={DATA: Refused("Not for you.", "", cause)})
        play = Play(ToyRadio(toy), profiles=(ToyProfile(data_is_optional=True),))
        assert ("Not for you." in str(await play.error())) == ends


@on_stage
async def test_the_cause_is_in_the_log_as_a_word() -> None:
    toy = Toy(connect_errors=[LinkLost("Toy at AA:00 hangs.", "", Cause.BUSY)])
    with logged() as entries:
        play = Play(ToyRadio(toy))
        await play.until("streaming")
        await play.stop()
    assert "attempt failed: LinkLost, cause busy, 1 in a row" in entries
    assert "AA:00" not in str(entries)


@on_stage
async def test_a_sensor_that_sends_nothing_is_said_so() -> None:
    play = Play(ToyRadio(Toy(mute=True)))
    error = await play.error()
    assert isinstance(error, SensorError)
    assert "connected, but sends no samples" in error.message
    assert error.advice
    assert play.states.count("lost") == 3
    first = await play.until("lost")
    assert first.t_s - play.ready[0].t_s == pytest.approx(5.0)


@on_stage
async def test_once_it_streamed_nothing_ends_it() -> None:
    toy = Toy()
    radio = ToyRadio(toy)
    play = Play(radio)
    await play.until("streaming")
    toy.connection.drop()
    toy.reply = b"go away"
    await asyncio.sleep(60)
    radio.trouble = BluetoothError("Bluetooth is switched off.", "Switch it on.")
    await asyncio.sleep(60)
    told = [event.t_s for event in play.events if event.detail == "Bluetooth is switched off. Switch it on."]
    assert told
    radio.trouble = None
    toy.values.pop(DATA)
    await asyncio.sleep(60)
    toy.values[DATA] = b""
    toy.reply = b"go ok"
    toy.mute = True
    await asyncio.sleep(120)
    toy.mute = False
    await play.until("streaming", 2)
    await play.stop()


@on_stage
async def test_bluetooth_switched_off_in_mid_session_is_told_at_once() -> None:
    toy = Toy()
    radio = ToyRadio(toy)
    play = Play(radio)
    await play.until("streaming")
    await asyncio.sleep(20)
    radio.trouble = BluetoothError("Bluetooth is switched off.", "Switch it on.")
    toy.connection.drop()
    lost = await play.until("lost")
    why = await play.until("searching", 3)
    assert why.detail == "Bluetooth is switched off. Switch it on."
    assert why.t_s - lost.t_s < 2.0
    radio.trouble = None
    await play.until("streaming", 2)
    await play.stop()


@on_stage
async def test_bluetooth_off_at_the_beginning_ends_it() -> None:
    radio = ToyRadio()
    radio.trouble = BluetoothError("Bluetooth is switched off.", "Switch it on.")
    assert await Play(radio).error() is radio.trouble


@on_stage
async def test_nothing_found_ends_it_and_names_what_was_heard_without_escape_codes() -> None:
    radio = ToyRadio(Toy(address="BB:01", name="\x1b[31mTV\u202e", services=(), rssi_dbm=-60))
    error = await Play(radio).error()
    assert isinstance(error, NotFound)
    assert "'\\x1b[31mTV\\u202e' (BB:01, -60 dBm)" in error.message
    assert "connected to a phone" in error.advice
    assert virtual_time.now_s() == pytest.approx(virtual_time.START_S + 30, abs=0.5)


@on_stage
async def test_a_missing_characteristic_is_looked_for_once_more_past_the_cache() -> None:  # R19, R20
    fixed = Toy(uncached_values=dict(Toy().values))
    fixed.values.pop(DATA)
    play = Play(ToyRadio(fixed))
    await play.until("streaming")
    await play.stop()

    other = Toy()
    other.values.pop(DATA)
    error = await Play(ToyRadio(other)).error()
    assert isinstance(error, WrongProfile)
    assert "is no toy sensor: it lacks the characteristic 'data'" in error.message
    assert "--profile" in error.advice
    assert len(other.connections) == 2


@on_stage
async def test_what_is_optional_may_be_missing_or_refused() -> None:
    toy = Toy(refused={SERIAL})
    play = Play(ToyRadio(toy))
    await play.until("streaming")
    await play.stop()
    assert play.ready[0].identity is None


@on_stage
async def test_a_refusal_of_the_sensor_is_an_error_after_three_tries() -> None:
    error = await Play(ToyRadio(toy := Toy(reply=b"go away"))).error()
    assert str(error) == "The toy refuses to start. Wind it up."
    assert len(toy.connections) == 3
    assert not any(one.open for one in toy.connections)


@on_stage
async def test_what_a_sensor_says_while_it_refuses_is_recorded() -> None:
    play = Play(ToyRadio(Toy(reply=b"go away")))
    await play.error()
    assert [packet.payload for packet in play.packets("control")] == [b"go away"] * 3


@on_stage
async def test_a_battery_that_does_not_answer_is_asked_again_and_one_that_refuses_is_not() -> None:
    """Before: one question without an answer, and this connection never knew."""
    play = Play(ToyRadio(Toy(unanswered=1)), profiles=(ToyProfile(asks_battery=True),))
    await play.until("streaming")
    await asyncio.sleep(30)
    assert play.link.status.battery is None, "not this time"
    await asyncio.sleep(60)
    assert play.link.status.battery is not None
    await play.stop()

    toy = Toy(refused={LEVEL})
    play = Play(ToyRadio(toy))
    await play.until("streaming")
    await asyncio.sleep(300)
    assert toy.connection.reads.count(LEVEL) == 1, "it has none for us: a system might ask for pairing each time"
    await play.stop()


@on_stage
async def test_a_low_battery_is_told_once_a_session() -> None:
    toy = Toy(level=30)
    play = Play(ToyRadio(toy))
    await play.until("streaming")
    await asyncio.sleep(1)
    assert play.link.status.battery is not None
    assert play.link.status.battery.fraction == 0.3
    toy.level = 12
    low = await play.until("battery_low")
    assert "12%" in low.detail
    toy.connection.drop()
    await play.until("streaming", 2)
    await asyncio.sleep(300)
    await play.stop()
    assert play.states.count("battery_low") == 1
    assert len(play.packets("battery")) == 8  # at 0, 60 and again from the second start on


@on_stage
async def test_stopping_is_bounded_however_the_sensor_hangs() -> None:  # R4
    toy = Toy(close_s=4.0)
    play = Play(ToyRadio(toy))
    await play.until("streaming")
    toy.write_s = 1000.0
    asked_s = virtual_time.now_s()
    await play.stop()
    assert virtual_time.now_s() - asked_s == pytest.approx(3.0 + 4.0, abs=0.1)


@pytest.mark.parametrize("moment_s", [0.0, 0.1, 3.9, 4.1, 4.21, 5.0])
def test_stop_and_cancel_tidy_up_at_any_moment(moment_s: float) -> None:
    async def go(cancels: bool) -> None:
        toy = Toy(write_s=0.2)
        radio = ToyRadio(toy)
        play = Play(radio)
        await asyncio.sleep(moment_s)
        if cancels:
            play.running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await play.running
        else:
            await play.stop()
        assert not radio.scanning
        assert not any(one.open for one in toy.connections)
        assert await play.mailbox.take() == []

    for cancels in (False, True):
        virtual_time.run(go(cancels))


@on_stage
async def test_stop_ends_the_search_and_the_pause_at_once() -> None:
    play = Play(ToyRadio())
    await asyncio.sleep(2)
    await play.stop()
    assert virtual_time.now_s() == pytest.approx(virtual_time.START_S + 2)


@on_stage
async def test_a_sleep_of_the_computer_is_told_and_silence_after_it_ends_the_link() -> None:
    slept_s = 0.0
    toy = Toy()
    play = Play(ToyRadio(toy), slept_s=lambda: slept_s)
    await play.until("streaming")
    await asyncio.sleep(20)
    toy.mute = True
    before_s = play.clock.now_s()
    slept_s = 312.0
    resumed = await play.until("resumed")
    assert resumed.detail == "the computer slept for 312 s"
    assert resumed.t_s - before_s >= 312.0
    lost = await play.until("lost")
    assert lost.t_s - resumed.t_s == pytest.approx(1.0, abs=0.05)
    toy.mute = False
    await play.until("streaming", 2)
    await play.stop()


@on_stage
async def test_a_short_nap_is_no_event() -> None:
    slept_s = 0.0
    play = Play(ToyRadio(Toy()), slept_s=lambda: slept_s)
    await play.until("streaming")
    for _ in range(5):
        slept_s += 4.0
        await asyncio.sleep(2)
    await play.stop()
    assert "resumed" not in play.states


@on_stage
async def test_status_tells_the_screen() -> None:
    toy = Toy(name="Toy 7", rssi_dbm=-63)
    play = Play(ToyRadio(toy))
    assert play.link.status.state == "searching"
    await play.until("streaming")
    await asyncio.sleep(10)
    status = play.link.status
    assert (status.state, status.name, status.profile, status.rssi_dbm) == ("streaming", "Toy 7", "toy", -63)
    assert status.notifications == pytest.approx(10 / 0.08, abs=3)
    assert status.since_s == pytest.approx(4.0, abs=0.2)
    await play.stop()


@pytest.mark.parametrize("stalls_first", [False, True])
def test_a_program_that_was_busy_is_not_taken_for_a_silent_sensor(stalls_first: bool) -> None:  # R15
    async def go() -> None:
        toy = Toy()
        play = Play(ToyRadio(toy))
        await play.until("streaming")
        await asyncio.sleep(20)
        toy.mute = True
        await asyncio.sleep(1.5 if stalls_first else 0.5)
        loop = asyncio.get_running_loop()
        block(10.0)
        for number in range(125):  # the backlog takes a few rounds of the loop
            loop.call_later(0.05 + 0.001 * number, toy.connection.notify, DATA, b"late")
        await asyncio.sleep(0.2)
        toy.mute = False
        await asyncio.sleep(5)
        await play.stop()
        assert play.states == ["searching", "connecting", "streaming"] + ["stalled", "streaming"] * stalls_first
        assert len(toy.connections) == 1

    virtual_time.run(go())


@on_stage
async def test_a_stream_makes_the_next_pause_short_again_however_short_it_was() -> None:
    toy = Toy(connect_errors=[LinkLost("Trouble.", "Wait.")] * 5)
    play = Play(ToyRadio(toy))
    await play.until("streaming")
    await asyncio.sleep(11)
    toy.connection.drop()
    lost = await play.until("lost")
    again = await play.until("streaming", 2)
    assert again.t_s - lost.t_s < 1.0

    toy.connection.drop()  # at once
    lost = await play.until("lost", 2)
    again = await play.until("streaming", 3)
    assert again.t_s - lost.t_s < 1.0
    await play.stop()


@on_stage
async def test_time_without_a_connection_is_no_gap_of_the_sensor() -> None:
    toy = Toy()
    play = Play(ToyRadio(toy))
    await play.until("streaming")
    toy.on_air = False
    toy.connection.drop()
    await asyncio.sleep(100)
    toy.on_air = True
    await play.until("streaming", 2)
    toy.mute = True
    last_s = play.packets()[-1].t_s
    stalled = await play.until("stalled")
    assert stalled.t_s - last_s == pytest.approx(1.0, abs=1e-3)
    await play.stop()


@on_stage
async def test_talk_on_other_channels_is_no_sign_of_a_stream() -> None:
    toy = Toy()
    play = Play(ToyRadio(toy))
    await play.until("streaming")
    await asyncio.sleep(5)
    toy.mute = True
    for _ in range(30):
        await asyncio.sleep(0.1)
        toy.connection.notify(CONTROL, b"chatter")
    await play.stop()
    assert play.states[-1] == "stalled"
    assert len([packet for packet in play.packets("control") if packet.payload == b"chatter"]) == 30


@on_stage
async def test_answers_of_the_sensor_are_kept_however_slow_the_session_is() -> None:
    toy = Toy()
    mailbox = Mailbox(capacity=10)
    link = SensorLink(ToyRadio(toy), ANY, mailbox, SessionClock(lambda: 0.0), profiles=(TOY,))
    running = asyncio.create_task(link.run())
    await asyncio.sleep(20)
    toy.connection.drop()
    await asyncio.sleep(20)
    link.stop()
    await running
    items = await mailbox.take()
    channels = [item.channel for item in items if isinstance(item, Packet)]
    assert channels.count("serial") == 2
    assert channels.count("control") == 2
    assert channels.count("data") <= 10
    states = [item.state for item in items if isinstance(item, LinkEvent)]
    assert states.count("streaming") == 2
    assert "overflow" in states
    assert sum(isinstance(item, SensorReady) for item in items) == 2


@on_stage
async def test_a_mistake_in_a_profile_ends_no_session_under_way() -> None:
    toy = Toy()
    play = Play(ToyRadio(toy))
    await play.until("streaming")
    await asyncio.sleep(20)
    toy.values[SERIAL] = b"\xff"  # the toy profile trips over it
    toy.connection.drop()
    await asyncio.sleep(5)
    assert any("The profile toy failed: UnicodeDecodeError in stage.py" in event.detail for event in play.events)
    toy.values[SERIAL] = b"S1"
    await play.until("streaming", 2)
    await play.stop()


@on_stage
async def test_an_hour_loses_nothing() -> None:
    toy = Toy()
    play = Play(ToyRadio(toy))
    await play.until("streaming")
    await asyncio.sleep(3600)
    await play.stop()
    numbers = [int.from_bytes(packet.payload, "little") for packet in play.packets()]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) >= 45_000
    assert play.states == ["searching", "connecting", "streaming"]
