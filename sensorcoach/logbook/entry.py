"""A finished session as the rows of the logbook: a pure function of its result and its recording."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import msgspec

from sensorcoach.logbook.calibration import calibrations
from sensorcoach.logbook.stamp import Stamp
from sensorcoach.model import Control, Mark, Rep, Result, Warning
from sensorcoach.recording import Header
from sensorcoach.settings import Settings

Row = Mapping[str, object]

_REP_COLUMNS = (
    "side",
    "direction",
    "drop_start_s",
    "drop_end_s",
    "return_start_s",
    "return_end_s",
    "range_deg",
    "drop_time_s",
    "hold_s",
    "return_time_s",
    "peak_drop_dps",
    "landing_jolt_g",
    "graded",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """``session``: its row without a number; ``parts``: rows of the other tables, by table, without the session.

    ``mode``: see `model.Result`; not kept.
    """

    stamp: Stamp
    session: Row
    parts: Mapping[str, Sequence[Row]]
    mode: str


def entry(result: Result, header: Header, controls: Sequence[Control], stamp: Stamp) -> Entry:
    """What is kept of a session.

    Args:
        result: of the live session, or of the analysis of its recording: both are the same.
        header: of the recording.
        controls: all that the recording holds, in order.
        stamp: of the recording, when it was closed.
    """
    return Entry(
        stamp,
        _session_row(result, header, stamp),
        {
            "reps": [_rep_row(rep) for rep in result.reps],
            "warnings": _warning_rows(result),
            "corrections": [
                {"place": place, **msgspec.structs.asdict(one)} for place, one in enumerate(result.corrections)
            ],
            "marks": _mark_rows({"pain": result.pain, "mark": result.marks}),
            "calibrations": [
                {"place": place, **asdict(one)}
                for place, one in enumerate(calibrations(result.reps, result.aborted, controls))
            ],
        },
        result.mode,
    )


def _session_row(result: Result, header: Header, stamp: Stamp) -> Row:
    summary, start = result.summary, _start(header, stamp)
    # A default written as 2 is 2.0 once it has been in a file.
    settings = msgspec.convert(result.settings, Settings)
    return {
        "recording": stamp.recording,
        "size_bytes": stamp.size_bytes,
        "changed_ns": stamp.changed_ns,
        "start": start.isoformat(timespec="milliseconds"),
        "start_s": start.timestamp(),
        "duration_s": result.duration_s,
        "simulated": header.simulated,
        "sensor": str(header.device.get("name") or header.profile),
        "rate_hz": result.rate_hz,
        "version": result.version,
        "settings": msgspec.json.encode(msgspec.to_builtins(settings), order="deterministic").decode(),
        "detected": summary.reps,
        "left_reps": summary.corrected_left,
        "right_reps": summary.corrected_right,
        "unknown_reps": summary.corrected_unknown,
        "cycles": summary.cycles,
        "person": header.person,
        "target_a_side": settings.goal.reps_a_side,
        "comfort_left_deg": settings.limits.comfort_left_deg,
        "comfort_right_deg": settings.limits.comfort_right_deg,
    }


def _start(header: Header, stamp: Stamp) -> datetime:
    """As the recording tells; one that does not was begun before it was last written, on the same day as a rule."""
    if header.start is not None:
        try:
            told = datetime.fromisoformat(header.start)
            return told if told.tzinfo is not None else told.astimezone()
        except (ValueError, OverflowError):
            pass
    return datetime.fromtimestamp(stamp.changed_ns / 1e9).astimezone()


def _rep_row(rep: Rep) -> Row:
    return {"rep": rep.index, **{name: getattr(rep, name) for name in _REP_COLUMNS}}


def _warning_rows(result: Result) -> list[Row]:
    told: list[tuple[int | None, Warning]] = [(rep.index, one) for rep in result.reps for one in rep.warnings]
    told += [(None, one) for one in result.summary.session_warnings]
    return [
        {
            "place": place,
            "rep": rep,
            "code": one.code,
            "severity": one.severity,
            "value": one.value,
            "limit_value": one.limit,
            "unit": one.unit,
        }
        for place, (rep, one) in enumerate(told)
    ]


def _mark_rows(marks: Mapping[str, Iterable[Mark]]) -> list[Row]:
    told = [(kind, one) for kind, ones in marks.items() for one in ones]
    return [{"place": place, "kind": kind, "t_s": one.t_s, "text": one.text} for place, (kind, one) in enumerate(told)]
