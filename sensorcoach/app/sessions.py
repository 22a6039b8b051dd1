"""Sessions that need no sensor: analyse files, convert or play one back, play or write a simulated one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sensorcoach.analysis import Opened, Walk, analyze_files, calibrations_of, open_session
from sensorcoach.batch import Failure, analyze_one, session_name
from sensorcoach.choices import Choices, mounting_in_force
from sensorcoach.coach import Coach
from sensorcoach.devices import profile_named
from sensorcoach.devices.profile import usual_delay_s
from sensorcoach.failures import is_named_pipe
from sensorcoach.importers import Recording, grouped, write_session
from sensorcoach.model import Packet, Result, Side
from sensorcoach.outfile import refuse_taken, unfinished
from sensorcoach.output.json_ import as_json
from sensorcoach.recording import refuse_unwritable
from sensorcoach.session import Listener
from sensorcoach.session.picture import StreamFigures
from sensorcoach.session.tape import Tape
from sensorcoach.simulator import SessionPlan, Simulation, TrueRep, simulate
from sensorcoach.simulator.plan import RepPlan, RestPlan
from sensorcoach.sources.clock import MonotonicClock
from sensorcoach.sources.replay import replayed
from sensorcoach.sources.simulated import session_header, session_time_s, simulated_packets, write_simulated


def sessions_in(files: Sequence[Path], choices: Choices) -> list[list[Path]]:
    """The files of each session: two that an app wrote together are one, any other is one by itself."""
    if any(is_named_pipe(file) for file in files):
        return [[file] for file in files]
    try:
        return grouped(files, columns=choices.columns)
    except (OSError, RecursionError):  # which of them it was, its own analysis tells
        return [[file] for file in files]


def analyze_sessions(
    sessions: Sequence[Sequence[Path]], choices: Choices, on_begin: Callable[[str], None]
) -> Iterator[Result | Failure]:
    """The result of each session, one after the other; ``on_begin`` is told its name before. A bad file stops nothing.

    Raises:
        SettingsError: the choices themselves are wrong, so no session can be analysed.
    """
    for paths in sessions:
        on_begin(session_name(paths))
        yield analyze_one(tuple(paths), choices)


def import_session(files: Sequence[Path], out: Path, choices: Choices, person: str | None = None) -> Result:
    """Convert the session in some files to a new session file, with the mounting that ``choices`` tell, of ``person``.

    It is analysed first: what cannot be analysed is not converted, and the result says what was assumed.

    Raises:
        InputError: see `sensorcoach.analyze`.
        RecordingError: likewise; or ``out`` exists already or cannot be written.
    """
    refuse_unwritable(out)
    result = analyze_files(files, choices)
    _, recording = open_session(files, choices)
    if choices.mounting:
        recording = replace(recording, mounting=mounting_in_force(recording.mounting, choices))
    if person is not None:
        recording = replace(recording, person=person)
    write_session(recording, out)
    return result


def replay_files(
    files: Sequence[Path],
    choices: Choices,
    speed: float,
    listener: Listener,
    on_time: Callable[[float], None] = lambda t_s: None,
) -> Result:
    """Play the session in some files at ``speed`` times its own pace (``math.inf``: without waiting).

    ``listener`` is told what a live session tells, with the coach's cues and curves; ``on_time`` the session time at
    which each packet came, before what follows from it. The result comes at the end.
    """
    return _play(lambda: open_session(files, choices), choices, speed, listener, on_time)


def replay_demo(speed: float, listener: Listener, on_time: Callable[[float], None] = lambda t_s: None) -> Result:
    """Play `DEMO`, a simulated session, as `replay_files` plays a recording."""
    return _play(lambda: (None, demo_recording()), Choices(), speed, listener, on_time)


def demo_recording() -> Recording:
    """`DEMO` as a recording that was never written."""
    simulation = simulate(DEMO)
    header = session_header(simulation)
    return Recording(
        profile=header.profile,
        device_settings=header.device,
        mounting=header.mounting,
        start=None,
        items=simulated_packets(simulation),
        notices=[],
        sensor={"label": "simulated sensor"},
        simulated=True,
    )


def write_simulation(plan: SessionPlan, file: Path, truth: Path | None = None, *, replace: bool = False) -> None:
    """Simulate a session (one of `simulator.SCENARIOS`, for instance) into a session file.

    Args:
        plan: what to simulate.
        file: the session file, made anew.
        truth: a JSON file for the plan and its true repetitions, on the time base of the session file.
        replace: ``truth`` may take the place of another file; a session file never does.

    Raises:
        RecordingError: a file exists already or cannot be written.
    """
    if truth is not None:
        refuse_taken(truth, replace=replace)
    simulation = simulate(plan)
    write_simulated(file, simulation)
    if truth is not None:
        reps = [_on_session_time(rep, simulation) for rep in simulation.truth]
        told = {"simulated": True, "mounting": simulation.mounting, "reps": reps, "plan": simulation.plan}
        with unfinished(truth, replace=replace) as place:
            place.write_text(as_json(told) + "\n", encoding="utf-8")


def _play(
    opened: Opened,
    choices: Choices,
    speed: float,
    listener: Listener,
    on_time: Callable[[float], None],
) -> Result:
    known = calibrations_of(opened, choices)
    name, recording = opened()
    delay_s = usual_delay_s(profile_named(recording.profile))
    walk = Walk(recording, name, choices, on_trace=listener, calibrations=known)
    tape = Tape(Coach(walk.settings, delay_s=delay_s))
    for item in replayed(recording, MonotonicClock(), speed):
        tape.advance(item.t_s)
        _tell(tape, listener)
        on_time(item.t_s)
        for event in walk.push([item]):
            tape.add(event)
        if not isinstance(item, Packet):
            tape.add(item)
        _tell(tape, listener)
    for event in walk.finish():
        tape.add(event)
    tape.close(walk.pipeline.last_t_s or 0.0)
    _tell(tape, listener)
    return walk.result()


def _tell(tape: Tape, listener: Listener) -> None:
    """What is new on the tape; it need not be kept."""
    for told in tape.items:
        if not isinstance(told, StreamFigures):
            listener(told)
    tape.items.clear()
    del tape.known_s[:-1]


def _on_session_time(rep: TrueRep, simulation: Simulation) -> TrueRep:
    return replace(
        rep,
        drop_start_s=session_time_s(simulation, rep.drop_start_s),
        drop_end_s=session_time_s(simulation, rep.drop_end_s),
        return_start_s=session_time_s(simulation, rep.return_start_s),
        return_end_s=session_time_s(simulation, rep.return_end_s),
    )


def _demo_rep(side: Side, **figures: Any) -> RepPlan:
    """A good repetition but for ``figures``."""
    return RepPlan(side=side, **{"range_deg": 48.0, "style": "gravity_led", "hold_s": 4.6, "return_s": 2.2, **figures})


DEMO = SessionPlan(
    name="demo",
    seed=1,
    items=(
        RestPlan(duration_s=3.0),
        _demo_rep("left"),
        _demo_rep("right", style="let_go", brake_per_s=0.3),
        _demo_rep("left", hold_s=1.0),
        _demo_rep("right"),
        _demo_rep("left", style="thump", surface="mat", landing_dps=75.0),
        _demo_rep("right"),
    ),
)
"""One minute: good repetitions, one too fast, one hardly held, one that thumps down."""
