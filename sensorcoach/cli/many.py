"""What `analyze --out` does: many sessions into one table."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from sensorcoach.cli.root import EXIT_BAD_INPUT, complain, may_replace, remark, say
from sensorcoach.output.printable import printable

if TYPE_CHECKING:
    from sensorcoach.choices import Choices


def analyze_into_table(
    sessions: Sequence[Sequence[Path]],
    choices: Choices,
    out: Path,
    processes: int,
    scheduler: str | None,
    *,
    force: bool,
) -> None:
    """Analyse all, with a bar; then what was written, and each file that could not be analysed with its reason.

    Raises:
        typer.Exit: some could not.
    """
    from sensorcoach.app import analyze_into, results_of_others
    from sensorcoach.output.words import plural

    replace = force or any([may_replace(taken, force) for taken in results_of_others(out, choices)])
    try:
        with _bar() as tell:
            done = analyze_into(
                sessions, choices, out, processes=processes, scheduler=scheduler, replace=replace, on_progress=tell
            )
    except KeyboardInterrupt:
        remark("Stopped. What was analysed is kept: the same command goes on from there.")
        raise
    if done.kept:
        remark(f"{plural(done.kept, 'session')} analysed before and unchanged since.")
    for made in done.made:
        say(printable(f"Written: {made}"))
    say(f"{done.sessions - len(done.failures)} of {plural(done.sessions, 'session')} analysed.")
    for failure in done.failures:
        complain(failure.error)
    if done.failures:
        raise typer.Exit(EXIT_BAD_INPUT)


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal's stderr, nothing elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("sessions", total=None)

        def tell(done: int, of: int) -> None:
            progress.update(task, completed=done, total=of)

        yield tell
