"""One table of all figures the project set itself. Simulated where not said to be real; nothing tried on people here.

``python -m tests.benchmarks``: everything, some minutes. ``... speed live``: only these sections. ``... --seeds 50``:
fewer simulated sessions. ``... exercise --first 3000``: others than those looked at while developing (0-199).
"""

import argparse
import time
from collections.abc import Callable

from tests.benchmarks.accuracy import activity_rows, broad_rows, exercise_rows, mex_rows, sisfall_rows, warning_rows
from tests.benchmarks.board import board_rows
from tests.benchmarks.many import many_rows
from tests.benchmarks.memory import memory_rows
from tests.benchmarks.radio import radio_rows
from tests.benchmarks.screen import screen_rows
from tests.benchmarks.speed import analysis_rows, linearity_rows, live_rows, reading_rows
from tests.benchmarks.table import Row
from tests.benchmarks.voice import voice_rows

SECTIONS: dict[str, Callable[[range], list[Row]]] = {
    "mex": mex_rows,
    "sisfall": sisfall_rows,
    "broad": broad_rows,
    "exercise": exercise_rows,
    "warnings": warning_rows,
    "activity": activity_rows,
    "speed": analysis_rows,
    "reading": reading_rows,
    "linear": linearity_rows,
    "live": live_rows,
    "memory": memory_rows,
    "radio": radio_rows,
    "many": many_rows,
    "screen": screen_rows,
    "voice": voice_rows,
    "board": board_rows,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}; default: all")
    parser.add_argument("--seeds", type=int, default=200, help="simulated sessions (default 200)")
    parser.add_argument("--first", type=int, default=0, metavar="SEED", help="of these sessions (default 0)")
    chosen = parser.parse_args()
    if unknown := set(chosen.sections) - set(SECTIONS):
        parser.error(f"no section {', '.join(sorted(unknown))}")
    begin = time.perf_counter()
    print("| what | measured | goal | reached |")
    print("|---|---|---|---|")
    for name in chosen.sections or SECTIONS:
        for row in SECTIONS[name](range(chosen.first, chosen.first + chosen.seeds)):
            print(row, flush=True)
    print(f"\n{time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()
