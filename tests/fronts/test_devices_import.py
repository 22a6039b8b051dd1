"""`devices` and `import`, and what `analyze` and `replay` make of files that belong together: from the words typed to
stdout, stderr, exit code and the file left behind."""

import json
import re
import stat
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from legs import G, rows, write_csv
from typer.testing import CliRunner, Result

from sensorcoach import analyze
from sensorcoach.app import live_plan
from sensorcoach.choices import Choices
from sensorcoach.cli import app
from sensorcoach.devices import PluginProblem, radio_profiles
from sensorcoach.devices.profile import About
from sensorcoach.folders import Folders
from sensorcoach.output.json_ import json_schema
from sensorcoach.recording import SessionWriter, read_session

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads(json_schema())
EPOCH_MS = 1_772_354_096_000
ROLLED_BY_DEG = 45.0


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def metamotion(folder: Path, name: str, sides: str = "lr", begins_ms: int = EPOCH_MS) -> tuple[Path, Path]:
    """The two files of MetaBase: acceleration in g, turning rate in °/s, their clocks begun 30 ms apart."""
    table = rows(sides)
    parts = []
    for what, columns, scale, unit, late_ms in (
        ("Accelerometer", slice(1, 4), 1 / G, "g", 0),
        ("Gyroscope", slice(4, 7), np.degrees(1.0), "deg/s", 30),
    ):
        lines = [f"epoch (ms),time (01:00),elapsed (s),x-axis ({unit}),y-axis ({unit}),z-axis ({unit})"]
        for t_s, values in zip(table[:, 0], table[:, columns] * scale, strict=True):
            ms = begins_ms + round(t_s * 1000) + late_ms
            lines.append(f"{ms},2026-03-01T09:34:56.000,{t_s:.3f},{','.join(f'{value:.4f}' for value in values)}")
        part = folder / f"{name}_{what}.csv"
        part.write_text("\n".join(lines) + "\n")
        parts.append(part)
    return parts[0], parts[1]


def phyphox(folder: Path) -> Path:
    """The folder that phyphox' zip unpacks to."""
    table = rows("lrl")
    folder.mkdir()
    for what, columns, unit in (("Acc", slice(1, 4), "m/s^2"), ("Gyr", slice(4, 7), "rad/s")):
        head = ",".join(f'"{name}"' for name in ("Time (s)", *(f"{what} {axis} ({unit})" for axis in "xyz")))
        name = {"Acc": "Accelerometer", "Gyr": "Gyroscope"}[what]
        np.savetxt(folder / f"{name}.csv", table[:, [0, *range(columns.start, columns.stop)]], "%.7E", ",", header=head,
                   comments="")  # fmt: skip
    return folder


# --- devices ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration folder of one's own."""
    monkeypatch.setattr("sensorcoach.app.known.folders", lambda: Folders(tmp_path, tmp_path, tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


@pytest.mark.usefixtures("home")
def test_every_profile_is_listed_with_what_it_says_of_itself() -> None:
    told = json.loads(run("devices", "--json").stdout)
    profiles = radio_profiles()
    assert [one["profile"] for one in told] == [profile.name for profile in profiles]
    for one, profile in zip(told, profiles, strict=True):
        about = profile.about
        assert (one["sensor"], one["needs"], one["rate_hz"]) == (about.sensor, about.needs, about.rate_hz)
        assert one["lost"] == ("counted" if profile.counts_loss else "estimated")
        assert (one["evidence"], one["run_on_hardware"]) == (about.evidence, "never")


@pytest.mark.usefixtures("home")
def test_the_table_fits_80_columns_and_holds_what_the_json_holds() -> None:
    done = run("devices")
    table = done.stdout
    assert done.exit_code == 0
    assert max(map(len, table.splitlines())) <= 80
    words = " ".join(table.split())
    for one in json.loads(run("devices", "--json").stdout):
        (row,) = re.findall(rf"^{one['profile']} .*$", table, re.MULTILINE)
        assert row.split()[1:3] == [f"{one['rate_hz']:.0f}", one["lost"]]
        assert one["evidence"] in row
        assert row.endswith("never")
        assert one["sensor"] in words
        assert one["needs"] in words
    assert "a landing is told up to 2 s late" in words  # Polar's


def test_a_sensor_described_by_its_owner_is_listed_first(home: Path) -> None:
    (home / "sensors").mkdir()
    example = (ROOT / "firmware_notes" / "generic-esp32.toml").read_text()
    (home / "sensors" / "mine.toml").write_text(example)
    first = json.loads(run("devices", "--json").stdout)[0]
    assert first["profile"] == "generic-knee-esp32"
    assert (first["rate_hz"], first["evidence"]) == (100.0, "documentation only")


def test_a_wrong_description_is_told_and_stops_no_other_sensor(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sensorcoach.app.live.folders", lambda: Folders(home, home, home))
    (home / "sensors").mkdir()
    example = (ROOT / "firmware_notes" / "generic-esp32.toml").read_text()
    (home / "sensors" / "wrong.toml").write_text(example.replace("rate_hz = 100", "rate_hz = 0"))
    done = run("devices")
    assert done.exit_code == 0
    assert "\nopen " in done.stdout
    assert "wrong.toml: rate_hz" in done.stderr
    assert live_plan(Choices(), record=False).troubles[0] in done.stderr
    asked_for = run("live", "--no-record", "--profile", "generic-knee-esp32")
    assert asked_for.exit_code == 2
    assert "wrong.toml: rate_hz" in asked_for.stderr


def test_the_folder_for_descriptions_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sensorcoach.app.health.folders", lambda: Folders(home, home, home))
    (named,) = re.findall(r"^sensors you described: +(.*)$", run("where").stdout, re.MULTILINE)
    Path(named).mkdir()
    example = ROOT / "firmware_notes" / "generic-uart.toml"
    (Path(named) / "mine.toml").write_text(example.read_text())
    assert json.loads(run("devices", "--json").stdout)[0]["profile"].startswith("generic-")


class Foreign:
    """A profile of another package, with escape codes in its texts, run on hardware by its maker."""

    name = "acme"
    counts_loss = True
    about = About("Acme \x1b[31m tag", "patience " * 30, None, "decoded from captures", "by its maker", 0.1)


def test_a_long_name_has_a_line_for_itself(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = Foreign()
    long.name = "generic-" + 30 * "x"
    monkeypatch.setattr("sensorcoach.app.known.all_radio_profiles", lambda _folder: (long,))
    lines = run("devices").stdout.splitlines()
    assert lines[2] == long.name
    assert lines[3].split()[0] == "own"
    assert max(map(len, lines)) <= 80


def test_profiles_of_other_packages_are_listed_and_their_problems_told(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = PluginProblem("bad", "bad-package 1.0", "ImportError: no \x1b[31m module")
    monkeypatch.setattr("sensorcoach.app.known.all_radio_profiles", lambda _folder: (Foreign(),))
    monkeypatch.setattr("sensorcoach.app.known.plugin_problems", lambda: (broken,))
    done = run("devices")
    assert done.exit_code == 0
    assert "\x1b" not in done.stdout + done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert re.search(r"^acme +own +counted +decoded from captures +see below$", done.stdout, re.MULTILINE)
    assert "run on hardware: by its maker" in done.stdout
    assert "bad of bad-package 1.0 is left out: ImportError" in done.stderr


# --- import -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["session.jsonl", "session.jsonl.gz"])
def test_an_imported_recording_gives_the_same_repetitions(name: str, tmp_path: Path) -> None:
    folder, out = phyphox(tmp_path / "run"), tmp_path / name
    done = run("import", folder, "-o", out, "--leg", "left", "--up-leg", "x")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.splitlines()[0] == f"{folder}: 0:38 min, 100 Hz, acceleration and turning rate."
    assert re.search(r"^Accelerometer .* and gyroscope .* are put on the times", done.stdout, re.MULTILINE)
    assert done.stdout.splitlines()[-1].startswith(f"Written: {out} (")
    if name.endswith("jsonl"):
        assert stat.S_IMODE(out.stat().st_mode) & 0o077 == 0
    there = analyze(folder, mounting={"leg": "left", "up_leg": "x"})
    here = json.loads(run("analyze", out, "--json").stdout)
    jsonschema.validate(here, SCHEMA)
    assert [rep["side"] for rep in here["reps"]] == ["left", "right", "left"]
    assert [rep["range_deg"] for rep in here["reps"]] == [rep.range_deg for rep in there.reps]
    assert [rep["range_deg"] for rep in here["reps"]] == pytest.approx([ROLLED_BY_DEG] * 3, abs=2.0)
    assert here["sensor"]["mounting"] == here["sensor"]["mounting"] | {"leg": "left", "up_leg": "x"}


def test_what_was_not_told_stays_open(tmp_path: Path) -> None:
    assert run("import", write_csv(tmp_path / "a.csv", rows("lr")), "-o", tmp_path / "s.jsonl").exit_code == 0
    assert read_session(tmp_path / "s.jsonl").header.mounting is None


def test_two_files_that_belong_together_become_one_session(tmp_path: Path) -> None:
    acc, gyr = metamotion(tmp_path, "run")
    done = run("import", acc, gyr, "--out", tmp_path / "s.jsonl")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith(f"{acc} + {gyr}: 0:27 min, 100 Hz, acceleration and turning rate.\n")
    assert read_session(tmp_path / "s.jsonl").header.start == "2026-03-01T08:34:56.030000+00:00"
    assert len(analyze(tmp_path / "s.jsonl").reps) == 2


def test_files_one_after_the_other_become_one_session(tmp_path: Path) -> None:
    table = rows("lrlr")
    cut = len(table) // 2
    late, early = write_csv(tmp_path / "a.csv", table[cut:]), write_csv(tmp_path / "b.csv", table[:cut])
    done = run("import", late, early, "-o", tmp_path / "s.jsonl")
    assert done.stdout.startswith(f"{early} + {late}: ")
    assert len(analyze(tmp_path / "s.jsonl").reps) == 4


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", rows("lr"))
    before = file.read_bytes()
    done = run("import", file, "-o", file)
    assert (done.exit_code, done.stdout) == (3, "")
    assert "exists already" in done.stderr
    assert file.read_bytes() == before


def slow(folder: Path) -> Path:
    return write_csv(folder / "a.csv", rows("lr", rate_hz=12.0))


def without_gravity(folder: Path) -> Path:
    table = rows("lr")
    table[:, 1:4] = 0.05 * (table[:, 1:4] - table[:, 1:4].mean(axis=0))
    return write_csv(folder / "a.csv", table)


def backwards(folder: Path) -> Path:
    table = rows("lr")
    table[-300:, 0] -= 5.005
    return write_csv(folder / "a.csv", table)


def missing(folder: Path) -> Path:
    return folder / "none.csv"


@pytest.mark.parametrize("bad", [slow, without_gravity, backwards, missing])
def test_what_analyze_refuses_is_not_converted(bad, tmp_path: Path) -> None:
    file, out = bad(tmp_path), tmp_path / "s.jsonl"
    done, analysed = run("import", file, "-o", out), run("analyze", file)
    assert (done.exit_code, done.stdout) == (analysed.exit_code, analysed.stdout) == (3, "")
    assert done.stderr.removeprefix("sensorcoach: ") in analysed.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not out.exists()


def test_a_full_disk_leaves_no_half_a_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_writer: SessionWriter, _item: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(SessionWriter, "append", full)
    done = run("import", write_csv(tmp_path / "a.csv", rows("lr")), "-o", tmp_path / "s.jsonl")
    assert (done.exit_code, done.stdout) == (3, "")
    assert "s.jsonl cannot be written: No space left on device." in done.stderr
    assert not (tmp_path / "s.jsonl").exists()


def test_a_folder_that_is_not_there_is_told_before_the_work(tmp_path: Path) -> None:
    done = run("import", tmp_path / "none.csv", "-o", tmp_path / "none" / "s.jsonl")
    assert done.exit_code == 3
    assert "cannot be written" in done.stderr


def test_a_file_to_write_must_be_named(tmp_path: Path) -> None:
    assert run("import", write_csv(tmp_path / "a.csv", rows("lr"))).exit_code == 2


# --- files that belong together ---------------------------------------------------------------------------------------


def test_two_files_of_an_app_are_one_session_wherever_they_stand(tmp_path: Path) -> None:
    acc, gyr = metamotion(tmp_path, "run")
    other = write_csv(tmp_path / "other.csv", rows("l"))
    done = run("analyze", gyr, other, acc, "--json", "--up-leg", "x")
    first, second = json.loads(done.stdout)
    assert done.stderr.splitlines() == [f"[1/2] {gyr} + {acc}", f"[2/2] {other}"]
    assert (first["file"], second["file"]) == (f"{gyr} + {acc}", str(other))
    assert first["sensor"]["gyroscope"] is True
    assert [rep["side"] for rep in first["reps"]] == ["left", "right"]


def test_one_pair_alone_is_one_result_and_not_a_list(tmp_path: Path) -> None:
    acc, gyr = metamotion(tmp_path, "run")
    done = run("analyze", acc, gyr, "--json")
    assert done.stderr == ""
    jsonschema.validate(json.loads(done.stdout), SCHEMA)


def test_pairs_of_two_recordings_can_be_joined(tmp_path: Path) -> None:
    first = metamotion(tmp_path, "a")
    second = metamotion(tmp_path, "b", begins_ms=EPOCH_MS + 60_000)
    done = run("analyze", *second, *first, "--join", "--json")
    read = json.loads(done.stdout)
    assert read["file"] == " + ".join(map(str, (*first, *second)))
    assert read["summary"]["reps"] == 4
    assert read["sensor"]["gyroscope"] is True
    assert [round(gap["end_s"] - gap["start_s"]) for gap in read["gaps"]] == [33]
    assert [rep.range_deg for rep in analyze([*first, *second]).reps] == [rep["range_deg"] for rep in read["reps"]]


def test_a_bad_pair_is_named_once(tmp_path: Path) -> None:
    acc, gyr = metamotion(tmp_path, "run")
    acc.write_text("\n".join(acc.read_text().splitlines()[:2]) + "\n")
    done = run("analyze", acc, gyr)
    assert (done.exit_code, done.stdout) == (3, "")
    assert done.stderr.count(str(acc)) == 1


def test_a_pair_is_played_as_one_recording(tmp_path: Path) -> None:
    acc, gyr = metamotion(tmp_path, "run")
    done = run("replay", acc, gyr, "--plain", "--speed", "max", "--up-leg", "x")
    assert done.exit_code == 0, done.stderr
    assert "2 reps: 1 left, 1 right" in done.stdout.splitlines()[-1]


def test_the_library_takes_a_pair_as_one_session(tmp_path: Path) -> None:
    acc, gyr = metamotion(tmp_path, "run")
    together = analyze([acc, gyr])
    assert together.sensor["gyroscope"]
    assert together.reps == analyze(acc).reps


# --- real recordings --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("phyphox", "0:26 min, 408 Hz, acceleration and turning rate"),
        ("sensorlogger", "6:57 min, 56 Hz, acceleration and turning rate"),
    ],
)
def test_a_real_export_is_converted(name: str, held: str, tmp_path: Path, shared_data) -> None:
    folder, out = shared_data(f"exports/{name}"), tmp_path / "s.jsonl.gz"
    done = run("import", folder, "-o", out)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith(f"{folder}: {held}.\n")
    direct, converted = analyze(folder), analyze(out)
    assert (converted.samples, converted.start) == (direct.samples, direct.start)
    assert [rep.range_deg for rep in converted.reps] == [rep.range_deg for rep in direct.reps]


def test_real_metamotion_files_are_paired_by_what_they_hold(shared_data) -> None:
    folder = shared_data("exports/metamotion/data/raw/MetaMotion")
    files = sorted(folder.glob("A-rest-*.csv"))
    done = run("analyze", *files, "--json")
    read = json.loads(done.stdout)
    assert len(files) == 4
    assert [one["file"] for one in read] == [f"{files[0]} + {files[1]}", f"{files[2]} + {files[3]}"]
    assert [round(one["duration_s"]) for one in read] == [34, 40]


@pytest.mark.parametrize(
    ("name", "why", "what_to_do"),
    [
        ("phyphox-broken", "at rest the acceleration reads 1.12e+10 m/s²", "without rounding or reformatting"),
        ("phyphox-linear/data/Acceleration without g 2024-01-20 18-02-19", "without gravity", "acceleration with g"),
        (
            "xsens-dot/Original_XsensDot_Data_Realtime/Pelvis_20210820_202113_836.csv",
            "without gravity (FreeAcc_X)",
            "Rate quantities",
        ),
        ("bwt901cl/csv/sample/231213_181935_sensor_data.csv", "several sensors (1, 2)", "--sensor 1"),
    ],
)
def test_a_real_export_that_cannot_be_used_is_refused(
    name: str, why: str, what_to_do: str, tmp_path: Path, shared_data
) -> None:
    done = run("import", shared_data(f"exports/{name}"), "-o", tmp_path / "s.jsonl")
    assert (done.exit_code, done.stdout) == (3, "")
    assert why in done.stderr
    assert what_to_do in done.stderr
    assert not (tmp_path / "s.jsonl").exists()
