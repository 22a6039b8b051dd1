"""A live session, from the search for the sensor to the result."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from sensorcoach import __version__, logfile
from sensorcoach.app.keeping import KeptRecording, release, reserved_recording
from sensorcoach.app.log import log_session, session_settings
from sensorcoach.app.stopping import stopped_by_signals
from sensorcoach.awake import kept_awake
from sensorcoach.choices import Choices
from sensorcoach.devices.profile import RadioProfile
from sensorcoach.errors import LogbookError, RecordingError, SettingsError
from sensorcoach.folders import Folders, folders, made
from sensorcoach.model import Control, LinkEvent, Notice, RepDone, Result, StageChanged
from sensorcoach.outfile import new_file
from sensorcoach.recording import Header
from sensorcoach.session import Listener, LiveSession, Told
from sensorcoach.session.picture import StreamFigures
from sensorcoach.sources.described import DESCRIPTION_SUFFIX, all_radio_profiles, described, description_problems
from sensorcoach.sources.link import LinkStatus, LinkTiming, Mailbox, SensorLink, SessionClock, Wanted
from sensorcoach.sources.remembered import RememberedSensor, load_remembered, save_remembered

if TYPE_CHECKING:
    from sensorcoach.sources.radio import Found, Radio


@dataclass(frozen=True, slots=True)
class LivePlan:
    """What a live session is to be.

    ``wanted``: which sensor. ``file``: of the recording; None records nothing. ``memory``: the folder in which the
    unit is remembered; None forgets it. ``troubles``: what the person should know before it begins. ``profiles``: the
    kinds of sensors that are looked for; None: all that are built in or installed. ``guided``: nothing counts until
    the person lies still, and it ends by itself. ``traced``: the curves are told, too. ``person``: the label under
    which it is kept. ``places``: where the logbook is; None logs nothing.
    """

    wanted: Wanted
    choices: Choices = Choices()
    file: Path | None = None
    memory: Path | None = None
    timing: LinkTiming = LinkTiming()
    troubles: tuple[str, ...] = ()
    profiles: tuple[RadioProfile[Any], ...] | None = None
    guided: bool = False
    traced: bool = False
    person: str | None = None
    places: Folders | None = None


def live_plan(
    choices: Choices,
    *,
    device: str | None = None,
    profile: str | None = None,
    choose: Callable[[Sequence[Found]], Found | None] | None = None,
    record: bool = True,
    out: Path | None = None,
    guided: bool = False,
    person: str | None = None,
) -> LivePlan:
    """The plan of a person on this computer: the sensor used last, if none is named; a new file in their folder.

    Args:
        choices: mounting and settings; where no settings are given, the personal ones, with the target and the
            comfortable range of the logbook.
        device: name or address of the sensor, as typed.
        profile: forced, by name; or the path of a TOML file that describes the sensor.
        choose: asked, in a thread of its own, when several sensors match.
        record: whether to write a session file.
        out: its name; it must not exist. It is reserved from now on: see `let_go`.
        guided: nothing counts until the person lies still, and it ends by itself.
        person: the label under which the session is kept.

    Raises:
        RecordingError: the file exists already, or cannot be made.
        SettingsError: no sensor profile has this name, the description named is wrong, or a personal settings file is.
    """
    places = folders()
    settings, doubts = session_settings(person, choices.settings, places)
    profiles = all_radio_profiles(places.config)
    if profile is not None and profile.endswith(DESCRIPTION_SUFFIX):
        own = described(Path(profile))
        profiles, profile = (own, *(one for one in profiles if one.name != own.name)), own.name
    known = [one.name for one in profiles]
    problems = description_problems(places.config)
    if profile is not None and profile not in known:
        raise SettingsError(
            f"No sensor profile is called {profile!r}.", " ".join([f"Known are {', '.join(known)}.", *problems])
        )
    remembered, trouble = load_remembered(places.config)
    if remembered is not None and remembered.profile not in known:  # its description or its package is gone
        remembered = None
    file = None
    if record:
        if out is None:
            file = reserved_recording(made(places.recordings), datetime.now())
        else:
            os.close(new_file(file := out))
    return LivePlan(
        wanted=Wanted(device, profile, remembered, choose),
        choices=msgspec.structs.replace(choices, settings=settings),
        file=file,
        memory=places.config,
        troubles=(*problems, *(() if trouble is None else (trouble,)), *choices.notices, *doubts),
        profiles=profiles,
        guided=guided,
        person=person,
        places=places,
    )


class Live:
    """A live session under way. Make it inside the running loop: session time begins now."""

    def __init__(self, radio: Radio, plan: LivePlan, listener: Listener) -> None:
        """``listener`` is told each event in order, from another thread.

        Raises:
            SettingsError: the mounting cannot be used.
        """
        file = plan.file
        self._file, self._places = file, plan.places
        self._kept: KeptRecording | None = None
        self._memory = plan.memory
        self._listener = listener
        self._mailbox = Mailbox()
        self._clock = SessionClock()
        self._link = SensorLink(
            radio, plan.wanted, self._mailbox, self._clock, plan.timing, self._remember, plan.profiles
        )
        self._session = LiveSession(
            plan.choices,
            start=datetime.now().astimezone(),
            recorder_for=self._recorder,
            listener=self._tell,
            name=None if file is None else str(file),
            guided=plan.guided,
            traced=plan.traced,
            person=plan.person,
        )
        self._loop = asyncio.get_running_loop()

    @property
    def now_s(self) -> float:
        """Session time. From any thread."""
        return self._clock.now_s()

    @property
    def recording(self) -> bool:
        """A file is being written. From any thread."""
        return self._session.recording

    @property
    def recorded(self) -> Path | None:
        """What was written, or is being written; None: nothing yet. From any thread."""
        return None if self._kept is None else self._kept.file

    @property
    def figures(self) -> StreamFigures | None:
        """How the stream stands; in the thread of the listener."""
        return self._session.figures

    @property
    def status(self) -> LinkStatus:
        """The link at this moment. From any thread."""
        return self._link.status

    def tell(self, code: str, text: str) -> None:
        """A notice of the front's own, in the session's time."""
        self._tell(Notice(self._clock.now_s(), code, text))

    def control(self, action: str, value: str = "") -> None:
        """What the person did, now: recorded, counted with. In the loop's thread."""
        self._mailbox.put(Control(self._clock.now_s(), action, value))

    def stop(self) -> None:
        """End the session well. From any thread."""
        self._loop.call_soon_threadsafe(self._link.stop)

    def close(self) -> None:
        """Close the recording if `run` could not: the interpreter shuts down, and no thread helps any more."""
        self._session.close()

    async def run(self) -> Result | None:
        """Stream until `stop`; the recording is closed whatever happens. None: nothing, or too little, was received.

        Raises:
            BluetoothError: Bluetooth cannot be used, before the first streaming.
            SensorError: no sensor, or not as it should be, before the first streaming.
        """
        logfile.note("begin", version=logfile.Version(__version__))
        try:
            await _both(self._link, self._mailbox, self._session)
        except BaseException as error:
            logfile.note_error(error)
            # Whoever listened may be the one that failed: close the file, tell nothing more.
            await asyncio.to_thread(self._session.close)
            if self._file is not None:
                release(self._file)
            raise
        result = await asyncio.to_thread(self._session.finish)
        if self._file is not None:
            release(self._file)
        if result is not None:
            await asyncio.to_thread(self._log, result)
        status = self.status
        reps = 0 if result is None else result.summary.reps
        logfile.note("end", reps=reps, reconnects=status.reconnects, missing_s=status.missing_s)
        return result

    def _recorder(self, header: Header) -> KeptRecording | None:
        if self._file is None:
            return None
        elsewhere = None if self._places is None else self._places.recordings
        self._kept = KeptRecording(self._file, header, elsewhere, lambda text: self.tell("recording_moved", text))
        return self._kept

    def _log(self, result: Result) -> None:
        """Into the logbook, which is made of recordings: without one there is nothing to log."""
        recorded = self.recorded
        if recorded is None or self._places is None:
            return
        try:
            log_session(result, recorded, self._places)
        except (LogbookError, RecordingError) as error:
            self.tell("not_logged", f"The session is not in the logbook yet. {error}")

    def _remember(self, sensor: RememberedSensor) -> None:
        if self._memory is None:
            return
        try:
            save_remembered(self._memory, sensor)
        except SettingsError as error:
            self._memory = None  # said once
            self.tell("not_remembered", str(error))

    def _tell(self, told: Told) -> None:
        match told:
            case LinkEvent():
                logfile.note("link", state=told.state, at_s=told.t_s)
            case Notice():
                logfile.note("notice", code=told.code, at_s=told.t_s)
            case RepDone():
                logfile.note("rep", number=told.rep.index, at_s=told.known_s)
            case StageChanged(stage="ended") | Control(action="pain"):
                self._loop.call_soon_threadsafe(self.stop)
        self._listener(told)


def let_go(plan: LivePlan) -> None:
    """Remove the file that was reserved for a session, if nothing was written into it."""
    if plan.file is not None:
        release(plan.file)


def go_live(radio: Radio, plan: LivePlan, listener: Listener, begun: Callable[[Live], None]) -> Result | None:
    """A whole live session for a front without a loop of its own; ``begun`` is given it, to look at. See `Live.run`.

    The computer is kept awake. Ctrl-C and what else asks a program to end stop the session well; a second time leaves
    at once, with the recording closed.

    Raises:
        KeyboardInterrupt: the person left at once.
    """
    logfile.log_into(folders().log)
    try:
        with kept_awake() as trouble:
            troubles = plan.troubles if trouble is None else (*plan.troubles, trouble)
            return asyncio.run(_until_told_to_stop(radio, replace(plan, troubles=troubles), listener, begun))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        logfile.stop_logging()


async def stream(mailbox: Mailbox, session: LiveSession) -> None:
    """Hand on what comes, until the mailbox is closed. The work is done in a thread: the loop is the radio's."""
    while items := await mailbox.take():
        await asyncio.to_thread(session.take, items)


async def _until_told_to_stop(
    radio: Radio, plan: LivePlan, listener: Listener, begun: Callable[[Live], None]
) -> Result | None:
    live = Live(radio, plan, listener)
    begun(live)
    for trouble in plan.troubles:
        live.tell("beforehand", trouble)

    def stop() -> None:
        live.tell("stopping", "Stopping. Ctrl-C once more leaves at once.")
        live.stop()

    own = asyncio.current_task()
    assert own is not None
    with stopped_by_signals(stop, own.cancel):
        return await live.run()


async def _both(link: SensorLink, mailbox: Mailbox, session: LiveSession) -> None:
    """Link and session side by side, until both have ended; then what either of them raised."""
    linking = asyncio.create_task(link.run())
    taking = asyncio.create_task(stream(mailbox, session))
    try:
        await asyncio.wait((linking, taking), return_when=asyncio.FIRST_COMPLETED)
        if not linking.done():
            link.stop()  # nobody listens any more
        await asyncio.wait((linking, taking))
        taking.result()
        linking.result()
    finally:
        for task in (linking, taking):
            task.cancel()
        await asyncio.gather(linking, taking, return_exceptions=True)
