"""Whatever has a public name says what it is."""

import ast
from pathlib import Path

import pytest

import sensorcoach

FILES = sorted(Path(sensorcoach.__file__).parent.rglob("*.py"))
Documented = ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef


def public_without_docstring(tree: ast.Module) -> list[str]:
    missing = [] if ast.get_docstring(tree) or not tree.body else ["the module"]
    for node in tree.body:
        if isinstance(node, Documented) and not node.name.startswith("_"):
            missing += [] if ast.get_docstring(node) else [node.name]
            if isinstance(node, ast.ClassDef):
                methods = [part for part in node.body if isinstance(part, ast.FunctionDef)]
                missing += [
                    f"{node.name}.{m.name}" for m in methods if not m.name.startswith("_") and not ast.get_docstring(m)
                ]
    return missing


@pytest.mark.parametrize("file", FILES, ids=lambda file: "/".join(file.parts[-2:]))
def test_public_things_have_docstrings(file: Path) -> None:
    assert public_without_docstring(ast.parse(file.read_text(encoding="utf-8"))) == []
