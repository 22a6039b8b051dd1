"""See `tests.fuzz.commands`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.fuzz.commands import main

arguments = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Damaged recordings, whole commands.")
arguments.add_argument("--seconds", type=float, default=300.0)
arguments.add_argument("--seed", type=int, default=1)
arguments.add_argument("--keep", type=Path, help="Folder for the files that break something; else a temporary one.")
told = arguments.parse_args()
folder = told.keep or Path(tempfile.mkdtemp(prefix="fuzz-"))
folder.mkdir(parents=True, exist_ok=True)
sys.exit(1 if main(told.seconds, told.seed, folder) else 0)
