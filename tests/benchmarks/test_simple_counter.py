"""The peer is not made weak: it counts what the makers of the independent sessions say a hundred lines count there."""

import json

import pytest

from tests.benchmarks import simple_counter
from tests.benchmarks.real_files import DATA

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (DATA / "twist").exists(), reason="../shared/data/twist is not here"),
]


@pytest.mark.parametrize("suite", ["core", "faults", "noise", "negatives", "hour"])
def test_it_counts_as_the_files_say(suite):
    other = []
    for path in sorted((DATA / "twist").glob(f"{suite}_*.json")):
        told = json.loads(path.read_bytes())["simple_counter"]["counted"]
        counted = len(simple_counter.count(simple_counter.read_rows(path.with_suffix(".csv.gz"))))
        if counted != told:
            other.append(f"{path.stem}: {counted}, not {told}")
    assert len(other) <= 1, other
