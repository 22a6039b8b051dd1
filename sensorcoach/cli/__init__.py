"""The command line: parses, asks `app`, prints. Heavy imports happen inside the commands."""

import os

# Our matrices are small: more threads only wait for each other, and spin while they do. Read when numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from sensorcoach.cli import (  # noqa: E402, F401  each registers its commands
    exporting,
    health,
    log,
    reports,
    sensors,
    sessions,
    settings,
    voice,
)
from sensorcoach.cli.root import app, main  # noqa: E402

__all__ = ["app", "main"]
