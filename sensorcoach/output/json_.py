"""A result as JSON. `schema.json` beside this file documents every key."""

from __future__ import annotations

from importlib.resources import files

import msgspec
import numpy as np

from sensorcoach.output.printable import json_printable


def as_json(results: object) -> str:
    """A `Result`, or a list of them, indented by two; full precision, a figure that is missing or not finite is null.

    In a list, a file that could not be analysed stands as ``{"file": ..., "error": ...}``.
    """
    return json_printable(msgspec.json.format(msgspec.json.encode(results, enc_hook=_plain), indent=2).decode())


def json_schema() -> str:
    """The text of the JSON schema (draft 2020-12) that one result fulfils."""
    return files("sensorcoach.output").joinpath("schema.json").read_text(encoding="utf-8")


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError(f"{type(value).__name__} in a result")
