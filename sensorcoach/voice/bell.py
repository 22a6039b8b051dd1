"""The terminal's bell, where nothing better can sound."""

from __future__ import annotations

import sys
from typing import Final

RUNG: Final = frozenset({"landing", "tick", "count"})
"""Kinds of cues: landed, long enough, counted. A bell has one pitch; more would say nothing."""
HINT: Final = 'pip install "sensorcoach[voice]"'


def ring_terminal() -> None:
    """Write the character, if a terminal is there to ring."""
    if sys.stderr.isatty():
        sys.stderr.write("\a")
        sys.stderr.flush()
