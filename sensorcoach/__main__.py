"""``python -m sensorcoach``: the command line."""

from sensorcoach.cli import main

if __name__ == "__main__":
    main()
