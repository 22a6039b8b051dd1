"""``python -m recordings.make``: simulate the recordings beside this file anew, with their true repetitions."""

from pathlib import Path

import msgspec

from sensorcoach.app import DEMO, write_simulation
from sensorcoach.simulator import SCENARIOS, SessionPlan

HERE = Path(__file__).resolve().parent
SEED = 2
REPS = {"thumps": 4}
"""At 208 Hz a whole session would make a large file."""
NAMES = (
    "good",
    "too_fast",
    "thumps",
    "stop_and_go",
    "short_holds",
    "one_sided",
    "pillow_small",
    "accelerometer_only",
)


def plan_of(name: str) -> SessionPlan:
    """The session of a scenario, cut short where `REPS` says so."""
    plan = SCENARIOS[name](SEED)
    rest, *reps = plan.items
    return msgspec.structs.replace(plan, items=(rest, *reps[: REPS.get(name)]))


if __name__ == "__main__":
    for name, plan in {"mixed": DEMO, **{name: plan_of(name) for name in NAMES}}.items():
        recording = HERE / f"{name}.jsonl.gz"
        recording.unlink(missing_ok=True)
        write_simulation(plan, recording, HERE / f"{name}.expected.json")
        print(f"{recording.name}: {recording.stat().st_size / 1000:.0f} kB")
