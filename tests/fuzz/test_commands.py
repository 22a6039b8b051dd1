"""A short run of the fuzz job, over seeds that are not looked for; and those that once broke something."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fuzz.commands import one

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "wait4"), reason="memory of a child is told by Unix only"),
]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_recording_ends_every_command_with_a_sentence_at_worst(seed: int, tmp_path: Path) -> None:
    for done in one(seed, tmp_path):
        assert done.wrong == [], f"{' '.join(done.words)}\n{done.stderr[-2000:]}"
