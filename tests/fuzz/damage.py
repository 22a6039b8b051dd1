"""Recordings damaged at random, each by what a bad disk, a bad program or a bad joke would do to it."""

from __future__ import annotations

import gzip
import json
import random
import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"
NUMBERS = ("nan", "inf", "-inf", "1e308", "-1e-320", "1e12", "-1", "9" * 400, "0x10", "", " ", "1,5", "\u0661", "True")
TEXTS = (
    '"',
    "'",
    "\0",
    "\x9b31m",
    "\u202e",
    "\ud7ff",
    "[" * 1500,
    "{" * 1500,
    "x" * 100_000,
    "\r",
    "\r\n",
    "\ufeff",
    ";",
)
SIGNALLING = (struct.pack("<f", 1.0)[:2] + b"\xa0\x7f").hex()
"""A signalling NaN, as bytes of a float in a packet."""


@cache
def _lines(name: str) -> tuple[bytes, ...]:
    return tuple(gzip.decompress((RECORDINGS / f"{name}.jsonl.gz").read_bytes()).splitlines(keepends=True))


def session_file(whim: random.Random) -> tuple[str, bytes]:
    """A damaged session file, and the ending of its name."""
    lines = list(_lines(whim.choice(("good", "mixed"))))[: whim.choice((40, 600, 5000))]
    for _ in range(whim.randint(1, 4)):
        whim.choice(_SESSION_DAMAGES)(lines, whim)
    content = _bytewise(b"".join(lines), whim)
    if whim.random() < 0.25:
        packed = gzip.compress(content, 1)
        return ".jsonl.gz", _bytewise(packed, whim) if whim.random() < 0.5 else packed
    return ".jsonl", content


def table(whim: random.Random) -> tuple[str, bytes]:
    """A damaged table of rows, and the ending of its name."""
    rate_hz, n = whim.choice((20, 100)), whim.choice((3, 900, 4000))
    t_s = np.arange(n) / rate_hz
    roll = np.radians(45.0) * np.sin(2 * np.pi * t_s / 8.0)
    acc = np.column_stack((np.sin(roll), np.zeros(n), np.cos(roll)))
    if whim.random() < 0.5:
        acc *= 9.80665
    rows = [["t_s", "ax_mps2", "ay_mps2", "az_mps2"] if acc.max() > 2 else ["t_s", "ax_g", "ay_g", "az_g"]]
    rows += [[f"{value:.5f}" for value in (t, *a)] for t, a in zip(t_s.tolist(), acc.tolist(), strict=True)]
    for _ in range(whim.randint(1, 4)):
        whim.choice(_TABLE_DAMAGES)(rows, whim)
    separator = whim.choice((",", ",", ";", "\t", " ", "|"))
    text = whim.choice(("\n", "\r\n", "\r")).join(separator.join(row) for row in rows)
    return whim.choice((".csv", ".csv", ".txt")), _bytewise(text.encode("utf-8", "surrogatepass"), whim)


# --- session files ---

Lines = list[bytes]


def _another_number(lines: Lines, whim: random.Random) -> None:
    place = whim.randrange(len(lines))
    head, found, rest = lines[place].partition(b'"t":')
    if found:
        _, comma, after = rest.partition(b",")
        lines[place] = head + found + whim.choice(NUMBERS).encode() + comma + after


def _later(lines: Lines, whim: random.Random) -> None:
    """From here on time has jumped."""
    jump_s = whim.choice((-1e4, -0.1, 3.0, 1e5, 1e9, 9e11))
    for place in range(whim.randrange(1, len(lines)) if len(lines) > 1 else 0, len(lines)):
        try:
            item = json.loads(lines[place])
            lines[place] = json.dumps(item | {"t": item["t"] + jump_s}).encode() + b"\n"
        except (ValueError, KeyError, TypeError):
            continue


def _other_bytes(lines: Lines, whim: random.Random) -> None:
    for place in whim.sample(range(len(lines)), min(len(lines), 20)):
        text = lines[place]
        at = text.find(b'"hex":"') + 7
        length = whim.choice((0, 2, 3, 8, 24, 200))
        junk = SIGNALLING if whim.random() < 0.3 else whim.randbytes(length).hex()
        if at > 7:
            lines[place] = text[: at + whim.choice((0, 8))] + junk.encode() + text[at + 16 :]


def _text(lines: Lines, whim: random.Random) -> None:
    place = whim.randrange(len(lines))
    at = whim.randrange(len(lines[place]) + 1)
    lines[place] = lines[place][:at] + whim.choice(TEXTS).encode("utf-8", "surrogatepass") + lines[place][at:]


def _header(lines: Lines, whim: random.Random) -> None:
    try:
        head = json.loads(lines[0])
    except ValueError:
        return
    key = whim.choice([*head, "person", "settings", "device", "mounting"])
    deep: object = {"rate_hz": whim.choice((0, -1, 1e9, "x", None, [])), "acc_range_g": whim.choice((0, 1e308, "y"))}
    head[key] = whim.choice((None, "", 0, -1, 1e308, [], {}, deep, "\x9b31m\u202e", "open", "witmotion", "rows"))
    lines[0] = json.dumps(head).encode() + b"\n"


def _order(lines: Lines, whim: random.Random) -> None:
    a, b = whim.randrange(len(lines)), whim.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]


def _again(lines: Lines, whim: random.Random) -> None:
    a = whim.randrange(len(lines))
    lines[a:a] = lines[a : a + whim.randint(1, 300)]


def _gone(lines: Lines, whim: random.Random) -> None:
    a = whim.randrange(len(lines))
    del lines[a : a + whim.randint(1, 300)]
    if not lines:
        lines.append(b"")


_SESSION_DAMAGES: tuple[Callable[[Lines, random.Random], None], ...] = (
    _another_number, _later, _other_bytes, _text, _header, _order, _again, _gone,
)  # fmt: skip

# --- tables ---

Rows = list[list[str]]


def _cell(rows: Rows, whim: random.Random) -> None:
    for _ in range(whim.choice((1, 30))):
        row = whim.choice(rows)
        if row:
            row[whim.randrange(len(row))] = whim.choice(NUMBERS + TEXTS)


def _column(rows: Rows, whim: random.Random) -> None:
    column, value = whim.randrange(4), whim.choice(NUMBERS)
    for row in rows[whim.choice((0, 1)) :]:
        if column < len(row):
            row[column] = value


def _ragged(rows: Rows, whim: random.Random) -> None:
    row = whim.choice(rows)
    if whim.random() < 0.5:
        row[whim.randint(0, len(row)) :] = []
    else:
        row += whim.choices(NUMBERS, k=whim.choice((1, 5, 3000)))


def _time_jumps(rows: Rows, whim: random.Random) -> None:
    jump_s = whim.choice((-1e3, 5.0, 1e6, 1e10, 1e15))
    for row in rows[whim.randrange(1, len(rows)) :]:
        try:
            row[0] = str(float(row[0]) + jump_s)
        except (ValueError, IndexError):
            continue


def _rows_again(rows: Rows, whim: random.Random) -> None:
    a = whim.randrange(len(rows))
    rows[a:a] = [list(row) for row in rows[a : a + whim.randint(1, 200)]]


_TABLE_DAMAGES: tuple[Callable[[Rows, random.Random], None], ...] = (_cell, _column, _ragged, _time_jumps, _rows_again)


def _bytewise(content: bytes, whim: random.Random) -> bytes:
    """Half of them stay; the others lose their end, or some bytes change."""
    if whim.random() < 0.5 or not content:
        return content
    if whim.random() < 0.4:
        return content[: whim.randrange(len(content))]
    changed = bytearray(content)
    for _ in range(whim.choice((1, 10, 200))):
        changed[whim.randrange(len(changed))] = whim.randrange(256)
    return bytes(changed)
