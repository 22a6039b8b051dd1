"""How many repetitions a side to aim for next, by the published rule (domain.md 5.1): start low, add one or two every
few days, and only while nothing went badly.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sensorcoach.logbook.logged import LoggedSession
from sensorcoach.preferences import ProgressSettings


def next_target(sessions: Sequence[LoggedSession], rules: ProgressSettings, today: date) -> int:
    """Repetitions a side for a session on ``today``. It rises when all of these hold, and never falls by itself:

    the present target has been in force for ``every_days`` days; there were at least ``calm_sessions`` sessions, and
    the last of them had no severe warning and no pain; in one of those the target was reached.

    Args:
        sessions: of one person, the oldest first. Simulated ones and those without a repetition say nothing.
        rules: of that person.
        today: the date where the person is.
    """
    done = [one for one in sessions if not one.simulated and (one.reps or one.pain)]
    aimed = [one for one in done if one.target_a_side]
    if not aimed:
        return rules.start_reps
    target = aimed[-1].target_a_side
    assert target is not None
    last = done[len(done) - rules.calm_sessions :] if len(done) >= rules.calm_sessions else []
    calm = len(done) >= rules.calm_sessions and not any(one.severe or one.pain for one in last)
    long_enough = (today - _in_force_since(aimed)).days >= rules.every_days
    if not (calm and long_enough and any(one.reached(target) for one in last or aimed[-1:])):
        return target
    return max(target, min(target + rules.add_reps, rules.most_reps))


def _in_force_since(aimed: Sequence[LoggedSession]) -> date:
    """The day of the first session of those that had the present target without a break."""
    day = aimed[-1].day
    for one in reversed(aimed):
        if one.target_a_side != aimed[-1].target_a_side:
            break
        day = one.day
    return day
