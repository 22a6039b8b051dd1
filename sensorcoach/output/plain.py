"""Events of the pipeline and of the link as lines of text: what `replay --plain`, `live --plain` and `demo` print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sensorcoach.model import (
    Aborted,
    Calibrated,
    CentreFound,
    Control,
    Counted,
    Cue,
    GapSeen,
    LinkEvent,
    NotCounted,
    Notice,
    PhaseChanged,
    Rep,
    RepDone,
    RepWithdrawn,
    SensorSlipped,
    StageChanged,
    Told,
    Trace,
)
from sensorcoach.output.printable import printable
from sensorcoach.output.words import LINK, NOT_COUNTED, code_words, cue, side_word

if TYPE_CHECKING:
    from sensorcoach.sources.link import LinkStatus


def line(event: Told) -> str | None:
    """One line for ``event``, led by its time on the session's clock; None for what other lines tell better."""
    said = _said(event)
    return None if said is None else f"{_instant(said[0])}  {said[1]}"


def _said(event: Told) -> tuple[float, str] | None:
    match event:
        case LinkEvent(state=state, detail=detail):
            words = LINK.get(state, code_words(state))
            return event.t_s, printable(f"{words}: {detail}" if detail else words)
        case Notice(text=text):
            return event.t_s, printable(f"! {text}")
        case PhaseChanged(phase="drop"):
            return event.t_s, f"drop {side_word(event.side, event.direction)}"
        case PhaseChanged(again=True):
            return None
        case PhaseChanged(phase="hold"):
            return event.t_s, f"landing at {event.angle_deg:.0f}°, hold"
        case PhaseChanged(phase="return"):
            return event.t_s, "return"
        case PhaseChanged() | Counted() | Calibrated() | Control() | StageChanged() | Trace() | Cue():
            return None
        case RepDone(rep=rep):
            return rep.return_end_s, rep_words(rep)
        case NotCounted(aborted=aborted):
            return aborted.end_s, _not_counted(aborted)
        case GapSeen(gap=gap):
            return gap.end_s, f"gap of {gap.end_s - gap.start_s:.1f} s without samples"
        case CentreFound():
            return event.known_s, f"centre found, from {_instant(event.valid_from_s).strip()} on"
        case RepWithdrawn(index=index):
            return event.known_s, f"repetition {index} was none: it is taken back"
        case SensorSlipped():
            return event.t_s, f"the sensor slipped by {event.angle_deg:.0f}°"
    return None


def rep_words(rep: Rep) -> str:
    """What would be said after a rep: ``1 left, hold 4.2 s, slower down``."""
    said = f"{rep.index} {side_word(rep.side, rep.direction)}, hold {rep.hold_s:.1f} s"
    advice = cue(rep)
    return f"{said}, {advice}" if advice else said


def _not_counted(aborted: Aborted) -> str:
    size = "" if aborted.range_deg is None else f" ({aborted.range_deg:.0f}°)"
    return f"not counted: {NOT_COUNTED.get(aborted.reason, code_words(aborted.reason))}{size}"


def _instant(t_s: float) -> str:
    sign, tenths = ("-" if t_s < 0 else ""), round(abs(t_s) * 10)
    minutes, tenths = divmod(tenths, 600)
    return f"{sign}{minutes}:{tenths // 10:02d}.{tenths % 10}".rjust(8)


def sensor_words(status: LinkStatus) -> str:
    """``knee-1 (open), signal -60 dBm, battery 80 %``; empty before a sensor is found. Battery in steps of 10 %."""
    if status.profile is None:
        return ""
    parts = [f"{status.name or 'sensor'} ({status.profile})"]
    if status.rssi_dbm is not None:
        parts.append(f"signal {status.rssi_dbm} dBm")
    battery = status.battery
    if battery is not None and battery.fraction is not None:
        parts.append(f"battery {10 * round(10 * battery.fraction)} %")
    elif battery is not None and battery.volts is not None:
        parts.append(f"battery {battery.volts:.1f} V")
    return printable(", ".join(parts))
