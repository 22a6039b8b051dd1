"""The sensor's signal, knows no exercise: timeline, tilt, motion, smoothness, impact."""
