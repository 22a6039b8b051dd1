"""Sessions for other tools."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sensorcoach.analysis import open_session
from sensorcoach.choices import Choices
from sensorcoach.export import export
from sensorcoach.signals import analyze_with_signals


def export_session(files: Sequence[Path], choices: Choices, to: str, folder: Path) -> list[Path]:
    """Write the samples and repetitions of the session in some files; what was made.

    Raises:
        InputError: the session cannot be analysed.
        RecordingError: likewise; or something is there already, or cannot be written.
        SettingsError: the format is unknown, or its library is not installed.
    """
    name, recording = open_session(files, choices)
    result, signals = analyze_with_signals(recording, name, choices)
    return export(result, signals, to, folder, files[0].name.removesuffix(".gz").rpartition(".")[0] or files[0].name)
