"""The report in a real browser, on a screen and on paper; not part of the default tests.

    python -m tests.report.browser FOLDER

Makes reports of simulated sessions, of hostile words and, where the shared data are, of a real person; opens them in
headless Chromium and leaves pictures and PDFs in FOLDER to be looked at. Needs ``chromium`` and poppler's ``pdfinfo``,
``pdftotext``. Ends with 1 where paper is not A4, words stand outside its margins, a page is empty, or a script ran.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from sensorcoach.choices import Choices
from sensorcoach.report.observed import observe_files
from sensorcoach.report.page import as_page
from tests.benchmarks.real_files import ROLLING, mex
from tests.report.hostile import RECORDINGS, write_hostile

A4_PT = (595.0, 842.0)
MARGIN_PT = 36.0
EDGE_PT = 14.0
"""Half an inch at the sides, 5 mm above and below (the line with the page's number): printers reach that far."""
SCREENS = {"desk": (1280, 4200), "tablet": (768, 5200), "phone": (390, 7000)}


def reports(folder: Path) -> Iterator[tuple[str, list[Path]]]:
    yield "mixed", [RECORDINGS / "mixed.jsonl.gz"]
    yield "all", sorted(RECORDINGS.glob("*.jsonl.gz"))
    yield "hostile", [write_hostile(folder / "hostile.jsonl")]
    if mex("01", ROLLING).exists():
        yield "person", [mex("01", ROLLING)]


def chromium(*options: str) -> None:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        sys.exit("There is no chromium here.")
    command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *options]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def faults_on_paper(pdf: Path) -> Iterator[str]:
    """What is wrong with a printed report."""
    about = subprocess.run(["pdfinfo", str(pdf)], check=True, capture_output=True, text=True).stdout
    size = re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", about)
    if size is None or any(abs(float(size[n + 1]) - A4_PT[n]) > 1.5 for n in (0, 1)):
        yield f"{pdf.name} is not A4"
    words = subprocess.run(["pdftotext", "-bbox", str(pdf), "-"], check=True, capture_output=True, text=True).stdout
    for number, page in enumerate(words.split("<page ")[1:], start=1):
        boxes = re.findall(r'xMin="(-?[\d.]+)" yMin="(-?[\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)<', page)
        if len(boxes) < 20:
            yield f"{pdf.name}, page {number} holds {len(boxes)} words"
        for left, top, right, bottom, word in boxes:
            beside = float(left) < MARGIN_PT or float(right) > A4_PT[0] - MARGIN_PT
            if beside or float(top) < EDGE_PT or float(bottom) > A4_PT[1] - EDGE_PT:
                yield f"{pdf.name}, page {number}: {word!r} stands outside the margins"


def main(folder: Path) -> int:
    """Make, open and print every report."""
    folder.mkdir(parents=True, exist_ok=True)
    faults: list[str] = []
    for name, files in reports(folder):
        page = folder / f"{name}.html"
        page.write_text(as_page([observe_files([file], Choices()) for file in files]), encoding="utf-8")
        for screen, (width, height) in SCREENS.items():
            picture = folder / f"{name}-{screen}.png"
            chromium(f"--window-size={width},{height}", f"--screenshot={picture}", page.resolve().as_uri())
        pdf = folder / f"{name}.pdf"
        chromium("--no-pdf-header-footer", f"--print-to-pdf={pdf}", page.resolve().as_uri())
        faults += faults_on_paper(pdf)
        print(f"{name}: {page.stat().st_size / 1e3:.0f} kB")
    for fault in faults:
        print(f"FAULT: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
