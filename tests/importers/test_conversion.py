"""Any recording as a session file of our own: sample by sample the same, and nothing half-written left behind."""

import numpy as np
import pytest
from app_files import acc_at, gyr_at, in_folder, phyphox, table, times, walked

from sensorcoach import analyze
from sensorcoach.errors import InputError, RecordingError
from sensorcoach.importers import open_recording, write_session
from sensorcoach.recording import read_session


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_a_converted_recording_is_the_same_recording(tmp_path, name):
    folder = in_folder(tmp_path / "run", phyphox(times(100, 40), times(104, 40)))
    write_session(open_recording(folder), tmp_path / name)
    original, converted = open_recording(folder), open_recording(tmp_path / name)
    np.testing.assert_array_equal(walked(converted), walked(original))
    assert converted.start == original.start
    assert converted.sensor["label"] == "run"
    assert not converted.simulated
    one, other = analyze(folder), analyze(tmp_path / name)
    assert [rep.range_deg for rep in one.reps] == [rep.range_deg for rep in other.reps]
    assert len(one.reps) >= 4


def test_our_own_session_keeps_all_it_has(tmp_path):
    lines = [
        '{"sensorcoach":1,"profile":"samples","sensor":"knee","device":{"acc_range_mps2":20.0},'
        '"mounting":{"segment":"thigh","leg":"left"},"start":"2026-03-01T09:30:00+01:00","settings":{},"simulated":true}',
        '{"t":0.5,"ch":"acc","hex":"' + np.arange(4.0).tobytes().hex() + '"}',
        '{"t":1.0,"link":"stalled","detail":"no data"}',
        '{"t":2.0,"do":"mark","value":"knee clicked"}',
    ]
    (tmp_path / "a").write_text("\n".join(lines) + "\n")
    write_session(open_recording(tmp_path / "a"), tmp_path / "b")
    one, other = read_session(tmp_path / "a"), read_session(tmp_path / "b")
    assert one.header == other.header
    assert list(one.items) == list(other.items)


def test_a_file_that_exists_is_never_overwritten(tmp_path):
    folder = in_folder(tmp_path / "run", phyphox(times(100), None))
    (tmp_path / "a").write_text("mine")
    with pytest.raises(RecordingError, match="exists already"):
        write_session(open_recording(folder), tmp_path / "a")
    assert (tmp_path / "a").read_text() == "mine"


def test_a_recording_that_turns_out_unusable_leaves_no_file(tmp_path):
    t_s = times(100, 250)
    t_s[-100:] -= 5.005
    header = "t_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps"
    (tmp_path / "a.csv").write_text(table(header, t_s, *acc_at(t_s).T, *gyr_at(t_s).T))
    recording = open_recording(tmp_path / "a.csv")
    with pytest.raises(InputError, match="goes back"):
        write_session(recording, tmp_path / "b")
    assert not (tmp_path / "b").exists()
