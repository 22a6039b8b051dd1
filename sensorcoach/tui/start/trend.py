"""The last sessions as a few rows of bars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sensorcoach.tui.start.bars import bars
from sensorcoach.tui.start.past import PastSession

SHOWN: Final = 12
"""So many sessions: some weeks."""
NONE_YET: Final = "None yet. After each session its count and what there was to change stand here."


def trend_lines(newest_first: Sequence[PastSession]) -> list[str]:
    """A row a figure, the oldest left: reps a side, range a side, warnings a rep."""
    past = list(reversed(newest_first[:SHOWN]))
    if not past:
        return [NONE_YET]
    return list(_rows(past))


def _rows(past: Sequence[PastSession]) -> Iterator[str]:
    most = max(max(one.left, one.right) for one in past)
    yield _row("left", [one.left for one in past], f"{past[-1].left}", most)
    yield _row("right", [one.right for one in past], f"{past[-1].right}", most)
    for word, ranges in (
        ("range left", [one.range_left_deg for one in past]),
        ("range right", [one.range_right_deg for one in past]),
    ):
        if ranges[-1] is not None:
            yield _row(word, ranges, f"{ranges[-1]:.0f}°", 90.0)
    a_rep = [one.warnings / one.reps if one.reps else None for one in past]
    last = a_rep[-1]
    yield _row("warnings a rep", a_rep, "–" if last is None else f"{last:.1f}", 1.0)
    hurt = sum(one.pain for one in past)
    if hurt:
        yield f"pain in {hurt} of {len(past)}"


def _row(word: str, values: Sequence[float | None], last: str, most: float) -> str:
    return f"{word:<15}{' '.join(bars(values, most)):<{2 * SHOWN - 1}} {last:>4}"
