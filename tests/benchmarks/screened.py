"""Run in a pretend terminal by `tests.benchmarks.screen`: a session screen that keeps a log of what it was given.

``python -m tests.benchmarks.screened live``: a recorded session over a scripted radio, at its own pace.
``... counts LOG``: a repetition counted now and then; the instants (CLOCK_MONOTONIC, s) go to LOG.
"""

import random
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from sensorcoach.app import LivePlan, LiveShow, Picture
from sensorcoach.model import Trace
from sensorcoach.sources.link import Wanted
from sensorcoach.tui.app import SensorcoachApp
from sensorcoach.tui.session.screen import SessionScreen
from tests.live.scripted_radio import Script, ScriptedRadio
from tests.tui.scripted import ScriptedShow, curve, in_the_hold

COUNTS = 40
FIRST = 10
"""Two figures from the beginning, so that every count changes the same places of the screen."""


def live() -> None:
    show = LiveShow(lambda: ScriptedRadio(Script(recording="mixed")), LivePlan(wanted=Wanted()))

    def begin(app: SensorcoachApp) -> None:
        show.start()
        app.push_screen(SessionScreen(show), lambda _end: app.exit())

    SensorcoachApp(begin).run()
    show.wait(3.0)


@dataclass
class Running(ScriptedShow):
    """Time goes on, the curves move."""

    began_s: float = 0.0
    left: int = FIRST

    @property
    def now_s(self) -> float:
        return 45.4 + time.monotonic() - self.began_s

    def picture(self) -> Picture:
        return in_the_hold(left=self.left)

    def trace(self, start_s: float, end_s: float) -> Trace:
        return curve(start_s, min(end_s, self.now_s))


def counts(log: Path) -> None:
    show = Running(in_the_hold(), began_s=time.monotonic())
    rng = random.Random(1)

    def count(app: SensorcoachApp) -> None:
        time.sleep(2.0)
        with log.open("w") as lines:
            for _ in range(COUNTS):
                time.sleep(0.3 + 0.4 * rng.random())
                lines.write(f"{time.monotonic()}\n")
                lines.flush()
                show.left += 1
        time.sleep(1.0)
        app.call_from_thread(app.exit)

    def begin(app: SensorcoachApp) -> None:
        app.push_screen(SessionScreen(show))
        threading.Thread(target=count, args=(app,), daemon=True).start()

    SensorcoachApp(begin).run()


if __name__ == "__main__":
    live() if sys.argv[1] == "live" else counts(Path(sys.argv[2]))
