"""The words for sides, warnings and times that the table and the plain lines share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sensorcoach.coach.phrases import phrases
from sensorcoach.kneedrop.advice import ADVICE
from sensorcoach.model import Correction, Mark, ReadAs, Rep, Result, Side, Warning
from sensorcoach.output.printable import printable

NOT_COUNTED = {
    "below_r_min": "too small",
    "too_quick": "too quick",
    "too_long": "too long",
    "step": "a step",
    "walked": "walking",
    "strap_tugged": "the sensor turned on the leg",
    "faster_than_falling": "faster than falling: the strap was tugged",
    "no_return": "no return",
    "unfinished": "begun or ended elsewhere",
    "got_up": "getting up",
    "overshoot": "the end of the movement before",
    "outside_exercise": "before or after the exercise",
    "slipped": "the centre changed meanwhile",
    "cut": "cut off by the end of the recording",
    "unseen": "not seen: samples missing",
    "begun_before": "begun before the recording",
    "turned_over": "turning over",
    "other_posture": "another posture",
    "other_direction": "another direction",
    "disarmed": "while paused",
    "calibration": "only to tell the side",
}
"""Why a movement was not counted, by the reason's code."""

NOT_GRADED = {
    "rate": "too few samples a second",
    "clipped": "beyond the sensor's range",
    "gap": "samples missing",
}
"""Why a rep's quality was not judged, by the reason's code."""

LINK = {
    "searching": "looking for the sensor",
    "connecting": "connecting",
    "streaming": "connected",
    "stalled": "no data arrive",
    "lost": "connection lost",
    "resumed": "the computer slept",
    "overflow": "data lost",
    "battery_low": "battery low",
}
"""What befell the link, by its state."""

_DIRECTIONS = {1: "A", -1: "B"}
_UNITS = {"deg": "°", "deg/s": "°/s", "deg/s2": "°/s²", "1/s": "/s", "1": ""}


def side_word(side: Side | None, direction: int) -> str:
    """``left`` or ``right``; where nobody knows which is which, ``A`` and ``B`` still tell the two apart."""
    return side or _DIRECTIONS[direction]


def cue(rep: Rep) -> str | None:
    """The one thing to say after ``rep``, or None. A rep dated back is history and gets no cue (definitions.md A3)."""
    if rep.dated_back:
        return None
    spoken = {warning.code for warning in rep.warnings if warning.severity != "note"}
    code = next((code for code in ADVICE if code in spoken), None)
    return None if code is None else phrases("en").brief(code)


def code_words(code: str) -> str:
    """``too_fast`` as a person reads it."""
    return code.replace("_", " ")


def quantity(warning: Warning) -> str:
    """Value and limit of a warning with their unit, ``2.4 g, limit 2 g``; empty where there is no figure."""
    if warning.value is None:
        return ""
    unit = _UNITS.get(warning.unit, f" {warning.unit}" if warning.unit else "")
    limit = "" if warning.limit is None else f", limit {figure(warning.limit)}{unit}"
    return f"{figure(warning.value)}{unit}{limit}"


def figure(value: float) -> str:
    """A number with as many digits as a person can use."""
    if abs(value) >= 10.0 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.2f}" if abs(value) < 1.0 else f"{value:.1f}"


def clock(t_s: float) -> str:
    """Seconds as ``m:ss`` or ``h:mm:ss``."""
    sign, whole = ("-" if t_s < 0 else ""), round(abs(t_s))
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{sign}{minutes}:{seconds:02d}"


def summary_line(result: Result) -> str:
    """``10 reps: 5 left, 5 right, 5 cycles; too fast 2, jarring 1 (and 3 notes).``"""
    summary = result.summary
    if summary.reps == 0:
        return "No knee drop found."
    sides = [f"{n} {name}" for n, name in ((summary.left, "left"), (summary.right, "right")) if n]
    sides += [f"{summary.unknown} of unknown side"] if summary.unknown and sides else []
    counted = ", ".join([*sides, plural(summary.cycles, "cycle")])
    warnings = [*(warning for rep in result.reps for warning in rep.warnings), *summary.session_warnings]
    told = Counter(code_words(warning.code) for warning in warnings if warning.severity != "note")
    notes = len(warnings) - told.total()
    corrected = ", ".join(f"{words} {n}" for words, n in told.most_common()) or "nothing to correct"
    beside = f" (and {plural(notes, 'note')})" if notes else ""
    doubt = "" if summary.axis_confirmed else " (not confirmed)"
    return f"{plural(summary.reps, 'rep')}{doubt}: {counted}; {corrected}{beside}."


def person_words(result: Result) -> Iterator[str]:
    """What the person said of the session, a sentence a kind; nothing if they said nothing."""
    if result.corrections:
        summary = result.summary
        sides = ((summary.corrected_left, "left"), (summary.corrected_right, "right"))
        counts = [f"{n} {side}" for n, side in sides if n or not summary.corrected_unknown]
        counts += [f"{summary.corrected_unknown} of unknown side"] if summary.corrected_unknown else []
        changes = ", ".join(_correction_words(one) for one in result.corrections)
        yield f"Corrected by hand ({changes}): {', '.join(counts)}."
    if result.marks:
        yield f"Marked: {_marked(result.marks)}."
    if result.pain:
        yield (
            f"It hurt: {_marked(result.pain)}. If pain stays or comes back, ask a doctor or physiotherapist before you "
            "go on."
        )


def _correction_words(correction: Correction) -> str:
    if correction.rep is not None:
        return f"rep {correction.rep} undone"
    if correction.direction is None:
        return f"{correction.change:+d} {correction.side or 'rep'}"
    return f"{correction.change:+d} {side_word(correction.side, correction.direction)}"


def _marked(marks: tuple[Mark, ...]) -> str:
    return ", ".join(printable(f"{clock(one.t_s)} {one.text}".rstrip()) for one in marks)


def recording_line(result: Result) -> str:
    """``walk.csv: 1:02 min, 104 Hz, acceleration and turning rate.``"""
    rate = "" if result.rate_hz is None else f", {result.rate_hz:.0f} Hz"
    held = "acceleration and turning rate" if result.sensor["gyroscope"] else "acceleration only"
    return f"{result.file}: {clock(result.duration_s)} min{rate}, {held}."


def read_as_line(result: Result) -> str | None:
    """``Read as table: time t_s; acceleration ax_g, ay_g, az_g (g, sign as written); …``; None for our own sessions."""
    read = result.read_as
    if read is None:
        return None
    parts = [f"sensor {read.sensor}"] if read.sensor else []
    parts += [_columns_words(read, what) for what in read.columns]
    parts += ["no turning rate"] if "turning rate" not in read.columns else []
    parts += [] if result.rate_hz is None else [f"{result.rate_hz:.4g} samples a second"]
    parts.append(f"start {result.start}" if result.start else "start unknown")
    parts += [f"assumed: {len(read.assumed)}, see below"] if read.assumed else []
    left = read.left_out
    if left:
        more = f" and {len(left) - _LEFT_OUT_TOLD} more" if len(left) > _LEFT_OUT_TOLD else ""
        parts.append(f"left out: {', '.join(left[:_LEFT_OUT_TOLD])}{more}")
    return f"Read as {read.program}: {'; '.join(parts)}."


_LEFT_OUT_TOLD = 6


def _columns_words(read: ReadAs, what: str) -> str:
    unit = read.units.get(what)
    told = [unit] if unit else []
    told += [f"sign {read.acc_sign}"] if what == "acceleration" else []
    told += ["left out"] if what == "turning rate" and not unit else []
    return f"{what} {', '.join(read.columns[what])}" + (f" ({', '.join(told)})" if told else "")


def reception_line(result: Result) -> str:
    """``Received 6240 samples, 100 a second; 52 lost, 2 gaps of 3.1 s in all.``"""
    rate = "" if result.rate_hz is None else f", {result.rate_hz:.0f} a second"
    lost = result.counts.get("lost", 0)
    gap_s = sum(gap.end_s - gap.start_s for gap in result.gaps)
    gaps = f", {plural(len(result.gaps), 'gap')} of {gap_s:.1f} s in all" if result.gaps else ""
    return f"Received {result.samples} samples{rate}; {lost or 'none'} lost{gaps}."


def plural(n: int, word: str) -> str:
    """``1 rep``, ``2 reps``."""
    return f"{n} {word}" if n == 1 else f"{n} {word}s"
