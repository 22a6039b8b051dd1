"""A calibration as text, for the recording it was made in: replay counts with it and gives the live numbers again."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from sensorcoach.kneedrop.calibration.calibration import Calibration, CentrePiece, Mode
from sensorcoach.kneedrop.frame import Centre
from sensorcoach.model import CentreSource, Floats

_Vector = tuple[float, float, float]


class _Piece(msgspec.Struct, frozen=True):
    start_s: float
    up0: _Vector
    source: CentreSource


class _Stored(msgspec.Struct, frozen=True, kw_only=True):
    pieces: tuple[_Piece, ...]
    lateral: _Vector | None
    opposite: _Vector | None
    sided: bool
    confirmed: bool
    span_s: tuple[float | None, float | None]
    got_up_s: tuple[tuple[float, float], ...]
    drops: int
    mode: Mode
    known_s: float
    score: float


def as_text(calibration: Calibration) -> str:
    """One line of JSON."""
    start_s, end_s = calibration.span_s
    stored = _Stored(
        pieces=tuple(_Piece(p.start_s, _plain(p.centre.up0), p.centre.source) for p in calibration.pieces),
        lateral=None if calibration.lateral is None else _plain(calibration.lateral),
        opposite=None if calibration.opposite is None else _plain(calibration.opposite),
        sided=calibration.sided,
        confirmed=calibration.confirmed,
        span_s=(None if math.isinf(start_s) else start_s, None if math.isinf(end_s) else end_s),
        got_up_s=calibration.got_up_s,
        drops=calibration.drops,
        mode=calibration.mode,
        known_s=calibration.known_s,
        score=calibration.score,
    )
    return msgspec.json.encode(stored).decode()


def from_text(text: str) -> Calibration | None:
    """The calibration that `as_text` wrote; None for anything else (the pass makes a new one then)."""
    try:
        stored = msgspec.json.decode(text.encode(), type=_Stored)
    except (msgspec.MsgspecError, UnicodeError):
        return None
    vectors = [*(p.up0 for p in stored.pieces), *(v for v in (stored.lateral, stored.opposite) if v is not None)]
    if not stored.pieces or any(abs(math.hypot(*vector) - 1.0) > 1e-3 for vector in vectors):
        return None
    start_s, end_s = stored.span_s
    return Calibration(
        pieces=tuple(CentrePiece(p.start_s, Centre(np.array(p.up0), p.source)) for p in stored.pieces),
        lateral=None if stored.lateral is None else np.array(stored.lateral),
        opposite=None if stored.opposite is None else np.array(stored.opposite),
        sided=stored.sided,
        confirmed=stored.confirmed,
        span_s=(-math.inf if start_s is None else start_s, math.inf if end_s is None else end_s),
        got_up_s=stored.got_up_s,
        drops=stored.drops,
        mode=stored.mode,
        known_s=stored.known_s,
        score=stored.score,
    )


def _plain(vector: Floats) -> _Vector:
    x, y, z = vector.tolist()
    return (x, y, z)
