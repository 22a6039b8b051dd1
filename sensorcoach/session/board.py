"""What was told in order -> the `Picture` of any present: the same for live, replay and demo."""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from statistics import median
from typing import Final, cast, get_args

from sensorcoach.kneedrop.grading import settle
from sensorcoach.kneedrop.measures import free_fall_dps
from sensorcoach.kneedrop.tally import Tally
from sensorcoach.model import (
    Aborted,
    Calibrated,
    CentreFound,
    Control,
    Counted,
    Cue,
    Gap,
    GapSeen,
    LinkEvent,
    Mark,
    NotCounted,
    Notice,
    PhaseChanged,
    Rep,
    RepDone,
    RepWithdrawn,
    SensorSlipped,
    StageChanged,
    StageName,
    Told,
    Trace,
)
from sensorcoach.output.printable import printable
from sensorcoach.output.words import LINK, code_words
from sensorcoach.session.banner import Banner
from sensorcoach.session.latest import Latest
from sensorcoach.session.picture import LinkPicture, LinkState, PhasePicture, Picture, StreamFigures
from sensorcoach.session.ring import TraceRing
from sensorcoach.session.stages import stage_after
from sensorcoach.settings import Settings

Shown = Told | StreamFigures
"""Everything a board can be told."""

LIVE_TRACE_S: Final = 600.0
"""A live screen looks back so far."""
LISTED: Final = 200
"""So many gaps, notices and movements not counted are kept; of more only their number."""
USUAL_DEG: Final = 45.0
"""Range of a drop before the first one: what a comfortable one measures (definitions.md, domain.md 5.1)."""


class Board:
    """``tell`` it all in order, from any thread; ``picture`` and ``trace`` from any other."""

    def __init__(
        self,
        settings: Settings,
        *,
        link: LinkPicture = LinkPicture(),  # noqa: B008 (a value)
        stage: StageName = "armed",
        keep_trace_s: float | None = LIVE_TRACE_S,
    ) -> None:
        """``stage``: where the session begins; ``armed`` unless it is guided. ``keep_trace_s``: None keeps all."""
        self._settings = settings
        self._link = link
        self._stage = StageChanged(0.0, stage)
        self._ended: str | None = None
        self._phase: PhasePicture | None = None
        self._tally = Tally()
        self._banner = Banner()
        self._reps: list[Rep] = []
        self._shown_reps: tuple[Rep, ...] = ()
        self._not_counted = Latest[Aborted](LISTED)
        self._gaps = Latest[Gap](LISTED)
        self._notices = Latest[str](LISTED)
        self._marks: tuple[Mark, ...] = ()
        self._pain: tuple[Mark, ...] = ()
        self._axis_confirmed = False
        self._too_fast_dps = self._speed_too_fast(USUAL_DEG)
        self._turn = threading.Lock()
        self._ring = TraceRing(keep_trace_s)

    def tell(self, told: Shown) -> None:
        """The next thing that became known."""
        with self._turn:
            self._take(told)

    def link(self, link: LinkPicture) -> None:
        """What the link says of itself besides its changes; state, rate and loss stay as they were told."""
        with self._turn:
            now = self._link
            self._link = replace(
                link, state=now.state, detail=now.detail, rate_hz=now.rate_hz, lost_fraction=now.lost_fraction
            )

    def picture(self, t_s: float) -> Picture:
        """The session as it stands at session time ``t_s``, s, which is not before what was told."""
        with self._turn:
            self._settle()
            tally, limits = self._tally, self._settings.limits
            return Picture(
                t_s=t_s,
                stage=self._stage.stage,
                progress=self._stage.progress,
                stage_reason=self._stage.reason,
                left=tally.left,
                right=tally.right,
                unknown=tally.unknown,
                target=self._settings.goal.reps_a_side,
                phase=self._phase,
                hold_target_s=limits.hold_target_s,
                cue=self._banner.cue(t_s),
                link=self._link,
                reps=self._shown_reps,
                counted=tally.counted,
                not_counted=self._not_counted.items,
                undone=tally.undone,
                marks=self._marks,
                gaps=self._gaps.items,
                notices=self._notices.items,
                comfort_left_deg=limits.comfort_left_deg,
                comfort_right_deg=limits.comfort_right_deg,
                too_fast_dps=self._too_fast_dps,
                axis_confirmed=self._axis_confirmed,
                ended=self._ended,
                not_counted_in_all=self._not_counted.in_all,
                gaps_in_all=self._gaps.in_all,
                notices_in_all=self._notices.in_all,
                pain=self._pain,
                breath_in_s=self._settings.coach.breath_in_s,
                breath_out_s=self._settings.coach.breath_out_s,
            )

    def trace(self, start_s: float, end_s: float) -> Trace:
        """The curves of ``[start_s, end_s)`` as far as they are kept; a copy."""
        with self._turn:
            return self._ring.part(start_s, end_s)

    # --- what is told ------------------------------------------------------------------------------------------------

    def _take(self, told: Shown) -> None:
        match told:
            case Trace():
                self._ring.append(told)
            case PhaseChanged():
                self._phase = PhasePicture(told.phase, told.t_s, told.direction, told.side, told.angle_deg)
            case Counted():
                self._tally.count(told)
                self._back_at_centre(told.t_s)
            case RepDone(rep=rep):
                self._reps.append(rep)
            case RepWithdrawn(index=index):
                self._tally.withdraw(index)
                self._reps = [rep for rep in self._reps if rep.index != index]
                self._shown_reps = ()
            case NotCounted(aborted=aborted):
                self._not_counted.add(aborted)
                self._back_at_centre(aborted.end_s)
            case GapSeen(gap=gap):
                self._gaps.add(gap)
            case SensorSlipped(angle_deg=angle_deg):
                self._notices.add(f"The sensor slipped by {angle_deg:.0f}°. Tighten the strap.")
            case LinkEvent():
                self._take_link_event(told)
            case Notice(code=code, text=text):
                if code != self._stage.reason:  # what a stage gives as its reason is not told twice
                    self._notices.add(printable(text))
            case Control():
                self._take_control(told)
            case StageChanged():
                self._take_stage(told)
            case Cue():
                self._banner.show(told)
            case StreamFigures():
                self._take_figures(told)
            case CentreFound() | Calibrated():
                pass

    def _settle(self) -> None:
        """What rests on all repetitions is found when it is looked at: whoever seeks passes hundreds at once."""
        if len(self._shown_reps) != len(self._reps):
            self._shown_reps = settle(self._reps, self._settings.limits)
            self._too_fast_dps = self._speed_too_fast(median(rep.range_deg for rep in self._reps))

    def _back_at_centre(self, end_s: float) -> None:
        """What ended may be older than what the leg does now: a movement dated back, or a swing through the centre."""
        phase = self._phase
        if phase is not None and phase.since_s <= end_s:
            self._phase = PhasePicture("centre", end_s, phase.direction, phase.side, 0.0)

    def _take_link_event(self, event: LinkEvent) -> None:
        detail = printable(event.detail)
        if event.state in get_args(LinkState):
            self._link = replace(self._link, state=cast(LinkState, event.state), detail=detail)
        else:
            words = LINK.get(event.state, code_words(event.state))
            self._notices.add(printable(f"{words}: {detail}" if detail else words).capitalize() + ".")

    def _take_control(self, control: Control) -> None:
        match control.action:
            case "undo" | "correct":
                self._tally.correct(control)
            case "mark" | "note":
                self._marks += (Mark(t_s=control.t_s, text=printable(control.value)),)
            case "pain":
                self._pain += (Mark(t_s=control.t_s, text=printable(control.value)),)
        stage = stage_after(control, self._stage.stage)
        if stage is not None:
            self._take_stage(stage)

    def _take_stage(self, stage: StageChanged) -> None:
        if self._ended is not None:
            return
        self._stage = stage
        if stage.stage == "ended":
            self._ended = stage.reason

    def _take_figures(self, figures: StreamFigures) -> None:
        due = figures.received + figures.lost
        lost_fraction = figures.lost / due if due else None
        self._link = replace(self._link, rate_hz=figures.rate_hz, lost_fraction=lost_fraction)
        self._axis_confirmed = figures.axis_confirmed

    def _speed_too_fast(self, range_deg: float) -> float:
        limits = self._settings.limits
        levels = limits.too_fast_fraction
        fraction = next((level for level in (levels.warn, levels.severe, levels.note) if level is not None), math.inf)
        return fraction * (free_fall_dps(0.0, range_deg, limits.pendulum_length_m) or math.inf)
