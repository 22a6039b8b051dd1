"""The sessions of independent physics beside the checkout: their truth, what is told of them, and the same data anew
(turned, resampled, mirrored, without gyroscope). Simulated: nobody moved.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
from scipy.spatial.transform import Rotation

from sensorcoach.model import Floats, Mounting, Side
from tests.benchmarks import simple_counter
from tests.benchmarks.real_files import DATA

TWIST = DATA / "twist"
Half = Literal["dev", "other", "both"]
Telling = Literal["told", "untold", "nearest"]
"""``nearest``: where no axis lies within 22°, the nearest one: a strap askew, told all the same."""
TELLINGS: tuple[Telling, ...] = ("told", "untold")
ALL_TELLINGS: tuple[Telling, ...] = (*TELLINGS, "nearest")


class Roll(msgspec.Struct, frozen=True):
    """Roll of the worn segment about the long body axis since the quiet posture (deg), left positive."""

    onset: float
    landing: float
    drop_end: float
    return_start: float
    return_still: float


class TrueRep(msgspec.Struct, frozen=True):
    """Times in the file's time base (s)."""

    side: Side
    drop_onset: float
    drop_start: float
    landing: float
    drop_end: float
    return_start: float
    return_end: float
    return_still: float
    hold_s: float
    lost_rep: float
    lost_landing: float
    labels: frozenset[str]
    borderline: frozenset[str]
    roll_worn_deg: Roll

    @property
    def range_deg(self) -> float:
        return abs(self.roll_worn_deg.drop_end - self.roll_worn_deg.onset)


class Worn(msgspec.Struct, frozen=True):
    leg: Side
    segment: Literal["thigh", "shank"]
    up_leg: str
    front: str
    nearest_up_leg: str
    nearest_front: str


class Truth(msgspec.Struct, frozen=True):
    suite: str
    rate_hz: float
    duration_s: float
    block: tuple[float, float] | None
    worn: Worn
    activities: list[tuple[str, float, float]]
    reps: list[TrueRep]

    def activity_at(self, t_s: float) -> str:
        return next((label for label, begin, end in self.activities if begin <= t_s < end), "-")

    def side_told(self, telling: Telling) -> bool:
        return telling != "untold" and self._axis("front" if self.worn.segment == "shank" else "up_leg", telling) != ""

    def mounting(self, telling: Telling) -> Mounting:
        """``--leg --segment --up-leg``, and ``--front`` for the shank; an axis that is none is left out."""
        if telling == "untold":
            return Mounting()
        front = self._axis("front", telling) if self.worn.segment == "shank" else ""
        return Mounting(
            leg=self.worn.leg,
            segment=self.worn.segment,
            up_leg=self._axis("up_leg", telling) or None,
            front=front or None,
        )

    def _axis(self, name: str, telling: Telling) -> str:
        axis: str = getattr(self.worn, f"nearest_{name}" if telling == "nearest" else name)
        return "" if axis == "none" else axis.removeprefix("+")


def sessions(suite: str, half: Half) -> list[Path]:
    """The CSVs of a suite; even numbers are the half to develop on."""
    wanted = {"dev": (0,), "other": (1,), "both": (0, 1)}[half]
    found = sorted(TWIST.glob(f"{suite}_*.json"))
    return [path.with_suffix(".csv.gz") for path in found if int(path.stem.rpartition("_")[2]) % 2 in wanted]


def name_of(path: Path) -> str:
    return path.name.removesuffix(".csv.gz")


def truth_of(path: Path) -> Truth:
    return msgspec.json.decode((path.parent / f"{name_of(path)}.json").read_bytes(), type=Truth)


class Session(msgspec.Struct, frozen=True):
    """``rows`` (n, 7), or (n, 4) without gyroscope: as `simple_counter.read_rows` gives them."""

    truth: Truth
    rows: Floats

    def with_rows(self, rows: Floats) -> "Session":
        return Session(self.truth, rows)


def read_session(path: Path) -> Session:
    return Session(truth_of(path), simple_counter.read_rows(path))


Change = Callable[[Session, np.random.Generator], Session]


def turned(session: Session, rng: np.random.Generator) -> Session:
    """The sensor in its case turned anyhow; what was told of its axes is no longer true."""
    return _turned(session, Rotation.random(random_state=rng))


def askew(session: Session, rng: np.random.Generator) -> Session:
    """Turned by up to 40° about any axis; told as before."""
    axis = Rotation.random(random_state=rng).apply([0.0, 0.0, 1.0])
    return _turned(session, Rotation.from_rotvec(np.radians(rng.uniform(0.0, 40.0)) * axis))


def _turned(session: Session, rotation: Rotation) -> Session:
    rows = session.rows.copy()
    rows[:, 1:4], rows[:, 4:7] = rotation.apply(rows[:, 1:4]), rotation.apply(rows[:, 4:7])
    return session.with_rows(rows)


def mirrored(session: Session, rng: np.random.Generator) -> Session:
    """The mirror image of person and sensor: sides and leg are the others. In sensor axes one axis is reflected, of
    which turning about it keeps its sign and turning about the others does not (a pseudovector).
    """
    reflected = int(rng.integers(3))
    sign = np.where(np.arange(3) == reflected, -1.0, 1.0)
    rows = session.rows.copy()
    rows[:, 1:4] *= sign
    rows[:, 4:7] *= -sign
    truth = session.truth
    other: dict[Side, Side] = {"left": "right", "right": "left"}
    names = ("up_leg", "front", "nearest_up_leg", "nearest_front")
    axes = {name: _reflected(getattr(truth.worn, name), "xyz"[reflected]) for name in names}
    worn = msgspec.structs.replace(truth.worn, leg=other[truth.worn.leg], **axes)
    reps = [msgspec.structs.replace(rep, side=other[rep.side]) for rep in truth.reps]
    return Session(msgspec.structs.replace(truth, worn=worn, reps=reps), rows)


def _reflected(axis: str, name: str) -> str:
    if not axis.endswith(name) or axis == "none":
        return axis
    return axis.removeprefix("-") if axis.startswith("-") else f"-{axis.removeprefix('+')}"


def without_gyroscope(session: Session, rng: np.random.Generator) -> Session:
    return session.with_rows(session.rows[:, :4])


def resampled(rate_hz: float, phase: float) -> Change:
    """At ``rate_hz``, beginning ``phase`` of a period later; holes stay holes. As a sensor without a filter of its own
    would: what is faster is folded.
    """

    def change(session: Session, rng: np.random.Generator) -> Session:
        rows = session.rows
        t_s = np.arange(rows[0, 0] + phase / rate_hz, rows[-1, 0], 1.0 / rate_hz)
        after = np.clip(np.searchsorted(rows[:, 0], t_s), 1, len(rows) - 1)
        hole = rows[after, 0] - rows[after - 1, 0] > 2.5 / rate_hz
        t_s = t_s[~hole]
        columns = [np.interp(t_s, rows[:, 0], column) for column in rows[:, 1:].T]
        return session.with_rows(np.column_stack([t_s, *columns]))

    return change
