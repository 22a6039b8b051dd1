"""Which limits only judge: read out of the source, so that a new rule cannot be forgotten."""

import ast
from pathlib import Path

import msgspec
import pytest

import sensorcoach
from sensorcoach.kneedrop.regrading import FIGURES_REST_ON, same_figures
from sensorcoach.settings import GoalSettings, GuideSettings, LimitSettings, Settings

KNEEDROP = Path(sensorcoach.__file__).parent / "kneedrop"
LIMITS = set(LimitSettings.__struct_fields__)


def limits_read_in(files: list[Path]) -> set[str]:
    """Names behind ``limits.``, whatever ``limits`` is an attribute of."""
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    read = [node for node in nodes if isinstance(node, ast.Attribute) and _is_limits(node.value)]
    return {node.attr for node in read} & LIMITS


def _is_limits(node: ast.expr) -> bool:
    return (isinstance(node, ast.Name) and node.id == "limits") or (
        isinstance(node, ast.Attribute) and node.attr == "limits"
    )


def test_what_is_read_outside_of_grading_is_what_figures_rest_on() -> None:
    outside = [file for file in KNEEDROP.rglob("*.py") if "grading" not in file.relative_to(KNEEDROP).parts]
    assert limits_read_in(outside) == FIGURES_REST_ON


@pytest.mark.parametrize("name", sorted(LIMITS))
def test_each_limit_is_of_one_kind(name: str) -> None:
    other = msgspec.structs.replace(LimitSettings(), **{name: object()})
    assert same_figures(Settings(), Settings(limits=other)) == (name not in FIGURES_REST_ON)


def test_goals_change_no_figure() -> None:
    other = Settings(goal=GoalSettings(reps_a_side=9), guide=GuideSettings(end_rest_s=5.0))
    assert same_figures(Settings(), other)


def test_the_reading_can_fail(tmp_path: Path) -> None:
    file = tmp_path / "rule.py"
    file.write_text("def f(settings):\n    return settings.limits.hold_target_s\n")
    assert limits_read_in([file]) == {"hold_target_s"}
