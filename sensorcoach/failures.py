"""Failures that nobody raised on purpose, in a sentence: one bad file must not stop the others."""

from __future__ import annotations

import stat
import traceback
from pathlib import Path, PurePath
from typing import Final

from sensorcoach.errors import InputError

_PACKAGE: Final = PurePath(__file__).parent


def failure_words(error: Exception) -> str:
    """What happened, and what to do; of an unexpected error its kind and place, not its text."""
    if isinstance(error, OSError):
        where = "It" if error.filename is None else str(error.filename)
        why = error.strerror or type(error).__name__
        return f"{where} cannot be read or written: {why}. Check the file and its disk."
    if isinstance(error, RecursionError):
        return "It is nested too deeply to be a recording. Check what it is."
    if isinstance(error, MemoryError):
        return "It needs more memory than there is. Close other programs, or cut it."
    return f"An unexpected failure ({type(error).__name__}, {_place(error)}). Please report it, with the file."


def refuse_pipes(paths: list[Path] | tuple[Path, ...]) -> None:
    """A named pipe is not waited for: whoever should write into it may never come. (``/dev/stdin`` is none.)

    Raises:
        InputError: one of them is a named pipe.
    """
    for path in paths:
        if is_named_pipe(path):
            raise InputError(f"{path} is a named pipe.", "Write what comes out of it into a file first.")


def is_named_pipe(path: Path) -> bool:
    """Whether reading it would wait for another program."""
    if path.is_relative_to("/dev") or path.is_relative_to("/proc"):  # the shell's own
        return False
    try:
        return stat.S_ISFIFO(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def _place(error: Exception) -> str:
    """The innermost line of this program."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_own(frame.filename)]
    if not frames:
        return "elsewhere"
    return f"{PurePath(frames[-1].filename).relative_to(_PACKAGE).as_posix()}, line {frames[-1].lineno}"


def _is_own(file: str) -> bool:
    return PurePath(file).is_relative_to(_PACKAGE)
