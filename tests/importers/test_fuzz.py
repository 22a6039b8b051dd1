"""A short run of the job in `fuzz`: `.venv/bin/python tests/importers/fuzz.py --inputs 100000`."""

import pytest
from fuzz import run


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_no_mutated_input_makes_another_error_or_takes_much_memory():
    told = []
    assert run(2000, seed=1, say=told.append) == 0, told
