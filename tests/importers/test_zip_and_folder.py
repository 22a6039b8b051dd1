"""Archives and folders: bounded, never unpacked, and refused in one sentence where they are no recording."""

import os
import zipfile

import numpy as np
import pytest
from app_files import acc_at, assert_moves_like_the_leg, gyr_at, in_folder, in_zip, phyphox, table, times, walked

from sensorcoach.errors import InputError
from sensorcoach.importers import open_recording
from sensorcoach.importers.files import MOST_FILES, files_in

T_S = times(100)
PLAIN = table("t_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps", T_S, *acc_at(T_S).T, *gyr_at(T_S).T)


def refused(path, *words):
    with pytest.raises(InputError) as caught:
        walked(open_recording(path))
    for word in words:
        assert word in str(caught.value)
    assert all(character.isprintable() for character in str(caught.value))
    return caught.value


def test_a_single_table_in_a_zip_or_folder_is_the_recording(tmp_path):
    files = {"data/run.csv": PLAIN, "LICENSE": "Do as you like.\n", "picture.png": b"\x89PNG\r\n\x1a\n" + bytes(99)}
    for path in (in_folder(tmp_path / "a", files), in_zip(tmp_path / "b", files)):
        assert_moves_like_the_leg(walked(open_recording(path)), 1e-5, 1e-5)


def test_what_is_left_out_of_a_folder_is_said(tmp_path):
    short = "\n".join(PLAIN.splitlines()[:5])
    recording = open_recording(in_folder(tmp_path, {"a.csv": PLAIN, "b.csv": short}))
    assert any("Left out" in notice and "b.csv" in notice for notice in recording.notices)


def test_several_tables_are_no_one_recording(tmp_path):
    files = {"a.csv": PLAIN, "b.csv": PLAIN}
    refused(in_folder(tmp_path / "a", files), "several recordings (a.csv, b.csv)")
    refused(in_zip(tmp_path / "b", files), "several recordings")


def test_empty_ones_and_spreadsheets(tmp_path):
    refused(in_folder(tmp_path / "a", {"notes.txt": "nothing"}), "folder without a recording")
    refused(in_zip(tmp_path / "b", {}), "zip archive or spreadsheet", "CSV")
    book = {"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>", "xl/worksheets/sheet1.xml": "<sheet/>"}
    refused(in_zip(tmp_path / "c.xlsx", book), "spreadsheet", "CSV")
    old = tmp_path / "d.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000))
    refused(old, "spreadsheet", "CSV")


def test_a_member_that_would_unpack_to_far_more_is_refused_unread(tmp_path):
    files = phyphox(T_S, T_S) | {"Accelerometer.csv": "Time (s),0\n" + "0,0\n" * 20_000_000}
    refused(in_zip(tmp_path / "a", files), "would unpack to 80 MB")
    with pytest.raises(InputError, match="would unpack to 80 MB"):
        next(file for file in files_in(tmp_path / "a") if file.name == "Accelerometer.csv").open("rb")


def test_too_many_files_are_refused(tmp_path):
    files = {f"{number}.csv": "" for number in range(MOST_FILES + 1)}
    refused(in_zip(tmp_path / "a", files), "more than 200 files")
    refused(in_folder(tmp_path / "b", files), "more than 200 files")


def test_names_that_lead_elsewhere_are_only_names(tmp_path):
    files = {f"../../etc/\x1b[31m/{name}": text for name, text in phyphox(T_S, T_S).items()}
    rows = walked(open_recording(in_zip(tmp_path / "a", files)))
    assert_moves_like_the_leg(rows)
    broken = {name: text.replace("E", "x") for name, text in files.items()}
    refused(in_zip(tmp_path / "b", broken), "?[31m")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_pipes_in_a_folder_are_not_waited_for(tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes here")
    in_folder(tmp_path, phyphox(T_S, T_S))
    os.mkfifo(tmp_path / "Gravity.csv")
    assert_moves_like_the_leg(walked(open_recording(tmp_path)))


def test_damaged_and_encrypted_archives(tmp_path):
    whole = in_zip(tmp_path / "a", phyphox(T_S, T_S)).read_bytes()
    cut = tmp_path / "b"
    cut.write_bytes(whole[: len(whole) // 2])
    refused(cut, "cannot be unpacked")
    locked = bytearray(whole)
    for magic, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = locked.find(magic)
        while place >= 0:
            locked[place + flags] |= 1
            place = locked.find(magic, place + 4)
    cut.write_bytes(locked)
    refused(cut)
    flipped = bytearray(whole)
    with zipfile.ZipFile(tmp_path / "a") as archive:
        begin = archive.getinfo("Accelerometer.csv").header_offset
    flipped[begin + 20_000] ^= 0xFF
    cut.write_bytes(flipped)
    refused(cut, "Accelerometer.csv")


def test_a_zip_is_told_from_its_content(tmp_path):
    files = phyphox(T_S, T_S)
    plain = walked(open_recording(in_zip(tmp_path / "a.zip", files)))
    np.testing.assert_array_equal(plain, walked(open_recording(in_zip(tmp_path / "a.csv", files))))
    (tmp_path / "b.zip").write_text(PLAIN)
    assert_moves_like_the_leg(walked(open_recording(tmp_path / "b.zip")), 1e-5, 1e-5)


def test_columns_are_for_tables(tmp_path):
    with pytest.raises(InputError, match="Name the table inside"):
        open_recording(in_zip(tmp_path / "a", {"a.csv": PLAIN}), columns="t_s,ax,ay,az")


def test_a_session_in_a_folder_is_the_recording_and_one_in_a_zip_is_to_be_unpacked(tmp_path):
    session = '{"sensorcoach":1,"profile":"samples"}\n'
    assert list(open_recording(in_folder(tmp_path / "a", {"s.jsonl": session})).items) == []
    refused(in_zip(tmp_path / "b", {"s.jsonl": session}), "Unpack it")
