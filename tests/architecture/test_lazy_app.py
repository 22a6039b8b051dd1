"""`sensorcoach.app` offers its names without loading what they need: the first frame does not wait for scipy."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from sensorcoach import app


@pytest.mark.parametrize("name", app.__all__)
def test_every_name_offered_is_there(name: str) -> None:
    assert getattr(app, name) is not None


def test_every_name_has_one_holder() -> None:
    assert sorted(app._MODULE_OF) == sorted(app.__all__)


def test_no_name_is_hidden_by_a_module() -> None:
    modules = {file.stem for file in Path(app.__path__[0]).glob("*.py")}
    assert modules & set(app.__all__) == set()


def test_an_unknown_name_is_none() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        import_module("sensorcoach.app").no_such_name  # noqa: B018


def test_asking_for_the_room_loads_no_science() -> None:
    statement = "import sys, sensorcoach.app; assert not {'scipy', 'vqf', 'bleak', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", statement], check=True)
