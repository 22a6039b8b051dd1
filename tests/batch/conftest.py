from pathlib import Path

import pytest

RECORDINGS = Path(__file__).parents[2] / "recordings"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two sessions, a third below them, one damaged file, and what is no recording."""
    place = tmp_path / "study"
    (place / "day 2").mkdir(parents=True)
    for name, target in (("mixed", "a.jsonl.gz"), ("thumps", "b.jsonl.gz"), ("short_holds", "day 2/c.jsonl.gz")):
        (place / target).write_bytes((RECORDINGS / f"{name}.jsonl.gz").read_bytes())
    (place / "bad.csv").write_text("t_s,ax_g\n1,2\n")
    (place / "notes.md").write_text("nothing")
    (place / "truth.json").write_text('{"reps": []}')
    return place
