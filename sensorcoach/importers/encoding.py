"""Text in any encoding -> UTF-8, piece by piece. What is UTF-8 already passes untouched."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import chain
from typing import Final

BOM: Final = b"\xef\xbb\xbf"
_WIDE_BOMS: Final = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_WIDE_SHARE: Final = 0.9
"""Text of digits in UTF-16 without a mark: nearly every other byte is zero."""
_LOOKED_AT: Final = 1 << 14
"""Bytes of the lines beyond ASCII that are looked at: a header and its units."""
_WESTERN: Final = frozenset("°²³µ·±ÄÖÜäöüßéèêàâçñíóúáÉÈÀÑôîûïëæøåÆØÅ©®")
"""Beyond ASCII in tables of western programs."""
_TELLING: Final = ("°", "²", "µ", "加速度", "角速度", "时间", "時間", "速度")
"""What stands in the headers of motion sensors."""


def as_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces of a text in UTF-8, told by the first one, without byte order mark; binary data as it is."""
    first = next(chunks, None)
    if first is None:
        return
    if first.startswith(BOM):
        yield first.removeprefix(BOM)
        yield from chunks
        return
    encoding = _encoding_of(first)
    if encoding is None:
        yield first
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for chunk in chain([first], chunks):
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()


def _encoding_of(head: bytes) -> str | None:
    """The name of another encoding than UTF-8; None where there is nothing to change."""
    marked = next((name for mark, name in _WIDE_BOMS if head.startswith(mark)), None)
    if marked is not None:
        return marked
    pairs = len(head) // 2
    if pairs and head.count(0) > pairs * _WIDE_SHARE:
        for zeros, name in ((head[1::2], "utf-16-le"), (head[::2], "utf-16-be")):
            if _WIDE_SHARE * pairs < zeros.count(0) and head.count(0) - zeros.count(0) < pairs * (1 - _WIDE_SHARE):
                return name
    if 0 in head or _is_utf8(head):
        return None
    beyond = b"\n".join(line for line in head.split(b"\n") if not line.isascii())[:_LOOKED_AT]
    if set(beyond.decode("cp1252", "replace")) - _ASCII <= _WESTERN:
        return "cp1252"
    return _detected(beyond)


_ASCII: Final = frozenset(map(chr, range(128)))


_DIGITS: Final = b"-0123456789.,;:\t\n"
"""What an encoding of tables leaves as it is."""


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _detected(beyond: bytes) -> str | None:
    """Of the encodings that the detector holds possible, the one in which most words and signs of sensors appear."""
    from charset_normalizer import from_bytes

    guesses = [guess for guess in from_bytes(beyond) if _DIGITS.decode(guess.encoding, "replace").encode() == _DIGITS]
    if not guesses:
        return None
    return max(guesses, key=lambda guess: sum(str(guess).count(word) for word in _TELLING)).encoding
