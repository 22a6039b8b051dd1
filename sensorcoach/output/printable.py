"""Text that came from outside (file names, device names, error details), made safe for a terminal."""

from __future__ import annotations

import json


def printable(text: str) -> str:
    """``text`` with every character a terminal could obey (escape codes, direction marks, line ends) spelled out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def json_printable(text: str) -> str:
    """JSON in which those characters are escaped, so that it means the same and commands no terminal."""
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)
