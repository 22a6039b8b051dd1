"""All that the pages around a session ask for; the real one asks `sensorcoach.app`, a test gives another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sensorcoach.tui.start.openings import OpenDemo, Opening, OpenLive, OpenReplay
from sensorcoach.tui.start.past import PastSession, past_session

if TYPE_CHECKING:
    from sensorcoach.app import Found, HeardSensor, RememberedSensor, Show, StoredRecording, Voice
    from sensorcoach.model import Result
    from sensorcoach.preferences import Personal

Choose = Callable[[Sequence["Found"]], "Found | None"]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A recording that cannot be shown, with the reason as a sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that was opened. ``recording``: the file it is kept in, or was read from; None: none."""

    show: Show
    voice: Voice | None
    recording: Path | None
    close: Callable[[], object]


class Desk:
    """Asks `sensorcoach.app`, and only when something is wanted: the first frame waits for nothing."""

    def remembered(self) -> RememberedSensor | None:
        """The sensor used last."""
        from sensorcoach.app import remembered_sensor

        return remembered_sensor()

    def recordings(self) -> list[StoredRecording]:
        """Those in the person's folder, the newest first."""
        from sensorcoach.app import stored_recordings

        return stored_recordings()

    def read(self, path: Path) -> PastSession | Unreadable:
        """What is in a recording. Takes a while: not in the screen's thread."""
        from sensorcoach.app import Failure, analyze_sessions
        from sensorcoach.choices import Choices

        (outcome,) = analyze_sessions([[path]], Choices(), lambda _name: None)
        return Unreadable(outcome.error) if isinstance(outcome, Failure) else past_session(outcome, path)

    def logged(self) -> list[PastSession]:
        """The sessions of the logbook, the newest first."""
        return []

    @asynccontextmanager
    async def air(self) -> AsyncIterator[Callable[[], list[HeardSensor]]]:
        """While the context lasts, the function given tells which sensors were heard.

        Raises:
            BluetoothError: Bluetooth cannot be used.
        """
        import asyncio

        from sensorcoach import app as ask

        radio = await asyncio.to_thread(lambda: ask.bluetooth())  # loads bleak
        async with ask.sensors_in_the_air(radio) as heard:
            yield heard

    def personal(self) -> Personal:
        """The personal settings."""
        from sensorcoach.preferences import Personal

        return Personal()

    def save_personal(self, personal: Personal) -> None:
        """Keep them.

        Raises:
            SettingsError: they cannot be written.
        """
        raise NotImplementedError

    def notice_read(self) -> bool:
        """Whether the safety notice was read."""
        from sensorcoach.app import safety_notice_read

        return safety_notice_read()

    def note_notice_read(self) -> None:
        """It was.

        Raises:
            SettingsError: it cannot be remembered.
        """
        from sensorcoach.app import note_safety_notice_read

        note_safety_notice_read()

    def begin(self, opening: Opening, choose: Choose, complain: Callable[[str], None]) -> Begun:
        """Open a session; it goes on by itself. Takes a while: not in the screen's thread.

        Args:
            opening: which.
            choose: asked, in another thread, which of several sensors is meant.
            complain: told what the voice cannot do.

        Raises:
            SensorcoachError: it cannot be opened.
        """
        match opening:
            case OpenLive():
                return self._begin_live(opening, choose)
            case OpenReplay():
                from sensorcoach.app import open_replay

                player = open_replay(opening.files, opening.choices)
                recording: Path | None = opening.files[0]
            case OpenDemo():
                from sensorcoach.app import open_demo

                player, recording = open_demo(), None
        player.set_speed(opening.speed)
        player.play()
        return Begun(player, None, recording, player.stop)

    def _begin_live(self, opening: OpenLive, choose: Choose) -> Begun:
        from sensorcoach import app as ask

        plan = ask.live_plan(
            opening.choices,
            device=opening.device,
            profile=opening.profile,
            choose=choose,
            record=opening.record,
            out=opening.out,
        )
        show = ask.LiveShow(lambda: ask.bluetooth(), plan)
        show.start()

        def close() -> None:
            show.stop()
            show.wait()

        return Begun(show, None, plan.file, close)

    def finished(self, result: Result, recording: Path | None) -> None:
        """A live session has ended."""
