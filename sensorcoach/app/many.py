"""Many sessions at once: found in folders, analysed on all cores or on a cluster, their results in one table."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sensorcoach.batch import (
    Failure,
    Journal,
    Outcome,
    Session,
    journal_of,
    on_cluster,
    on_processes,
    refuse_other_endings,
    results_of,
    write_tables,
)
from sensorcoach.choices import Choices
from sensorcoach.errors import InputError
from sensorcoach.importers.searching import ENDINGS, recordings_under
from sensorcoach.outfile import refuse_taken


@dataclass(frozen=True, slots=True)
class ManyDone:
    """``made``: files of results. ``sessions``: how many there are; ``kept``: how many an earlier run had analysed."""

    made: list[Path]
    sessions: int
    kept: int
    failures: list[Failure]


def sessions_under(paths: Sequence[Path]) -> list[list[Path]]:
    """The files of each session in some folders and all that are in them; a file is a session by itself.

    Raises:
        InputError: there is none.
    """
    found = [files for path in paths for files in (_sessions_in_folder(path) if path.is_dir() else [[path]])]
    if not found:
        raise InputError(f"No recording was found in {', '.join(map(str, paths))}.", "Check the name of the folder.")
    return found


def _sessions_in_folder(folder: Path) -> list[list[Path]]:
    """Where one file cannot even be looked into, each is a session by itself: that one says so in its turn."""
    try:
        return list(recordings_under(folder))
    except (OSError, RecursionError):
        files = (Path(place, name) for place, _, names in os.walk(folder) for name in names)
        return [[file] for file in sorted(files) if file.name.lower().removesuffix(".gz").endswith(ENDINGS)]


def analyze_into(
    sessions: Sequence[Sequence[Path]],
    choices: Choices,
    out: Path,
    *,
    processes: int,
    scheduler: str | None,
    replace: bool = False,
    on_progress: Callable[[int, int], None],
) -> ManyDone:
    """Analyse what an earlier run into the same file has not; all results are then in ``out``.

    Args:
        sessions: the files of each.
        choices: the same for all.
        out: see `batch.write_tables`. A journal beside it, ``OUT.journal``, lets a stopped run go on.
        processes: of this computer.
        scheduler: address of a Dask scheduler, whose workers do it instead.
        replace: what is at ``out`` may be replaced although an earlier run into it did not make it.
        on_progress: told how many of how many are done.

    Raises:
        SettingsError: the choices are wrong, ``out`` has another ending, or no scheduler answers.
        InputError: ``out`` is one of the files.
        RecordingError: ``out`` cannot be written, or is there and may not be replaced.
    """
    refuse_other_endings(out)
    for taken in results_of_others(out, choices):
        refuse_taken(taken, replace=replace)
    wanted = _without_results(sessions, out)
    failures: dict[Session, Failure] = {}
    with Journal(journal_of(out), choices) as journal:
        todo = [session for session in wanted if not journal.knows(session)]
        kept = len(wanted) - len(todo)
        on_progress(kept, len(wanted))
        for done, (session, outcome) in enumerate(_outcomes(todo, choices, processes, scheduler), kept + 1):
            journal.note(session, outcome)
            if isinstance(outcome, Failure):
                failures[session] = outcome
            on_progress(done, len(wanted))
        in_order = [failures[session] for session in wanted if session in failures]
        made = write_tables(journal.results(wanted), in_order, out)
        journal.note_made(made)
        return ManyDone(made, len(wanted), kept, in_order)


def results_of_others(out: Path, choices: Choices) -> list[Path]:
    """Of the files that are made of ``out``, those that are there and that no earlier run, of which this one goes on,
    has made.
    """
    there = [path for path in results_of(out) if path.exists()]
    if not there or not journal_of(out).exists():
        return there
    with Journal(journal_of(out), choices) as journal:
        return [path for path in there if not journal.knows((path,))]


def _without_results(sessions: Sequence[Sequence[Path]], out: Path) -> list[Session]:
    """What an earlier run wrote into a folder that is searched is no recording; no recording is ever written over."""
    results = {path.resolve() for path in results_of(out)}
    wanted = [tuple(files) for files in sessions if results.isdisjoint(path.resolve() for path in files)]
    if len(wanted) < len(sessions) and not journal_of(out).exists():
        raise InputError(f"{out} is among the files to analyse.", "Name another file with --out.")
    return wanted


def _outcomes(
    sessions: list[Session], choices: Choices, processes: int, scheduler: str | None
) -> Iterator[tuple[Session, Outcome]]:
    if scheduler is not None:
        return on_cluster(sessions, choices, scheduler)
    return on_processes(sessions, choices, min(processes, max(len(sessions), 1)))
