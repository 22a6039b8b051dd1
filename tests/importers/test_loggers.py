"""Binary files of research loggers. GENEActiv's is written here page by page, as its maker describes it."""

import numpy as np
import pytest
from layouts import ACC, SIDES, START, T_S, WORN, G, session

from sensorcoach import analyze
from sensorcoach.errors import InputError
from sensorcoach.importers import open_recording

RATE_HZ = 50
HEADER_LINES = 59
HEADER = {
    "Device Identity": {"Device Unique Serial Code": "012345", "Device Type": "GENEActiv", "Device Model": "1.1",
                        "Device Firmware Version": "Ver2.04", "Calibration Date": "2016-02-09 11:02:41:000"},
    "Device Capabilities": {"Accelerometer Range": "-8 to 8", "Accelerometer Resolution": "0.0039",
                            "Accelerometer Units": "g"},
    "Configuration Info": {"Measurement Frequency": f"{RATE_HZ} Hz", "Start Time": "2025-10-09 08:53:20:000",
                           "Time Zone": "GMT +00:00"},
    "Trial Info": {}, "Subject Info": {},
    "Calibration Data": {"x gain": "25600", "x offset": "0", "y gain": "25600", "y offset": "0", "z gain": "25600",
                         "z offset": "0", "Volts": "300", "Lux": "800"},
    "Memory Status": {"Number of Pages": "{pages}"},
}  # fmt: skip


def geneactiv_bin(acc):
    """Pages of 300 samples of 12 bits an axis, 1/256 g each."""
    pages = len(acc) // 300
    text = ""
    for block, facts in HEADER.items():
        text += (
            f"{block}\r\n"
            + "".join(f"{name}:{value.format(pages=pages)}\r\n" for name, value in facts.items())
            + "\r\n"
        )
    text += "\r\n" * (HEADER_LINES - text.count("\n"))
    counts = np.clip(np.round(acc / G * 256), -2048, 2047).astype(int) & 0xFFF
    for page in range(pages):
        begun_s = page * 300 / RATE_HZ
        stamp = f"2025-10-09 08:{53 + int(20 + begun_s) // 60:02d}:{(20 + begun_s) % 60:06.3f}".replace(".", ":")
        samples = "".join(f"{x:03X}{y:03X}{z:03X}000" for x, y, z in counts[page * 300 : page * 300 + 300])
        text += (
            f"Recorded Data\r\nDevice Unique Serial Code:012345\r\nSequence Number:{page}\r\nPage Time:{stamp}\r\n"
            "Unassigned:\r\nTemperature:24.5\r\nBattery voltage:4.1\r\nDevice Status:Recording\r\n"
            f"Measurement Frequency:{RATE_HZ}.0\r\n{samples}\r\n"
        )
    return text.encode()


def test_geneactivs_binary_file(tmp_path):
    pytest.importorskip("actfast")
    _, acc, _ = session(rate_hz=RATE_HZ, seconds=36.0)
    (tmp_path / "a.bin").write_bytes(geneactiv_bin(acc))
    result = analyze(tmp_path / "a.bin", mounting=WORN)
    assert [rep.side for rep in result.reps] == SIDES
    assert result.rate_hz == pytest.approx(RATE_HZ)
    assert result.start.startswith(f"{START:%Y-%m-%dT%H:%M:%S}")
    assert result.read_as.units["acceleration"] == "g"


def test_damaged_binary_files_are_refused(tmp_path):
    pytest.importorskip("actfast")
    for number, data in enumerate((b"MD" + bytes(3000), b"Device Identity\r\nx\r\n", geneactiv_bin(ACC)[:900])):
        (tmp_path / str(number)).write_bytes(data)
        with pytest.raises(InputError) as caught:
            open_recording(tmp_path / str(number))
        assert caught.value.advice.endswith(".")
    assert len(T_S)
