"""The README's pictures of the screen are today's, and small."""

from pathlib import Path

import pytest

from recordings.picture import SCREENS

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", SCREENS)
def test_a_picture_is_todays(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    kept = (ROOT / name).read_text(encoding="utf-8")
    assert len(kept) < 200_000
    assert "@font-face" not in kept  # nothing comes from the network
    assert SCREENS[name]() == kept, "run python -m recordings.picture"
