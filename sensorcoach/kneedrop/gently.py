"""Was a session done gently, as a whole? What is said aloud at its end and what stands on its summary both ask this."""

from __future__ import annotations

from collections.abc import Sequence

from sensorcoach.model import Rep


def done_gently(reps: Sequence[Rep], share: float) -> bool:
    """Whether a severe warning was the exception: ``share`` of the graded repetitions are without. One is no habit."""
    graded = [rep for rep in reps if rep.graded]
    gentle = sum(all(one.severity != "severe" for one in rep.warnings) for rep in graded)
    return gentle >= share * len(graded)
