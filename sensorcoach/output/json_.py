"""A result as JSON. `schema.json` beside this file documents every key."""

from __future__ import annotations

from importlib.resources import files

import msgspec

from sensorcoach.model import Result


def as_json(results: Result | list[Result | dict[str, str]]) -> str:
    """One object, or a list of them, indented by two; full precision, a figure that is missing or not finite is null.

    In a list, a file that could not be analysed stands as ``{"file": ..., "error": ...}``.
    """
    return msgspec.json.format(msgspec.json.encode(results), indent=2).decode()


def json_schema() -> str:
    """The text of the JSON schema (draft 2020-12) that one result fulfils."""
    return files("sensorcoach.output").joinpath("schema.json").read_text(encoding="utf-8")
