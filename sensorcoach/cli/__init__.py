"""The command line: parses, asks `app`, prints. Heavy imports happen inside the commands."""

from sensorcoach.cli import exporting, health, log, sensors, sessions, settings  # noqa: F401  each registers its commands
from sensorcoach.cli.root import app, main

__all__ = ["app", "main"]
