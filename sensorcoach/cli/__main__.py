"""``python -m sensorcoach.cli``."""

from sensorcoach.cli import main

if __name__ == "__main__":
    main()
