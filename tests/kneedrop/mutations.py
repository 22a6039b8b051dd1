"""Does `tests/kneedrop` notice when the counting core is broken? A slow job: some 90 runs of those tests.

    python -m tests.kneedrop.mutations              # every gate and reason, a sample of the rest; 15 minutes or more
    python -m tests.kneedrop.mutations --most 400   # a larger sample
    python -m tests.kneedrop.mutations --only rejection.py --list

Each mutation is made alone, in a copy of the package in a temporary folder; the tests run there until the first that
fails. They are found in the syntax tree, so they go on fitting while the core changes:

========  ==============================================================================================
gate      an entry of a table of functions (`GATES`) is deleted
reason    an ``if`` that only returns, breaks or continues is deleted
flip      a comparison is turned round (``<`` is ``>=``)
term      a term of a sum is dropped, or a factor, or one side of an ``and`` or ``or``
limit     a setting is twice, or half, of what it is
========  ===============================================================================================

Mutants that run for ever count as caught. Ends with 1 if less than `GOAL` of them are caught.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
CORE = "sensorcoach/kneedrop"
FILES = (
    "calibration/evidence.py",
    "calibration/excursions.py",
    "calibration/gates.py",
    "calibration/lateral.py",
    "calibration/rests.py",
    "calibration/search.py",
    "calibration/slips.py",
    "calibration/stored.py",
    "calibration/track.py",
    "calibration/calibration.py",
    "centre.py",
    "dating.py",
    "phases.py",
    "rejection.py",
    "segmentation.py",
)
GOAL = 0.90
_ALWAYS = ("gate", "reason")
"""Kinds of which none is left to the sample, in `_ALWAYS_IN`."""
_ALWAYS_IN = ("calibration/gates.py", "rejection.py")
_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_SETTINGS = {"settings", "phases", "calibration", "s", "_settings", "_phases", "_calibration", "limits", "signal"}


@dataclass(frozen=True)
class Mutation:
    """``source``: the file with it; ``said``: what it is, for people."""

    file: str
    line: int
    kind: str
    said: str
    source: str


def mutations(file: str) -> Iterator[Mutation]:
    """All of one file, in order of its lines."""
    source = (PROJECT / CORE / file).read_text(encoding="utf-8")
    tree = ast.parse(source)
    types = {id(part) for node in ast.walk(tree) for part in _type_of(node)}
    for node in [node for node in ast.walk(tree) if id(node) not in types]:
        for kind, said, change, undo in _changes(tree, node):
            change()
            yield Mutation(file, getattr(node, "lineno", 0), kind, said, ast.unparse(tree))
            undo()


def _type_of(node: ast.AST) -> Iterator[ast.AST]:
    """What an annotation is made of: it does nothing when it runs."""
    for name in ("annotation", "returns"):
        said = getattr(node, name, None)
        if isinstance(said, ast.AST):
            yield from ast.walk(said)


Change = tuple[str, str, Callable[[], object], Callable[[], object]]


def _changes(tree: ast.AST, node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Dict) and len(node.keys) > 3 and all(isinstance(v, ast.Name) for v in node.values):
        yield from _deleted_entries(node)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _OPPOSITE:
        yield from _replaced("flip", node, "ops", [_OPPOSITE[type(node.ops[0])]()], ast.unparse(node))
    elif isinstance(node, ast.BoolOp):
        for number, value in enumerate(node.values):
            rest = node.values[:number] + node.values[number + 1 :]
            yield from _replaced("term", node, "values", rest, f"without: {ast.unparse(value)}")
    elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub, ast.Mult, ast.BitAnd, ast.BitOr)):
        yield from _dropped_term(node)
    elif isinstance(node, (ast.FunctionDef, ast.For, ast.While, ast.If)):
        yield from _deleted_ifs(node)
    for name, child in ast.iter_fields(node):
        if _is_setting(child):
            yield from _scaled(node, name, child)
        elif isinstance(child, list):
            for number, one in enumerate(child):
                if _is_setting(one):
                    yield from _scaled(child, number, one)


def _deleted_entries(table: ast.Dict) -> Iterator[Change]:
    keys, values = table.keys, table.values
    for number, key in enumerate(keys):

        def change(number: int = number) -> None:
            table.keys = keys[:number] + keys[number + 1 :]
            table.values = values[:number] + values[number + 1 :]

        def undo() -> None:
            table.keys, table.values = keys, values

        yield "gate", f"without {ast.unparse(key) if key else '**'}", change, undo


def _replaced(kind: str, node: ast.AST, field: str, new: object, said: str) -> Iterator[Change]:
    old = getattr(node, field)
    yield kind, said, lambda: setattr(node, field, new), lambda: setattr(node, field, old)


def _dropped_term(node: ast.BinOp) -> Iterator[Change]:
    """The right operand goes, as far as that can be written: ``a + b`` is ``a + 0``, ``a * b`` is ``a * 1``."""
    neutral: ast.expr
    if isinstance(node.right, ast.Constant) and node.right.value == 1:  # a sample more or less: no angle shows it
        return
    if isinstance(node.op, (ast.Add, ast.Sub)):
        neutral = ast.Constant(0)
    elif isinstance(node.op, ast.Mult):
        neutral = ast.Constant(1)
    else:
        neutral = node.left
    yield from _replaced("term", node, "right", neutral, f"without: {ast.unparse(node.right)}")


def _deleted_ifs(block: ast.AST) -> Iterator[Change]:
    """One that leaves the function or the loop, and has no other branch."""
    for field in ("body", "orelse"):
        statements = getattr(block, field, [])
        for number, one in enumerate(statements):
            leaves = isinstance(one, ast.If) and not one.orelse and isinstance(one.body[-1], _LEAVING)
            if leaves and len(one.body) == 1 and len(statements) > 1:
                rest = statements[:number] + statements[number + 1 :]
                yield from _replaced("reason", block, field, rest, f"without: if {ast.unparse(one.test)}")


_LEAVING = (ast.Return, ast.Continue, ast.Break)


def _is_setting(node: object) -> bool:
    """``settings.x``, ``self._phases.x``, ``settings.calibration.x``, where x is a number by its name."""
    if not isinstance(node, ast.Attribute) or node.attr in _SETTINGS or not isinstance(node.ctx, ast.Load):
        return False
    if node.attr in ("signal", "phases", "calibration", "limits", "pieces", "centre", "lateral", "opposite"):
        return False
    owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
    known = node.attr.rsplit("_", 1)[-1] in {"s", "deg", "dps", "g", "share", "fraction", "weight", "cost", "enough"}
    return owner in _SETTINGS and known


def _scaled(owner: object, place: str | int, setting: ast.expr) -> Iterator[Change]:
    for factor in (2.0, 0.5):
        scaled = ast.BinOp(ast.Constant(factor), ast.Mult(), setting)

        def put(value: ast.expr) -> None:
            if isinstance(owner, list):
                owner[place] = value  # type: ignore[index]
            else:
                setattr(owner, str(place), value)

        said = f"{factor:g} x {ast.unparse(setting)}"
        yield "limit", said, lambda scaled=scaled, put=put: put(scaled), lambda put=put: put(setting)  # type: ignore[misc]


def chosen(everything: list[Mutation], most: int, seed: int) -> list[Mutation]:
    """Every gate and every reason, and as many of the rest as make ``most``, spread evenly over the kinds."""
    always = [one for one in everything if one.kind in _ALWAYS and one.file in _ALWAYS_IN]
    others = [one for one in everything if one not in always]
    random.Random(seed).shuffle(others)
    kinds = sorted({one.kind for one in others})
    queues = {kind: [one for one in others if one.kind == kind] for kind in kinds}
    picked: list[Mutation] = []
    while len(always) + len(picked) < most and any(queues.values()):
        picked += [queue.pop() for queue in queues.values() if queue]
    return sorted([*always, *picked][: max(most, len(always))], key=lambda one: (one.file, one.line, one.said))


class Copy:
    """The package and these tests, where they may be spoilt."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        leave = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PROJECT / "sensorcoach", folder / "sensorcoach", ignore=leave)
        shutil.copytree(PROJECT / "tests/kneedrop", folder / "tests/kneedrop", ignore=leave)
        for name in ("pyproject.toml", "tests/__init__.py", "tests/conftest.py"):
            shutil.copy(PROJECT / name, folder / name)

    def passes(self, longest_s: float) -> bool:
        """Whether the tests pass as it is now."""
        command = [sys.executable, "-m", "pytest", "tests/kneedrop", "-x", "-q", "-n", "0", "--no-header", "--tb=no"]
        environment = os.environ | {"PYTHONPATH": str(self._folder), "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            done = subprocess.run(
                command, cwd=self._folder, env=environment, capture_output=True, timeout=longest_s, check=False
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0

    def is_what_runs(self) -> bool:
        """The copy is imported, not the project: what cannot be imported fails."""
        target = self._folder / CORE / "__init__.py"
        source = target.read_text(encoding="utf-8")
        target.write_text(source + "\nraise RuntimeError\n", encoding="utf-8")
        passed = self.passes(300.0)
        target.write_text(source, encoding="utf-8")
        return not passed

    def catches(self, one: Mutation, longest_s: float) -> bool:
        """Whether a test fails with it."""
        target = self._folder / CORE / one.file
        source = target.read_text(encoding="utf-8")
        target.write_text(one.source, encoding="utf-8")
        try:
            return not self.passes(longest_s)
        finally:
            target.write_text(source, encoding="utf-8")


def main() -> int:
    asked = _asked()
    files = [file for file in FILES if asked.only in file and (PROJECT / CORE / file).exists()]
    everything = [one for file in files for one in mutations(file)]
    picked = chosen(everything, asked.most, asked.seed)
    print(f"{len(picked)} of {len(everything)} mutations")
    if asked.list:
        for one in picked:
            print(f"{one.kind:7}{one.file}:{one.line}  {one.said}")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        return _run(Copy(Path(folder)), picked)


def _run(copy: Copy, picked: list[Mutation]) -> int:
    began_s = time.monotonic()
    if not copy.passes(600.0) or not copy.is_what_runs():
        print("the tests must pass on the core as it is, and fail on one that cannot be imported")
        return 2
    longest_s = 30.0 + 3.0 * (time.monotonic() - began_s)
    caught = 0
    for one in picked:
        found = copy.catches(one, longest_s)
        caught += found
        print(f"{'caught' if found else 'MISSED':8}{one.kind:7}{one.file}:{one.line}  {one.said}", flush=True)
    share = caught / max(len(picked), 1)
    print(f"{caught} of {len(picked)} caught, {share:.0%} (goal {GOAL:.0%}), {time.monotonic() - began_s:.0f} s")
    return 0 if share >= GOAL else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.kneedrop.mutations")
    parser.add_argument("--most", type=int, default=90, help="how many mutations (90)")
    parser.add_argument("--seed", type=int, default=12, help="which sample of them (12)")
    parser.add_argument("--only", default="", help="files with this in their name")
    parser.add_argument("--list", action="store_true", help="say which, run nothing")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
