"""A guided session: nobody on the floor presses keys (`Guide`)."""

from sensorcoach.guide.guide import Decision, Guide

__all__ = ["Decision", "Guide"]
