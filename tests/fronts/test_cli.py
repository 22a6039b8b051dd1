"""The command line, from the words typed to stdout, stderr and exit code."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

import jsonschema
import numpy as np
import pytest
from legs import rows, write_csv
from typer.testing import CliRunner, Result

from sensorcoach import Arrays, analyze
from sensorcoach.cli import app
from sensorcoach.cli.sessions import Scenario
from sensorcoach.errors import SettingsError
from sensorcoach.model import Mounting
from sensorcoach.output.json_ import json_schema
from sensorcoach.simulator import SCENARIOS

SCHEMA = json.loads(json_schema())


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def command(*words: str | Path, **how: object) -> subprocess.Popen[str]:
    line = [sys.executable, "-m", "sensorcoach.cli", *map(str, words)]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **how)


@pytest.fixture(scope="module")
def two_sided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_csv(tmp_path_factory.mktemp("legs") / "lrlr.csv", rows("lrlr"))


@pytest.fixture(scope="module")
def two_sided_json(two_sided: Path) -> dict:
    done = run("analyze", two_sided, "--json", "--up-leg", "+X")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


# --- results --------------------------------------------------------------------------------------------------------


def test_json_of_a_file_follows_the_schema(two_sided: Path, two_sided_json: dict) -> None:
    jsonschema.validate(two_sided_json, SCHEMA)
    assert two_sided_json["file"] == str(two_sided)
    assert two_sided_json["sensor"]["mounting"]["up_leg"] == "x"


def test_the_told_axis_gives_the_side_of_every_drop(two_sided_json: dict) -> None:
    reps = two_sided_json["reps"]
    assert [rep["side"] for rep in reps] == ["left", "right", "left", "right"]
    assert [rep["direction"] for rep in reps] == [1, -1, 1, -1]
    assert [round(rep["range_deg"]) for rep in reps] == pytest.approx([45] * 4, abs=2)
    # 4.5 s without movement, and by definition the slow ends of the minimum jerk: under 5 °/s 0.19 s before its end,
    # under 2 °/s 0.12 s after its start.
    assert [rep["hold_s"] for rep in reps] == pytest.approx([4.8] * 4, abs=0.1)
    assert two_sided_json["summary"] | {"warnings": None} == two_sided_json["summary"] | {
        "reps": 4,
        "left": 2,
        "right": 2,
        "unknown": 0,
        "cycles": 2,
        "axis_confirmed": True,
        "warnings": None,
    }


def test_nobody_guesses_a_side(two_sided: Path) -> None:
    read = json.loads(run("analyze", two_sided, "--json", "--up-leg", "none").stdout)
    assert [rep["side"] for rep in read["reps"]] == [None] * 4
    assert [rep["direction"] for rep in read["reps"]] == [1, -1, 1, -1]


def test_the_first_side_names_them_all(two_sided: Path) -> None:
    read = json.loads(run("analyze", two_sided, "--json", "--first-side", "right").stdout)
    assert [rep["side"] for rep in read["reps"]] == ["right", "left", "right", "left"]


def test_csv_of_two_files(two_sided: Path) -> None:
    done = run("analyze", two_sided, two_sided, "--csv")
    assert len(list(csv.DictReader(io.StringIO(done.stdout)))) == 8
    assert done.stderr.count(str(two_sided)) == 2  # progress


def test_the_table_is_the_default(two_sided: Path) -> None:
    done = run("analyze", two_sided, "--up-leg", "x")
    assert "4 reps: 2 left, 2 right, 2 cycles" in done.stdout
    assert done.stderr == ""


def test_join_puts_files_in_the_order_of_their_times(tmp_path: Path) -> None:
    table = rows("lrlr")
    cut = len(table) // 2
    late, early = write_csv(tmp_path / "a.csv", table[cut:]), write_csv(tmp_path / "b.csv", table[:cut])
    read = json.loads(run("analyze", late, early, "--join", "--json", "--up-leg", "x").stdout)
    assert read["file"] == f"{early} + {late}"
    assert read["summary"]["reps"] == 4
    assert read["duration_s"] == pytest.approx(table[-1, 0] - table[0, 0], abs=0.02)


def test_files_that_overlap_cannot_be_joined(two_sided: Path) -> None:
    done = run("analyze", two_sided, two_sided, "--join")
    assert (done.exit_code, done.stdout) == (3, "")
    assert "overlap in time" in done.stderr


def test_rocking_wants_no_hold(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "short.csv", rows("lrlr", hold_s=1.0))
    plain, rocking = (json.loads(run("analyze", file, "--json", *more).stdout) for more in ([], ["--rocking"]))
    assert plain["summary"]["warnings"]["short_hold"] == 4
    assert "short_hold" not in rocking["summary"]["warnings"]


def test_gentle_counts_small_ranges(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "small.csv", rows("llll", range_deg=11.0))
    plain, gentle = (json.loads(run("analyze", file, "--json", *more).stdout) for more in ([], ["--gentle"]))
    assert (plain["summary"]["reps"], gentle["summary"]["reps"]) == (0, 4)


def test_settings_of_a_file_are_used_and_shown(two_sided: Path, tmp_path: Path) -> None:
    limits = tmp_path / "mine.toml"
    limits.write_text("[limits]\nhold_target_s = 20.0\n")
    read = json.loads(run("analyze", two_sided, "--json", "--settings", limits).stdout)
    assert read["settings"]["limits"]["hold_target_s"] == 20.0
    assert read["summary"]["warnings"]["short_hold"] == 4


def test_replay_says_drop_landing_return_and_count(two_sided: Path) -> None:
    done = run("replay", two_sided, "--plain", "--speed", "max", "--up-leg", "x")
    said = [line.split("  ", 2)[-1] for line in done.stdout.splitlines()]
    assert done.exit_code == 0
    assert said[-5:-1] == ["drop right", "landing at 45°, hold", "return", "4 right, hold 4.8 s"]
    assert "4 reps: 2 left, 2 right" in said[-1]


def test_every_scenario_of_the_simulator_can_be_asked_for() -> None:
    assert get_args(Scenario) == tuple(SCENARIOS)


def test_demo_says_that_it_is_simulated() -> None:
    done = run("demo", "--speed", "max")
    assert done.exit_code == 0
    assert "simulated" in done.stdout.splitlines()[0]
    assert done.stdout == run("demo", "--speed", "max").stdout


def test_a_simulated_session_can_be_written_and_analysed(tmp_path: Path) -> None:
    file, truth = tmp_path / "s.jsonl.gz", tmp_path / "s.json"
    assert run("simulate", "--scenario", "one_sided", "--seed", "3", "--out", file, "--truth", truth).exit_code == 0
    read = json.loads(run("analyze", file, "--json").stdout)
    jsonschema.validate(read, SCHEMA)
    assert read["sensor"]["simulated"] is True
    assert read["summary"]["reps"] == len(json.loads(truth.read_text())["reps"])


# --- errors ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ["analyze"],
        ["analyse", "x.csv"],
        ["analyze", "x.csv", "--up-leg", "w"],
        ["analyze", "x.csv", "--leg", "middle"],
        ["analyze", "x.csv", "--json", "--csv"],
        ["analyze", "x.csv", "--settings", "there_is_no_such.toml"],
        ["replay", "x.csv", "--speed", "3"],
    ],
)
def test_wrong_usage_exits_2(words: list[str]) -> None:
    done = run(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr
    assert "Traceback" not in done.stderr


BAD = {
    "empty": b"",
    "text": b"once upon a time\nthere was no sensor\n",
    "binary": bytes(range(256)) * 50,
    "header_only": b"t_s,ax_g,ay_g,az_g\n",
    "escape": b"\x1b]0;owned\x07,\x1b[31m\n",
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_bad_file_gets_one_sentence_and_exit_3(name: str, form: list[str], tmp_path: Path) -> None:
    file = tmp_path / f"{name}.csv"
    file.write_bytes(BAD[name])
    done = run("analyze", file, *form)
    assert (done.exit_code, done.stdout) == (3, "")
    assert done.stderr.startswith("sensorcoach: ")
    assert len(done.stderr.splitlines()) == 1
    assert name in done.stderr
    assert done.stderr.rstrip("\n").isprintable()


def test_a_header_with_settings_that_do_not_exist_is_told(tmp_path: Path) -> None:
    file = tmp_path / "s.jsonl"
    file.write_text('{"sensorcoach":1,"profile":"samples","settings":{"limits":{"colour":"red"}}}\n')
    done = run("analyze", file)
    assert (done.exit_code, done.stdout) == (3, "")
    assert "colour" in done.stderr


@pytest.mark.parametrize("told", [{"up_leg": "w"}, {"leg": "middle"}])
def test_the_library_refuses_a_mounting_that_does_not_exist(told: dict[str, str], two_sided: Path) -> None:
    with pytest.raises(SettingsError):
        analyze(two_sided, mounting=told)


def test_a_missing_file_exits_3(tmp_path: Path) -> None:
    assert run("analyze", tmp_path / "none.csv").exit_code == 3


def test_no_gravity_is_refused(tmp_path: Path) -> None:
    table = rows("lr")
    table[:, 1:4] -= table[:, 1:4].mean(axis=0)
    table[:, 1:4] *= 0.05
    done = run("analyze", write_csv(tmp_path / "linear.csv", table))
    assert done.exit_code == 3
    assert "gravity" in done.stderr


def test_of_several_files_the_good_ones_are_still_shown(two_sided: Path, tmp_path: Path) -> None:
    bad = tmp_path / "empty.csv"
    bad.touch()
    done = run("analyze", bad, two_sided, "--json")
    read = json.loads(done.stdout)
    assert done.exit_code == 3
    assert set(read[0]) == {"file", "error"}
    assert read[1]["summary"]["reps"] == 4
    assert "4 reps" in run("analyze", bad, two_sided).stdout


def test_a_name_with_escape_codes_does_not_reach_the_terminal(tmp_path: Path) -> None:
    done = run("analyze", tmp_path / "\x1b[31mred\x1b]0;owned\x07.csv")
    assert done.exit_code == 3
    assert "\x1b" not in done.stderr + done.stdout


# --- manners --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [["--help"], ["analyze", "--help"], ["replay", "--help"]])
def test_help_documents_the_exit_codes(words: list[str]) -> None:
    said = " ".join(run(*words).stdout.split())
    for code in ("0 all is well", "1 an unexpected error", "2 wrong usage", "3 a file that"):
        assert code in said


def test_alone_it_prints_its_help() -> None:
    assert run().stdout == run("--help").stdout


@pytest.mark.skipif(os.name == "nt", reason="pipes break otherwise there")
def test_a_reader_that_has_seen_enough_is_no_error(two_sided: Path) -> None:
    process = command("analyze", two_sided, "--json")
    assert process.stdout is not None
    process.stdout.close()  # like `| head -0`
    with process.stderr as complaints:
        assert (complaints.read(), process.wait()) == ("", 0)


def test_analysis_needs_neither_screen_nor_radio(two_sided: Path) -> None:
    code = (
        "import sys\nfrom sensorcoach.cli import app\n"
        f"app(['analyze', {str(two_sided)!r}], standalone_mode=False)\n"
        "assert not {'textual', 'bleak'} & {name.split('.')[0] for name in sys.modules}\n"
        "assert 'numpy' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def test_the_same_answer_from_the_library(two_sided: Path, two_sided_json: dict) -> None:
    by_path = analyze(two_sided, mounting={"up_leg": "x"})
    assert [rep.drop_start_s for rep in by_path.reps] == [rep["drop_start_s"] for rep in two_sided_json["reps"]]
    table = np.loadtxt(two_sided, delimiter=",", skiprows=1)
    by_arrays = analyze(Arrays(table[:, 0], table[:, 1:4], table[:, 4:7]), mounting=Mounting(up_leg="x"))
    assert by_arrays.reps == by_path.reps
