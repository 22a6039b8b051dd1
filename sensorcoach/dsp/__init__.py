"""The sensor's signal, knows no exercise: timeline, arrivals, tilt, motion, smoothness, impact."""
