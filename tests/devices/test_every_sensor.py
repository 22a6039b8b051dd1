"""What every profile must be, ours and the note's: a new one is tested by being registered."""

import dataclasses
import inspect
import re
from pathlib import Path

import pytest

from sensorcoach.devices import PROFILES, profile_names
from sensorcoach.devices.registry import RADIO_PROFILES
from sensorcoach.model import Packet

ROOT = Path(__file__).resolve().parents[2]
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
EVIDENCE = re.compile(r"\*\*(real|vendor test|own)\*\*")
radio = pytest.mark.parametrize("profile", RADIO_PROFILES, ids=lambda profile: profile.name)
every = pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)


@radio
def test_it_has_a_note_with_a_payload_and_its_evidence(profile):
    told = inspect.getmodule(type(profile)).__doc__
    (name,) = re.findall(r"firmware_notes/([a-z-]+\.md)", told)
    note = (ROOT / "firmware_notes" / name).read_text(encoding="utf-8")
    assert EVIDENCE.search(note)
    assert re.search(r"```\n\w+ +([0-9A-Fa-f]{2} *){8}", note), "no payload"
    for uuid in (*profile.advertised.services, *profile.channels.values()):
        short = uuid[4:8] if uuid.endswith("-0000-1000-8000-00805f9b34fb") else uuid[:8]
        assert short.casefold() in note.casefold(), uuid
    assert f"`{profile.name}`" in note


@radio
def test_its_characteristics_are_written_out(profile):
    assert profile.data_channel in profile.channels
    for uuid in (*profile.advertised.services, *profile.channels.values()):
        assert UUID.fullmatch(uuid), uuid
    assert len(set(profile.channels.values())) == len(profile.channels)


@radio
def test_it_is_told_apart_from_the_others(profile):
    others = [other for other in RADIO_PROFILES if other is not profile]
    for other in others:
        assert not other.advertised.matches(None, profile.advertised.services)
        for name in profile.advertised.names:
            assert not other.advertised.matches(name + " 12", [])
    assert not profile.advertised.matches("", [])
    assert not profile.advertised.matches(None, [])
    for name in profile.advertised.names:
        assert profile.advertised.matches(name.swapcase() + "xyz", [])


@every
def test_its_state_is_frozen_and_equal_to_itself(profile):
    state = profile.initial({})
    assert dataclasses.is_dataclass(state)
    assert state == profile.initial({})
    assert state.duplicated == 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        state.duplicated = 1
    assert profile.decode_all(state, []) == (state, None)
    assert profile.reconnected(state).duplicated == 0


@every
def test_a_channel_nobody_has_is_refused_with_advice(profile):
    from sensorcoach.errors import DecodeError

    with pytest.raises(DecodeError) as error:
        profile.decode(profile.initial({}), Packet("knee", "nonsense", 0.0, b""))
    assert error.value.advice


def test_names_are_unique_and_plain():
    assert len(set(profile_names())) == len(profile_names())
    for name in PROFILES:
        assert re.fullmatch(r"[a-z0-9_-]+", name)
