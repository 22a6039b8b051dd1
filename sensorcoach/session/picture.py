"""One session at one instant, as a screen shows it: an immutable value, the same for live, replay and demo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sensorcoach.model import Aborted, Cue, Direction, Gap, Mark, PhaseName, Rep, Side, StageName

LinkState = Literal["searching", "connecting", "streaming", "stalled", "lost"]


@dataclass(frozen=True, slots=True)
class LinkPicture:
    """The link bar. ``lost_fraction``: lost samples of all there should be. ``battery``: 0 to 1. None: not known."""

    state: LinkState = "searching"
    detail: str = ""
    name: str = ""
    profile: str = ""
    rate_hz: float | None = None
    lost_fraction: float | None = None
    battery: float | None = None
    rssi_dbm: int | None = None
    recording: bool = False


@dataclass(frozen=True, slots=True)
class StreamFigures:
    """What has come of the stream by ``t_s``: samples received and lost; ``rate_hz`` of the session's grid.

    Told beside the events, live and in a replay, about once a second.
    """

    t_s: float
    rate_hz: float | None
    received: int
    lost: int
    axis_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class PhasePicture:
    """What the leg does now, and since when. ``angle_deg`` of the landing, in a hold."""

    name: PhaseName
    since_s: float
    direction: Direction
    side: Side | None
    angle_deg: float


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything but the curves (`Board.trace`).

    ``left``, ``right``, ``unknown``: counted, with the person's corrections; ``target`` a side, 0: none. ``cue``: the
    last one that is shown, with its session time inside. ``reps`` final, as graded now; ``counted`` may be one ahead.
    ``notices``: the newest last, sentences. ``ended``: code of why the session ended, None while it goes on.
    """

    t_s: float
    stage: StageName
    progress: float
    stage_reason: str
    left: int
    right: int
    unknown: int
    target: int
    phase: PhasePicture | None
    hold_target_s: float
    cue: Cue | None
    link: LinkPicture
    reps: tuple[Rep, ...]
    counted: int
    not_counted: tuple[Aborted, ...]
    undone: frozenset[int]
    marks: tuple[Mark, ...]
    gaps: tuple[Gap, ...]
    notices: tuple[str, ...]
    comfort_left_deg: float | None
    comfort_right_deg: float | None
    too_fast_dps: float
    """Speed at which a drop of the person's usual range is too fast (the warn level), for the line in the plot."""
    axis_confirmed: bool
    ended: str | None
    not_counted_in_all: int = 0
    gaps_in_all: int = 0
    notices_in_all: int = 0
    """The lists above keep the last ones only; so many there were."""
    pain: tuple[Mark, ...] = ()
    breath_in_s: float = 1.5
    breath_out_s: float = 2.5
    """How a hold is paced (`CoachSettings`): what is seen is what is heard."""
