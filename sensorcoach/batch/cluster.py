"""Sessions on an existing Dask cluster (extra ``cluster``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from sensorcoach.batch.work import Failure, Outcome, Session, analyze_one, died, session_name
from sensorcoach.choices import Choices
from sensorcoach.errors import SettingsError

_RETRIES = 2
"""A session is tried again on another worker so often when its worker dies."""
_CONNECT_S = 10.0


def on_cluster(sessions: Iterable[Session], choices: Choices, address: str) -> Iterator[tuple[Session, Outcome]]:
    """Each session with its outcome, as they are done, from the workers of the scheduler at ``address``.

    The workers read the files themselves, under the same absolute paths; they have this version of sensorcoach.

    Raises:
        SettingsError: Dask is not installed, no scheduler answers, or the choices are wrong.
    """
    if not urlsplit(address).netloc:  # Dask would look for a file of that name, and say so twenty seconds later
        raise SettingsError(f"{address!r} is no address of a Dask scheduler.", "It looks like tcp://host:8786.")
    try:
        from distributed import Client, as_completed
        from distributed.scheduler import KilledWorker
    except ImportError as error:
        raise SettingsError("A cluster needs Dask.", "Install sensorcoach[cluster].") from error
    try:
        client = Client(address, timeout=_CONNECT_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"No Dask scheduler answers at {address}.", "Start one with: dask scheduler; then its workers."
        ) from error
    with client:
        futures = {
            client.submit(analyze_one, _absolute(session), choices, pure=False, retries=_RETRIES): session
            for session in sessions
        }
        for future in as_completed(futures, loop=client.loop):  # type: ignore[no-untyped-call]
            session = futures.pop(future)
            try:
                yield session, _renamed(future.result(), session)
            except KilledWorker:
                yield session, died(session)
            future.release()


def _absolute(session: Session) -> Session:
    return tuple(Path(path).resolve() for path in session)


def _renamed(outcome: Outcome, session: Session) -> Outcome:
    """By the name that the person gave."""
    name, absolute = session_name(session), session_name(_absolute(session))
    if isinstance(outcome, Failure):
        return Failure(name, outcome.error.replace(absolute, name))
    return msgspec.structs.replace(outcome, file=name)
