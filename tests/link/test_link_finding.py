"""Which device is taken for the sensor that is meant."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorcoach.sources.finding import (
    MOST_DEVICES,
    Match,
    Neighbourhood,
    NotFound,
    SearchFailed,
    Wanted,
    listen,
    the_named,
    the_unit,
    unit_preferred,
)
from sensorcoach.sources.radio import Found, LinkLost
from sensorcoach.sources.remembered import RememberedSensor
from tests.ble import virtual_time
from tests.link.stage import CONTROL, DATA, LEVEL, SERIAL, TOY, Play, Toy, ToyProfile, ToyRadio, on_stage


def unit(address: str = "AA:00", name: str | None = "Toy", identity: str | None = "S1") -> RememberedSensor:
    return RememberedSensor(profile="toy", name=name, identity=identity, address=address)


def of_serial(serial: str) -> dict[str, bytes]:
    return {DATA: b"", CONTROL: b"", SERIAL: serial.encode(), LEVEL: b""}


async def connected_to(play: Play) -> list[str]:
    await play.until("streaming")
    await play.stop()
    return play.radio.connected_to


@on_stage
async def test_the_only_match_is_taken_once_a_second_would_have_been_heard() -> None:
    play = Play(ToyRadio(Toy(name="Fridge", address="BB:01", services=(), rssi_dbm=-30), Toy()))
    connecting = await play.until("connecting")
    assert connecting.t_s == pytest.approx(4.0, abs=0.01)
    assert await connected_to(play) == ["AA:00"]


@on_stage
async def test_a_named_address_whose_name_comes_late_is_waited_for() -> None:
    """On Windows always: the scan response follows 0.3 s later. Before: "does not say what kind of sensor it is"."""
    play = Play(ToyRadio(Toy(name="Toy", names_late_s=0.3)), Wanted(device="AA:00"))
    connecting = await play.until("connecting")
    assert 0.3 <= connecting.t_s < 0.7
    assert await connected_to(play) == ["AA:00"]
    error = await Play(ToyRadio(Toy(name="Gadget", services=())), Wanted(device="AA:00")).error()
    assert "does not say what kind of sensor it is" in str(error), "in the end"


@on_stage
async def test_a_sensor_that_changes_its_address_while_it_is_looked_for_is_one_sensor() -> None:
    for after_s in (0.5, 2.0, 3.7):
        toy = Toy(address="AA:01")
        play = Play(ToyRadio(toy))
        await asyncio.sleep(after_s)
        toy.address = "AA:02"
        assert await connected_to(play) == ["AA:02"]
    twin = Toy(address="AA:02", on_air=False)
    play = Play(ToyRadio(Toy(address="AA:01"), twin))
    await asyncio.sleep(2.0)
    twin.on_air = True
    assert "2 sensors match" in str(await play.error()), "both go on: two sensors"


PERHAPS_TOY = ToyProfile(shared_names=("To",))


@on_stage
async def test_a_name_that_others_have_too_is_not_enough_without_asking() -> None:
    def neighbours() -> Toy:
        return Toy(address="BB:01", name="Tower", services=(), rssi_dbm=-30)

    error = await Play(ToyRadio(neighbours()), profiles=(PERHAPS_TOY,)).error()
    assert "'Tower' (BB:01, -30 dBm), which may be a toy sensor, or something else" in str(error)
    asked: list[str] = []

    def choose(found: Sequence[Found]) -> Found:
        asked.extend(one.address for one in found)
        return found[0]

    play = Play(ToyRadio(neighbours()), Wanted(choose=choose), profiles=(PERHAPS_TOY,))
    assert await connected_to(play) == asked == ["BB:01"]
    play = Play(ToyRadio(neighbours(), Toy()), profiles=(PERHAPS_TOY,))
    assert await connected_to(play) == ["AA:00"], "one that surely is comes before one that may be"
    for wanted in (Wanted(device="Tower"), Wanted(profile="toy")):
        assert await connected_to(Play(ToyRadio(neighbours()), wanted, profiles=(PERHAPS_TOY,))) == ["BB:01"]


@on_stage
async def test_the_remembered_address_is_taken_at_once() -> None:
    play = Play(ToyRadio(Toy(address="AA:01", rssi_dbm=-30), Toy()), Wanted(remembered=unit()))
    connecting = await play.until("connecting")
    assert connecting.t_s < 0.1
    assert await connected_to(play) == ["AA:00"]


@on_stage
async def test_the_remembered_unit_is_found_by_identity_under_another_address_and_the_same_name() -> None:  # R10
    radio = ToyRadio(
        Toy(address="AA:01", rssi_dbm=-30, values=of_serial("S2")), Toy(address="AA:09", values=of_serial("S1"))
    )
    play = Play(radio, Wanted(remembered=unit()))
    assert await connected_to(play) == ["AA:01", "AA:09"]
    assert radio.toys[0].written == [b"go", b"halt"], "the other one is left as it was"
    assert not radio.toys[0].connection.open
    assert play.remembered == [unit("AA:09")]
    assert [event.detail for event in play.events if event.state == "searching"] == [
        "",
        "that was another unit of the same kind",
    ]
    assert [ready.identity for ready in play.ready] == ["S1"]


@on_stage
async def test_a_renamed_unit_is_found_by_identity() -> None:
    radio = ToyRadio(Toy(address="AA:09", name="Toy of Ann"))
    assert await connected_to(Play(radio, Wanted(remembered=unit()))) == ["AA:09"]


@on_stage
async def test_if_the_remembered_one_is_away_the_only_other_is_taken_after_a_while() -> None:
    radio = ToyRadio(Toy(address="AA:01", name="Toy", values=of_serial("S2")))
    play = Play(radio, Wanted(remembered=unit()))
    streaming = await play.until("streaming")
    assert 10 < streaming.t_s < 20
    await play.stop()
    assert radio.connected_to == ["AA:01", "AA:01"]
    assert play.remembered[-1] == unit("AA:01", identity="S2")


@on_stage
async def test_in_a_session_another_unit_is_never_taken() -> None:
    own = Toy()
    other = Toy(address="AA:01", on_air=False, values=of_serial("S2"))
    play = Play(ToyRadio(own, other))
    await play.until("streaming")
    await asyncio.sleep(20)
    other.on_air, own.on_air = True, False
    own.connection.drop()
    await asyncio.sleep(300)
    assert len(play.ready) == 1
    assert other.written.count(b"go") > 0, "it was asked who it is"
    assert {packet.payload for packet in play.packets("serial")} == {b"S1"}, "and what it said is no part of this"
    before = play.link.status.notifications
    assert len(play.packets()) == before - len(other.connections)
    own.on_air = True
    await play.until("streaming", 2)
    await play.stop()
    assert {ready.identity for ready in play.ready} == {"S1"}


@on_stage
async def test_in_a_session_the_unit_is_found_again_under_a_new_address() -> None:
    toy = Toy()
    play = Play(ToyRadio(toy))
    await play.until("streaming")
    await asyncio.sleep(20)
    toy.address = "AA:77"
    toy.connection.drop()
    await play.until("streaming", 2)
    await play.stop()
    assert [one.address for one in play.remembered] == ["AA:00", "AA:77"]


@on_stage
async def test_an_identity_read_wrongly_once_costs_a_search_not_the_session() -> None:
    toy = Toy()
    play = Play(ToyRadio(toy))
    await play.until("streaming")
    await asyncio.sleep(20)
    toy.address, toy.values = "AA:77", of_serial("??")
    toy.connection.drop()
    await play.until("connecting", 2)
    await asyncio.sleep(1)
    toy.values = of_serial("S1")
    again = await play.until("streaming", 2)
    assert again.t_s < 24 + 60
    await play.stop()


@on_stage
async def test_an_identity_that_cannot_be_read_any_more_is_not_forgotten() -> None:
    toy = Toy()
    play = Play(ToyRadio(toy))
    await play.until("streaming")
    toy.refused.add(SERIAL)
    toy.connection.drop()
    await play.until("streaming", 2)
    await play.stop()
    assert [ready.identity for ready in play.ready] == ["S1", None]
    assert {one.identity for one in play.remembered} == {"S1"}


@on_stage
async def test_a_stranger_that_tells_no_identity_is_not_taken_for_the_unit() -> None:
    toy = Toy()
    stranger = Toy(address="AA:02", name="Toy of Bob", on_air=False, values={DATA: b"", CONTROL: b""})
    play = Play(ToyRadio(stranger, toy))
    await play.until("streaming")
    await asyncio.sleep(20)
    toy.on_air, stranger.on_air = False, True
    toy.connection.drop()
    await asyncio.sleep(60)
    assert len(play.ready) == 1
    await play.stop()


@on_stage
async def test_without_an_identity_the_name_has_to_do() -> None:
    toy = Toy(values={DATA: b"", CONTROL: b""})
    stranger = Toy(address="AA:02", name="Toy of Bob", on_air=False, values={DATA: b"", CONTROL: b""})
    play = Play(ToyRadio(stranger, toy))
    await play.until("streaming")
    await asyncio.sleep(20)
    toy.address, stranger.on_air = "AA:77", True
    toy.connection.drop()
    await play.until("streaming", 2)
    await play.stop()
    assert play.radio.connected_to == ["AA:00", "AA:77"]


@on_stage
async def test_several_matches_are_an_error_that_names_them() -> None:
    error = await Play(ToyRadio(Toy(), Toy(address="AA:01", rssi_dbm=-40))).error()
    assert isinstance(error, SearchFailed)
    assert virtual_time.now_s() == pytest.approx(virtual_time.START_S + 4.0)
    assert error.message == "2 sensors match: 'Toy' (AA:01, -40 dBm), 'Toy' (AA:00, -50 dBm)."
    assert "--device" in error.advice


@on_stage
async def test_several_matches_are_a_choice_best_first_and_asked_once() -> None:
    asked: list[list[str]] = []

    def choose(found: object) -> Found:
        assert isinstance(found, list)
        asked.append([one.address for one in found])
        return found[1]  # type: ignore[no-any-return]

    chosen = Toy(connect_errors=[LinkLost("Trouble.", "Wait.")] * 2)
    radio = ToyRadio(chosen, Toy(address="AA:01", rssi_dbm=-40))
    assert await connected_to(Play(radio, Wanted(choose=choose))) == ["AA:00"] * 3
    assert asked == [["AA:01", "AA:00"]]

    error = await Play(ToyRadio(Toy(), Toy(address="AA:01")), Wanted(choose=lambda found: None)).error()
    assert str(error).startswith("No sensor was chosen.")


@pytest.mark.parametrize(
    ("device", "expected"),
    [
        ("aa:01", ["AA:01"]),
        ("TOY OF ANN", ["AA:01"]),
        ("toy of a", ["AA:01"]),
        ("Toy", ["AA:00"]),
    ],
)
def test_a_device_is_named_by_address_name_or_unique_beginning(device: str, expected: list[str]) -> None:
    async def go() -> None:
        radio = ToyRadio(Toy(), Toy(address="AA:01", name="Toy of Ann"), Toy(address="AA:02", name="Toy of Bob"))
        assert await connected_to(Play(radio, Wanted(device=device))) == expected

    virtual_time.run(go())


@on_stage
async def test_a_beginning_of_several_names_is_no_name() -> None:
    radio = ToyRadio(Toy(address="AA:01", name="Toy of Ann"), Toy(address="AA:02", name="Toy of Bob"))
    error = await Play(radio, Wanted(device="toy")).error()
    assert "2 sensors match" in str(error)


@on_stage
async def test_a_named_device_that_is_not_there() -> None:
    error = await Play(ToyRadio(Toy()), Wanted(device="knee\x1b[2J")).error()
    assert isinstance(error, NotFound)
    assert error.message.startswith("No device called 'knee\\x1b[2J' was found in 30 s; heard were 'Toy' (AA:00, -50")


@on_stage
async def test_of_a_name_two_units_share_the_remembered_one_is_meant() -> None:
    radio = ToyRadio(Toy(), Toy(address="AA:01", rssi_dbm=-30))
    assert await connected_to(Play(radio, Wanted(device="Toy", remembered=unit()))) == ["AA:00"]


@on_stage
async def test_a_forced_profile_serves_a_device_that_does_not_advertise_it() -> None:
    plain = Toy(name="Gadget", services=())
    error = await Play(ToyRadio(plain), Wanted(device="Gadget")).error()
    assert "does not say what kind of sensor it is. Name its kind with --profile." in str(error)
    plain = Toy(name="Gadget", services=())
    play = Play(ToyRadio(plain), Wanted(device="Gadget", profile="toy"))
    assert await connected_to(play) == ["AA:00"]
    assert play.ready[0].profile == "toy"


@on_stage
async def test_a_forced_profile_decides_among_kinds() -> None:
    other = ToyProfile("other", "other toy", "5c0b0000-0000-4000-8000-000000000001")
    radio = ToyRadio(Toy(), Toy(address="AA:01", name="O", services=(other.service,)))
    play = Play(radio, Wanted(profile="other", remembered=unit()), profiles=(TOY, other))
    assert await connected_to(play) == ["AA:01"]
    assert play.ready[0].profile == "other"


@on_stage
async def test_what_a_dead_program_left_connected_is_used_without_a_scan() -> None:  # R7
    radio = ToyRadio(Toy(held=True))
    play = Play(radio, Wanted(remembered=unit()))
    await play.until("streaming")
    assert radio.scans == []
    await play.stop()


@on_stage
async def test_what_is_held_only_on_paper_is_searched_in_the_air() -> None:
    toy = Toy(held=True, connect_errors=[LinkLost("Dead.", "")])
    radio = ToyRadio(toy)
    play = Play(radio, Wanted(remembered=unit()))
    await asyncio.sleep(20)
    assert radio.connected_to == ["AA:00"]
    toy.held = False
    await play.until("streaming")
    scans = len(radio.scans)
    toy.connection.drop()
    await play.until("lost")
    await asyncio.sleep(0.1)
    toy.held = True  # and now it is so: this computer did not let go of it
    await play.until("streaming", 2)
    assert len(radio.scans) == scans
    await play.stop()


@on_stage
async def test_listening_lists_everything_best_first() -> None:
    radio = ToyRadio(
        Toy(address="BB:00", name="TV", services=(), rssi_dbm=-20),
        Toy(address="AA:00", rssi_dbm=-70),
        Toy(address="AA:01", rssi_dbm=-50),
        Toy(address="AA:02", held=True),
    )
    heard = await listen(radio, (TOY,), 2.0)
    assert [(match.found.address, match.profile) for match in heard] == [
        ("AA:02", TOY),
        ("AA:01", TOY),
        ("AA:00", TOY),
        ("BB:00", None),
    ]


def found(address: str, name: str | None = None, services: tuple[str, ...] = (), rssi_dbm: int | None = -50) -> Found:
    return Found(address, name, rssi_dbm, services, None)


def test_a_name_that_comes_in_a_second_advertisement_is_added() -> None:
    room = Neighbourhood((TOY,))
    assert room.add(found("AA:00", services=TOY.advertised.services, rssi_dbm=-60))
    assert room.add(found("AA:00", "Toy", rssi_dbm=-61))
    assert not room.add(found("AA:00", rssi_dbm=-62))
    (match,) = room.best_first()
    assert (match.found.name, match.found.services, match.found.rssi_dbm) == ("Toy", TOY.advertised.services, -62)


def test_a_flood_of_addresses_is_bounded() -> None:
    room = Neighbourhood((TOY,))
    for number in range(MOST_DEVICES + 100):
        room.add(found(str(number)))
    assert len(room.best_first()) == MOST_DEVICES


ADDRESSES = st.sampled_from(["AA:00", "aa:00", "AA:01", "AA:02"])
NAMES = st.sampled_from([None, "Toy", "Toy of Ann", "Fridge"])
MATCHES = st.lists(
    st.builds(
        lambda address, name, known: Match(found(address, name), TOY if known else None),
        ADDRESSES,
        NAMES,
        st.booleans(),
    ),
    max_size=5,
)


@given(matches=MATCHES, aside=st.sets(ADDRESSES), heard_all=st.booleans(), identity=st.sampled_from([None, "S1"]))
def test_the_unit_is_the_closest_that_is_not_put_aside(
    matches: list[Match], aside: set[str], heard_all: bool, identity: str | None
) -> None:
    wanted = unit(identity=identity)
    chosen = the_unit(matches, wanted, aside, heard_all)
    left = [match for match in matches if match.found.address not in aside]
    same_address = [match for match in left if match.found.address.upper() == "AA:00"]
    if chosen is None:
        assert not same_address
        return
    assert chosen in left
    if same_address:
        assert chosen in same_address
    else:
        assert heard_all
        assert chosen.profile is TOY
        assert chosen.found.name == "Toy" or identity is not None
        assert chosen.found.name == "Toy" or not any(each.found.name == "Toy" and each.profile for each in left)


@given(matches=MATCHES, device=st.text(max_size=4) | st.sampled_from(["toy", "Toy of", "AA:00", "aa:01"]))
def test_named_devices_are_of_that_name_or_address(matches: list[Match], device: str) -> None:
    early = the_named(matches, device, heard_all=False)
    late = the_named(matches, device, heard_all=True)
    assert all(match.found.address.casefold() == device.casefold() for match in early)
    for match in late:
        name = (match.found.name or "").casefold()
        assert match.found.address.casefold() == device.casefold() or name.startswith(device.casefold())
    if early:
        assert late == early


def test_a_better_one_may_still_be_heard() -> None:
    near = [Match(found("AA:09", "Toy"), TOY)]
    assert the_unit(near, unit(), (), heard_all=False) is None
    assert the_unit(near, unit(), (), heard_all=True) == near[0]


@pytest.mark.parametrize(
    ("wanted", "preferred"),
    [
        (Wanted(remembered=unit()), True),
        (Wanted(device="aa:00", remembered=unit()), True),
        (Wanted(device="TO", remembered=unit()), True),
        (Wanted(device="Other", remembered=unit()), False),
        (Wanted(profile="toy", remembered=unit()), True),
        (Wanted(profile="other", remembered=unit()), False),
        (Wanted(), False),
    ],
)
def test_when_the_remembered_unit_is_preferred(wanted: Wanted, preferred: bool) -> None:
    assert unit_preferred(wanted) == (unit() if preferred else None)


@on_stage
async def test_a_device_held_in_vain_is_tried_again_after_a_search_in_vain() -> None:
    toy = Toy()
    play = Play(ToyRadio(toy))
    await play.until("streaming")
    await asyncio.sleep(20)
    toy.connection.drop()
    await play.until("lost")
    await asyncio.sleep(0.1)
    toy.held = True
    toy.connect_errors = [LinkLost("Dead.", "")]
    again = await play.until("streaming", 2)
    assert again.t_s < 24 + 35
    await play.stop()
