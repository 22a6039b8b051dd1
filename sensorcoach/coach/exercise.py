"""Cues about the repetitions: landing, hold, count, correction, progress, and the summary at the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sensorcoach.coach.correction import Memory, first_in_order
from sensorcoach.coach.hold import hold_cues
from sensorcoach.coach.progress import Progress
from sensorcoach.coach.summary import summary
from sensorcoach.kneedrop.grading import sensor_slipped
from sensorcoach.kneedrop.tally import Tally
from sensorcoach.model import (
    CentreFound,
    Control,
    Counted,
    Cue,
    CueLevel,
    Direction,
    Event,
    Landing,
    LinkEvent,
    NotCounted,
    PhaseChanged,
    PhaseName,
    RepDone,
    RepWithdrawn,
    SensorSlipped,
    Severity,
    Side,
    StageChanged,
    Warning,
)
from sensorcoach.settings import Settings


class Exercise:
    """Follows the movement under way. Everything comes in order; ``due`` first, with the time of what comes."""

    def __init__(self, settings: Settings, memory: Memory) -> None:
        self._settings, self._memory = settings, memory
        self._tally = Tally()
        self._progress = Progress(settings.goal.reps_a_side)
        self._paused = self._over = self._hurt = False
        self._phase: PhaseName = "centre"
        self._hold: list[Cue] = []
        """What is due in this hold, the next first."""
        self._hold_of_s: float | None = None
        """The landing it is paced from."""
        self._tone: str | None = None
        """The tone this movement's landing had."""
        self._untold: PhaseChanged | None = None
        """A landing that may be a pause."""
        self._corrected = False
        """This movement had its correction."""
        self._corrected_reps: set[int] = set()
        """Those whose final figures are not spoken of any more."""
        self._heard: dict[int, Side | None] = {}
        """Side of each repetition whose number was told."""
        self._announced = 0
        """The last repetition whose number was followed by how far the session is."""
        self._waiting: dict[str, tuple[Severity, int | None]] = {}
        """Corrections that became due when nobody could listen, with their repetition: said after the next landing."""
        self._range_deg: dict[Direction, float] = {}
        self._slips: list[Warning] = []

    # --- time ---------------------------------------------------------------------------------------------------------

    def due(self, t_s: float) -> Iterator[Cue]:
        """What the hold has ready by ``t_s``."""
        while self._hold and self._hold[0].t_s <= t_s:
            yield self._hold.pop(0)

    def end(self, t_s: float) -> Iterator[Cue]:
        """The summary; once."""
        if self._over:
            return
        self._over = True
        self._hold.clear()
        tally = self._tally
        counted = tally.left + tally.right + tally.unknown
        reps = self._memory.reps(tally.undone)
        phrase, values = summary(reps, counted, self._slips, self._hurt, self._settings)
        yield Cue(t_s, t_s, "session", phrase, "good" if counted else "info", values)

    # --- what is told -------------------------------------------------------------------------------------------------

    def stage(self, told: StageChanged) -> Iterator[Cue]:
        """The end of the session; a stage before it begins or while it rests."""
        self._listen(told.stage == "armed")
        if told.stage == "ended":
            if told.reason == "pain":
                yield from self._pain(told.t_s)
            yield from self.end(told.t_s)

    def link(self, told: LinkEvent) -> None:
        """Nobody is paced who cannot be seen."""
        if told.state in ("lost", "stalled"):
            self._hold.clear()

    def control(self, told: Control) -> Iterator[Cue]:
        """What the person did."""
        match told.action:
            case "arm" | "pause":
                self._listen(told.action == "arm")
            case "undo" | "correct":
                yield from self._correct_count(told)
            case "pain":
                yield from self._pain(told.t_s)

    def _pain(self, t_s: float) -> Iterator[Cue]:
        if not self._hurt:
            self._hurt = True
            self._hold.clear()
            yield Cue(t_s, t_s, "session", "pain", "severe")

    def event(self, told: Event) -> Iterator[Cue]:
        """What the pipeline found."""
        match told:
            case PhaseChanged(phase="drop"):
                self._begin_drop()
            case PhaseChanged(phase="hold"):
                yield from self._land(told)
            case PhaseChanged(phase="return"):
                yield from self._return(told)
            case Counted():
                yield from self._count(told)
            case RepDone():
                yield from self._judge(told)
            case RepWithdrawn(index=index):
                yield from self._take_back(index, told.known_s)
            case NotCounted() | CentreFound():
                self._leave_movement()
            case SensorSlipped():
                yield from self._slip(told)

    def _listen(self, listen: bool) -> None:
        """A movement under way when the person pauses, or goes on, is none."""
        if listen == self._paused:
            self._leave_movement()
            self._waiting.clear()
        self._paused = not listen

    @property
    def _silent(self) -> bool:
        return self._paused or self._over

    # --- the movement under way ---------------------------------------------------------------------------------------

    def _begin_drop(self) -> None:
        """A drop that goes on after a landing that was none has had its tone."""
        if self._phase != "hold":
            self._tone, self._corrected = None, False
        self._phase = "drop"
        self._stop_pacing()

    def _leave_movement(self) -> None:
        self._phase = "centre"
        self._stop_pacing()

    def _stop_pacing(self) -> None:
        self._hold.clear()
        self._hold_of_s = self._untold = None

    def _land(self, told: PhaseChanged) -> Iterator[Cue]:
        self._phase = "hold"
        if self._silent or told.angle_deg < self._settings.phases.r_min_deg:
            return
        pause = self._may_be_a_pause(told)
        if told.confirmed:
            if self._untold is None:
                return
            told = replace(told, landing=self._untold.landing)
        elif told.landing is None or pause:
            self._untold = told
            return
        self._untold = None
        yield from self._sound(told, told.known_s)
        self._hold_of_s = told.t_s
        self._hold = list(hold_cues(told.t_s, told.known_s, self._settings))
        yield from self.due(told.known_s)
        yield from self._correct_landing(told.known_s, () if pause or told.landing is None else told.landing.warnings)

    def _may_be_a_pause(self, told: PhaseChanged) -> bool:
        """So far above where the knees usually land, on that side or else on the other."""
        last_deg = self._range_deg.get(told.direction) or next(iter(self._range_deg.values()), 0.0)
        return told.angle_deg < self._settings.coach.pause_fraction * last_deg

    def _sound(self, told: PhaseChanged, known_s: float) -> Iterator[Cue]:
        """One tone a movement; only a hard landing after a pause that sounded soft is told, too."""
        tone, level = _tone(told.landing)
        first = self._tone is None
        went_on = self._hold_of_s is None
        if first or (tone == "landing_hard" != self._tone and went_on):
            self._tone = tone
            yield Cue(told.t_s, known_s, "landing", tone, level, rep=self._tally.counted + 1)

    def _return(self, told: PhaseChanged) -> Iterator[Cue]:
        """A landing that might have been a pause was one, if the leg returns from there."""
        landing = self._untold
        self._phase = "return"
        self._stop_pacing()
        if landing is not None and not self._silent:
            yield from self._sound(landing, told.known_s)

    # --- counting -----------------------------------------------------------------------------------------------------

    def _count(self, told: Counted) -> Iterator[Cue]:
        self._tally.count(told)
        if told.dated_back:
            return
        self._leave_movement()
        if self._corrected:
            self._corrected_reps.add(told.index)
            self._corrected = False
        if self._over:
            return
        self._heard[told.index] = told.side
        yield self._number("count", told.t_s, told.known_s, told.side, rep=told.index)
        for phrase in self._progress.passed(self._tally):
            self._announced = told.index
            yield Cue(told.t_s, told.known_s, "progress", phrase, rep=told.index)
        if self._progress.reached(self._tally):  # what the last one showed, the summary says
            self._corrected_reps.add(told.index)

    def _correct_count(self, told: Control) -> Iterator[Cue]:
        before = len(self._tally.corrections)
        self._tally.correct(told)
        for correction in self._tally.corrections[before:]:
            yield self._number("corrected", told.t_s, told.t_s, correction.side, rep=correction.rep)

    def _take_back(self, index: int, known_s: float) -> Iterator[Cue]:
        """A number that was heard is corrected aloud; a repetition nobody heard of goes as it came."""
        self._memory.forget(index)
        self._waiting = {code: due for code, due in self._waiting.items() if due[1] != index}
        self._tally.withdraw(index)
        if index in self._heard:
            side = self._heard.pop(index)
            if not self._over:
                yield self._number("corrected", known_s, known_s, side, rep=index)

    def _number(self, phrase: str, t_s: float, known_s: float, side: Side | None, rep: int | None) -> Cue:
        tally = self._tally
        if side is None:
            number = tally.left + tally.right + tally.unknown
            return Cue(t_s, known_s, "count", f"{phrase}_alone", values=(("number", number),), rep=rep)
        number = tally.left if side == "left" else tally.right
        return Cue(t_s, known_s, "count", phrase, values=(("number", number), ("side", side)), rep=rep)

    # --- corrections --------------------------------------------------------------------------------------------------

    def _correct_landing(self, known_s: float, shown: tuple[Warning, ...]) -> Iterator[Cue]:
        """What the drop showed, or what became due while it went on."""
        due = self._memory.due(shown, self._tally.undone)
        found: dict[str, tuple[Severity, int | None]] = {
            **self._waiting,
            **{one.code: (one.severity, self._tally.counted + 1) for one in due},
        }
        self._waiting.clear()
        code = None if self._corrected else first_in_order(found)
        if code is not None:
            self._corrected = True
            yield _correction(code, *found[code], known_s=known_s)

    def _judge(self, told: RepDone) -> Iterator[Cue]:
        rep = told.rep
        self._range_deg[rep.direction] = rep.range_deg
        due = self._memory.due(self._memory.spoken_of(rep), self._tally.undone)
        self._memory.keep(rep)
        undone = rep.index in self._tally.undone
        if rep.dated_back or undone or self._silent or rep.index in self._corrected_reps:
            return
        levels = {one.code: one.severity for one in due}
        code = first_in_order(levels)
        if code is not None:
            yield from self._say(code, levels[code], rep.index, told.known_s)

    def _slip(self, told: SensorSlipped) -> Iterator[Cue]:
        warning = sensor_slipped(told.angle_deg, self._settings.calibration.slip_levels_deg)
        if warning is None:
            return
        self._slips.append(warning)
        if warning.severity != "note" and not self._silent:
            yield from self._say(warning.code, warning.severity, None, told.known_s)

    def _say(self, code: str, severity: Severity, rep: int | None, known_s: float) -> Iterator[Cue]:
        """Never during a drop: nobody listens there (domain.md 9); so no third sentence behind a number, either."""
        third = rep == self._announced and severity != "severe"
        if self._phase == "drop" or third:
            self._waiting[code] = severity, rep
        else:
            yield _correction(code, severity, rep, known_s=known_s)


def _tone(landing: Landing | None) -> tuple[str, CueLevel]:
    """Praise is for what there is nothing to say about: no good tone just before "let them down slower"."""
    if landing is None or landing.hard is None:
        return "landing_plain", "info"
    if landing.hard:
        return "landing_hard", "warn"
    flawed = any(warning.severity != "note" for warning in landing.warnings)
    return ("landing_plain", "info") if flawed else ("landing_good", "good")


def _correction(code: str, severity: Severity, rep: int | None, *, known_s: float) -> Cue:
    return Cue(known_s, known_s, "correction", code, severity, rep=rep)
