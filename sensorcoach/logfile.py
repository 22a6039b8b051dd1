"""A log for bug reports: states, kinds of errors, versions and counts. It holds no personal data.

No names, addresses, identities, paths or texts of errors. `note` builds an entry only from words of this program and
from numbers, whatever it is given. Rooms below that log for themselves (``sensorcoach.*``) keep to the same: kinds of
errors, states, numbers; of an exception only its kind and its places are written. Libraries, which do tell addresses,
are not listened to.
"""

from __future__ import annotations

import io
import logging
import logging.handlers
import os
import re
import traceback
from pathlib import Path
from typing import Final

LOG_BYTES: Final = 256 * 1024
"""About 5,000 entries: some weeks. Two files are kept."""
_WORD: Final = re.compile(r"[a-z][a-z_]{0,30}")
_VERSION: Final = re.compile(r"[0-9][0-9A-Za-z.+]{0,30}")
_LOGGER: Final = logging.getLogger("sensorcoach")
_LOGGER.addHandler(logging.NullHandler())


class Version(str):
    """A version number: digits, points, letters."""

    __slots__ = ()


def log_into(folder: Path) -> bool:
    """Write what is noted to ``sensorcoach.log`` in ``folder``; False if it cannot be: no session fails for a log."""
    stop_logging()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler = _PrivateFile(folder / "sensorcoach.log", maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8")
    except OSError:
        return False
    handler.setFormatter(_Discreet("%(asctime)s %(message)s", "%Y-%m-%d %H:%M:%S"))
    _LOGGER.addHandler(handler)
    _LOGGER.setLevel(logging.INFO)
    return True


def stop_logging() -> None:
    """Close the log file."""
    for handler in _LOGGER.handlers[:]:
        if isinstance(handler, _PrivateFile):
            _LOGGER.removeHandler(handler)
            handler.close()


def note(word: str, **facts: float | str | Version | None) -> None:
    """One entry: what happened and its facts, ``link state=lost reconnects=2``.

    A fact is a number, a word in small letters (a state, a code) or a `Version`; anything else is written as ``?``.
    """
    told = "".join(f" {name}={_safe(fact)}" for name, fact in facts.items() if fact is not None)
    _LOGGER.info("%s%s", _safe(word), told)


def note_error(error: BaseException) -> None:
    """An error by its kind and the lines of this program it came through; never its text, which may name anything."""
    _LOGGER.info("error %s", _kind_and_places(error))


def _kind_and_places(error: BaseException) -> str:
    own = Path(__file__).parent.resolve()
    places = []
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename).resolve()
        if path.is_relative_to(own):
            places.append(f"{path.relative_to(own).as_posix()}:{frame.lineno}")
    return f"kind={type(error).__name__} at={','.join(places) or 'elsewhere'}"


class _Discreet(logging.Formatter):
    """Leaves out what an exception says, and what lines of source it went through."""

    def formatException(self, ei: object) -> str:
        error = ei[1] if isinstance(ei, tuple) else None
        return "" if error is None else _kind_and_places(error)


def _safe(fact: float | str) -> str:
    if isinstance(fact, Version):
        return str(fact) if _VERSION.fullmatch(fact) else "?"
    if isinstance(fact, str):
        return fact if _WORD.fullmatch(fact) else "?"
    return f"{fact:.6g}"


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """Readable by its owner only. A disk that is full must not spill an error onto the screen."""

    def _open(self) -> io.TextIOWrapper:
        return open(self.baseFilename, "a", encoding="utf-8", opener=_private)

    def handleError(self, record: logging.LogRecord) -> None:
        """Lose the entry."""


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
