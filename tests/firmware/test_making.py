"""The makers' notes: what they name is there, what they compute is what the program prints."""

import re
import subprocess
import sys

import pytest
from bench import FIRMWARE, REFERENCE

NOTES = [FIRMWARE / "making.md", *sorted(FIRMWARE.glob("sketch_*/README.md"))]
SKETCHES = sorted(FIRMWARE.glob("sketch_*/*.ino"))


def test_how_long_a_battery_lasts_is_what_the_program_prints():
    program = FIRMWARE / "battery_life.py"
    printed = subprocess.run([sys.executable, program], check=True, capture_output=True, text=True).stdout
    table, _, _ = printed.partition("\n\n")
    text = (FIRMWARE / "making.md").read_text(encoding="utf-8")
    assert table in text
    assert "not measured" in text


@pytest.mark.parametrize("note", NOTES, ids=lambda path: path.parent.name)
def test_what_is_linked_is_there(note):
    text = note.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^):]+)\)", text)
    assert [link for link in links if not (note.parent / link).exists()] == []


@pytest.mark.parametrize("note", NOTES, ids=lambda path: path.parent.name)
def test_nothing_is_called_run_on_hardware(note):
    text = " ".join(note.read_text(encoding="utf-8").split())
    assert "**Never run on hardware.**" in text or "ever run on hardware by us" in text or "never run on one" in text


@pytest.mark.parametrize("sketch", SKETCHES, ids=lambda path: path.parent.name)
def test_each_sketch_has_its_page_and_says_that_it_never_ran(sketch):
    assert "--library ../reference ." in (sketch.parent / "README.md").read_text(encoding="utf-8")
    assert "NEVER" in sketch.read_text(encoding="utf-8").split("*/")[0]


def test_the_reference_is_the_four_files_that_the_notes_name():
    assert sorted(path.name for path in REFERENCE.iterdir()) == [
        "sensor_packet.c",
        "sensor_packet.h",
        "sensor_unit.c",
        "sensor_unit.h",
    ]
