"""Rules about an even movement: `jerky` and `stop_and_go`. Source: definitions.md C, domain.md 3."""

from __future__ import annotations

from sensorcoach.kneedrop.grading.ability import Reach
from sensorcoach.kneedrop.grading.levels import at_or_above, worst
from sensorcoach.model import Rep, Severity, Warning
from sensorcoach.settings import LimitSettings


def jerky(rep: Rep, sensor: Reach, limits: LimitSettings) -> Warning | None:
    """Shaky or in pieces, drop or return: SPARC (1) of the angular speed, confirmed by velocity peaks.

    Reason: one smooth movement has SPARC -1.4 and one peak, two submovements -2.3 and two. SPARC alone also drops for
    an even ramp, so from `warn` on the peaks must agree. Needs a gyroscope. After a swing through the centre the values
    of the drop are those of the whole swing.
    """
    if not sensor.has_gyroscope:
        return None
    drop = _jerky_movement(rep.sparc, rep.velocity_peaks, limits)
    back = _jerky_movement(rep.return_sparc, rep.return_velocity_peaks, limits)
    return worst(drop, back)


def stop_and_go(rep: Rep, sensor: Reach, limits: LimitSettings) -> Warning | None:
    """Lowered in steps: number of stops in the drop (1), or one stop after which the drop went on by 20 % of its range.

    Reason: two pauses are a habit, one may be a breath. Needs a gyroscope: the low-pass of tilt hides short stops.
    """
    if not sensor.has_gyroscope:
        return None
    stops = None if rep.stops is None else float(rep.stops)
    found = at_or_above("stop_and_go", "1", stops, limits.stop_and_go_stops)
    staged = Warning(code="stop_and_go", severity="warn", value=1.0, limit=1.0, unit="staged") if rep.staged else None
    return worst(found, staged)


def _jerky_movement(sparc: float | None, peaks: int | None, limits: LimitSettings) -> Warning | None:
    if sparc is None or peaks is None:
        return None
    levels: tuple[tuple[Severity, float | None, float | None], ...] = (
        ("severe", limits.jerky_sparc.severe, limits.jerky_peaks.severe),
        ("warn", limits.jerky_sparc.warn, limits.jerky_peaks.warn),
        ("note", limits.jerky_sparc.note, limits.jerky_peaks.note),
    )
    for severity, level, needed in levels:
        if level is not None and sparc < level and (needed is None or peaks >= needed):
            return Warning(code="jerky", severity=severity, value=sparc, limit=level, unit="1")
    return None
