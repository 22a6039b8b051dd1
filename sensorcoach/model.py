"""What the rooms hand to each other. No behaviour beyond checking shapes.

Units and frames
----------------
=================  ===========================================================================
suffix             meaning
=================  ===========================================================================
``_s``             seconds on the session's (or the file's own) monotonic time base
``_hz``            samples a second
``_deg, _dps``     degrees, degrees a second: only in what people read (`Rep`, settings, reports)
``_dps2``          degrees a second squared
``_g``             multiples of 9.80665 m/s², only in what people read
no unit suffix     SI: rad, rad/s, m/s²
``_sensor``        axes of the sensor as the maker printed them
``up_sensor``      unit vector opposite to gravity, in sensor axes: what an accelerometer reads at rest
=================  ===========================================================================

Intervals are half-open ``[start, end)``; neighbours share a border; duration is ``end - start``.

`Samples` carries the time of every sample and not only a start and a rate: the grid is the sensor's own sample
sequence, and ``t_s`` *is* the map from that grid onto session time. So a clock that drifts by 1 % needs no other
filter coefficients, and an event's time stays true (design.md, Time).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]

Side = Literal["left", "right"]
CentreSource = Literal["rest", "pause", "leg_axis", "midpoint", "calibration"]
Severity = Literal["note", "warn", "severe"]
PhaseName = Literal["centre", "drop", "hold", "return"]
Direction = Literal[1, -1]
"""+1 is the person's left where that is known, else the side first seen."""

STANDARD_GRAVITY = 9.80665
"""m/s² in one g (CGPM 1901)."""


@dataclass(frozen=True, slots=True)
class Packet:
    """The very bytes a sensor gave, with their arrival time (s since session start)."""

    sensor: str
    channel: str
    t_s: float
    payload: bytes


@dataclass(frozen=True, slots=True)
class Control:
    """What a person did: an input of the pipeline, kept in the recording.

    ``action``: arm, pause, calibrate, undo, correct, mark, pain, note; or calibration, by the program.
    ``value`` is its argument: of ``calibrate`` a side; of ``calibration`` one (`kneedrop.calibration.stored`); of
    ``correct`` ``+1`` or ``-1`` and, where one is meant, a side: ``+1 left``; of ``mark`` and ``note`` words; of
    ``arm`` and ``pause`` who or what did it: ``key``, ``double_tap``; of ``arm`` also ``still`` and ``side`` (the
    calibration drop was seen), of ``pause`` also ``guide`` (a guided session begins) and ``calibrate``.
    """

    t_s: float
    action: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class LinkEvent:
    """A change of the link as it was when recorded, or what befell it.

    ``state``: searching, connecting, streaming, stalled, lost; or resumed (the computer slept), overflow (packets were
    dropped here: the computer was too slow), battery_low. ``detail``: in words, for people.
    """

    t_s: float
    state: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """Time without samples: ``[start_s, end_s)`` from the last one before to the first one after; ``lost`` samples."""

    start_s: float
    end_s: float
    lost: int


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a decoder read out of packets, before the timeline: device time, not yet a uniform grid.

    ``t_s`` (n,) float64, seconds on the session's time base but from the *sensor's* clock (unwrapped), or rows of a
    file. ``acc`` (n, 3) m/s², ``gyr`` (n, 3) rad/s or None, ``clipped`` (n,) bool: at or above 98 % of the range on any
    axis.
    """

    t_s: Floats
    acc: Floats
    gyr: Floats | None
    clipped: Bools


@dataclass(frozen=True, slots=True)
class Samples:
    """A uniform grid of samples. Arrays are read-only by convention.

    ``t_s`` (n,) s; ``rate_hz`` the session's one fixed grid rate; ``acc_sensor`` (n, 3) m/s²; ``gyr_sensor`` (n, 3)
    rad/s or None; ``filled`` (n,) bool: made up across a short gap; ``clipped`` (n,) bool; ``restart`` (n,) bool: first
    sample after a gap too long to fill (filters start anew there).
    """

    t_s: Floats
    rate_hz: float
    acc_sensor: Floats
    gyr_sensor: Floats | None
    filled: Bools
    clipped: Bools
    restart: Bools


class Mounting(msgspec.Struct, frozen=True, kw_only=True):
    """How the sensor is worn. Axes are ``x``, ``-y`` …, or None for unknown.

    ``up_leg``: the sensor axis that points up the leg toward the hip (gives side and posture on the thigh).
    ``front``: on the shank, the axis out of the shin (gives the side).
    ``first_side``: side of the first complete drop, when the wearer said so.
    """

    leg: Side | None = None
    segment: Literal["thigh", "shank"] = "thigh"
    up_leg: str | None = None
    front: str | None = None
    first_side: Side | None = None


class Warning(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of `definitions.md` C that a rep (or a session) broke. ``value`` is rate-corrected, the one compared."""

    code: str
    severity: Severity
    value: float | None
    limit: float | None
    unit: str


class Rep(msgspec.Struct, frozen=True, kw_only=True):
    """One repetition, one side. Raw measured values; a metric that could not be computed is None, never 0."""

    index: int
    side: Side | None
    direction: Direction
    drop_start_s: float
    drop_end_s: float
    return_start_s: float
    return_end_s: float
    hold_s: float
    range_deg: float
    drop_time_s: float
    drop_time_10_90_s: float | None = None
    peak_drop_dps: float | None = None
    free_fall_fraction: float | None = None
    landing_loss_dps: float | None = None
    landing_decel_dps2: float | None = None
    landing_jolt_g: float | None = None
    landing_confidence: Literal["high", "low"] | None = None
    sparc: float | None = None
    return_sparc: float | None = None
    velocity_peaks: int | None = None
    return_velocity_peaks: int | None = None
    catch_dps2: float | None = None
    stops: int | None = None
    staged: bool = False
    peak_to_mean_speed: float | None = None
    return_time_s: float = 0.0
    peak_return_dps: float | None = None
    residual_deg: float | None = None
    hold_drift_deg: float | None = None
    hold_sway_deg: float | None = None
    hold_peak_dps: float | None = None
    centre_source: CentreSource = "rest"
    swung_through: bool = False
    dated_back: bool = False
    cut: bool = False
    graded: bool = True
    not_graded_reason: str | None = None
    warnings: tuple[Warning, ...] = ()
    confirmed: bool = True
    """Beyond doubt to the sides; not so where nobody told an axis and too few movements show one."""


class Aborted(msgspec.Struct, frozen=True, kw_only=True):
    """A movement that was not counted, with its reason (code) and the figure behind it."""

    start_s: float
    end_s: float
    reason: str
    range_deg: float | None = None


# --- events of the pipeline, emitted in the order in which they became known ------------------------------------------


@dataclass(frozen=True, slots=True)
class Landing:
    """What is known of a landing when it is told: provisional, the final figures come with `RepDone`.

    ``range_deg``: angle there. ``hard``: the knees did not arrive softly; None where the sensor cannot say.
    ``warnings``: those of the drop and the landing so far, in the order of speech; none where nothing is graded.
    ``drop``: the figures they are of, as far as the repetition has gone; for who judges by other limits.
    """

    range_deg: float
    hard: bool | None
    warnings: tuple[Warning, ...] = ()
    drop: Rep | None = None


@dataclass(frozen=True, slots=True)
class PhaseChanged:
    """Provisional: the phase at ``t_s`` (known at ``known_s``). ``direction`` of the movement, ``side`` where known.

    A hold is told 0.15 s after the landing, with ``landing`` if the drop was wide enough to count; where the leg
    rebounds at once, without, and again with it. It is told once more (``confirmed``) when it has lasted for a second.
    If the leg goes on before that, or much further after it, ``drop`` is told again, and later another hold.
    """

    t_s: float
    known_s: float
    phase: PhaseName
    direction: Direction
    side: Side | None
    angle_deg: float
    landing: Landing | None = None
    confirmed: bool = False
    again: bool = False
    """Told before; new is ``landing`` or ``confirmed``."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Provisional: a repetition ended at ``t_s``; its number is settled, its figures follow as `RepDone`."""

    t_s: float
    known_s: float
    index: int
    direction: Direction
    side: Side | None
    hold_s: float
    dated_back: bool


@dataclass(frozen=True, slots=True)
class RepDone:
    """Final: emitted once a rep; its figures never change again."""

    known_s: float
    rep: Rep


@dataclass(frozen=True, slots=True)
class RepWithdrawn:
    """A repetition told before the line of movement was known, or with which the person got up, was none."""

    known_s: float
    index: int


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Counting goes on with another calibration (`kneedrop.calibration`), which the recording keeps."""

    known_s: float
    calibration: object = field(compare=False)


@dataclass(frozen=True, slots=True)
class NotCounted:
    """A movement that looked like a repetition and was none."""

    known_s: float
    aborted: Aborted


@dataclass(frozen=True, slots=True)
class GapSeen:
    """A hole in the stream, told in its place among the other events."""

    known_s: float
    gap: Gap


@dataclass(frozen=True, slots=True)
class SensorSlipped:
    """The centre stepped by ``angle_deg`` and stayed; re-zeroed from there on."""

    t_s: float
    known_s: float
    angle_deg: float
    severity: Severity


@dataclass(frozen=True, slots=True)
class CentreFound:
    """The frame of the exercise is known from ``valid_from_s`` on."""

    known_s: float
    valid_from_s: float
    source: CentreSource


@dataclass(frozen=True, slots=True)
class Notice:
    """What the listener of a live session must be told besides events and the link: a sentence that ends in advice.

    ``code``: recording_stopped, recording_moved, counting_stopped, slow_stream, undecodable, cut_packets, unverified;
    beforehand, not_remembered, stopping; at the end, not_logged; of the guide's look at the strap upside_down,
    wrong_segment, not_in_posture, loose, range.
    """

    t_s: float
    code: str
    text: str


StageName = Literal["wear", "still", "side", "armed", "paused", "ended"]


@dataclass(frozen=True, slots=True)
class StageChanged:
    """Where a guided session stands. Live only: a replay tells it from the recording's `Control` items.

    ``stage``: ``wear`` (put the sensor on, lie down), ``still`` (lie still: ``progress`` 0 to 1 of the time wanted),
    ``side`` (lower the knees to one side once), ``armed``, ``paused``, ``ended``. ``reason``: a code, why; of ``wear``
    what is wrong with a leg that lies still, as `Notice` names it, or nothing; of ``armed`` ``still``, ``key``,
    ``double_tap``, ``side``; of ``paused`` ``key``, ``double_tap``; of ``side`` the side asked for; of ``ended``
    ``target``, ``rest``, ``pain``, ``person``.
    Told again while ``progress`` grows.
    """

    t_s: float
    stage: StageName
    progress: float = 0.0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """What the live plots show, on the session's grid, in blocks as it comes.

    ``t_s`` (n,) s; ``roll_deg`` (n,) signed roll from the centre, positive to `Direction` 1, NaN where no centre is
    believed yet; ``speed_dps`` (n,) how fast it changes, signed alike, low-passed at 6 Hz.
    """

    t_s: Floats
    roll_deg: Floats
    speed_dps: Floats


CueKind = Literal["landing", "breath", "tick", "count", "correction", "progress", "guide", "link", "battery", "session"]
CueLevel = Literal["good", "info", "note", "warn", "severe"]


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing to let the person hear or see, decided by the coach.

    ``t_s``: the instant it is about and due, session time; ``known_s``: session time at which it was known. ``phrase``:
    a key of the phrase file (``count``, ``too_fast``, ``landing_good`` ...), ``values`` what stands in it: numbers and
    sides by name. ``rep``: index of the repetition it belongs to. ``delay_s``: how late this sensor always is
    (`devices.profile.About.delay_s`): a cue may be so much older before it is too late.
    """

    t_s: float
    known_s: float
    kind: CueKind
    phrase: str
    level: CueLevel = "info"
    values: tuple[tuple[str, float | int | str], ...] = ()
    rep: int | None = None
    delay_s: float = 0.0


Event = (
    PhaseChanged
    | Counted
    | RepDone
    | RepWithdrawn
    | NotCounted
    | GapSeen
    | Calibrated
    | SensorSlipped
    | CentreFound
)

Told = Event | LinkEvent | Notice | Control | StageChanged | Trace | Cue
"""All that a listener of a session is told."""


# --- results ----------------------------------------------------------------------------------------------------------


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """What the person changed about the count; what was detected stays as it is.

    ``change``: +1 or -1. ``rep``: the detected repetition that was undone, else None. ``direction`` and ``side`` as of
    a repetition; ``direction`` None where nobody knows.
    """

    t_s: float
    change: int
    side: Side | None = None
    direction: Direction | None = None
    rep: int | None = None


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """An instant the person marked, with their words if any."""

    t_s: float
    text: str = ""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """A session in numbers. ``cycles``: pairs of one left and one right, in either order (or of the two directions).

    ``reps``, ``left``, ``right``, ``unknown`` are detected; ``corrected_…`` are those with the person's corrections.
    """

    reps: int
    left: int
    right: int
    unknown: int
    cycles: int
    corrected_left: int = 0
    corrected_right: int = 0
    corrected_unknown: int = 0
    axis_confirmed: bool
    warnings: dict[str, int]
    session_warnings: tuple[Warning, ...]
    could_not_show: tuple[str, ...]
    """What this sensor could not show, in words."""


class ReadAs(msgspec.Struct):
    """What another program's file was read as: the first thing for a person to check.

    ``columns``: names by what they hold (``time``, ``acceleration``, ``turning rate``, ``gravity``); ``units``
    likewise. ``assumed`` and ``left_out``: in words.
    """

    program: str
    sensor: str
    files: list[str] = msgspec.field(default_factory=list)
    columns: dict[str, list[str]] = msgspec.field(default_factory=dict)
    units: dict[str, str | None] = msgspec.field(default_factory=dict)
    acc_sign: Literal["as written", "turned round"] = "as written"
    assumed: list[str] = msgspec.field(default_factory=list)
    left_out: list[str] = msgspec.field(default_factory=list)
    rate_hz: float | None = None
    start: str | None = None


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What `sensorcoach.analyze` returns; its JSON form is documented in `output/schema.json`."""

    file: str | None
    version: str
    start: str | None
    duration_s: float
    rate_hz: float | None
    samples: int
    sensor: dict[str, object]
    settings: dict[str, object]
    gaps: tuple[Gap, ...]
    counts: dict[str, int]
    """Lost, filled, duplicated, out_of_order, clipped samples; torn lines of a file; impossible samples, if any."""
    notices: tuple[str, ...]
    """What was assumed or repaired, in words."""
    summary: Summary
    reps: tuple[Rep, ...]
    aborted: tuple[Aborted, ...]
    person: str | None = None
    """The label under which the session is kept; None: the one person of this computer."""
    corrections: tuple[Correction, ...] = ()
    marks: tuple[Mark, ...] = ()
    pain: tuple[Mark, ...] = ()
    """When the person said that it hurts."""
    read_as: ReadAs | None = None
    mode: Literal["whole", "causal", "recorded"] = "whole"
    """What the centre was found from: all of the recording; what had come by then (live); or what a live session had
    found, as it was recorded."""


@dataclass(slots=True)
class StreamCounts:
    """Nothing is lost silently: what the timeline dropped, made up or saw clipped (samples).

    ``duplicated`` and ``out_of_order`` ones were dropped; rows of a file that an importer put in order are no loss, and
    a result counts them as ``out_of_order`` with a notice.
    """

    received: int = 0
    filled: int = 0
    lost: int = 0
    duplicated: int = 0
    out_of_order: int = 0
    clipped: int = 0
    gaps: list[Gap] = field(default_factory=list)
