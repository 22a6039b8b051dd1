"""What `export` writes is read back: the same samples, the same repetitions."""

import numpy as np
import pytest
from app_files import walked
from layouts import ACC, GYR, SIDES, T_S, WORN, lines

from sensorcoach import analyze
from sensorcoach.app import export_session
from sensorcoach.choices import Choices
from sensorcoach.errors import InputError
from sensorcoach.importers import grouped, open_recording


@pytest.fixture(scope="module")
def session_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("own") / "a.csv"
    path.write_text(lines("t_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps", T_S, *ACC.T, *GYR.T))
    return path


@pytest.mark.parametrize("to", ["csv", "parquet", "mcap", "motion-bids"])
def test_an_export_is_a_recording(tmp_path, session_file, to):
    if to in ("parquet", "mcap"):
        pytest.importorskip({"parquet": "pyarrow", "mcap": "mcap"}[to])
    export_session([session_file], Choices(mounting=WORN), to, tmp_path)
    found = [path for path in tmp_path.iterdir() if ".reps." not in path.name]
    assert len(found) == 1
    rows = walked(open_recording(found[0]))
    before = walked(open_recording(session_file))
    np.testing.assert_allclose(rows, before, atol=1e-9)
    result = analyze(found[0], mounting=WORN)
    assert [rep.side for rep in result.reps] == SIDES


def test_a_damaged_export_is_refused(tmp_path, session_file):
    for to in ("parquet", "mcap"):
        pytest.importorskip({"parquet": "pyarrow", "mcap": "mcap"}[to])
        export_session([session_file], Choices(), to, tmp_path)
    for path in [*tmp_path.glob("*.samples.parquet"), *tmp_path.glob("*.mcap")]:
        data = path.read_bytes()
        for number, damaged in enumerate((data[:200], data[: len(data) // 2], data[:99] + bytes(400) + data[499:])):
            (tmp_path / f"{number}").write_bytes(damaged)
            with pytest.raises(InputError) as caught:
                walked(open_recording(tmp_path / f"{number}"))
            assert caught.value.advice.endswith(".")


def test_loose_halves_of_one_recording_are_grouped(tmp_path):
    made = {}
    for name in ("left_knee", "chest"):
        made[name] = [tmp_path / f"{name}_acc.csv", tmp_path / f"{name}_gyro.csv"]
        made[name][0].write_text(lines("time,x,y,z", T_S, *ACC.T))
        made[name][1].write_text(lines("time,x,y,z", T_S, *GYR.T))
    (tmp_path / "run1.csv").write_text(lines("time,ax,ay,az", T_S, *ACC.T))
    files = [*made["left_knee"], *made["chest"], tmp_path / "run1.csv"]
    assert grouped(files) == [made["left_knee"], made["chest"], [tmp_path / "run1.csv"]]
    assert [rep.side for rep in analyze(made["chest"], mounting=WORN).reps] == SIDES
