"""The `sensorcoach` command with a scripted radio: ``child.py SCRIPT_JSON HOME WORDS…``. All folders lie under HOME."""

import json
import sys
from pathlib import Path

from scripted_radio import Script, ScriptedRadio

from sensorcoach import app, folders
from sensorcoach.app import live
from sensorcoach.cli import main

if __name__ == "__main__":
    script, home = Script(**json.loads(sys.argv[1])), Path(sys.argv[2])
    places = folders.Folders(home / "data" / "recordings", home / "config", home / "log")
    live.folders = lambda: places
    app.bluetooth = lambda *_: ScriptedRadio(script)  # type: ignore[assignment]
    sys.argv[1:] = sys.argv[3:]
    main()
