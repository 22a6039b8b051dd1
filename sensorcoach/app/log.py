"""The logbook of this person on this computer, and what follows from it for the next session."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from sensorcoach.app.personal_file import is_label, labels, names_target, personal, read_personal
from sensorcoach.errors import LogbookError, RecordingError
from sensorcoach.folders import Folders, folders
from sensorcoach.logbook.comfort import comfortable_deg
from sensorcoach.logbook.logged import LoggedSession
from sensorcoach.logbook.targets import next_target
from sensorcoach.logbook.trends import Streak, Trend, streak, trends
from sensorcoach.settings import Settings
from sensorcoach.settings_check import Notices, recorded

if TYPE_CHECKING:
    import sqlite3

    from sensorcoach.logbook.rebuild import Recounted, Refused
    from sensorcoach.model import Result
    from sensorcoach.recording import Header

__all__ = [
    "DiskUse",
    "LoggedSession",
    "Streak",
    "Trend",
    "comfort_for",
    "delete_session",
    "disk_use",
    "log_session",
    "log_unlogged",
    "logged_session",
    "people",
    "rebuild_log",
    "session_settings",
    "sessions_logged",
    "settings_logged",
    "streak",
    "target_for",
    "trends",
]


@dataclass(frozen=True, slots=True)
class DiskUse:
    """What is kept on the disk: the recordings in the person's folder and the logbook beside them, bytes."""

    recordings: int
    recordings_bytes: int
    logbook_bytes: int


# --- sessions ---------------------------------------------------------------------------------------------------------


def sessions_logged(
    person: str | None = None, since: date | None = None, places: Folders | None = None
) -> list[LoggedSession]:
    """The sessions of ``person`` (None: the one person of this computer) from a day on, the oldest first.

    Raises:
        LogbookError: the logbook cannot be used.
    """
    places = places or folders()
    if not places.logbook.exists():
        return []
    from sensorcoach.logbook import store

    with _opened(places) as book:
        return store.listed(book, places.recordings, person, since)


def logged_session(number: int, places: Folders | None = None) -> LoggedSession:
    """One session by its number.

    Raises:
        LogbookError: there is none, or the logbook cannot be used.
    """
    from sensorcoach.logbook import store

    places = places or folders()
    found = None
    if places.logbook.exists():
        with _opened(places) as book:
            found = store.session(book, places.recordings, number)
    if found is None:
        raise LogbookError(f"There is no session {number}.", "sensorcoach log lists them.")
    return found


def settings_logged(number: int, places: Folders | None = None) -> tuple[Settings, Notices]:
    """The settings a logged session was graded with, and what is to be told about them.

    Raises:
        LogbookError: there is no such session, or the logbook cannot be used.
    """
    from sensorcoach.logbook import store

    places = places or folders()
    with _opened(places) as book:
        told = store.settings_of(book, number)
    if told is None:
        raise LogbookError(f"There is no session {number}.", "sensorcoach log lists them.")
    try:
        return recorded(msgspec.json.decode(told, type=dict), f"The settings of session {number} in the logbook")
    except (RecordingError, msgspec.DecodeError) as error:
        why = error.message if isinstance(error, RecordingError) else f"{error}."
        raise LogbookError(
            f"This version does not know the settings of session {number}: {why}",
            "Make the logbook again: sensorcoach log rebuild.",
        ) from error


def log_session(result: Result, recording: Path, places: Folders | None = None) -> int:
    """Keep a finished session; its number. One of the same recording is replaced. The recording is closed by now.

    Raises:
        LogbookError: the logbook cannot be used; the session can be logged later, from its recording.
        RecordingError: the recording cannot be read.
    """
    from sensorcoach.logbook import store
    from sensorcoach.logbook.database import writing
    from sensorcoach.logbook.recorded import entry_of_result

    places = places or folders()
    entry = entry_of_result(result, recording, places.recordings)
    with _opened(places) as book, writing(book):
        return store.put(book, entry)


def log_unlogged(on_begin: Callable[[Path], None], places: Folders | None = None) -> list[Refused]:
    """Log the recordings in the folder that nobody logged: of a program that was killed, or put there by hand.

    ``on_begin`` is told each before it is analysed, which takes about a second for an hour. Given are those that are no
    session; they are not tried again. A recording that is still being written is left alone.

    Raises:
        LogbookError: the logbook cannot be used.
    """
    from sensorcoach.logbook.stamp import recordings_in
    from sensorcoach.logbook.unlogged import unlogged

    places = places or folders()
    if not places.logbook.exists() and not recordings_in(places.recordings):
        return []
    with _opened(places) as book:
        found = unlogged(book, places.recordings, time.time_ns())
        if not found:
            return []
        from sensorcoach.logbook.rebuild import log_all  # which loads the filters

        return log_all(book, places.recordings, found, on_begin)


def rebuild_log(
    on_begin: Callable[[Path], None],
    on_aside: Callable[[Path], None],
    *,
    others: Sequence[Path] = (),
    regrade: bool = False,
    recalibrate: bool = False,
    on_recount: Callable[[Recounted], None] = lambda _: None,
    places: Folders | None = None,
) -> list[Refused]:
    """Make the logbook again from the recordings; those that are no session are given.

    Args:
        on_begin: told each recording before it is analysed.
        on_aside: told where a damaged logbook was put; it is never deleted.
        others: recordings outside the folder, to be logged too.
        regrade: grade with today's personal settings of each person, and not with those of the recording; targets
            stay what they were.
        recalibrate: find the centre anew where a live session recorded its own.
        on_recount: told each session that has another number of repetitions than before, and why.
        places: folders; None: those of this user.

    Raises:
        LogbookError: the logbook cannot be used.
        SettingsError: a personal settings file cannot be used.
    """
    from sensorcoach.logbook.database import DamagedError, set_aside
    from sensorcoach.logbook.rebuild import as_recorded, rebuild

    places = places or folders()
    try:
        if regrade:
            log_unlogged(on_begin, places)  # today's comfortable range follows from all of them
        grading = _Today(places) if regrade else as_recorded
        with _opened(places) as book:
            return rebuild(
                book,
                places.recordings,
                others,
                grading,
                on_begin,
                recalibrate=recalibrate,
                on_recount=on_recount,
            )
    except DamagedError:
        on_aside(set_aside(places.logbook))
    return rebuild_log(
        on_begin,
        on_aside,
        others=others,
        regrade=regrade,
        recalibrate=recalibrate,
        on_recount=on_recount,
        places=places,
    )


def delete_session(number: int, places: Folders | None = None) -> None:
    """Delete a session and its recording for good.

    Raises:
        LogbookError: there is no such session, or the logbook cannot be used.
        RecordingError: the recording cannot be deleted; the session stays.
    """
    from sensorcoach.logbook import store
    from sensorcoach.logbook.database import writing
    from sensorcoach.logbook.stamp import key_of

    places = places or folders()
    recording = logged_session(number, places).recording
    try:
        recording.unlink(missing_ok=True)
    except OSError as error:
        raise RecordingError(f"{recording} cannot be deleted: {error.strerror}.", "Check the folder.") from error
    with _opened(places) as book, writing(book):
        store.forget(book, key_of(recording, places.recordings))


def people(places: Folders | None = None) -> dict[str | None, int]:
    """Everybody who has sessions in the logbook, or settings of their own, and how many sessions."""
    from sensorcoach.logbook import store

    places = places or folders()
    found: dict[str | None, int] = dict.fromkeys(labels(places), 0)
    if places.logbook.exists():
        with _opened(places) as book:
            found |= store.people(book)
    return found


def disk_use(places: Folders | None = None) -> DiskUse:
    """How much room the sessions take."""
    from sensorcoach.logbook.database import size_bytes
    from sensorcoach.logbook.stamp import recordings_in

    places = places or folders()
    sizes = [path.stat().st_size for path in recordings_in(places.recordings)]
    return DiskUse(len(sizes), sum(sizes), size_bytes(places.logbook))


# --- what follows -----------------------------------------------------------------------------------------------------


def target_for(person: str | None = None, today: date | None = None, places: Folders | None = None) -> int:
    """Repetitions a side to aim for today: what a settings file names, else by the rule (`logbook.targets`).

    Raises:
        LogbookError: the logbook cannot be used.
        SettingsError: the personal settings file cannot be used.
    """
    places = places or folders()
    own = personal(person, places)
    if names_target(person, places):
        return own.goal.reps_a_side
    return next_target(sessions_logged(person, places=places), own.progress, today or date.today())


def comfort_for(person: str | None = None, places: Folders | None = None) -> tuple[float | None, float | None]:
    """Comfortable maximum, left and right, °: what a settings file names, else learnt from calibration reps.

    Raises:
        LogbookError: the logbook cannot be used.
        SettingsError: the personal settings file cannot be used.
    """
    places = places or folders()
    own = personal(person, places)
    learnt = _learnt_comfort(person, own.progress.comfort_reps, places)
    named = (own.limits.comfort_left_deg, own.limits.comfort_right_deg)
    return named[0] if named[0] is not None else learnt[0], named[1] if named[1] is not None else learnt[1]


def session_settings(
    person: str | None = None, given: Settings | None = None, places: Folders | None = None
) -> tuple[Settings, tuple[str, ...]]:
    """The settings of a session today, and what the person should know about them.

    ``given``, a settings file named for this session, is taken instead of the personal one; a comfortable maximum that
    it leaves out is the learnt one. A logbook that cannot be used stops no session.

    Raises:
        SettingsError: the personal settings file cannot be used.
    """
    places = places or folders()
    own, notices = read_personal(person, places)
    settings = given or own.settings()
    try:
        left, right = comfort_for(person, places)
        target = settings.goal.reps_a_side if given is not None else target_for(person, places=places)
    except LogbookError as error:
        return settings, (*notices, f"The target and the comfortable range are not known. {error}")
    limits = msgspec.structs.replace(
        settings.limits,
        comfort_left_deg=left if settings.limits.comfort_left_deg is None else settings.limits.comfort_left_deg,
        comfort_right_deg=right if settings.limits.comfort_right_deg is None else settings.limits.comfort_right_deg,
    )
    goal = msgspec.structs.replace(settings.goal, reps_a_side=target)
    return msgspec.structs.replace(settings, limits=limits, goal=goal), notices


def _learnt_comfort(person: str | None, reps: int, places: Folders) -> tuple[float | None, float | None]:
    if not places.logbook.exists():
        return None, None
    from sensorcoach.logbook import store

    with _opened(places) as book:
        ranges = store.calibrations(book, person)
    return comfortable_deg(ranges["left"], reps), comfortable_deg(ranges["right"], reps)


class _Today:
    """Today's settings of whoever a recording is of, with the target that was in force."""

    def __init__(self, places: Folders) -> None:
        self._places = places
        self._of: dict[str | None, Settings] = {}

    def __call__(self, header: Header) -> Settings:
        if header.person not in self._of:
            self._of[header.person] = self._settings(header.person)
        settings = self._of[header.person]
        told = {key: value for key, value in (header.settings or {}).items() if key == "goal"}
        return msgspec.structs.replace(settings, goal=recorded(told, "recording")[0].goal) if told else settings

    def _settings(self, person: str | None) -> Settings:
        if person is not None and not is_label(person):
            return Settings()
        own = personal(person, self._places)
        left, right = comfort_for(person, self._places)
        limits = msgspec.structs.replace(own.limits, comfort_left_deg=left, comfort_right_deg=right)
        return msgspec.structs.replace(own.settings(), limits=limits)


@contextmanager
def _opened(places: Folders) -> Iterator[sqlite3.Connection]:
    from sensorcoach.logbook.database import opened

    with opened(places.logbook) as book:
        yield book
