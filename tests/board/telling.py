"""What a session tells, in few words."""

from sensorcoach.model import Counted, Cue, PhaseChanged, Rep, RepDone, Side


def counted(index: int, t_s: float, side: Side | None = "left") -> Counted:
    return Counted(t_s, t_s + 0.1, index, -1 if side == "right" else 1, side, 4.0, False)


def phase(name: str, t_s: float, side: Side | None = "left") -> PhaseChanged:
    return PhaseChanged(t_s, t_s + 0.1, name, -1 if side == "right" else 1, side, 40.0)  # type: ignore[arg-type]


def done(index: int, t_s: float, range_deg: float = 45.0, side: Side | None = "left", hold_s: float = 4.0) -> RepDone:
    rep = Rep(
        index=index,
        side=side,
        direction=-1 if side == "right" else 1,
        drop_start_s=t_s - hold_s - 3.0,
        drop_end_s=t_s - hold_s - 1.5,
        return_start_s=t_s - 1.5,
        return_end_s=t_s,
        hold_s=hold_s,
        range_deg=range_deg,
        drop_time_s=1.5,
    )
    return RepDone(t_s + 1.0, rep)


def cue(t_s: float, kind: str = "count", level: str = "info", phrase: str = "count") -> Cue:
    return Cue(t_s, t_s, kind, phrase, level)  # type: ignore[arg-type]
