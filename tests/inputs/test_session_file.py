"""The session file: what was written comes back, whatever happened to the file in between."""

import gzip
import json
import os
import stat
import struct
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorcoach.errors import RecordingError
from sensorcoach.importers import open_recording
from sensorcoach.model import Control, LinkEvent, Mounting, Packet
from sensorcoach.recording import Header, SessionWriter, read_session

HEADER = Header(
    profile="samples",
    sensor="knee",
    device={"rate_hz": 104.0},
    mounting=Mounting(leg="left", up_leg="-y"),
    start="2024-05-07T18:29:33+02:00",
    settings={"limits": {"hold_target_s": 0.0}},
    simulated=True,
)
ITEMS = [
    LinkEvent(0.0, "connected", "rssi -60"),
    Packet("knee", "acc", 0.1, bytes(range(32))),
    Packet("other", "info", 0.2, b""),
    Control(0.25, "mark", 'a "quoted" märk\n{"t":9,"do":"mark"}'),
    Packet("knee", "acc", 1.5, bytes(32)),
]


def written(path, items=ITEMS, header=HEADER):
    with SessionWriter(path, header) as writer:
        for item in items:
            writer.append(item)
    return path


@pytest.mark.parametrize("name", ["session.jsonl", "session.jsonl.gz", "session"])
def test_what_was_written_comes_back(tmp_path, name):
    session = read_session(written(tmp_path / name))
    assert session.header == HEADER
    assert list(session.items) == ITEMS
    assert session.notices == []


def test_it_is_plain_json_lines(tmp_path):
    lines = written(tmp_path / "s.jsonl").read_text(encoding="utf-8").splitlines()
    first, *rest = [json.loads(line) for line in lines]
    assert (first["sensorcoach"], first["profile"], first["simulated"]) == (1, "samples", True)
    assert rest[1] == {"t": 0.1, "ch": "acc", "hex": bytes(range(32)).hex()}
    assert rest[0] == {"t": 0.0, "link": "connected", "detail": "rssi -60"}


ANY_FLOAT = st.floats(width=64)


@given(st.lists(st.lists(ANY_FLOAT, min_size=4, max_size=4), min_size=1, max_size=20), st.floats(-1e12, 1e12))
def test_samples_of_any_value_come_back_bit_for_bit(tmp_path_factory, rows, t_s):
    payload = b"".join(struct.pack("<4d", *row) for row in rows)
    path = tmp_path_factory.mktemp("bits") / "s.jsonl"
    (packet,) = list(read_session(written(path, [Packet("knee", "acc", t_s, payload)])).items)
    assert packet.payload == payload
    assert packet.t_s == t_s


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other file permissions")
def test_only_the_owner_may_read_it(tmp_path):
    before = os.umask(0)
    try:
        path = written(tmp_path / "s.jsonl")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_recording_is_never_overwritten(tmp_path):
    path = written(tmp_path / "s.jsonl")
    before = path.read_bytes()
    with pytest.raises(RecordingError, match="exists"):
        SessionWriter(path, HEADER)
    assert path.read_bytes() == before
    with pytest.raises(RecordingError, match="cannot be written"):
        SessionWriter(tmp_path / "nowhere" / "s.jsonl", HEADER)


@pytest.mark.parametrize("t", ["1e300", "-1e13", "1e999"])
def test_a_line_of_an_impossible_time_is_left_out(tmp_path, t):
    path = written(tmp_path / "s.jsonl", [Packet("knee", "acc", 1.0, b"")])
    with path.open("a", encoding="utf-8") as file:
        file.write(f'{{"t":{t},"ch":"imu","hex":"00"}}\n')
    session = read_session(path)
    assert [item.t_s for item in session.items] == [1.0]
    assert "line 3" in session.notices[0]


@pytest.mark.parametrize("name", ["s.jsonl", "s.jsonl.gz"])
def test_a_killed_process_loses_at_most_the_last_second(tmp_path, name):
    path = tmp_path / name
    writer = SessionWriter(path, HEADER)
    packets = [Packet("knee", "acc", 100 + n * 0.08, bytes(32)) for n in range(500)]
    for packet in packets:
        writer.append(packet)
    on_disk = tmp_path / f"copy-{name}"
    on_disk.write_bytes(path.read_bytes())
    writer.close()
    last = list(read_session(on_disk).items)[-1]
    assert packets[-1].t_s - last.t_s <= 1.0


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_torn_last_line_is_dropped_and_said(tmp_path, cut):
    path = written(tmp_path / "s.jsonl")
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    session = read_session(path)
    items = list(session.items)
    if cut == 1:  # only the newline is missing: the line is whole
        assert (items, session.notices) == (ITEMS, [])
    else:
        assert items == ITEMS[:-1]
        (notice,) = session.notices
        assert "torn" in notice
        assert "6" in notice


def test_a_torn_gzip_file_gives_what_is_there(tmp_path):
    packets = [Packet("knee", "acc", n * 0.1, os.urandom(32)) for n in range(2000)]
    path = written(tmp_path / "s.gz", packets)
    path.write_bytes(path.read_bytes()[:-3000])
    session = read_session(path)
    items = list(session.items)
    assert len(items) > 1500
    assert items == packets[: len(items)]
    assert any("too early" in notice for notice in session.notices)


def test_garbage_lines_are_counted_and_named(tmp_path):
    path = tmp_path / "s.jsonl"
    lines = written(path).read_bytes().splitlines()
    lines[2:2] = [
        b"",
        b"\xff\xfe garbage",
        b"{}",
        b'{"t":1.0,"ch":"acc"}',
        b'{"t":1.0,"ch":"acc","hex":"0g"}',
        b"[1,2]",
    ]
    path.write_bytes(b"\n".join(lines) + b"\n")
    session = read_session(path)
    assert list(session.items) == ITEMS
    (notice,) = session.notices
    assert "5 lines" in notice
    assert "4, 5, 6, 7, 8" in notice


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1"),
        ('{"sensorcoach":1,"profi', "line 1"),
        ('{"sensorcoach":1}\n', "profile"),
        ('{"profile":"open"}\n', "version"),
        ('{"sensorcoach":7,"profile":"open"}\n', "format 7"),
        ('{"sensorcoach":1,"profile":"open","mounting":{"segment":"toe"}}\n', "segment"),
    ],
)
def test_what_is_no_session_is_refused(tmp_path, text, words):
    path = tmp_path / "s.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecordingError, match=words):
        read_session(path)


def test_an_opened_session_brings_all_its_header_says(tmp_path):
    recording = open_recording(written(tmp_path / "any.name"))
    assert recording.mounting == HEADER.mounting
    assert recording.start == HEADER.start
    assert recording.settings == HEADER.settings
    assert recording.simulated
    assert any("simulated" in notice for notice in recording.notices)
    assert list(recording.items) == ITEMS


def test_a_session_of_an_unknown_sensor_is_refused(tmp_path):
    with pytest.raises(RecordingError, match="toaster"):
        open_recording(written(tmp_path / "s", header=Header(profile="toaster")))


def test_long_lines_and_many_blocks(tmp_path):
    rng = np.random.default_rng(0)
    packets = [Packet("knee", "acc", float(n), rng.bytes(32 * int(rng.integers(1, 20_000)))) for n in range(12)]
    path = written(tmp_path / "s.jsonl", packets)
    assert list(read_session(path).items) == packets
    packed = tmp_path / "s.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert list(read_session(packed).items) == packets
