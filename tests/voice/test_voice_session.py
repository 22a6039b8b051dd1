"""A whole session, listened to: when each landing and each return is heard, against the simulated truth."""

import json
from math import inf
from pathlib import Path

import pytest

from sensorcoach.app import replay_files, voice_for
from sensorcoach.choices import Choices
from sensorcoach.preferences import VoiceSettings
from sensorcoach.simulator import SCENARIOS, SessionPlan, simulate
from sensorcoach.simulator.plan import RepPlan, RestPlan
from sensorcoach.sources.simulated import session_time_s, write_simulated
from sensorcoach.voice.espeak import is_there
from tests.benchmarks.voice import LANDINGS_HZ, Delays, delays, whistled
from tests.voice.listening import heard, loudness, onsets_s, quiet

TWO = SessionPlan(
    name="two",
    seed=1,
    items=(
        RestPlan(duration_s=3.0),
        *(
            RepPlan(side=side, range_deg=48.0, style="gravity_led", hold_s=4.6, return_s=2.2)
            for side in ("left", "right")
        ),
    ),
)


def test_landings_and_counts_are_heard_in_time(tmp_path: Path) -> None:
    """definitions.md, In time. ``python -m tests.benchmarks voice`` measures more sessions."""
    simulation = simulate(SCENARIOS["thumps"](1))
    wav = whistled(simulation, tmp_path, "thumps")
    found = Delays()
    delays(simulation, wav, found)
    complete = [rep for rep in simulation.truth if rep.complete]
    assert len(complete) >= 6
    assert (len(found.landing_s), len(found.count_s), found.silent) == (len(complete), len(complete), 0)
    assert max(found.landing_s) <= 0.45
    assert sorted(found.landing_s)[len(complete) // 2] <= 0.35
    assert max(found.count_s) <= 0.5
    assert min(*found.landing_s, *found.count_s) > -0.1  # nothing is known before it happens
    # A thump is never told as a soft landing, and no breath is paced from the return on.
    sound, rate_hz = heard(wav)
    soft = onsets_s(sound, rate_hz, LANDINGS_HZ[0])
    for rep in complete:
        landing_s, end_s = session_time_s(simulation, rep.drop_end_s), session_time_s(simulation, rep.return_end_s)
        thumped = rep.levels.get("abrupt_landing") == "severe" or rep.levels.get("jarring") == "severe"
        assert not (thumped and [t_s for t_s in soft if landing_s - 0.2 < t_s < landing_s + 0.6])
        assert quiet(sound, rate_hz, end_s - 0.3, end_s - 0.01)


@pytest.mark.skipif(not is_there(), reason="espeak-ng is not installed")
def test_a_real_engine_counts_aloud(tmp_path: Path) -> None:
    simulation = simulate(TWO)
    assert len(simulation.truth) == 2
    recording, wav = tmp_path / "s.jsonl", tmp_path / "s.wav"
    write_simulated(recording, simulation)
    voice = voice_for(VoiceSettings(), pytest.fail, aloud=False, file=wav)
    replay_files([recording], Choices(), inf, voice.tell, voice.advance)
    voice.close()
    lines = [json.loads(line) for line in Path(f"{wav}.cues.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {line["heard"] for line in lines} <= {"tone", "speech", "dropped"}
    sound, rate_hz = heard(wav)
    for rep in simulation.truth:
        end_s = session_time_s(simulation, rep.return_end_s)
        begin, stop = round((end_s - 0.2) * rate_hz), round((end_s + 0.7) * rate_hz)
        speech = loudness(sound[begin:stop], rate_hz, 0.0, 0.005) + abs(sound[begin:stop])
        assert speech[: round(0.15 * rate_hz)].max() < 0.01
        assert speech[: round(0.7 * rate_hz)].max() > 0.05, f"no count within 0.5 s of {end_s:.2f} s"
    assert lines[-1]["phrase"] == "session_done"
    assert lines[-1]["heard"] == "speech"
