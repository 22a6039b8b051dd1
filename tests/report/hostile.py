"""A recording whose every word is an attempt to be more than a word."""

import gzip
import json
from pathlib import Path

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"
SCRIPT = "</title><script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(2)>'
SVG = "</text></svg><svg onload=alert(3)>]]>&#106;"
TEMPLATE = "{{ 7 * 191 }}{% raw %}"
MARKDOWN = "](http://evil.test) | `x` *a* <b>&amp;</b> \\| [z](javascript:alert(4))"
BACKWARDS = "abc\u202etxt.exe\x1b[31m"


def write_hostile(file: Path, *, simulated: bool = True) -> Path:
    """``recordings/mixed``, with such words for the sensor, the person, the marks, the pain and the device."""
    header, *lines = gzip.decompress((RECORDINGS / "mixed.jsonl.gz").read_bytes()).decode().splitlines()
    told = json.loads(header)
    told |= {"sensor": SCRIPT, "person": IMAGE, "simulated": simulated}
    told["device"] = told.get("device", {}) | {"name": SVG, "firmware": MARKDOWN}
    controls = [
        {"t": 12.0, "do": "mark", "value": SVG},
        {"t": 22.0, "do": "pain", "value": TEMPLATE},
        {"t": 29.0, "do": "mark", "value": BACKWARDS + MARKDOWN},
    ]
    every = [json.loads(line) for line in lines]
    every = sorted(every + controls, key=lambda item: item["t"])
    file.write_text("\n".join(json.dumps(item) for item in (told, *every)) + "\n", encoding="utf-8")
    return file
