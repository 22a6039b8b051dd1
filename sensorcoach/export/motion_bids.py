"""Motion-BIDS: a data set of one session, as the Brain Imaging Data Structure describes motion (BIDS 1.10, "Motion").

Samples stand in ``..._motion.tsv`` without a header, one column a channel, the first of them the sample's latency: lost
samples are simply not there. Repetitions are events. Names hold letters and digits only, as BIDS wants them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from sensorcoach.export.session import ExportedSession
from sensorcoach.model import Rep, Result
from sensorcoach.output.printable import json_printable
from sensorcoach.signals import Signals

BIDS_VERSION: Final = "1.10.0"
TASK: Final = "supinespinaltwist"
SYSTEM: Final = "knee"
_MISSING: Final = "n/a"
_CHANNEL_COLUMNS: Final = ("name", "component", "type", "tracked_point", "units", "placement")


def write_motion_bids(session: ExportedSession, folder: Path) -> list[Path]:
    """``STEM_bids/`` in ``folder``: the folder made."""
    root = folder / f"{session.stem}_bids"
    result = session.result
    subject = f"sub-{_label(result.person)}"
    place = root / subject / "motion"
    place.mkdir(parents=True)
    stem = f"{subject}_task-{TASK}_tracksys-{SYSTEM}"
    _write_json(root / "dataset_description.json", _description(result))
    (root / "README").write_text(_readme(result), encoding="utf-8")
    _write_table(root / "participants.tsv", ("participant_id",), [(subject,)])
    channels = _channels(session.signals, _placement(result))
    _write_table(place / f"{stem}_channels.tsv", _CHANNEL_COLUMNS, channels)
    _write_json(place / f"{stem}_motion.json", _about(session, len(channels)))
    _write_samples(place / f"{stem}_motion.tsv", session.signals)
    events = f"{subject}_task-{TASK}_events"
    _write_table(place / f"{events}.tsv", ("onset", "duration", *_EVENT_FIELDS), _events(session))
    _write_json(place / f"{events}.json", _EVENT_FIELDS)
    return [root]


_EVENT_FIELDS: Final[dict[str, object]] = {
    "trial_type": {
        "Description": "Phase of the repetition",
        "Levels": {
            "drop": "the knees are lowered to one side",
            "hold": "they stay there",
            "return": "they come back to the centre",
        },
    },
    "rep": {"Description": "Number of the repetition"},
    "side": {"Description": "The person's left or right; n/a where unknown"},
    "range_deg": {"Description": "Roll of the leg from the centre at the landing", "Units": "deg"},
    "warnings": {"Description": "Rules that the repetition broke, code:severity separated by blanks"},
}


def _description(result: Result) -> dict[str, object]:
    simulated = " (simulated: it never happened)" if result.sensor.get("simulated") else ""
    return {
        "Name": f"Supine spinal twist, one sensor at the knee{simulated}",
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "raw",
        "GeneratedBy": [{"Name": "sensorcoach", "Version": result.version}],
    }


def _readme(result: Result) -> str:
    simulated = "This session is simulated: it never happened.\n" if result.sensor.get("simulated") else ""
    return (
        "One session of the supine spinal twist (knee drops), measured by one motion sensor at the knee and exported\n"
        f"by sensorcoach {result.version}. The roll of the leg is not the rotation of the spine.\n{simulated}"
    )


def _about(session: ExportedSession, channels: int) -> dict[str, object]:
    result, signals = session.result, session.signals
    three = 3 if signals.gyr_sensor is not None else 0
    return {
        "TaskName": TASK,
        "TaskDescription": "On the back, knees bent, both knees lowered to one side, held, returned; in turns",
        "SamplingFrequency": result.rate_hz,
        "SamplingFrequencyEffective": result.rate_hz,
        "TrackingSystemName": SYSTEM,
        "TrackedPointsCount": 1,
        "MotionChannelCount": channels,
        "ACCELChannelCount": 3,
        "GYROChannelCount": three,
        "LATENCYChannelCount": 1,
        "RecordingDuration": result.duration_s,
        "RecordingType": "continuous",
        "MissingValues": _MISSING,
        "Manufacturer": _MISSING,
        "ManufacturersModelName": str(result.sensor.get("label") or _MISSING),
        "SoftwareVersions": f"sensorcoach {result.version}",
    }


def _placement(result: Result) -> str:
    worn = result.sensor.get("mounting")
    if not isinstance(worn, dict):
        return "knee"
    leg = worn.get("leg")
    return f"{worn.get('segment')} above the knee{f', {leg} leg' if leg else ''}"


def _channels(signals: Signals, placement: str) -> list[Sequence[str]]:
    rows: list[Sequence[str]] = [("latency", _MISSING, "LATENCY", _MISSING, "s", _MISSING)]
    kinds = [("acc", "ACCEL", "m/s^2")] + ([("gyr", "GYRO", "rad/s")] if signals.gyr_sensor is not None else [])
    for name, kind, units in kinds:
        rows += [(f"{name}_{axis}", axis, kind, "knee", units, placement) for axis in "xyz"]
    return rows


def _write_samples(path: Path, signals: Signals) -> None:
    columns = [signals.t_s - signals.t_s[0], *signals.acc_sensor.T]
    columns += [] if signals.gyr_sensor is None else [*signals.gyr_sensor.T]
    _write_rows(path, zip(*(_cells(values.tolist()) for values in columns), strict=True))


def _cells(values: list[float]) -> list[float | str]:
    return [_MISSING if value != value else value for value in values]


def _events(session: ExportedSession) -> list[Sequence[object]]:
    first_s = float(session.signals.t_s[0])
    rows: list[Sequence[object]] = []
    for rep in session.result.reps:
        borders = (rep.drop_start_s, rep.drop_end_s, rep.return_start_s, rep.return_end_s)
        for phase, start_s, end_s in zip(("drop", "hold", "return"), borders[:-1], borders[1:], strict=True):
            rows.append((start_s - first_s, end_s - start_s, phase, *_of_rep(rep)))
    return sorted(rows, key=lambda row: row[0])  # type: ignore[arg-type,return-value]


def _of_rep(rep: Rep) -> tuple[object, ...]:
    warnings = " ".join(f"{warning.code}:{warning.severity}" for warning in rep.warnings)
    return rep.index, rep.side or _MISSING, rep.range_deg, warnings or _MISSING


def _label(text: str | None) -> str:
    """BIDS labels hold letters and digits only."""
    return re.sub(r"[^0-9a-zA-Z]", "", text or "") or "01"


def _write_table(path: Path, header: Iterable[str], rows: Iterable[Sequence[object]]) -> None:
    _write_rows(path, [tuple(header), *rows])


def _write_rows(path: Path, rows: Iterable[Sequence[object]]) -> None:
    with path.open("x", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows(rows)


def _write_json(path: Path, content: object) -> None:
    text = msgspec.json.format(msgspec.json.encode(content), indent=2).decode()
    path.write_text(json_printable(text) + "\n", encoding="utf-8", newline="\n")
