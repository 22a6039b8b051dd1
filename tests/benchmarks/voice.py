"""How soon tones and counts are heard, found in the WAV by energy, against the simulated truth.

Words are half a second of one pitch here, so that their beginning can be found beside tones; what espeak-ng takes to
render a sentence is told by itself, as is nothing of what sound devices add.
"""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sensorcoach.app import replay_files
from sensorcoach.choices import Choices
from sensorcoach.coach.phrases import phrases
from sensorcoach.preferences import VoiceSettings
from sensorcoach.simulator import SCENARIOS, Simulation, simulate
from sensorcoach.sources.simulated import session_time_s, write_simulated
from sensorcoach.voice.background import BackgroundVoice
from sensorcoach.voice.espeak import Espeak, is_there
from sensorcoach.voice.wav import WavFile
from tests.benchmarks.table import Options, Row
from tests.voice.listening import heard, onsets_s
from tests.voice.pretend import WORDS_HZ, Whistle

LANDINGS_HZ = (660.0, 440.0, 280.0)
COURSES = ("good", "too_fast", "thumps", "short_holds")
SEEDS = 3
"""A course is a minute; a seed of each costs some seconds."""


@dataclass
class Delays:
    landing_s: list[float] = field(default_factory=list)
    count_s: list[float] = field(default_factory=list)
    silent: int = 0
    """Landings or counts that were not heard within 2 s."""


def whistled(simulation: Simulation, folder: Path, name: str) -> Path:
    """The WAV of a simulated session, with words as tones."""
    recording, wav = folder / f"{name}.jsonl", folder / f"{name}.wav"
    write_simulated(recording, simulation)
    output = WavFile(wav, phrases("en"), Whistle(0.3), volume=0.8, complain=print)
    voice = BackgroundVoice(output, VoiceSettings(), patient=True)
    replay_files([recording], Choices(), inf, voice.tell, voice.advance)
    voice.close()
    return wav


def delays(simulation: Simulation, wav: Path, into: Delays) -> None:
    sound, rate_hz = heard(wav)
    landings = sorted(t_s for hz in LANDINGS_HZ for t_s in onsets_s(sound, rate_hz, hz))
    words = onsets_s(sound, rate_hz, WORDS_HZ, apart_s=0.05)
    for rep in simulation.truth:
        if rep.complete:
            _note(into.landing_s, into, landings, session_time_s(simulation, rep.drop_end_s))
            _note(into.count_s, into, words, session_time_s(simulation, rep.return_end_s))


def _note(found: list[float], into: Delays, onsets: Sequence[float], true_s: float) -> None:
    after = [t_s - true_s for t_s in onsets if -0.15 <= t_s - true_s <= 2.0]
    if after:
        found.append(after[0])
    else:
        into.silent += 1


def measured(seeds: Sequence[int]) -> Delays:
    into = Delays()
    with tempfile.TemporaryDirectory() as folder:
        for course in COURSES:
            for seed in seeds:
                simulation = simulate(SCENARIOS[course](seed))
                delays(simulation, whistled(simulation, Path(folder), f"{course}{seed}"), into)
    return into


def voice_rows(options: Options) -> list[Row]:
    found = measured(list(options.seeds)[:SEEDS])
    landing, count = np.array(found.landing_s), np.array(found.count_s)
    return [
        _median_row("landing tone after the landing", landing, 0.35),
        _latest_row("landing tone after the landing", landing, 0.45),
        _latest_row("count after the end of the return", count, 0.5),
        Row("landings and counts nobody heard", f"{found.silent}", "0", found.silent == 0),
        *_engine_rows(),
    ]


def _median_row(what: str, late_s: NDArray[np.float64], goal_s: float) -> Row:
    median_s = float(np.median(late_s))
    return Row(f"{what}, median", f"{median_s:.2f} s", f"<= {goal_s:.2f} s", median_s <= goal_s)


def _latest_row(what: str, late_s: NDArray[np.float64], goal_s: float) -> Row:
    latest_s = float(np.max(late_s))
    return Row(f"{what}, latest of {len(late_s)}", f"{latest_s:.2f} s", f"<= {goal_s:.2f} s", latest_s <= goal_s)


def _engine_rows() -> list[Row]:
    if not is_there():
        return [Row("espeak-ng renders a count", "not installed here", "-")]
    took_s = []
    for number in range(1, 21):
        begin_s = time.perf_counter()
        Espeak(VoiceSettings()).render(f"{number}, left")
        took_s.append(time.perf_counter() - begin_s)
    return [Row("espeak-ng renders a count, median", f"{1000 * np.median(took_s):.0f} ms", "-")]
