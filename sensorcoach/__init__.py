"""sensorcoach: counts and grades the supine spinal twist ("knee drops") from one motion sensor at the knee.

`analyze` is the library's front door. Imports are lazy: ``import sensorcoach`` loads neither numpy nor scipy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["Analysis", "Arrays", "__version__", "analyze"]

if TYPE_CHECKING:
    from sensorcoach.library import Analysis, Arrays, analyze


def __getattr__(name: str) -> object:
    if name in ("Analysis", "Arrays", "analyze"):
        from sensorcoach import library

        return getattr(library, name)
    raise AttributeError(f"module 'sensorcoach' has no attribute {name!r}")
