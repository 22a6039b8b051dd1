"""What people do with the library: results, arrays, data frames."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sensorcoach import Analysis, Arrays, analyze
from sensorcoach.errors import SettingsError
from sensorcoach.model import Result
from sensorcoach.output.json_ import as_json

MIXED = Path(__file__).parents[2] / "recordings" / "mixed.jsonl.gz"
UP_LEG = {"up_leg": "-y"}


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyze(MIXED)


def test_arrays_of_a_file_give_its_repetitions(analysis: Analysis) -> None:
    signals = analysis.signals
    mounting = analysis.sensor["mounting"]
    again = analyze(Arrays(signals.t_s, signals.acc_sensor, signals.gyr_sensor), mounting=mounting)  # type: ignore[arg-type]
    assert again.reps == analysis.reps
    assert np.array_equal(again.signals.acc_sensor, signals.acc_sensor)


def test_the_curves_reach_the_range_of_each_rep(analysis: Analysis) -> None:
    trace = analysis.signals.trace
    for rep in analysis.reps:
        held = (trace.t_s >= rep.drop_end_s) & (trace.t_s < rep.return_start_s)
        assert np.median(np.abs(trace.roll_deg[held])) == pytest.approx(rep.range_deg, abs=3.0)
        assert (np.sign(np.median(trace.roll_deg[held])) > 0) == (rep.direction > 0)


def test_an_accelerometer_alone_has_no_turning_rate(analysis: Analysis) -> None:
    signals = analysis.signals
    assert analyze(Arrays(signals.t_s, signals.acc_sensor), mounting=UP_LEG).signals.gyr_sensor is None


def test_a_data_frame_has_a_row_a_rep(analysis: Analysis) -> None:
    frame = analysis.to_dataframe()
    assert isinstance(frame, pd.DataFrame)
    assert frame["range_deg"].tolist() == [rep.range_deg for rep in analysis.reps]
    assert "too_fast:warn" in frame["warnings"][1]


def test_warnings_come_with_their_rep(analysis: Analysis) -> None:
    assert (3, "short_hold") in [(index, warning.code) for index, warning in analysis.warnings]


def test_a_session_without_repetitions_has_the_same_columns() -> None:
    t_s = np.arange(1000) / 100.0
    still = analyze(Arrays(t_s, np.tile([0.0, 0.0, 9.81], (1000, 1))))
    assert still.to_dataframe().empty
    assert "hold_s" in still.to_dataframe().columns


def test_as_json_it_is_the_result(analysis: Analysis) -> None:
    result = Result(**{name: getattr(analysis, name) for name in Result.__struct_fields__})
    assert as_json(analysis) == as_json(result)


def test_missing_pandas_is_named(analysis: Analysis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(SettingsError, match=r"sensorcoach\[frames\]"):
        analysis.to_dataframe()
