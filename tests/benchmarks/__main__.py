"""One table of all figures the project set itself, beside those of the simple counter. Simulated where not said to be
real; nothing tried on people here.

``python -m tests.benchmarks``: everything, some minutes. ``... speed live``: only these sections. ``... twist --half
other``: the independent sessions not developed on; ``--list-wrong``: which are wrong, and where. ``... --seeds 50``:
fewer sessions of our own simulator. ``... exercise --first 3000``: others than developed on (0-199).
"""

import argparse
import time
from collections.abc import Callable

from tests.benchmarks.board import board_rows
from tests.benchmarks.many import many_rows
from tests.benchmarks.memory import memory_rows
from tests.benchmarks.own_simulator import activity_rows, exercise_rows, warning_rows
from tests.benchmarks.radio import radio_rows
from tests.benchmarks.real import broad_rows, daily_rows, leg_raise_rows, mex_rows, sisfall_rows
from tests.benchmarks.robustness import robustness_rows
from tests.benchmarks.screen import screen_rows
from tests.benchmarks.speed import analysis_rows, linearity_rows, live_rows, reading_rows
from tests.benchmarks.table import Options, Row
from tests.benchmarks.twist import twist_rows
from tests.benchmarks.voice import voice_rows

SECTIONS: dict[str, Callable[[Options], list[Row]]] = {
    "mex": mex_rows,
    "sisfall": sisfall_rows,
    "daily": daily_rows,
    "raises": leg_raise_rows,
    "broad": broad_rows,
    "twist": twist_rows,
    "robust": robustness_rows,
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
    "exercise": exercise_rows,
    "warnings": warning_rows,
    "activity": activity_rows,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}; default: all")
    parser.add_argument("--seeds", type=int, default=200, help="simulated sessions (default 200)")
    parser.add_argument("--first", type=int, default=0, metavar="SEED", help="of these sessions (default 0)")
    parser.add_argument("--half", choices=("dev", "other", "both"), default="dev", help="of the independent sessions")
    parser.add_argument("--processes", type=int, default=2, help="for the independent sessions (default 2)")
    parser.add_argument("--list-wrong", action="store_true", help="name the sessions counted wrong, and where")
    chosen = parser.parse_args()
    if unknown := set(chosen.sections) - set(SECTIONS):
        parser.error(f"no section {', '.join(sorted(unknown))}")
    begin = time.perf_counter()
    options = Options(
        seeds=range(chosen.first, chosen.first + chosen.seeds),
        half=chosen.half,
        processes=chosen.processes,
        list_wrong=chosen.list_wrong,
    )
    print("| what | measured | simple counter | goal | reached |")
    print("|---|---|---|---|---|")
    for name in chosen.sections or SECTIONS:
        for row in SECTIONS[name](options):
            print(row, flush=True)
    print(f"\n{time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()
