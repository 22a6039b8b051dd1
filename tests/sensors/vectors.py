"""Payloads as they stand in the firmware notes."""

import re
from pathlib import Path

NOTES = Path(__file__).resolve().parents[2] / "firmware_notes"


def from_note(note, name):
    """The bytes of a payload block's entry, which may go on in indented lines."""
    text = (NOTES / f"{note}.md").read_text(encoding="utf-8")
    (told,) = re.findall(rf"^{name} +([0-9A-Fa-f ]+(?:\n +[0-9A-Fa-f ]+)*)$", text, re.MULTILINE)
    return bytes.fromhex(told)
