"""Many recordings: all found, each as `analyze` sees it, none stopped by another's trouble."""

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pyarrow.parquet as pq
import pytest

from sensorcoach import analyze
from sensorcoach.app import ManyDone, analyze_into, sessions_under
from sensorcoach.batch import Failure, on_processes
from sensorcoach.choices import Choices
from sensorcoach.errors import InputError, RecordingError, SettingsError


def into(out: Path, folder: Path, processes: int = 1, *, replace: bool = False) -> ManyDone:
    return analyze_into(
        sessions_under([folder]),
        Choices(),
        out,
        processes=processes,
        scheduler=None,
        replace=replace,
        on_progress=lambda done, of: None,
    )


def journal_lines(out: Path) -> list[str]:
    journal = out.with_name(f"{out.name}.journal")
    return journal.read_text().splitlines() if journal.exists() else []


def test_recordings_are_found_however_deep(folder: Path) -> None:
    found = [[str(path.relative_to(folder)) for path in files] for files in sessions_under([folder])]
    assert found == [["a.jsonl.gz"], ["b.jsonl.gz"], ["bad.csv"], ["day 2/c.jsonl.gz"]]


def test_the_table_holds_what_analyze_finds(folder: Path, tmp_path: Path) -> None:
    done = into(tmp_path / "out.parquet", folder)
    reps, sessions = (pq.read_table(path) for path in done.made)
    expected = [analyze(folder / name) for name in ("a.jsonl.gz", "b.jsonl.gz", "day 2/c.jsonl.gz")]
    assert reps["hold_s"].to_pylist() == [rep.hold_s for result in expected for rep in result.reps]
    assert sessions["reps"].to_pylist() == [6, 4, 8, None]
    assert "bad.csv" in sessions["error"].to_pylist()[-1]
    assert [failure.file for failure in done.failures] == [str(folder / "bad.csv")]


def test_csv_and_json_lines_hold_the_same(folder: Path, tmp_path: Path) -> None:
    reps, sessions = into(tmp_path / "out.csv", folder).made
    (lines,) = into(tmp_path / "out.jsonl", folder).made
    results = [json.loads(line) for line in lines.read_text().splitlines()]
    with reps.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["range_deg"]) for row in rows] == [
        rep["range_deg"] for result in results if "reps" in result for rep in result["reps"]
    ]
    with sessions.open(newline="") as file:
        assert [row["file"] for row in csv.DictReader(file)] == [result["file"] for result in results]


def test_what_is_done_is_not_done_again_and_what_changed_is(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    assert into(out, folder).kept == 0
    assert into(out, folder).kept == 3
    (folder / "a.jsonl.gz").write_bytes((folder / "b.jsonl.gz").read_bytes())
    done = into(out, folder)
    assert done.kept == 2
    assert pq.read_table(done.made[1])["reps"].to_pylist() == [4, 4, 8, None]


def test_other_choices_begin_anew(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    into(out, folder)
    again = analyze_into(
        sessions_under([folder]),
        Choices(presets=("rocking",)),
        out,
        processes=1,
        scheduler=None,
        on_progress=lambda done, of: None,
    )
    assert again.kept == 0


def test_a_torn_journal_costs_one_session(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    into(out, folder)
    journal = tmp_path / "out.parquet.journal"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-2])[:-40])  # behind the results it says what was made of them
    assert into(out, folder, replace=True).kept == 2
    assert into(out, folder).kept == 3, "what an earlier run of the same made may be replaced"


def test_a_table_of_other_choices_or_of_somebody_else_is_not_replaced_unasked(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    into(out, folder)
    assert out.stat().st_mode & 0o777 == 0o600
    out.write_text(out.read_text() + "noted by hand\n")
    with pytest.raises(RecordingError, match="exists already"):
        into(out, folder)
    assert out.read_text().endswith("noted by hand\n")
    into(out, folder, replace=True)
    journal = tmp_path / "new.csv.journal"
    journal.write_text("my diary\n")
    with pytest.raises(RecordingError, match="is no journal"):
        into(tmp_path / "new.csv", folder)
    assert journal.read_text() == "my diary\n"


def test_results_in_the_folder_are_no_recordings(folder: Path) -> None:
    out = folder / "out.csv"
    assert into(out, folder).sessions == into(out, folder).sessions == 4


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_no_recording_is_written_over(name: str, tmp_path: Path) -> None:
    recording = tmp_path / name
    recording.write_text("t_s,ax_g\n1,2\n")
    with pytest.raises(RecordingError, match=name):
        into(recording, tmp_path)
    with pytest.raises(InputError, match=name):
        into(recording, tmp_path, replace=True)
    assert recording.read_text() == "t_s,ax_g\n1,2\n"


def test_a_folder_without_a_recording_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No recording"):
        into(tmp_path / "out.csv", tmp_path)
    assert not list(tmp_path.iterdir())


def test_results_of_another_ending_are_refused_before_the_work(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"\.parquet"):
        into(tmp_path / "out.xlsx", folder)
    assert not (tmp_path / "out.xlsx.journal").exists()


@pytest.mark.slow
def test_a_process_that_dies_costs_no_session(folder: Path) -> None:
    sessions = [tuple(files) for files in sessions_under([folder])] * 4
    outcomes = []
    for outcome in on_processes(sessions, Choices(), 2):
        outcomes.append(outcome)
        if len(outcomes) == 1:
            workers = [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]
            os.kill(workers[0].pid, signal.SIGKILL)
    assert sorted(session for session, _ in outcomes) == sorted(sessions)
    assert sum(isinstance(outcome, Failure) for _, outcome in outcomes) == 4  # the damaged file, each time


@pytest.mark.slow
def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    source = Path(__file__).parents[2] / "recordings" / "good.jsonl.gz"
    place = tmp_path / "study"
    place.mkdir()
    for number in range(40):
        (place / f"{number:02d}.jsonl.gz").write_bytes(source.read_bytes())
    out = tmp_path / "out.parquet"
    command = [sys.executable, "-m", "sensorcoach", "analyze", str(place), "--recursive", "--out", str(out)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as run:
        while len(journal_lines(out)) < 5:
            assert run.poll() is None, "it was done before it could be killed"
        run.kill()
    assert not out.exists()
    done = into(out, place, processes=2)
    assert 4 <= done.kept < 40
    assert pq.read_table(done.made[1])["reps"].to_pylist() == [8] * 40


@pytest.mark.slow
def test_the_processes_of_a_killed_program_leave(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    command = [sys.executable, "-m", "sensorcoach", "analyze", *[str(folder)] * 400]
    command += ["--recursive", "-j", "2", "--out", str(out)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as run:
        while len(journal_lines(out)) < 3:
            assert run.poll() is None, "it was done before it could be killed"
        children = psutil.Process(run.pid).children(recursive=True)
        run.kill()
    _, alive = psutil.wait_procs(children, timeout=10.0)
    for child in alive:
        child.kill()
    assert len(children) >= 2
    assert not alive


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_a_cluster_does_the_same_though_a_worker_is_killed(folder: Path, tmp_path: Path) -> None:
    from distributed import LocalCluster

    for number in range(30):
        (folder / f"more {number:02d}.jsonl.gz").write_bytes((folder / "a.jsonl.gz").read_bytes())
    sessions = sessions_under([folder])
    with LocalCluster(n_workers=2, processes=True, threads_per_worker=1, dashboard_address=None) as cluster:
        killed = []

        def kill_one(done: int, of: int) -> None:
            if done == 4 and not killed:
                killed.append(next(iter(cluster.workers.values())).pid)
                os.kill(killed[0], signal.SIGKILL)

        done = analyze_into(
            sessions,
            Choices(),
            tmp_path / "out.parquet",
            processes=1,
            scheduler=cluster.scheduler_address,
            on_progress=kill_one,
        )
    assert killed
    here = into(tmp_path / "here.parquet", folder)
    assert pq.read_table(done.made[0]).equals(pq.read_table(here.made[0]))
    assert [failure.file for failure in done.failures] == [str(folder / "bad.csv")]


@pytest.mark.parametrize(
    ("address", "told"),
    [
        pytest.param("tcp://127.0.0.1:9", r"No Dask scheduler answers at tcp://127\.0\.0\.1:9", marks=pytest.mark.slow),
        ("localhost", r"tcp://host"),
        ("localhost:8786", r"tcp://host"),
    ],
)
def test_a_cluster_that_does_not_answer_is_named(
    address: str, told: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sensorcoach.batch.cluster._CONNECT_S", 0.5)
    with pytest.raises(SettingsError, match=told):
        analyze_into(
            sessions_under([folder]),
            Choices(),
            tmp_path / "out.csv",
            processes=1,
            scheduler=address,
            on_progress=lambda done, of: None,
        )
