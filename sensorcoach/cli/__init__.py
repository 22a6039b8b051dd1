"""The command line: parses, asks `app`, prints. Heavy imports happen inside the commands."""

from sensorcoach.cli import (  # noqa: F401  each registers its commands
    exporting,
    health,
    log,
    reports,
    sensors,
    sessions,
    settings,
    voice,
)
from sensorcoach.cli.root import app, main

__all__ = ["app", "main"]
