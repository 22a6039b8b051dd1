"""Every requirement R1..R24 of a streaming client is named by a test, or by a line of the manual checklist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
CHECKLIST = Path(__file__).with_name("manual-checklist.md")
REQUIREMENTS = [f"R{number}" for number in range(1, 25)]
NEED_A_TEST = set(REQUIREMENTS) - {"R20", "R21"}
"""A stale cache of BlueZ and macOS' permission dialogue exist only on real systems."""


@cache
def named_by_tests() -> dict[str, list[str]]:
    """Requirement -> tests that name it, as ``test_r03_…`` or as ``R3`` in their docstring."""
    named: dict[str, list[str]] = {requirement: [] for requirement in REQUIREMENTS}
    for file in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                numbers = re.findall(r"(?<=_r)\d\d(?=_)", node.name)
                numbers += re.findall(r"\bR(\d+)\b", ast.get_docstring(node) or "")
                for number in numbers:
                    named[f"R{int(number)}"].append(f"{file.name}::{node.name}")
    return named


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_each_requirement_is_shown_somewhere(requirement: str) -> None:
    by_hand = re.search(rf"\b{requirement}\b", CHECKLIST.read_text(encoding="utf-8"))
    tests = named_by_tests()[requirement]
    assert tests or (by_hand and requirement not in NEED_A_TEST), f"nothing shows {requirement}"


def test_the_checklist_fits_into_a_quarter_of_an_hour_and_names_each_system() -> None:
    text = CHECKLIST.read_text(encoding="utf-8")
    assert all(f"## {system}" in text for system in ("Linux", "Windows", "macOS"))
    assert len(re.findall(r"^\| \d+ \|", text, re.MULTILINE)) <= 30
