"""``python -m tests.ble.pretend``, the tool for makers, without a radio."""

import struct
from pathlib import Path

import pytest

from tests.ble import virtual_time
from tests.ble.pretend.__main__ import arguments, dry_run

RECORDING = Path(__file__).resolve().parents[2] / "recordings" / "good.jsonl.gz"


def lines(*given: str) -> list[tuple[float, bytes]]:
    written: list[str] = []
    virtual_time.run(dry_run(arguments([*given, "--dry-run"]), written.append))
    return [(float(line.split()[0]), bytes.fromhex(line.split()[1])) for line in written]


def test_dry_run_prints_what_a_client_would_get() -> None:
    said = lines("--profile", "open", "--scenario", "good", "--seconds", "2")
    assert 39 <= len(said) <= 42
    assert [struct.unpack_from("<H", payload, 2)[0] for _, payload in said] == list(range(len(said)))
    assert said == lines("--profile", "open", "--scenario", "good", "--seconds", "2"), "always the same"


def test_dry_run_plays_a_recording_as_a_witmotion() -> None:
    said = lines("--profile", "witmotion", "--recording", str(RECORDING), "--seconds", "3", "--name", "WT-PLAY")
    assert {len(payload) for _, payload in said[2:]} == {80}
    acc = struct.unpack_from("<3h", said[5][1], 2)
    assert sum(one * one for one in acc) ** 0.5 / 2048 == pytest.approx(1.0, abs=0.15)


def test_faults_can_be_thrown_from_the_start() -> None:
    said = lines("--profile", "open", "--seconds", "2", "--faults", "lose_every=4")
    numbers = [struct.unpack_from("<H", payload, 2)[0] for _, payload in said]
    assert [number % 4 for number in numbers[:6]] == [0, 1, 2, 0, 1, 2]
    with pytest.raises(SystemExit):
        arguments(["--profile", "open", "--dry-run", "--faults", "explode"])


def test_it_wants_a_transport_or_a_dry_run() -> None:
    with pytest.raises(SystemExit):
        arguments(["--profile", "open"])
