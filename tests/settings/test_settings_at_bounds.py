"""Whatever settings are allowed, a session can be analysed, coached and reported with them: no traceback, no warning
of a division by nothing. What comes out need not make sense.
"""

import random
from pathlib import Path

import pytest
from setting_walk import Setting, put, settings_of, table_of

from sensorcoach import Arrays, analyze
from sensorcoach.coach import Coach
from sensorcoach.errors import InputError
from sensorcoach.report.content import content_of
from sensorcoach.session.tape import Tape
from sensorcoach.settings import Settings
from sensorcoach.settings_check import checked
from tests.guide.guided import LIE, go, rep, simulated, tapped

RECORDING = Path(__file__).parents[2] / "recordings" / "mixed.jsonl.gz"
NUMBERS = [one for one in settings_of(Settings, Settings()) if one.kind in (float, int)]
MOUNTING = {"up_leg": "-y"}
FASTEST_HZ = 104.0
"""Of the session."""


@pytest.fixture(scope="module")
def sessions() -> list[Arrays]:
    """A minute of six drops and what is no drop (simulated): as it is, at 20 Hz, and without a gyroscope."""
    signals = analyze(RECORDING).signals
    slow = slice(None, None, 5)
    return [
        Arrays(signals.t_s, signals.acc_sensor, signals.gyr_sensor),
        Arrays(signals.t_s[slow], signals.acc_sensor[slow], signals.gyr_sensor[slow]),
        Arrays(signals.t_s, signals.acc_sensor),
    ]


@pytest.fixture(scope="module")
def guided_session():
    return tapped(simulated(LIE, rep("left"), rep("right"), LIE), 14.0, 14.3)


def gone_through(own: Settings, session: Arrays) -> None:
    tape = Tape(Coach(own))
    result = analyze(session, mounting=MOUNTING, settings=own, on_event=tape.add)
    tape.close(result.duration_s)
    content_of(result)


@pytest.mark.parametrize("setting", NUMBERS, ids=lambda one: one.name)
def test_one_setting_at_its_bounds(setting: Setting, sessions: list[Arrays], guided_session):
    for value in setting.bounds:
        own, _ = checked(table_of(setting, value, NUMBERS), Settings(), "mine.toml")
        if own.signal.min_rate_hz > FASTEST_HZ:
            with pytest.raises(InputError, match="counting needs at least"):
                gone_through(own, sessions[0])
            continue
        gone_through(own, sessions[0])
        if setting.path[0] == "guide":
            go(guided_session, settings=own)


@pytest.mark.parametrize("seed", range(40))
def test_many_settings_at_their_bounds(seed: int, sessions: list[Arrays], guided_session):
    own, _ = checked(_many(random.Random(seed)), Settings(), "mine.toml")
    gone_through(own, sessions[seed % len(sessions)])
    go(guided_session, settings=own)


def _many(dice: random.Random) -> dict:
    """Each setting at one of its bounds, somewhere between, or as it is; of two in order the greater is no less."""
    values = {
        one.path: dice.choice([*one.bounds, one.kind(dice.uniform(*one.bounds))])
        for one in NUMBERS
        if one.shape != "list" and one.name != "signal.min_rate_hz" and dice.random() < dice.choice([0.1, 0.9])
    }
    table: dict = {}
    by_path = {one.path: one for one in NUMBERS}
    for one in NUMBERS:
        if "at_most" in one.rules:
            other = by_path[*one.path[:-1], one.rules["at_most"]]
            least = values.setdefault(one.path, one.least)
            values[other.path] = max(least, values.get(other.path, other.least))
    for path, value in values.items():
        put(table, path, by_path[path].told(value))
    return table
