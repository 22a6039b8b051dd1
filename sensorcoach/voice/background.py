"""A voice whose work is done in a thread of its own: whoever tells it something never waits."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from sensorcoach.model import Cue, PhaseChanged, StageChanged, Told, Trace
from sensorcoach.preferences import VoiceSettings
from sensorcoach.voice.mixer import Lane
from sensorcoach.voice.sounding import session_time_s

MOST_WAITING: Final = 4096
"""A minute of all that a session of 50 packets a second tells."""
BACK_S: Final = 0.5
"""Session time does not run back but where somebody jumps."""
SHORTEST_GUIDE_S: Final = 0.3
"""A drop is known a little after its start; the guide is shorter by that. Nobody can follow what is shorter still."""
CLOSING_S: Final = 20.0
"""Two long sentences take 10 s to say."""


class Output(Protocol):
    """Where it is heard. All calls come from one thread, in the order in which they were told."""

    def say(self, cue: Cue) -> None:
        """Let a cue be heard, if it is not too late."""

    def end(self, lane: Lane) -> None:
        """What sounds in a lane stops, and what was to sound there never does."""

    def hum(self, speed_dps: float) -> None:
        """The speed of the roll now."""

    def advance(self, t_s: float) -> None:
        """Session time has come to ``t_s``."""

    def mute(self, muted: bool) -> None:
        """Silence, or not any more."""

    def hush(self) -> None:
        """Stop what sounds."""

    def close(self) -> None:
        """Let the last words end, free everything."""


class BackgroundVoice:
    """A `Voice` around an `Output`.

    Where the output is stuck, what is told is left out after `MOST_WAITING`, and closing waits for `CLOSING_S`; with
    ``patient`` the teller waits as long as it takes: a file of a replay that does not wait would lose most of its cues.
    ``now_s``: session time at this moment; without it, as late as what is told says. ``came``: told the session time of
    all that is told, in the teller's thread. The tempo guide and the speed tone are made here: they follow the movement
    itself, not what the coach thinks of it.
    """

    def __init__(
        self,
        output: Output,
        preferences: VoiceSettings,
        *,
        patient: bool = False,
        came: Callable[[float], None] = lambda t_s: None,
        now_s: Callable[[], float] | None = None,
    ) -> None:
        self._output = output
        self._preferences = preferences
        self._armed = True
        self._last_s = 0.0
        self._patient = patient
        self._came = came
        self._now_s = now_s
        self._waiting: queue.Queue[Callable[[], None] | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._work, name="voice", daemon=True)
        self._thread.start()

    def tell(self, told: Told) -> None:
        """See `Voice`."""
        t_s = session_time_s(told)
        if not isinstance(told, Cue):  # of a plan made some time ago
            self._came(t_s)
        now_s = t_s if self._now_s is None else self._now_s()
        if self._now_s is not None and now_s < self._last_s - BACK_S:  # somebody jumped back in a replay
            self._do(self._output.hush)
        self._last_s = now_s
        self._do(lambda: self._hear(told, max(t_s, now_s)))

    def advance(self, t_s: float) -> None:
        """See `Voice`."""
        self._came(t_s)
        self._do(lambda: self._output.advance(t_s))

    def mute(self, muted: bool) -> None:
        """See `Voice`."""
        self._do(lambda: self._output.mute(muted))

    def hush(self) -> None:
        """See `Voice`."""
        self._do(self._output.hush)

    def close(self) -> None:
        """See `Voice`."""
        if self._thread.is_alive():
            longest_s = None if self._patient else CLOSING_S
            with contextlib.suppress(queue.Full):
                self._waiting.put(None, timeout=longest_s)
            self._thread.join(longest_s)

    def _do(self, action: Callable[[], None]) -> None:
        with contextlib.suppress(queue.Full):
            self._waiting.put(action, block=self._patient)

    def _work(self) -> None:
        while (action := self._waiting.get()) is not None:
            action()
        self._output.close()

    def _hear(self, told: Told, told_s: float) -> None:
        if isinstance(told, Cue) and told.t_s > told.known_s:  # of a plan: it begins when it is due
            self._output.say(told)
            self._output.advance(told_s)
            return
        self._output.advance(told_s)
        match told:
            case Cue():
                self._output.say(told)
            case PhaseChanged():
                self._follow(told)
            case StageChanged():
                self._armed = told.stage == "armed"
            case Trace() if len(told.t_s) and self._armed and self._preferences.speed_tone:
                self._output.hum(float(told.speed_dps[-1]))

    def _follow(self, told: PhaseChanged) -> None:
        """A breath ends when the hold does, the tempo guide when the knees are down."""
        if told.phase != "hold":
            self._output.end("breath")
        self._output.end("guide")
        left_s = self._preferences.tempo_s - (told.known_s - told.t_s)
        if told.phase == "drop" and self._armed and left_s >= SHORTEST_GUIDE_S:
            guide = Cue(told.known_s, told.known_s, "guide", "tempo", values=(("duration_s", round(left_s, 3)),))
            self._output.say(guide)


class FollowedTime:
    """Session time at this moment: what was told last, and the time since. For who has no clock of the session's."""

    def __init__(self, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._monotonic_s = monotonic_s
        self._told_s = 0.0
        self._heard_s = monotonic_s()

    def came(self, t_s: float) -> None:
        """Session time is ``t_s`` now."""
        self._told_s, self._heard_s = t_s, self._monotonic_s()

    def now_s(self) -> float:
        """Session time."""
        return self._told_s + self._monotonic_s() - self._heard_s
