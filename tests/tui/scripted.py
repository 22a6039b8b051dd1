"""Shows without a session behind them: a test writes the picture, the screen shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from sensorcoach.app import LinkPicture, PhasePicture, Picture
from sensorcoach.app.show import ShowKind, ShowListener
from sensorcoach.errors import SensorcoachError
from sensorcoach.model import Cue, CueKind, CueLevel, Mark, PhaseName, Rep, Result, Side, Trace, Warning
from sensorcoach.settings import Settings

STREAMING = LinkPicture(
    state="streaming",
    name="knee-1",
    profile="open",
    rate_hz=104.2,
    lost_fraction=0.003,
    battery=0.8,
    rssi_dbm=-61,
    recording=True,
)
PERIOD_S = 10.0
DROP_S, HOLD_S, BACK_S = 2.0, 4.0, 2.0
RANGE_DEG = 48.0


def warning(code: str, severity: str, value: float, limit: float, unit: str) -> Warning:
    return Warning(code=code, severity=severity, value=value, limit=limit, unit=unit)  # type: ignore[arg-type]


TOO_FAST = warning("too_fast", "warn", 0.46, 0.40, "1")
JARRING = warning("jarring", "severe", 4.4, 4.0, "g")
JERKY = warning("jerky", "note", -1.83, -1.80, "")


def rep(index: int, side: Side | None, *warnings: Warning, **figures: float) -> Rep:
    """The one that begins ``PERIOD_S`` after the one before."""
    start_s = (index - 1) * PERIOD_S + 2.0
    held_s = figures.pop("hold_s", HOLD_S)
    return Rep(
        index=index,
        side=side,
        direction=1 if side == "left" or (side is None and index % 2) else -1,
        drop_start_s=start_s,
        drop_end_s=start_s + DROP_S,
        return_start_s=start_s + DROP_S + held_s,
        return_end_s=start_s + DROP_S + held_s + BACK_S,
        hold_s=held_s,
        range_deg=figures.get("range_deg", RANGE_DEG),
        drop_time_s=DROP_S,
        peak_drop_dps=figures.get("peak_drop_dps", 45.0),
        landing_jolt_g=figures.get("landing_jolt_g", 0.3),
        warnings=warnings,
    )


def roll_deg(t_s: np.ndarray) -> np.ndarray:
    """Left, right, left, right, each with a smooth way down and back."""
    into, turn = np.mod(t_s, PERIOD_S) - 2.0, np.floor(t_s / PERIOD_S)
    down = np.clip(into / DROP_S, 0.0, 1.0)
    back = np.clip((into - DROP_S - HOLD_S) / BACK_S, 0.0, 1.0)
    way = (1.0 - np.cos(np.pi * down)) / 2.0 - (1.0 - np.cos(np.pi * back)) / 2.0
    return RANGE_DEG * way * np.where(turn % 2 == 0, 1.0, -1.0)


def curve(start_s: float, end_s: float, rate_hz: float = 104.0) -> Trace:
    t_s = np.arange(np.ceil(max(start_s, 0.0) * rate_hz), np.floor(end_s * rate_hz) + 1) / rate_hz
    roll = roll_deg(t_s)
    speed = np.gradient(roll, t_s) if t_s.size > 1 else np.zeros_like(roll)
    return Trace(t_s, roll, speed)


def picture(t_s: float = 0.0, **changes: object) -> Picture:
    """Armed and streaming, nothing counted, the middle, but for ``changes``."""
    base = Picture(
        t_s=t_s,
        stage="armed",
        progress=0.0,
        stage_reason="",
        left=0,
        right=0,
        unknown=0,
        target=5,
        phase=None,
        hold_target_s=4.0,
        cue=None,
        link=STREAMING,
        reps=(),
        counted=0,
        not_counted=(),
        undone=frozenset(),
        marks=(),
        gaps=(),
        notices=(),
        comfort_left_deg=45.0,
        comfort_right_deg=50.0,
        too_fast_dps=105.0,
        axis_confirmed=True,
        ended=None,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def phase(name: PhaseName, since_s: float, side: Side | None = "left") -> PhasePicture:
    return PhasePicture(name, since_s, -1 if side == "right" else 1, side, RANGE_DEG)


def cue(t_s: float, phrase: str, level: CueLevel, kind: CueKind = "correction", index: int | None = None) -> Cue:
    return Cue(t_s, t_s, kind, phrase, level, (), index)


REPS = (
    rep(1, "left"),
    rep(2, "right", TOO_FAST, JERKY, peak_drop_dps=128.0),
    rep(3, "left", hold_s=HOLD_S),
    rep(4, "right", JARRING, landing_jolt_g=4.4),
)


def in_the_hold(**changes: object) -> Picture:
    """The fifth repetition, to the left, 1.4 s into its hold, at 0:45."""
    told = {
        "left": 2,
        "right": 2,
        "counted": 4,
        "reps": REPS,
        "phase": phase("hold", 44.0),
        "marks": (Mark(t_s=36.0),),
        **changes,
    }
    return picture(45.4, **told)


@dataclass
class ScriptedShow:
    """``shown`` is what it gives; what is asked of it is kept."""

    shown: Picture
    kind: ShowKind = "live"
    over: bool = False
    came_to: Result | None = None
    failed: SensorcoachError | None = None
    controls: list[tuple[str, str]] = field(default_factory=list)
    stops: int = 0

    @property
    def now_s(self) -> float:
        return self.shown.t_s

    def picture(self) -> Picture:
        return self.shown

    def trace(self, start_s: float, end_s: float) -> Trace:
        return curve(start_s, min(end_s, self.now_s))

    def control(self, action: str, value: str = "") -> None:
        self.controls.append((action, value))

    def stop(self) -> None:
        self.stops += 1

    def result(self) -> Result | None:
        return self.came_to

    def failure(self) -> SensorcoachError | None:
        return self.failed

    def subscribe(self, listener: ShowListener) -> Callable[[], None]:
        return lambda: None


@dataclass
class ScriptedPlayer(ScriptedShow):
    """A tape machine that notes which buttons were pressed."""

    kind: ShowKind = "replay"
    over: bool = True
    pressed: list[object] = field(default_factory=list)
    playing: bool = False
    speed: float = 1.0
    start_s: float = 0.0
    duration_s: float = 60.0
    reps: tuple[Rep, ...] = REPS
    settings: Settings = field(default_factory=Settings)

    def play(self) -> None:
        self.playing = True

    def pause(self) -> None:
        self.playing = False

    def set_speed(self, speed: float) -> None:
        self.speed = speed

    def seek(self, t_s: float) -> None:
        self.pressed.append(("seek", t_s))

    def next_rep(self) -> None:
        self.pressed.append("next_rep")

    def previous_rep(self) -> None:
        self.pressed.append("previous_rep")

    def next_warning(self) -> None:
        self.pressed.append("next_warning")

    def previous_warning(self) -> None:
        self.pressed.append("previous_warning")

    def regrade(self, settings: Settings) -> None:
        self.settings = settings
        self.pressed.append("regrade")
