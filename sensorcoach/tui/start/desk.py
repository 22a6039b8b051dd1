"""All that the pages around a session ask for; the real one asks `sensorcoach.app`, a test gives another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from sensorcoach.errors import SensorcoachError
from sensorcoach.tui.start.openings import OpenDemo, Opening, OpenLive, OpenReplay
from sensorcoach.tui.start.past import PastSession, past_logged, past_session

if TYPE_CHECKING:
    from sensorcoach.app import Found, HeardSensor, RememberedSensor, Show, ShowKind, StoredRecording, Voice
    from sensorcoach.choices import Choices
    from sensorcoach.preferences import Personal, VoiceSettings
    from sensorcoach.tui.session.screen import Mutable

Choose = Callable[[Sequence["Found"]], "Found | None"]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A recording that cannot be shown, with the reason as a sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that was opened. ``files``: its recording, written or read. ``close`` returns when it has ended."""

    show: Show
    voice: Mutable | None
    files: tuple[Path, ...]
    close: Callable[[], object]

    @property
    def kind(self) -> ShowKind:
        """Live, replay or demo."""
        return self.show.kind


@dataclass(frozen=True, slots=True)
class Sound:
    """What was asked of the voice for this visit. ``file``: a WAV to write it into. ``language``: None, as in the
    settings.
    """

    on: bool = True
    file: Path | None = None
    language: str | None = None


class Desk:
    """Asks `sensorcoach.app`, and only when something is wanted: the first frame waits for nothing."""

    def __init__(self, person: str | None = None, sound: Sound = Sound()) -> None:  # noqa: B008 (a value)
        """``person``: whose logbook and settings; None: the one person of this computer."""
        self._person, self._sound = person, sound

    def remembered(self) -> RememberedSensor | None:
        """The sensor used last."""
        from sensorcoach.app import remembered_sensor

        return remembered_sensor()

    def recordings(self) -> list[StoredRecording]:
        """Those in the person's folder, the newest first."""
        from sensorcoach.app import stored_recordings

        return stored_recordings()

    def read(self, path: Path) -> PastSession | Unreadable:
        """What is in a recording; the logbook knows most. Takes a while: not in the screen's thread."""
        known = self._logged_here.get(path)
        if known is not None:
            return known
        from sensorcoach.app import Failure, analyze_sessions
        from sensorcoach.choices import Choices

        (outcome,) = analyze_sessions([[path]], Choices(), lambda _name: None)
        return Unreadable(outcome.error) if isinstance(outcome, Failure) else past_session(outcome, path)

    def logged(self) -> list[PastSession]:
        """The sessions of the logbook, the newest first; none where it cannot be used: `sensorcoach log` says why."""
        return [one for one in self._logged() if not one.simulated]

    @cached_property
    def _logged_here(self) -> dict[Path, PastSession]:
        """By their recordings. What is recorded later is analysed."""
        return {one.path: one for one in self._logged() if one.path is not None}

    def _logged(self) -> list[PastSession]:
        from sensorcoach.app import sessions_logged

        try:
            return [past_logged(one) for one in reversed(sessions_logged(self._person))]
        except SensorcoachError:
            return []

    @asynccontextmanager
    async def air(self) -> AsyncIterator[Callable[[], list[HeardSensor]]]:
        """While the context lasts, the function given tells which sensors were heard.

        Raises:
            BluetoothError: Bluetooth cannot be used.
        """
        import asyncio

        from sensorcoach import app as ask

        radio = await asyncio.to_thread(lambda: ask.bluetooth(person=self._person))  # loads bleak
        async with ask.sensors_in_the_air(radio) as heard:
            yield heard

    def personal(self) -> Personal:
        """The personal settings.

        Raises:
            SettingsError: the file cannot be used.
        """
        from sensorcoach.app import personal

        return personal(self._person)

    def personal_file(self) -> str:
        """Where they are."""
        from sensorcoach.app import personal_file_of

        return str(personal_file_of(self._person))

    def save_personal(self, personal: Personal, *, target_grows: bool | None = None) -> None:
        """Keep them. ``target_grows``: whether the target of a session grows by itself; None: as before.

        Raises:
            SettingsError: they cannot be written.
        """
        from sensorcoach.app import save_personal

        save_personal(personal, self._person, target_grows=target_grows)

    def grown_target(self) -> int | None:
        """Of a session of today, where it grows by itself; None where a number was chosen, or it cannot be told."""
        from sensorcoach.app import names_target, target_for

        try:
            return None if names_target(self._person) else target_for(self._person)
        except SensorcoachError:
            return None

    def language(self) -> str:
        """Of what is said and shown of cues."""
        return self._voice_settings().language

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

    def begin(
        self, opening: Opening, choose: Choose, complain: Callable[[str], None], ring: Callable[[], None]
    ) -> Begun:
        """Open a session; it goes on by itself. Takes a while: not in the screen's thread.

        Args:
            opening: which.
            choose: asked, in another thread, which of several sensors is meant.
            complain: told what the voice cannot do.
            ring: rings the terminal's bell, where there is nothing better.

        Raises:
            SensorcoachError: it cannot be opened.
        """
        begun = self._begun(opening, choose)
        try:
            voice = self._voice(begun.show, complain, ring)
        except SensorcoachError:
            begun.close()
            raise

        def close() -> None:
            begun.close()
            voice.close()

        return replace(begun, voice=voice, close=close)

    def report(self, files: Sequence[Path], choices: Choices) -> str:
        """Make the report of a session, beside its first file; where it is, in a sentence. Takes a while.

        Raises:
            SensorcoachError: it cannot be made.
        """
        from sensorcoach.app import write_report

        out = files[0].with_name(files[0].name.removesuffix(".gz").removesuffix(".jsonl") + ".html")
        return f"The report is in {write_report(files, out, choices)}"

    def _begun(self, opening: Opening, choose: Choose) -> Begun:
        match opening:
            case OpenLive():
                return self._begun_live(opening, choose)
            case OpenReplay():
                from sensorcoach.app import open_replay

                player = open_replay(opening.files, opening.choices)
                files = opening.files
            case OpenDemo():
                from sensorcoach.app import open_demo

                player, files = open_demo(), ()
        player.set_speed(opening.speed)
        player.play()
        return Begun(player, None, files, player.stop)

    def _begun_live(self, opening: OpenLive, choose: Choose) -> Begun:
        from sensorcoach import app as ask

        plan = ask.live_plan(
            opening.choices,
            device=opening.device,
            profile=opening.profile,
            choose=choose,
            record=opening.record,
            out=opening.out,
            guided=True,
            person=self._person,
        )
        show = ask.LiveShow(lambda: ask.bluetooth(opening.adapter, self._person), plan)
        show.start()

        def close() -> None:
            show.stop()
            show.wait()

        return Begun(show, None, () if plan.file is None else (plan.file,), close)

    def _voice(self, show: Show, complain: Callable[[str], None], ring: Callable[[], None]) -> Voice:
        from sensorcoach.app import voice_of

        return voice_of(show, self._voice_settings(), complain, file=self._sound.file, ring=ring)

    def _voice_settings(self) -> VoiceSettings:
        voice = self.personal().voice
        return structs.replace(voice, on=voice.on and self._sound.on, language=self._sound.language or voice.language)
