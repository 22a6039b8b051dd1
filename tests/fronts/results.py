"""Hand-made results for the tests of the outputs."""

from sensorcoach.model import Aborted, Gap, Rep, Result, Summary, Warning


def rep(index: int = 1, **changes: object) -> Rep:
    figures = {
        "index": index,
        "side": "left",
        "direction": 1,
        "drop_start_s": 4.0,
        "drop_end_s": 6.0,
        "return_start_s": 10.2,
        "return_end_s": 12.5,
        "hold_s": 4.2,
        "range_deg": 47.3,
        "drop_time_s": 2.0,
        "peak_drop_dps": 48.0,
        "landing_jolt_g": 0.31,
        "return_time_s": 2.3,
    }
    return Rep(**{**figures, **changes})


def warning(code: str, severity: str = "warn", value: float | None = 0.52) -> Warning:
    return Warning(code=code, severity=severity, value=value, limit=0.4, unit="")


def result(*reps: Rep, **changes: object) -> Result:
    counted: dict[str, int] = {}
    for one in reps:
        for broken in one.warnings:
            counted[broken.code] = counted.get(broken.code, 0) + 1
    left, right = (sum(one.side == side for one in reps) for side in ("left", "right"))
    summary = Summary(
        reps=len(reps),
        left=left,
        right=right,
        unknown=len(reps) - left - right,
        cycles=min(left, right),
        axis_confirmed=bool(changes.pop("axis_confirmed", True)),
        warnings=counted,
        session_warnings=(warning("asymmetric", value=0.31),) if left and right else (),
        could_not_show=("landings and smoothness: it has no gyroscope",),
    )
    figures = {
        "file": "session.csv",
        "version": "0.1.0",
        "start": None,
        "duration_s": 61.5,
        "rate_hz": 103.8,
        "samples": 6400,
        "sensor": {
            "profile": "samples",
            "simulated": False,
            "gyroscope": False,
            "mounting": {"leg": None, "segment": "thigh", "up_leg": None, "front": None, "first_side": None},
        },
        "settings": {},
        "gaps": (Gap(20.0, 20.8, 80),),
        "counts": {"lost": 80},
        "notices": ("acceleration was taken as g",),
        "summary": summary,
        "reps": reps,
        "aborted": (Aborted(start_s=30.0, end_s=32.0, reason="below_r_min", range_deg=9.0),),
    }
    return Result(**{**figures, **changes})
