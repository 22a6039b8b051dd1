"""Payloads as they stand in the firmware notes."""

import re
from pathlib import Path

NOTES = Path(__file__).resolve().parents[2] / "firmware_notes"


def payloads(note):
    """Name -> bytes of every payload in a note's code blocks."""
    found = {}
    for block in re.findall(r"^```\n(.*?)^```", (NOTES / note).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        for name, text in re.findall(r"^([A-Za-z]\w*) +([0-9A-Fa-f ]+(?:\n +[0-9A-Fa-f ]+)*)$", block, re.MULTILINE):
            assert name not in found, f"two are called {name}"
            found[name] = bytes.fromhex(text)
    return found


def from_note(note, name):
    """One of them."""
    return payloads(f"{note}.md")[name]
