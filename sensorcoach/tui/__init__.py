"""What is seen in a terminal: Textual screens. They ask `sensorcoach.app` and show what it gives."""
