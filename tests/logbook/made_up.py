"""Made-up sessions for the logbook: nobody moved for them. Results, entries, logged sessions, and recordings."""

import gzip
import json
import os
import sqlite3
from datetime import datetime, timedelta, timezone
from pathlib import Path

from sensorcoach.logbook.entry import Entry, entry
from sensorcoach.logbook.logged import LoggedSession
from sensorcoach.logbook.stamp import Stamp
from sensorcoach.model import Control, Mark, Rep, Result, Summary, Warning
from sensorcoach.recording import Header

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"
FIRST = datetime(2026, 3, 2, 18, 3, tzinfo=timezone(timedelta(hours=1)))
LONG_AGO_S = 1.7e9
"""When a recording was last written, so that nobody takes it for one under way."""


def rep(index: int, *warnings: Warning, **changes: object) -> Rep:
    """A repetition of ten seconds, left and right in turn."""
    start = 10.0 * index
    figures = {
        "index": index,
        "side": ("right", "left")[index % 2],
        "direction": 1 if index % 2 else -1,
        "drop_start_s": start,
        "drop_end_s": start + 1.5,
        "return_start_s": start + 6.0,
        "return_end_s": start + 8.0,
        "hold_s": 4.5,
        "range_deg": 40.0 + index,
        "drop_time_s": 1.5,
        "return_time_s": 2.0,
        "warnings": warnings,
    }
    return Rep(**{**figures, **changes})


def warning(severity: str = "warn", code: str = "too_fast") -> Warning:
    return Warning(code=code, severity=severity, value=0.5, limit=0.4, unit="")


def result(*reps: Rep, **changes: object) -> Result:
    left, right = (sum(one.side == side for one in reps) for side in ("left", "right"))
    summary = Summary(
        reps=len(reps),
        left=left,
        right=right,
        unknown=len(reps) - left - right,
        cycles=min(left, right),
        corrected_left=left,
        corrected_right=right,
        corrected_unknown=len(reps) - left - right,
        axis_confirmed=True,
        warnings={},
        session_warnings=(),
        could_not_show=(),
    )
    figures = {
        "file": None,
        "version": "0.1.0",
        "start": None,
        "duration_s": 90.0,
        "rate_hz": 104.0,
        "samples": 9360,
        "sensor": {},
        "settings": {"goal": {"reps_a_side": 5}, "limits": {}},
        "gaps": (),
        "counts": {},
        "notices": (),
        "summary": summary,
        "reps": reps,
        "aborted": (),
    }
    return Result(**{**figures, **changes})


def made_entry(
    name: str,
    *reps: Rep,
    day: int = 0,
    person: str | None = None,
    simulated: bool = False,
    calibrations: tuple[tuple[float, str], ...] = (),
    pain: bool = False,
    **changes: object,
) -> Entry:
    """The rows of a session ``day`` days after `FIRST`."""
    header = Header(profile="open", person=person, simulated=simulated, start=(FIRST + timedelta(days=day)).isoformat())
    told = result(*reps, pain=(Mark(t_s=50.0),) if pain else (), **changes)
    controls = [Control(t_s, "calibrate", side) for t_s, side in calibrations]
    return entry(told, header, controls, Stamp(name, 1000, int(LONG_AGO_S * 1e9)))


def logged(day: int, **changes: object) -> LoggedSession:
    """A good session that reached its target of five a side."""
    figures = {
        "number": day + 1,
        "recording": Path("s.jsonl"),
        "size_bytes": 1,
        "person": None,
        "start": (FIRST + timedelta(days=day)).isoformat(),
        "duration_s": 90.0,
        "simulated": False,
        "sensor": "pretend",
        "rate_hz": 104.0,
        "detected": 10,
        "left": 5,
        "right": 5,
        "unknown": 0,
        "cycles": 5,
        "severe": 0,
        "warned": 1,
        "noted": 0,
        "pain": 0,
        "target_a_side": 5,
        "comfort_left_deg": None,
        "comfort_right_deg": None,
        "range_deg": 47.0,
        "range_left_deg": 48.0,
        "range_right_deg": 46.0,
        "drop_time_s": 1.5,
        "version": "0.1.0",
    }
    return LoggedSession(**{**figures, **changes})


def record(
    file: Path,
    *controls: tuple[float, str, str],
    source: str = "thumps",
    start: datetime | None = FIRST,
    changed_s: float = LONG_AGO_S,
    **header: object,
) -> Path:
    """One of the simulated recordings as if it had been recorded live, with what a person did in between."""
    with gzip.open(RECORDINGS / f"{source}.jsonl.gz", "rt") as lines:
        first, *items = [json.loads(line) for line in lines]
    del first["simulated"]
    told = {**first, "start": None if start is None else start.isoformat(), **header}
    items += [{"t": t_s, "do": action, "value": value} for t_s, action, value in controls]
    items.sort(key=lambda item: item["t"])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(map(json.dumps, [told, *items])) + "\n")
    os.utime(file, (changed_s, changed_s))
    return file


def dump(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables, read without the code under test."""
    connection = sqlite3.connect(database)
    try:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr) for table in tables}
    finally:
        connection.close()
