"""Whatever happens to an export on its way: a recording, or one sentence of ours; never another error, never a hang."""

import math
import warnings
import zipfile

import numpy as np
import pytest
from app_files import (
    G,
    acc_at,
    gyr_at,
    in_folder,
    in_zip,
    metamotion,
    movesense,
    movesense_text,
    phyphox,
    sensor_logger,
    table,
    times,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from test_sensor_tools import XYZ, clock, dot, wit

from sensorcoach.errors import InputError, RecordingError
from sensorcoach.importers import grouped, open_recording

T_S = times(50, 2.0)
ACC, GYR = metamotion(times(25, 2.0), T_S)
PACKETS = movesense(T_S, T_S)
RAW = [*(acc_at(T_S) / G).T, *np.rad2deg(gyr_at(T_S)).T]
LOGGED = {"Accelerometer": (T_S, 0.1 * gyr_at(T_S)), "Gravity": (T_S, acc_at(T_S)), "Gyroscope": (T_S, gyr_at(T_S))}
DOT = dot(f"{XYZ('Acc')},{XYZ('Gyr')}", *acc_at(times(60)).T, *gyr_at(times(60)).T)
FILES = {
    "phyphox": phyphox(T_S, T_S + 0.003, ";", ","),
    "sensor logger": sensor_logger("ios", **LOGGED),
    "sensor logger renamed": {
        f"{number}.txt": text
        for number, text in enumerate(sensor_logger(A=(T_S, acc_at(T_S)), B=(T_S, gyr_at(T_S))).values())
    },
    "metamotion": {"a": ACC, "b": GYR},
    "movesense": {"a": movesense_text(PACKETS[0] + PACKETS[1])},
    "movesense lines": {"a": movesense_text(PACKETS[0] + PACKETS[1], "lines")},
    "dot": {"a": DOT[:6000]},
    "witmotion": {"a": wit("Time(s)|ChipTime|ax(g)|ay(g)|az(g)|wx(deg/s)|wy(deg/s)|wz(deg/s)",
                           clock("%H:%M:%S.%f", T_S), clock("%Y-%m-%d %H:%M:%S.%f", T_S), *RAW).decode()},
    "axivity": {"a": table("", clock("%Y-%m-%d %H:%M:%S.%f", T_S), *RAW).lstrip("\n")},
}  # fmt: skip
SPICE = [b"", b"\n", b",", b";", b'"', b"-", b"1e999", b"nan", b"9" * 400, b"\xff\xfe", b"\0", b"{", b"]", b"\t", b"["]


@st.composite
def damage(draw):
    """A function that cuts, swaps, repeats or replaces bytes somewhere."""
    at, length = draw(st.floats(0, 1)), draw(st.integers(0, 60))
    kind = draw(st.sampled_from(["cut", "drop", "repeat", "insert", "overwrite"]))
    spice = draw(st.sampled_from(SPICE) | st.binary(max_size=8))

    def damaged(data):
        place = math.floor(at * len(data))
        return {
            "cut": data[:place],
            "drop": data[:place] + data[place + length :],
            "repeat": data[: place + length] + data[place:],
            "insert": data[:place] + spice + data[place:],
            "overwrite": data[:place] + spice + data[place + len(spice) :],
        }[kind]

    return damaged


def opens_or_says_why(path):
    refusal = None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            for _ in open_recording(path).items:
                pass
        except (InputError, RecordingError) as error:
            refusal = error
    if refusal is not None:
        assert refusal.advice.endswith(".")
        assert "\n" not in str(refusal)


@pytest.mark.parametrize("app", FILES)
def test_a_damaged_export_is_read_or_refused(tmp_path, app):
    @settings(max_examples=25)
    @given(st.data())
    def check(data):
        files = {name: text.encode() for name, text in FILES[app].items()}
        name = data.draw(st.sampled_from(sorted(files)))
        for change in data.draw(st.lists(damage(), min_size=1, max_size=3)):
            files[name] = change(files[name])
        folder = in_folder(tmp_path / "run", files)
        opens_or_says_why(folder)
        opens_or_says_why(folder / name)
        grouped([folder / one for one in files])

    check()


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_archive_is_read_or_refused(tmp_path, method):
    with zipfile.ZipFile(in_zip(tmp_path / "whole", {}), "w", method) as packed:
        for name, text in FILES["phyphox"].items():
            packed.writestr(name, text)
    whole = (tmp_path / "whole").read_bytes()
    opens_or_says_why(tmp_path / "whole")

    @settings(max_examples=25)
    @given(st.lists(damage(), min_size=1, max_size=3))
    def check(changes):
        data = whole
        for change in changes:
            data = change(data)
        (tmp_path / "damaged").write_bytes(b"PK\x03\x04" + data[4:])
        opens_or_says_why(tmp_path / "damaged")

    check()


@pytest.mark.parametrize("app", FILES)
def test_the_whole_export_opens(tmp_path, app):
    recording = open_recording(in_folder(tmp_path, FILES[app]))
    assert sum(len(packet.payload) for packet in recording.items) > 48 * 56


def test_a_quote_that_is_never_closed_and_a_word_without_end(tmp_path):
    text = table("t_s,ax_g,ay_g,az_g", times(50, 120), *(acc_at(times(50, 120)) / G).T)
    place = text.index("\n", 20_000) + 1
    (tmp_path / "a").write_text(text[:place] + '"' + text[place:])
    recording = open_recording(tmp_path / "a")
    assert sum(len(packet.payload) for packet in recording.items) == 5999 * 32
    for number, junk in enumerate(('"' + text * 2, "x" * 400_000, "[" * 300_000, '{"Array' + "[" * 300_000)):
        (tmp_path / str(number)).write_text(junk)
        opens_or_says_why(tmp_path / str(number))


@pytest.mark.parametrize(("separator", "stray"), [("\t", ","), (";", "\t"), ("\t", ";")])
def test_a_separator_of_another_kind_within_a_number_breaks_only_its_line(tmp_path, separator, stray):
    names = ["t_s", *(f"a{axis}_g" for axis in "xyz")]
    lines = table(separator.join(names), T_S, *(acc_at(T_S) / G).T, separator=separator).splitlines()
    lines[50] = lines[50][:-3] + stray + lines[50][-2:]
    (tmp_path / "a").write_text("\n".join(lines))
    recording = open_recording(tmp_path / "a")
    rows = np.frombuffer(b"".join(packet.payload for packet in recording.items)).reshape(-1, 4)
    np.testing.assert_allclose(rows[:, 1:], np.delete(acc_at(T_S), 49, axis=0), atol=1e-4)
    assert any("1 of 100 lines" in notice for notice in recording.notices)
