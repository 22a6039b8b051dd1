"""One session in every program's layout, unit, sign, form of stamps and order: the same repetitions, or a refusal that
names the cause. Truth: the movement in `layouts`, and the same arrays analysed without any file.
"""

import re
from datetime import datetime

import numpy as np
import pytest
from app_files import in_folder
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import (
    ACC,
    ACCELEROMETER_ALONE,
    EPOCH_S,
    GYR,
    LAYOUTS,
    SIDES,
    START,
    T_S,
    WITHOUT_START,
    WORN,
    G,
    lines,
    stamps,
    whole,
)

from sensorcoach import Arrays, analyze
from sensorcoach.errors import InputError
from sensorcoach.importers import open_recording


def reps_of(result):
    return [(rep.side, rep.drop_start_s, rep.drop_end_s, rep.return_end_s, rep.range_deg) for rep in result.reps]


@pytest.fixture(scope="module")
def expected():
    with_gyroscope = reps_of(analyze(Arrays(T_S, ACC, GYR), mounting=WORN))
    alone = reps_of(analyze(Arrays(T_S, ACC), mounting=WORN))
    for reps in (with_gyroscope, alone):
        assert [rep[0] for rep in reps] == SIDES
        np.testing.assert_allclose([rep[4] for rep in reps], 48, atol=3)
    return {True: with_gyroscope, False: alone}


def assert_same(result, expected, t_atol=0.05, deg_atol=1.0, shift_s=0.0):
    found = reps_of(result)
    assert [rep[0] for rep in found] == [rep[0] for rep in expected]
    times = np.array([rep[1:4] for rep in found]) - shift_s
    np.testing.assert_allclose(times, [rep[1:4] for rep in expected], atol=t_atol)
    np.testing.assert_allclose([rep[4] for rep in found], [rep[4] for rep in expected], atol=deg_atol)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_repetitions(tmp_path, expected, layout):
    folder = in_folder(tmp_path, LAYOUTS[layout](T_S, ACC, GYR))
    files = sorted(folder.iterdir())
    path = files[0] if len(files) == 1 else folder
    result = analyze(path, mounting=WORN)
    assert result.sensor["gyroscope"] == (layout not in ACCELEROMETER_ALONE)
    first_s = float(np.frombuffer(next(open_recording(path).items).payload[:8])[0])
    coarse = layout in ("Empatica", "BITalino")  # 1/64 g and 1/52 g
    assert_same(
        result, expected[layout not in ACCELEROMETER_ALONE], 0.3 if coarse else 0.05, 3 if coarse else 1, first_s
    )
    if layout in WITHOUT_START:
        assert result.start is None
    else:
        told = datetime.fromisoformat(result.start)
        told = told if told.tzinfo else told.replace(tzinfo=START.tzinfo)
        assert abs((told - START).total_seconds() + first_s) < 0.01


UNITS = {"mps2": 1.0, "g": 1 / G, "mg": 1000 / G}
RATES = {"radps": 1.0, "dps": 180 / np.pi, "mdps": 180e3 / np.pi}
TIMES = {
    "t_s": lambda t_s: [f"{t:.6f}" for t in t_s],
    "t_ms": lambda t_s: [f"{t * 1e3:.3f}" for t in t_s],
    "time": lambda t_s: [f"{t:.6f}" for t in t_s],
    "time_us": lambda t_s: whole(t_s, 1e6),
    "unix s": lambda t_s: [f"{EPOCH_S + t:.6f}" for t in t_s],
    "unix ms": lambda t_s: [f"{(EPOCH_S + t) * 1e3:.2f}" for t in t_s],
    "unix ns": lambda t_s: whole(t_s, 1e9, EPOCH_S * 10**9),
    "iso": lambda t_s: stamps("%Y-%m-%dT%H:%M:%S.%f", t_s),
    "us": lambda t_s: stamps("%m/%d/%Y %H:%M:%S.%f", t_s),
    "us am": lambda t_s: stamps("%m/%d/%Y %I:%M:%S.%f %p", t_s),
    "german": lambda t_s: stamps("%d.%m.%Y %H:%M:%S.%f", t_s),
    "of the day": lambda t_s: stamps("%H:%M:%S.%f", t_s),
    "of the hour": lambda t_s: [f"{int((3590 + t) // 60) % 60:02d}:{(3590 + t) % 60:09.6f}" for t in t_s],
    "seconds of the day": lambda t_s: [f"{(86390 + t) % 86400:.6f}" for t in t_s],
    "grouped ms": lambda t_s: [f'"{(t + 100) * 1e3:,.3f}"' for t in t_s],
}
FAULTS = {
    "none": lambda rows: rows,
    "reversed": lambda rows: rows[::-1],
    "repeated rows": lambda rows: [row for n, row in enumerate(rows) for _ in range(2 if n % 7 == 6 else 1)],
    "a block again": lambda rows: rows[:900] + rows[850:],
    "a clock that was set": lambda rows: rows[1000:] + rows[:1000],
    "torn lines": lambda rows: [row[: len(row) // 2] if n % 211 == 210 else row for n, row in enumerate(rows)],
}
CAUSES = "time goes back|several recordings|clock|too coarse"


SPECS = st.fixed_dictionaries(
    {
        "unit": st.sampled_from(sorted(UNITS)),
        "rate": st.sampled_from(sorted(RATES)),
        "header": st.sampled_from(["names units", "names none", "names a wrong unit"]),
        "time": st.sampled_from(sorted(TIMES)),
        "fault": st.sampled_from(sorted(FAULTS)),
        "sign": st.sampled_from([1, -1]),
        "separator": st.sampled_from([",", ";", "\t", " | "]),
        "encoding": st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]),
    }
)


def written(spec):
    """The bytes of the session's table."""
    named, rate = spec["header"] != "names none", spec["rate"]
    told = {"radps": "dps", "dps": "radps", "mdps": "dps"}[rate] if spec["header"] == "names a wrong unit" else rate
    acc_names = [f"a{axis}_{spec['unit']}" if named else f"a{axis}" for axis in "xyz"]
    gyr_names = [f"g{axis}_{told}" if named else f"g{axis}" for axis in "xyz"]
    time = spec["time"] if spec["time"].startswith("t") else "time"
    columns = [*(spec["sign"] * UNITS[spec["unit"]] * ACC).T, *(RATES[rate] * GYR).T]
    separator = spec["separator"]
    header = separator.join([time, *acc_names, *gyr_names])
    text = lines(header, TIMES[spec["time"]](T_S), *columns, separator=separator, digits=7)
    head, *rows = text.splitlines()
    return ("\n".join([head, *FAULTS[spec["fault"]](rows)]) + "\n").encode(spec["encoding"])


def check_combinations(tmp_path, expected, examples):
    path = tmp_path / "a.csv"

    @settings(max_examples=examples)
    @given(SPECS)
    def check(spec):
        path.write_bytes(written(spec))
        try:
            result = analyze(path, mounting=WORN, acc_sign="flip" if spec["sign"] < 0 else "auto", dates="us")
        except InputError as error:
            refusal = str(error)
        else:
            refusal = None
        if spec["fault"] == "a clock that was set":
            assert refusal is not None
            assert re.search(CAUSES, refusal)
            return
        assert refusal is None, refusal
        first_s = {"grouped ms": 100.0, "seconds of the day": 86390.0}.get(spec["time"], 0.0)
        assert_same(result, expected[True], 0.05, 1.0, first_s)
        assert result.sensor["gyroscope"]
        if spec["time"].startswith(("unix", "iso", "us", "german")):
            assert result.start.startswith("2025-10-09T08:53:20")
        said_otherwise = any("although the header says" in notice for notice in result.notices)
        assert said_otherwise == (spec["header"] == "names a wrong unit")

    check()


def test_units_stamps_signs_and_orders_in_any_combination(tmp_path, expected):
    check_combinations(tmp_path, expected, 60)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_many_more_combinations(tmp_path, expected):
    check_combinations(tmp_path, expected, 3000)


def test_a_second_sensor_further_down_is_not_left_out_in_silence(tmp_path):
    rows = [
        f"{t:.4f},{'A' if t < 20 else 'B'}," + ",".join(f"{v:.5f}" for v in acc)
        for t, acc in zip(T_S, ACC, strict=True)
    ]
    (tmp_path / "a.csv").write_text("t_s,device,ax,ay,az\n" + "\n".join(rows) + "\n")
    with pytest.raises(InputError, match="--sensor A"):
        list(open_recording(tmp_path / "a.csv").items)
    assert list(open_recording(tmp_path / "a.csv", sensor="A").items)
    (tmp_path / "b.csv").write_text("t_s,label,ax,ay,az\n" + "\n".join(rows) + "\n")
    assert sum(len(one.payload) for one in open_recording(tmp_path / "b.csv").items) == 32 * len(T_S)
