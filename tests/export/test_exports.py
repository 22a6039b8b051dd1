"""Every export is read back by a reader that is not ours; the truth is the recording it was made from."""

import csv
import json
from pathlib import Path

import jsonschema
import numpy as np
import pyarrow.parquet as pq
import pytest
from mcap.reader import make_reader
from motionbids import Channel, MotionData, validate_motion_data

from sensorcoach import analyze
from sensorcoach.app import export_session
from sensorcoach.choices import Choices
from sensorcoach.errors import RecordingError, SettingsError
from sensorcoach.export import FORMATS
from sensorcoach.model import Result

RECORDINGS = Path(__file__).parents[2] / "recordings"
MIXED = RECORDINGS / "mixed.jsonl.gz"


@pytest.fixture(scope="module")
def result() -> Result:
    """Of `MIXED`."""
    return analyze(MIXED)


@pytest.fixture
def table(tmp_path: Path) -> tuple[Path, np.ndarray]:
    """A file of somebody else's, and its numbers: time in s, g, and degrees a second."""
    rng = np.random.default_rng(5)
    t_s = 100.0 + np.arange(900) / 100.0
    acc_g = np.column_stack([0.1 * rng.standard_normal((900, 2)), 1.0 + 0.1 * rng.standard_normal(900)]).round(4)
    gyr_dps = rng.standard_normal((900, 3)).round(3)
    rows = np.column_stack([t_s.round(3), acc_g, gyr_dps])
    path = tmp_path / "mine.csv"
    np.savetxt(path, rows, delimiter=",", header="t_s,ax_g,ay_g,az_g,gx_dps,gy_dps,gz_dps", comments="", fmt="%.4f")
    return path, rows


def made(file: Path, to: str, folder: Path) -> list[Path]:
    return export_session([file], Choices(), to, folder)


def test_csv_goes_back_to_the_same_repetitions(result: Result, tmp_path: Path) -> None:
    samples, reps = made(MIXED, "csv", tmp_path)
    assert result.summary.reps > 0
    assert analyze(samples, mounting=result.sensor["mounting"]).reps == result.reps  # type: ignore[arg-type]
    with reps.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["range_deg"]) for row in rows] == [rep.range_deg for rep in result.reps]
    assert rows[1]["warnings"].split()[0].partition(":")[2] in ("note", "warn", "severe")


def test_parquet_holds_the_numbers_of_the_file_in_si(tmp_path: Path, table: tuple[Path, np.ndarray]) -> None:
    path, rows = table
    samples = pq.read_table(made(path, "parquet", tmp_path)[0])
    assert samples.num_rows == len(rows)
    for column, expected, unit in (
        ("t_s", rows[:, 0] - rows[0, 0], "s"),
        ("ax_mps2", rows[:, 1] * 9.80665, "m/s^2"),
        ("az_mps2", rows[:, 3] * 9.80665, "m/s^2"),
        ("gy_radps", np.radians(rows[:, 5]), "rad/s"),
    ):
        values = samples[column].to_numpy()
        if column == "t_s":
            values = values - values[0]
        assert np.allclose(values, expected, rtol=0, atol=1e-9), column
        assert samples.schema.field(column).metadata[b"unit"].decode() == unit


def test_parquet_of_repetitions_keeps_types_and_warnings(result: Result, tmp_path: Path) -> None:
    reps = pq.read_table(made(MIXED, "parquet", tmp_path)[1])
    assert reps["hold_s"].to_pylist() == [rep.hold_s for rep in result.reps]
    assert [[w["code"] for w in told] for told in reps["warnings"].to_pylist()] == [
        [w.code for w in rep.warnings] for rep in result.reps
    ]
    assert reps.schema.field("range_deg").metadata == {b"unit": b"deg"}
    about = json.loads(reps.schema.metadata[b"sensorcoach"])
    assert about["sensor"]["simulated"] is True


def test_mcap_opens_with_its_reader_and_holds_what_its_schemas_say(result: Result, tmp_path: Path) -> None:
    (path,) = made(MIXED, "mcap", tmp_path)
    counts: dict[str, int] = {}
    instants: list[int] = []
    with path.open("rb") as file:
        for schema, channel, message in make_reader(file).iter_messages():
            assert schema is not None
            content = json.loads(message.data)
            counts[channel.topic] = counts.get(channel.topic, 0) + 1
            instants.append(message.log_time)
            if counts[channel.topic] == 1:  # one of each kind
                jsonschema.validate(content, json.loads(schema.data))
    assert counts["/imu"] == result.samples
    assert counts["/rep"] == len(result.reps)
    assert counts["/phase"] == 4 * len(result.reps)
    assert counts["/warning"] == sum(len(rep.warnings) for rep in result.reps)
    assert instants == sorted(instants)


def read_bids(root: Path) -> MotionData:
    """As a stranger reads it: by the names of the files and what stands in them."""
    (motion,) = root.glob("sub-*/motion/*_motion.tsv")
    entities = dict(part.split("-", 1) for part in motion.name.split("_")[:-1])
    about = json.loads(motion.with_suffix(".json").read_text())
    with motion.with_name(motion.name.replace("_motion.tsv", "_channels.tsv")).open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    channels = [
        Channel(
            channel_name=row["name"],
            channel_component=row["component"],
            channel_type=row["type"],
            channel_tracked_point=row["tracked_point"],
            channel_units=row["units"],
        )
        for row in rows
    ]
    return MotionData(
        subject=entities["sub"],
        task_name=about["TaskName"],
        tracksys=entities["tracksys"],
        sampling_frequency=about["SamplingFrequency"],
        tracked_points_count=about["TrackedPointsCount"],
        motion_channel_count=about["MotionChannelCount"],
        recording_duration=about["RecordingDuration"],
        recording_type=about["RecordingType"],
        manufacturer=about["Manufacturer"],
        manufacturers_model_name=about["ManufacturersModelName"],
        software_versions=about["SoftwareVersions"],
        data=np.loadtxt(motion, delimiter="\t"),
        channels=channels,
    )


def test_motion_bids_is_valid_for_its_own_package(tmp_path: Path, table: tuple[Path, np.ndarray]) -> None:
    path, rows = table
    motion = read_bids(made(path, "motion-bids", tmp_path)[0])
    assert validate_motion_data(motion, strict=True)
    assert motion.data.shape == (len(rows), len(motion.channels))
    assert np.allclose(motion.data[:, 0], rows[:, 0] - rows[0, 0], rtol=0, atol=1e-9)
    assert np.allclose(motion.data[:, 3], rows[:, 3] * 9.80665)


def test_motion_bids_tells_the_phases_as_events(result: Result, tmp_path: Path) -> None:
    (root,) = made(MIXED, "motion-bids", tmp_path)
    (events,) = root.glob("sub-*/motion/*_events.tsv")
    with events.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert [row["trial_type"] for row in rows] == ["drop", "hold", "return"] * len(result.reps)
    held_s = [float(row["duration"]) for row in rows if row["trial_type"] == "hold"]
    assert held_s == pytest.approx([rep.hold_s for rep in result.reps])


@pytest.mark.parametrize("to", FORMATS)
def test_nothing_is_written_over(to: str, table: tuple[Path, np.ndarray], tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = made(table[0], to, out)
    with pytest.raises(RecordingError, match="exists already"):
        made(table[0], to, out)
    assert sorted(out.iterdir()) == sorted(first)


def test_a_missing_library_is_named_with_its_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sensorcoach.export.find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"sensorcoach\[export\]"):
        made(MIXED, "mcap", tmp_path)
    assert not list(tmp_path.iterdir())


def test_names_from_files_make_no_paths(tmp_path: Path) -> None:
    session = tmp_path / "a b;$(x).jsonl.gz"
    session.write_bytes(MIXED.read_bytes())
    (path,) = made(session, "mcap", tmp_path / "out")
    assert path.parent == tmp_path / "out"
    assert path.name == "a-b-x.mcap"


@pytest.mark.parametrize("to", ["csv", "motion-bids"])
def test_what_is_exported_is_for_its_owner_only(to: str, tmp_path: Path) -> None:
    for made in export_session([RECORDINGS / "mixed.jsonl.gz"], Choices(), to, tmp_path):
        for one in (made, *made.rglob("*")):
            assert one.stat().st_mode & 0o077 == 0
