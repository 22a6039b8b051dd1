"""The layering of design.md, read out of the source: a room imports downward only."""

import ast
from pathlib import Path

import pytest

import sensorcoach

PACKAGE = Path(sensorcoach.__file__).parent

FLOORS = [
    {"__init__", "model", "errors", "axes", "folders", "logfile", "outfile", "failures"}
    | {"settings", "settings_check", "preferences", "choices"},
    {"devices", "dsp", "simulator"},
    {"recording", "kneedrop"},
    {"importers"},
    {"sources"},
    {"pipeline", "coach", "guide"},
    {"alternatives", "joining", "outcome", "output"},
    {"analysis", "session"},
    {"signals"},
    {"library"},
    {"batch", "logbook", "voice", "report", "export", "doctor", "awake"},
    {"app"},
    {"tui"},
    {"cli"},
    {"__main__"},
]
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
GUESTS = {"textual": "tui", "bleak": "sources/ble.py"}

FILES = sorted(PACKAGE.rglob("*.py"))


def place(file: Path) -> str:
    return file.relative_to(PACKAGE).as_posix()


def room(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_modules(file: Path) -> set[str]:
    """Names of all modules a file imports at run time, also inside functions; typing-only ones are left out."""
    names: set[str] = set()
    todo: list[ast.AST] = [ast.parse(file.read_text(encoding="utf-8"))]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{place(file)}: write imports in full"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        todo += ast.iter_child_nodes(node)
    return names


def rooms_imported(file: Path) -> set[str]:
    parts = [name.split(".") for name in imported_modules(file)]
    inner = {p[1] for p in parts if p[0] == "sensorcoach" and len(p) > 1}
    return {name if (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").exists() else "__init__" for name in inner}


@pytest.mark.parametrize("file", FILES, ids=place)
def test_a_room_imports_downward_only(file: Path) -> None:
    if place(file) == "__init__.py":
        return  # the front door: names `analyze`, and loads it only when asked
    own = room(file)
    upward = {other for other in rooms_imported(file) if other != own and FLOOR_OF[other] >= FLOOR_OF[own] > 0}
    assert not upward, f"{place(file)} reaches up or sideways to {sorted(upward)}"


@pytest.mark.parametrize("guest", GUESTS)
def test_the_screen_and_the_radio_have_one_door_each(guest: str) -> None:
    users = {place(file) for file in FILES if any(name.split(".")[0] == guest for name in imported_modules(file))}
    assert {user for user in users if not user.startswith(GUESTS[guest])} == set()


def test_every_room_stands_on_a_floor() -> None:
    assert {room(file) for file in FILES} <= set(FLOOR_OF)


def test_the_check_can_fail(tmp_path: Path) -> None:
    file = tmp_path / "low.py"
    file.write_text("def f():\n    from sensorcoach import cli\n    import textual.app\n")
    assert imported_modules(file) == {"sensorcoach.cli", "textual.app"}
    assert rooms_imported(file) == {"cli"}
