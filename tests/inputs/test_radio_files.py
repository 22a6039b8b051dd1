"""Simulated sessions of independent physics behind bad links (../shared/data/twist); truth from their lines."""

import gzip
import json

import numpy as np
import pytest
from tables import on_grid

STAMPED_ON_ARRIVAL = ["core_10", "core_11", "core_18", "negatives_03", "negatives_06", "negatives_08"]
NOISE = [f"noise_{number:02}" for number in range(24)]
WORST_CLOCK = 0.011
"""The chips of the noise sessions run up to 1 % beside their nominal rate; those of the others keep it."""


@pytest.mark.parametrize("name", [*STAMPED_ON_ARRIVAL, *NOISE])
def test_no_session_is_refused_and_rate_loss_and_repeats_are_told(shared_data, name):
    path = shared_data(f"twist/{name}.csv.gz")
    lines = gzip.decompress(path.read_bytes()).decode().split()[1:]
    stamps_s = np.array([float(line.split(",", 1)[0]) for line in lines])
    nominal_hz = json.loads(shared_data(f"twist/{name}.json").read_text())["rate_hz"]
    t_s, timeline = on_grid(path)
    different = len(set(lines))
    assert timeline.counts.duplicated == len(lines) - different
    assert timeline.counts.out_of_order == 0
    assert timeline.rate_hz == pytest.approx(nominal_hz, rel=WORST_CLOCK if name in NOISE else 0.003)
    # Elapsed time holds rows that came and rows that were lost; stamps are late by some tens of ms, and the rate that
    # 60 s tell is right to 0.05 %.
    elapsed_rows = np.ptp(stamps_s) * timeline.rate_hz + 1
    assert timeline.counts.lost == pytest.approx(elapsed_rows - different, abs=0.05 * nominal_hz + 0.0005 * different)
    assert (np.diff(t_s) > 0).all()
