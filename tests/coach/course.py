"""A session written down by hand as what is told of it, in order, by the rules of definitions.md B."""

from dataclasses import dataclass, field

from sensorcoach.coach import Coach
from sensorcoach.model import Counted, Cue, Landing, PhaseChanged, Rep, RepDone, Told, Warning
from sensorcoach.settings import Settings

LAG_S = 0.15
"""A landing is told so long after it."""


def warning(code, severity="warn"):
    return Warning(code=code, severity=severity, value=1.0, limit=1.0, unit="")


def notes(*codes, severity="warn"):
    return tuple(warning(code, severity) for code in codes)


@dataclass
class Course:
    """Tells one repetition after the other; ``t_s`` is where it stands."""

    t_s: float = 0.0
    count: int = 0
    told: list[Told] = field(default_factory=list)

    def drop(self, side="left", angle_deg=8.0):
        self.t_s += 1.0
        self._phase("drop", side, angle_deg, self.t_s)

    def hold(self, side="left", angle_deg=45.0, *, hard=False, warnings=(), confirmed=False, landing_s=None):
        if landing_s is None:
            self.t_s += 1.0
            landing_s = self.t_s
            self.t_s += LAG_S
        landing = None if confirmed else Landing(angle_deg, hard, tuple(warnings))
        self._phase("hold", side, angle_deg, landing_s, landing=landing, confirmed=confirmed, again=confirmed)
        return landing_s

    def back(self, side="left"):
        self._phase("return", side, 38.0, self.t_s)

    def counted(self, side="left", *, dated_back=False):
        self.count += 1
        self.told.append(Counted(self.t_s, self.t_s + 0.02, self.count, way(side), side, 4.0, dated_back))
        self.t_s += 0.02

    def done(self, side="left", *, warnings=(), dated_back=False, index=None, range_deg=45.0, hold_s=4.0):
        rep = Rep(
            index=index or self.count,
            side=side,
            direction=way(side),
            drop_start_s=0.0,
            drop_end_s=1.0,
            return_start_s=5.0,
            return_end_s=6.0,
            hold_s=hold_s,
            range_deg=range_deg,
            drop_time_s=1.0,
            drop_time_10_90_s=0.6,
            landing_loss_dps=5.0,
            residual_deg=0.0,
            dated_back=dated_back,
            warnings=tuple(warnings),
        )
        self.told.append(RepDone(self.t_s, rep))

    def rep(self, side="left", *, hold_s=4.5, hard=False, seen=(), final=None, angle_deg=45.0):
        """Drop, landing with what is ``seen`` of it, hold, return, count and ``final`` warnings."""
        self.drop(side)
        landing_s = self.hold(side, angle_deg, hard=hard, warnings=seen)
        if hold_s > 1.0:
            self.t_s = landing_s + 1.0
            self.hold(side, angle_deg, hard=hard, warnings=seen, confirmed=True, landing_s=landing_s)
        self.t_s = landing_s + hold_s
        self.back(side)
        self.t_s += 1.0
        self.counted(side)
        self.t_s += 1.0
        self.done(side, warnings=seen if final is None else final, range_deg=angle_deg, hold_s=hold_s)
        return landing_s

    def say(self, told):
        self.told.append(told)

    def _phase(self, phase, side, angle_deg, t_s, **more):
        self.told.append(PhaseChanged(t_s, self.t_s, phase, way(side), side, angle_deg, **more))


def way(side):
    return -1 if side == "right" else 1


def heard(course, settings=None, **more) -> list[Cue]:
    """All cues of a course, in order."""
    coach = Coach(settings or Settings(), **more)
    return coach.push(course.told) + coach.advance(course.t_s)


def phrases_of(cues, *kinds):
    return [cue.phrase for cue in cues if not kinds or cue.kind in kinds]
