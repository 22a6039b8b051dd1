"""What holds of every session: whichever way the sensor is put on, to whichever side, however a calibration is kept."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from sensorcoach.kneedrop.calibration.calibration import Calibration, CentrePiece
from sensorcoach.kneedrop.calibration.stored import as_text, from_text
from sensorcoach.kneedrop.frame import Centre
from tests.kneedrop.counting import TOLD, UNTOLD, about, off_deg, passed, whole
from tests.kneedrop.legs import Leg, swinging

FIGURES = ("drop_start_s", "drop_end_s", "return_start_s", "return_end_s", "range_deg", "hold_s", "peak_drop_dps")


def session():
    """Drops, a swing, a slip, a bridge."""
    leg = Leg().stay(4.0).drops(60, -50, rest_s=2.0, hold_s=2.0)
    leg.roll(45, 1.0, swinging).roll(-45, 2.0, swinging).roll(0, 1.0, swinging).stay(2.0)
    leg.pitch(-30, 1.5).stay(2.0).pitch(0, 1.5).stay(2.0)
    leg.move(0.5, slip_deg=-20.0).stay(2.0)
    return leg.drops(60, -50, rest_s=2.0, hold_s=2.0)


MOTION = session().motion(rate_hz=50.0)
PLAIN = {mounting: whole(MOTION, mounting) for mounting in (UNTOLD, TOLD)}
COUNT = 6
rotations = st.tuples(*[st.floats(-1.0, 1.0)] * 4).filter(lambda q: np.linalg.norm(q) > 0.1).map(Rotation.from_quat)
units = st.tuples(*[st.floats(-1.0, 1.0)] * 3).filter(lambda v: np.linalg.norm(v) > 0.1)
units = units.map(lambda v: np.array(v) / np.linalg.norm(v))
finite = st.floats(allow_nan=False, allow_infinity=False)


def test_the_session_itself():
    for mounting, outcome in PLAIN.items():
        assert outcome.count == COUNT, mounting
        assert len(outcome.slips) == 1
    assert PLAIN[TOLD].sides == ["left", "right"] * 3


def turned(rotation):
    return session().motion(rate_hz=50.0, turned=rotation.as_matrix())


@given(rotation=rotations)
@settings(max_examples=12)
def test_untold_any_rotation_gives_the_same_drops(rotation):
    plain, other = PLAIN[UNTOLD], whole(turned(rotation))
    assert other.directions == plain.directions
    assert [rep.staged for rep in other.reps] == [rep.staged for rep in plain.reps]
    for one, two in zip(plain.reps, other.reps, strict=True):
        for name in FIGURES:
            assert getattr(two, name) == pytest.approx(getattr(one, name), abs=0.02), name
    assert [slip.angle_deg for slip in other.slips] == pytest.approx([slip.angle_deg for slip in plain.slips], abs=0.01)


def test_the_mirrored_session_has_the_other_sides():
    other = whole(session().mirrored().motion(rate_hz=50.0), TOLD)
    swapped = {"left": "right", "right": "left"}
    assert other.sides == [swapped[side] for side in PLAIN[TOLD].sides]
    for one, two in zip(PLAIN[TOLD].reps, other.reps, strict=True):
        assert two.range_deg == pytest.approx(one.range_deg, abs=2.0)
        assert two.return_end_s == pytest.approx(one.return_end_s, abs=0.1)


@pytest.mark.parametrize("rate_hz", [20.0, 25.0, 104.0])
@pytest.mark.parametrize("phase", [0.0, 0.3, 0.7])
def test_at_any_rate_and_phase_the_same_count(rate_hz, phase):
    for mounting in (UNTOLD, TOLD):
        assert whole(session(), mounting, rate_hz=rate_hz, phase_s=phase / rate_hz).count == COUNT


def test_without_a_gyroscope_the_same_count():
    for mounting in (UNTOLD, TOLD):
        assert whole(session(), mounting, rate_hz=50.0, gyroscope=False, noise_dps=2.0).count == COUNT


@given(degs=st.lists(st.sampled_from([-70, -45, -30, 30, 45, 70]), min_size=1, max_size=5))
@settings(max_examples=15)
def test_told_every_drop_counts_once_to_its_side(degs):
    leg = Leg().stay(5.0).drops(*degs, hold_s=2.0, rest_s=2.0)
    assert whole(leg, TOLD, rate_hz=50.0).sides == ["left" if deg > 0 else "right" for deg in degs]


# --- kept as text ----------------------------------------------------------------------------------------------------

pieces = st.lists(
    st.builds(
        CentrePiece,
        finite,
        st.builds(Centre, units, st.sampled_from(["rest", "pause", "leg_axis", "midpoint", "calibration"])),
    ),
    min_size=1,
    max_size=4,
)
calibrations = st.builds(
    Calibration,
    pieces=pieces.map(tuple),
    lateral=st.none() | units,
    opposite=st.none() | units,
    sided=st.booleans(),
    confirmed=st.booleans(),
    span_s=st.tuples(finite | st.just(-math.inf), finite | st.just(math.inf)),
    got_up_s=st.lists(st.tuples(finite, finite), max_size=3).map(tuple),
    drops=st.integers(0, 10_000),
    mode=st.sampled_from(["whole", "causal"]),
    known_s=finite,
    score=finite,
)
PLAIN_FIELDS = ("sided", "confirmed", "span_s", "got_up_s", "drops", "mode", "known_s", "score")


def equal(one, other):
    assert [(p.start_s, p.centre.source) for p in one.pieces] == [(p.start_s, p.centre.source) for p in other.pieces]
    for a, b in zip(one.pieces, other.pieces, strict=True):
        assert np.array_equal(a.centre.up0, b.centre.up0)
    for name in ("lateral", "opposite"):
        a, b = getattr(one, name), getattr(other, name)
        assert (a is None) == (b is None)
        assert a is None or np.array_equal(a, b)
    for name in PLAIN_FIELDS:
        assert getattr(one, name) == getattr(other, name), name


@given(calibrations)
@settings(max_examples=60)
def test_a_calibration_survives_being_text(calibration):
    text = as_text(calibration)
    assert "\n" not in text
    equal(from_text(text), calibration)


@settings(max_examples=40)
@given(st.text() | st.recursive(st.none() | finite | st.text(), st.lists, max_leaves=5).map(str))
def test_any_text_gives_none_or_a_calibration(text):
    assert from_text(text) is None


@given(calibrations, st.data())
@settings(max_examples=80)
def test_nor_does_any_spoilt_text_raise(calibration, data):
    text = as_text(calibration)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.text(max_size=3))
    spoilt = from_text(text[:at] + other + text[at + data.draw(st.integers(0, 4)) :])
    assert spoilt is None or all(
        abs(np.linalg.norm(piece.centre.up0) - 1.0) < 1e-2 for piece in spoilt.pieces
    )


@pytest.mark.parametrize(
    ("good", "bad"),
    [('"up0":[', '"up0":[9.0,'), ('"up0":[0.0,', '"up0":[0.5,'), ('"pieces":[{', '"pieces":[],"x":[{')],
)
def test_what_is_no_direction_or_has_no_centre_is_none(good, bad):
    leg = Leg()
    text = as_text(passed(leg.stay(5.0).drops(60, -50)))
    if good == '"up0":[0.0,':
        start = text.index('"up0":[') + len('"up0":[')
        text = text[:start] + "0.5" + text[text.index(",", start) :]
        assert from_text(text) is None
        return
    assert good in text
    assert from_text(text.replace(good, bad, 1)) is None


def test_counting_with_what_was_kept_gives_the_same():
    found = PLAIN[TOLD].calibration
    one, other = about(None, found, motion=MOTION), about(None, from_text(as_text(found)), motion=MOTION)
    assert other.reps == one.reps
    assert other.sides == PLAIN[TOLD].sides


# --- the value itself ------------------------------------------------------------------------------------------------


@given(rotation=rotations)
@settings(max_examples=20)
def test_a_direction_is_that_of_the_nearer_side_wherever_the_centre_is(rotation):
    leg = Leg()
    up0, left, knee = (rotation.apply(v) for v in leg.frame())
    for askew_deg in (0.0, 30.0, -30.0):
        a = math.radians(askew_deg)
        heading = math.cos(a) * left + math.sin(a) * knee
        known = Calibration(
            (CentrePiece(0.0, Centre(up0, "rest")),), left, None, True, True, (0.0, 1.0), (), 1, "whole", 0.0, 0.0
        )
        assert known.direction(known.pieces[0].centre, heading) == (1, pytest.approx(abs(askew_deg), abs=1e-4))
        assert known.direction(known.pieces[0].centre, -heading) == (-1, pytest.approx(abs(askew_deg), abs=1e-4))
        assert known.side(1) == "left"
        assert known.side(-1) == "right"
        tilted = Rotation.from_rotvec(0.3 * knee)  # the strap slips: up and the headings turn with it
        assert known.direction(Centre(tilted.apply(up0), "rest"), tilted.apply(heading))[0] == 1
        assert off_deg(known.lateral_at(Centre(tilted.apply(up0), "rest")), tilted.apply(left)) < 1e-3


def test_the_centre_in_force():
    centres = [Centre(v, "rest") for v in np.eye(3)]
    pieces_ = tuple(CentrePiece(start_s, centre) for start_s, centre in zip((0.0, 10.0, 20.0), centres, strict=True))
    known = Calibration(pieces_, None, None, False, False, (0.0, 1.0), (), 1, "whole", 0.0, 0.0)
    got = [known.centre_at(t_s) for t_s in (-5.0, 0.0, 9.99, 10.0, 19.99, 20.0, 99.0)]
    assert got == [centres[i] for i in (0, 0, 0, 1, 1, 2, 2)]
    assert known.direction(centres[0], np.eye(3)[1]) == (1, 0.0)
    assert known.side(1) is None
