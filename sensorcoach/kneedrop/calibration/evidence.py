"""How well one centre explains a session. Evidence adds up; nothing vetoes."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from sensorcoach.kneedrop.calibration.excursions import Excursion, find_excursions
from sensorcoach.kneedrop.calibration.gates import got_up, why_not
from sensorcoach.kneedrop.calibration.lateral import Line, fit_line, left_of, out_of_posture_deg
from sensorcoach.kneedrop.calibration.track import Tracked
from sensorcoach.kneedrop.frame import Centre
from sensorcoach.model import Mounting
from sensorcoach.settings import CalibrationSettings, PhaseSettings


@dataclass(frozen=True, slots=True)
class Explained:
    """``centre`` explains ``drops`` (signs: which go the one way); ``others`` went elsewhere.

    ``rest_score``, ``other_score``, ``posture_cost``: evidence beside the weights of the drops.
    """

    centre: Centre
    line: Line | None
    drops: tuple[Excursion, ...]
    signs: tuple[int, ...]
    others: tuple[Excursion, ...]
    got_up: tuple[Excursion, ...]
    excursions: tuple[Excursion, ...]
    rest_score: float
    other_score: float
    posture_cost: float


def explain(
    track: Tracked,
    centre: Centre,
    rested_s: float,
    mounting: Mounting,
    phases: PhaseSettings,
    settings: CalibrationSettings,
) -> Explained:
    """What `centre` explains of ``track``, and how much that is."""
    found = find_excursions(track, centre, phases, settings)
    possible = [one for one in found if why_not(one, settings) is None]
    weights = np.array([_at_home(one, centre, settings) for one in possible])
    line = fit_line(centre, [one.heading for one in possible], weights, left_of(centre, mounting), settings)
    drops: list[Excursion] = []
    signs: list[int] = []
    risen: list[Excursion] = []
    following = {id(one): later for one, later in itertools.pairwise([*found, None]) if one is not None}
    for number, one in enumerate(possible):
        if line is None or not (line.plus[number] or line.minus[number]):
            continue
        if got_up(one, following[id(one)], settings):
            risen.append(one)
        else:
            one.weight = float(line.weights[number])
            drops.append(one)
            signs.append(1 if line.plus[number] else -1)
    chosen = {id(one) for one in drops}
    others = [one for one in possible if id(one) not in chosen]
    askew_deg = max(0.0, out_of_posture_deg(centre.up0, mounting, settings) - settings.posture_sure_deg)
    return Explained(
        centre=centre,
        line=line,
        drops=tuple(drops),
        signs=tuple(signs),
        others=tuple(others),
        got_up=tuple(risen),
        excursions=tuple(found),
        rest_score=settings.rest_weight * math.log1p(rested_s),
        other_score=settings.other_weight * sum(_at_home(one, centre, settings) for one in others),
        posture_cost=(askew_deg / settings.posture_sigma_deg) ** 2,
    )


def _at_home(one: Excursion, centre: Centre, settings: CalibrationSettings) -> float:
    """Between the sides nobody need rest; but who never rests at a centre that was a rest was elsewhere.

    What goes less far says less.
    """
    if centre.source == "midpoint":
        return min(1.0, 2.0 * one.range_deg / settings.wide_deg) * settings.swing_weight
    size = min(1.0, one.range_deg / settings.wide_deg)
    before = 1.0 if one.still_before_s >= settings.home_still_s else settings.restless_weight
    after = 1.0 if one.still_after_s >= settings.home_still_s else settings.restless_weight
    return size * before * after
