"""What a person can do to a replay: a tape machine."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sensorcoach.app.player import Player
    from sensorcoach.session.picture import Picture

STEP_S: Final = 5.0
SPEEDS: Final = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, math.inf)


class ReplaySteering:
    """``able``: which commands can run now; ``do`` one of them."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self._doings: dict[str, Callable[[], None]] = {
            "play": self._play_or_pause,
            "back": lambda: player.seek(player.now_s - STEP_S),
            "forward": lambda: player.seek(player.now_s + STEP_S),
            "previous_rep": player.previous_rep,
            "next_rep": player.next_rep,
            "previous_warning": player.previous_warning,
            "next_warning": player.next_warning,
            "slower": lambda: self._change_speed(-1),
            "faster": lambda: self._change_speed(1),
            "start": lambda: player.seek(player.start_s),
            "end": lambda: player.seek(player.start_s + player.duration_s),
        }

    def able(self, picture: Picture) -> frozenset[str]:
        """Nothing before the first piece of the recording is there."""
        if self._player.duration_s <= 0.0:
            return frozenset()
        return frozenset({*self._doings, "limits", *(("summary",) if self._player.result() is not None else ())})

    def do(self, command: str, picture: Picture) -> str:
        """Nothing to say: it is seen."""
        self._doings[command]()
        return ""

    def _play_or_pause(self) -> None:
        if self._player.playing:
            self._player.pause()
        else:
            self._player.play()

    def _change_speed(self, steps: int) -> None:
        nearest = min(range(len(SPEEDS)), key=lambda place: abs(SPEEDS[place] - min(self._player.speed, 1e9)))
        place = len(SPEEDS) - 1 if math.isinf(self._player.speed) else nearest
        self._player.set_speed(SPEEDS[min(len(SPEEDS) - 1, max(0, place + steps))])
