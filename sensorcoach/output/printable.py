"""Text that came from outside (file names, device names, error details), made safe for a terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    """``text`` with every character a terminal could obey (escape codes, direction marks, line ends) spelled out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
