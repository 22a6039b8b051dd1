"""Outputs on hand-made results: what a person or a program reads."""

import csv
import io
import json
import math
from typing import get_args, get_type_hints

import jsonschema
import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from results import rep, result, warning

from sensorcoach.kneedrop.advice import ADVICE
from sensorcoach.model import (
    CentreFound,
    Counted,
    Gap,
    GapSeen,
    Mounting,
    PhaseChanged,
    Rep,
    RepDone,
    Result,
    SensorSlipped,
    Summary,
    Warning,
)
from sensorcoach.output.csv_ import as_csv
from sensorcoach.output.json_ import as_json, json_schema
from sensorcoach.output.plain import line
from sensorcoach.output.printable import printable
from sensorcoach.output.table import as_table
from sensorcoach.output.words import clock, reception_line, summary_line

SCHEMA = json.loads(json_schema())
TOO_FAST = rep(2, side="right", direction=-1, warnings=(warning("too_fast"), warning("short_hold", "note")))


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def table(of: Result, stream: io.StringIO | None = None) -> str:
    return as_table(of, stream or io.StringIO())


HOSTILE = "\x9b31mred\x85\u202egnissem\u2066 \U000e0041 ok \u00e4"


def test_json_holds_nothing_that_commands_a_terminal_and_means_the_same() -> None:
    text = as_json({"name": HOSTILE})
    assert all(c.isprintable() or c == "\n" for c in text)
    assert json.loads(text) == {"name": HOSTILE}
    assert "\u00e4" in text, "letters stay letters"


# --- JSON ---------------------------------------------------------------------------------------------------------


def test_json_follows_the_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(json.loads(as_json(result(rep(), TOO_FAST))), SCHEMA)


@pytest.mark.parametrize(
    ("kind", "documented"),
    [
        (Result, SCHEMA),
        (Rep, SCHEMA["$defs"]["rep"]),
        (Warning, SCHEMA["$defs"]["warning"]),
        (Summary, SCHEMA["properties"]["summary"]),
        (Mounting, SCHEMA["properties"]["sensor"]["properties"]["mounting"]),
    ],
)
def test_the_schema_documents_every_field_and_no_other(kind: type[msgspec.Struct], documented: dict) -> None:
    assert set(documented["properties"]) == set(kind.__struct_fields__)
    assert all(part.get("description") for part in documented["properties"].values())


@pytest.mark.parametrize(("kind", "documented"), [(Rep, "rep"), (Warning, "warning")])
def test_the_schema_says_what_may_be_missing(kind: type[msgspec.Struct], documented: str) -> None:
    properties = SCHEMA["$defs"][documented]["properties"]
    allowed = {name: {*part.get("enum", ()), *part.get("type", ())} for name, part in properties.items()}
    nullable = {name for name, kinds in allowed.items() if kinds & {None, "null"}}
    assert nullable == {name for name, hint in get_type_hints(kind).items() if type(None) in get_args(hint)}


def test_the_schema_refuses_a_zero_for_a_missing_figure_written_as_text() -> None:
    spoilt = json.loads(as_json(result(rep())))
    spoilt["reps"][0]["sparc"] = "0"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spoilt, SCHEMA)


def test_json_keeps_full_precision_and_never_says_nan() -> None:
    exact = np.nextafter(47.3, 48.0)
    read = json.loads(as_json(result(rep(range_deg=exact, peak_drop_dps=math.nan, sparc=math.inf))))["reps"][0]
    assert (read["range_deg"], read["peak_drop_dps"], read["sparc"]) == (float(exact), None, None)


def test_several_files_make_a_list_with_the_failures_in_place() -> None:
    read = json.loads(as_json([result(rep()), {"file": "bad.csv", "error": "It is empty."}]))
    assert [entry["file"] for entry in read] == ["session.csv", "bad.csv"]


# --- CSV ----------------------------------------------------------------------------------------------------------


def test_csv_has_one_line_a_rep_and_the_file_in_front() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv([result(rep(), TOO_FAST), result(rep(), file="b.csv")]))))
    assert [row["file"] for row in rows] == ["session.csv", "session.csv", "b.csv"]
    assert rows[1]["warnings"] == "too_fast:warn short_hold:note"
    assert (rows[0]["range_deg"], rows[0]["sparc"]) == ("47.3", "")
    assert set(rows[0]) == {"file", *Rep.__struct_fields__}


# --- table --------------------------------------------------------------------------------------------------------


def test_the_table_says_what_to_do_about_each_warning() -> None:
    text = " ".join(table(result(rep(), TOO_FAST)).split())
    assert f"too fast (rep 2; 0.52, limit 0.40): {ADVICE['too_fast']}" in text
    assert ADVICE["asymmetric"] in text
    assert ADVICE["short_hold"] not in text  # a note only


def test_the_table_fits_80_columns_and_has_no_colour_in_a_pipe() -> None:
    severe = rep(3, warnings=tuple(warning(code, "severe") for code in ADVICE))
    text = table(result(rep(), TOO_FAST, severe))
    assert max(len(row) for row in text.splitlines()) <= 80
    assert "\x1b" not in text


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_no_color_is_obeyed(monkeypatch: pytest.MonkeyPatch, no_color: str, coloured: bool) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", no_color)
    assert ("\x1b[33m" in table(result(TOO_FAST), Terminal())) is coloured


def test_doubt_is_said_in_words() -> None:
    text = table(result(rep(side=None), axis_confirmed=False))
    assert "Not confirmed as knee drops" in text
    assert "A and B are the two sides" in text
    assert "Not confirmed" not in table(result(rep()))


def test_what_was_lost_assumed_or_not_counted_is_shown() -> None:
    text = table(result(rep()))
    for words in ("1 gap without samples, 0.8 s", "acceleration was taken as g", "too small", "no gyroscope"):
        assert words in text


def test_an_ungraded_rep_is_not_called_good() -> None:
    text = table(result(rep(graded=False, not_graded_reason="gap")))
    assert "not graded: samples missing" in " ".join(text.split())
    assert "good" not in text


def test_markup_and_escape_codes_of_a_file_do_not_reach_the_terminal() -> None:
    text = table(result(rep(), file="\x1b]0;owned\x07[red]x[/red].csv"), Terminal())
    assert "\x1b]" not in text
    assert "[red]x[/red].csv" in text


def test_summary_line() -> None:
    assert summary_line(result(rep(), TOO_FAST)) == (
        "2 reps: 1 left, 1 right, 1 cycle; too fast 1, asymmetric 1 (and 1 note)."
    )
    assert summary_line(result(rep())) == "1 rep: 1 left, 0 cycles; nothing to correct."
    assert summary_line(result(rep(), axis_confirmed=False)).startswith("1 rep (not confirmed): 1 left")
    assert summary_line(result()) == "No knee drop found."


@pytest.mark.parametrize(("t_s", "text"), [(0, "0:00"), (59.6, "1:00"), (61, "1:01"), (3661, "1:01:01"), (-5, "-0:05")])
def test_clock(t_s: float, text: str) -> None:
    assert clock(t_s) == text


# --- plain lines --------------------------------------------------------------------------------------------------


def phase(name: str, angle_deg: float = 2.0) -> PhaseChanged:
    return PhaseChanged(t_s=64.1, known_s=64.4, phase=name, direction=1, side="left", angle_deg=angle_deg)


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (phase("drop"), "  1:04.1  drop left"),
        (phase("hold", 46.6), "  1:04.1  landing at 47°, hold"),
        (phase("return"), "  1:04.1  return"),
        (phase("centre"), None),
        (Counted(12.5, 13.0, 1, 1, "left", 4.2, False), None),
        (RepDone(13.5, rep()), "  0:12.5  1 left, hold 4.2 s"),
        (RepDone(13.5, rep(warnings=(warning("too_fast"),))), "  0:12.5  1 left, hold 4.2 s, slower down"),
        (
            RepDone(13.5, rep(warnings=(warning("too_fast"), warning("jarring")))),
            "  0:12.5  1 left, hold 4.2 s, softer landing",
        ),
        (RepDone(13.5, rep(warnings=(warning("too_fast"),), dated_back=True)), "  0:12.5  1 left, hold 4.2 s"),
        (RepDone(13.5, rep(side=None, direction=-1)), "  0:12.5  1 B, hold 4.2 s"),
        (GapSeen(21.0, Gap(20.0, 20.8, 80)), "  0:20.8  gap of 0.8 s without samples"),
        (SensorSlipped(30.0, 40.0, 12.2, "note"), "  0:30.0  the sensor slipped by 12°"),
        (CentreFound(9.0, 0.5, "rest"), "  0:09.0  centre found, from 0:00.5 on"),
    ],
)
def test_plain_lines(event: object, text: str | None) -> None:
    assert line(event) == text


@given(st.text())
def test_printable_text_obeys_no_terminal(text: str) -> None:
    assert printable(text).isprintable()
    assert printable(text) == text or not text.isprintable()


def test_what_was_received_in_one_line() -> None:
    whole = msgspec.structs.replace(result(rep()), samples=6240, rate_hz=104.2, gaps=(), counts={"lost": 0})
    assert reception_line(whole) == "Received 6240 samples, 104 a second; none lost."
    holed = msgspec.structs.replace(whole, gaps=(Gap(1.0, 2.5, 40), Gap(8.0, 9.6, 12)), counts={"lost": 52})
    assert reception_line(holed).endswith("; 52 lost, 2 gaps of 3.1 s in all.")
