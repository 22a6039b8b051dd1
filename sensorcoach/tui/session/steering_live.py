"""What a person can do to a live session: each a control in the recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sensorcoach.output.words import clock

if TYPE_CHECKING:
    from sensorcoach.app.show import Show
    from sensorcoach.session.picture import Picture


class LiveSteering:
    """``able``: which commands can run now; ``do`` one of them."""

    def __init__(self, show: Show) -> None:
        self._show = show

    def able(self, picture: Picture) -> frozenset[str]:
        """Nothing can be controlled before the sensor streams for the first time, or after the end: it may hurt while
        a lost sensor is looked for, too.
        """
        streamed = picture.link.state in ("streaming", "stalled", "lost") or picture.link.rate_hz is not None
        begun = streamed and picture.ended is None
        if not begun:
            return frozenset()
        standing = any(rep.index not in picture.undone for rep in picture.reps) or picture.counted > len(picture.reps)
        counting = picture.stage in ("armed", "paused")
        return frozenset(
            {"mark", "pain", "pause", "calibrate", "comfort_left", "comfort_right"}
            | ({"add"} if counting else set())
            | ({"remove"} if picture.left + picture.right + picture.unknown > 0 else set())
            | ({"undo"} if standing else set())
        )

    def do(self, command: str, picture: Picture) -> str:
        """What to say about it, or nothing."""
        match command:
            case "mark":
                self._show.control("mark")
                return f"Marked at {clock(self._show.now_s)}."
            case "add":
                return self._correct("+1", picture)
            case "remove":
                return self._correct("-1", picture)
            case "undo":
                self._show.control("undo")
                return "The last repetition is taken back."
            case "calibrate" | "comfort_left":
                self._show.control("calibrate", "left")
            case "comfort_right":
                self._show.control("calibrate", "right")
            case "pause":
                self._show.control("arm" if picture.stage != "armed" else "pause", "key")
        return ""

    def _correct(self, change: str, picture: Picture) -> str:
        side = last_side(picture)
        self._show.control("correct", change if side is None else f"{change} {side}")
        return ""


def last_side(picture: Picture) -> str | None:
    """The side last trained: of the movement under way, else of the last repetition."""
    if picture.phase is not None and picture.phase.name != "centre":
        return picture.phase.side
    return picture.reps[-1].side if picture.reps else None
