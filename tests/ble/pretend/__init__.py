"""Pretend sensors: bumble peripherals that speak real sensors' bytes, with faults to order. Nothing here is a device.

Written from the notes (sensors.md, firmware_notes/own-format.md), never from `sensorcoach.devices`: they are the other
witness. ``python -m tests.ble.pretend --help`` puts one on the air.
"""
