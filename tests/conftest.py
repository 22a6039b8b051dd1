"""What all tests share: real recordings beside the checkout, and Hypothesis without a clock or a folder of its own."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

sys.modules["miniaudio"] = sys.modules["pyttsx3"] = None  # type: ignore[assignment]  # no test is heard

settings.register_profile("sensorcoach", deadline=None, database=None, derandomize=True)
settings.load_profile("sensorcoach")


@pytest.fixture
def shared_data() -> Callable[[str], Path]:
    """``shared_data("mex/01_act_1.csv")``: a real recording; the test is skipped, saying so, where it is absent."""

    def find(name: str) -> Path:
        path = SHARED_DATA / name
        if not path.exists():
            pytest.skip(f"real recording ../shared/data/{name} is not here")
        return path

    return find
