"""The link to a sensor, kept up: search, connect, start, watch, and all of it again for as long as the user stays.

Everything is told through the mailbox: packets, and a `LinkEvent` for each change of state:

==========  ================================================================================
searching   listening for the sensor; the detail says why the attempts before failed
connecting  a new connection begins: decoders drop half a frame
streaming   samples come (again)
stalled     no samples for longer than this sensor's notifications usually are apart
lost        the connection broke, or was given up
==========  ================================================================================

and what befell it: resumed, overflow, battery_low.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sensorcoach.devices import radio_profiles
from sensorcoach.devices.conversation import Battery, Started
from sensorcoach.devices.profile import RadioProfile
from sensorcoach.errors import BluetoothError, SensorcoachError, SensorError
from sensorcoach.model import LinkEvent
from sensorcoach.sources.bounded import bounded, ended, set_within
from sensorcoach.sources.causes import LASTING, Cause
from sensorcoach.sources.conversing import Line, WrongProfile
from sensorcoach.sources.finding import Candidate, NotFound, Search, SearchFailed, Wanted, unit_preferred
from sensorcoach.sources.mailbox import LinkItem, Mailbox, SensorReady
from sensorcoach.sources.radio import LinkLost, LinkTrouble, Radio
from sensorcoach.sources.remembered import RememberedSensor
from sensorcoach.sources.session_clock import SessionClock
from sensorcoach.sources.silence import SilenceWatch
from sensorcoach.sources.timing import USUAL, LinkTiming

__all__ = ["LinkItem", "LinkStatus", "LinkTiming", "Mailbox", "SensorLink", "SensorReady", "SessionClock", "Wanted"]

LATE_S: Final = 0.25
"""A wait that ends so late says that this program, or the computer, was busy."""
_ROUNDING_S: Final = 1e-6

T = TypeVar("T")
_log = logging.getLogger("sensorcoach.link")


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """The link at this moment, for screens.

    ``name`` is untrusted; ``since_s``: session time of the last change; ``missing_s``: what reconnects cost so far,
    from the last sample before each to the first behind.
    """

    state: str
    detail: str
    since_s: float
    name: str | None = None
    profile: str | None = None
    rssi_dbm: int | None = None
    battery: Battery | None = None
    notifications: int = 0
    reconnects: int = 0
    missing_s: float = 0.0


class _OtherUnit(Exception):
    """The sensor connected to is not the one that is meant."""


class SensorLink:
    """One sensor, from the search to the end of the session. Closes the mailbox when it is done.

    ``profiles``: the sensors looked for; None for all known. ``remember``: told of the unit after its start.
    """

    def __init__(
        self,
        radio: Radio,
        wanted: Wanted,
        mailbox: Mailbox,
        clock: SessionClock,
        timing: LinkTiming = USUAL,
        remember: Callable[[RememberedSensor], None] | None = None,
        profiles: Sequence[RadioProfile[Any]] | None = None,
    ) -> None:
        self._radio = radio
        self._wanted = wanted
        self._mailbox = mailbox
        self._clock = clock
        self._timing = timing
        self._remember = remember
        self._profiles = radio_profiles() if profiles is None else profiles
        self._stop = asyncio.Event()
        self._watch = SilenceWatch()
        self._slept_s = clock.slept_s()

        self._unit = unit_preferred(wanted)
        self._unit_is_certain = False
        """It was chosen or has started in this session: no other will do."""
        self._last_remembered = wanted.remembered
        self._aside: set[str] = set()
        self._not_held: set[str] = set()
        self._uncached = False

        self._has_streamed = False
        self._failures = 0
        self._rebuffs = 0

        self._state, self._detail, self._since_s = "searching", "", clock.now_s()
        self._candidate: Candidate | None = None
        self._data_came = asyncio.Event()
        self._battery: Battery | None = None
        self._battery_low_told = False
        self._notifications = 0
        self._starts = 0
        self._broke_s: float | None = None
        self._missing_s = 0.0

    @property
    def status(self) -> LinkStatus:
        """The link at this moment."""
        found = self._candidate
        return LinkStatus(
            state=self._state,
            detail=self._detail,
            since_s=self._since_s,
            name=None if found is None else found.found.name,
            profile=None if found is None else found.profile.name,
            rssi_dbm=None if found is None else found.found.rssi_dbm,
            battery=self._battery,
            notifications=self._notifications,
            reconnects=max(self._starts - 1, 0),
            missing_s=self._missing_s,
        )

    def stop(self) -> None:
        """Ask the sensor to stop, disconnect and let `run` return. Call it in the loop's thread."""
        self._stop.set()

    async def run(self) -> None:
        """Stream until `stop`.

        Raises:
            BluetoothError: Bluetooth cannot be used, before the first streaming.
            SensorError: no sensor, the wrong one or a dumb one, before the first streaming. Afterwards nothing ends it.
        """
        work = asyncio.create_task(self._keep_up())
        stopped = asyncio.create_task(self._stop.wait())
        sleeps = asyncio.create_task(self._notice_sleep())
        try:
            await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # The way out is the same for stop, for an error and for being cancelled: through `_one_connection`.
            await ended(work, stopped, sleeps)
            self._mailbox.close()
        if not work.cancelled():
            work.result()

    # --- one attempt after the other ----------------------------------------------------------------------------------

    async def _keep_up(self) -> None:
        why = ""
        while True:
            self._say("searching", why)
            try:
                await self._one_connection()
            except _OtherUnit:
                why = "that was another unit of the same kind"
            except SensorcoachError as error:
                self._weigh(error)
                serious = isinstance(error, BluetoothError) or self._failures >= self._timing.failures_told
                why = str(error) if serious else ""
                await asyncio.sleep(self._timing.pause_s(self._failures))
            except Exception as error:  # a mistake of ours, or of a profile: no reason to end a session under way
                if not self._has_streamed:
                    raise
                self._failures += 1
                _log.error("attempt failed: %s", type(error).__name__)
                self._say("lost", f"an unexpected failure ({type(error).__name__})")
                await asyncio.sleep(self._timing.pause_s(self._failures))

    def _weigh(self, error: SensorcoachError) -> None:
        """Count a failed attempt; raise what ends everything."""
        self._failures += 1
        cause = error.cause if isinstance(error, LinkTrouble) else Cause.UNKNOWN
        _log.info("attempt failed: %s, cause %s, %d in a row", type(error).__name__, cause, self._failures)
        if isinstance(error, WrongProfile) and not self._uncached:
            # The computer may remember characteristics from before a firmware change.
            self._uncached = True
            return
        if isinstance(error, NotFound):  # whatever was held against a device may have passed
            self._aside.clear()
            self._not_held.clear()
        if self._has_streamed or (isinstance(error, LinkLost) and cause not in LASTING):
            return
        self._rebuffs += 1
        if isinstance(error, BluetoothError | SearchFailed | WrongProfile) or self._rebuffs >= self._timing.rebuffs:
            raise error

    async def _one_connection(self) -> None:
        """From the search to the loss of the link; never returns."""
        candidate = await self._searched()
        self._say("connecting", "")
        lost = asyncio.Event()
        try:
            connection = await self._radio.connect(
                candidate.found,
                lost.set,
                services=candidate.profile.advertised.own_services,
                uncached=self._uncached,
            )
        except SensorcoachError:
            self._do_not_trust_held(candidate)
            raise
        self._watch.connected(self._clock.now_s(), candidate.profile.about.delay_s)
        line = Line(connection, candidate.profile, self._mailbox, self._clock, self._heard_data)
        if candidate.is_certain:
            line.release()
        try:
            await _unless(lost, self._started(line, candidate))
            await _unless(lost, self._streamed(line, candidate))
        except SensorcoachError as error:
            self._do_not_trust_held(candidate)
            # Tried once more, then told with its advice as the error that ends it.
            self._say("lost", error.message if isinstance(error, WrongProfile) else str(error))
            raise
        except (asyncio.CancelledError, _OtherUnit):
            await self._say_goodbye(line, candidate)
            raise
        finally:
            line.hang_up()
            if self._watch.last_s is not None:
                self._broke_s = self._watch.last_s
            await connection.close()

    async def _searched(self) -> Candidate:
        candidate = await Search(
            self._radio,
            self._wanted,
            self._profiles,
            self._timing,
            unit=self._unit,
            insists=self._unit_is_certain,
            aside=self._aside,
            not_held=self._not_held,
        ).result()
        self._candidate = candidate
        if candidate.unit is None:
            # Nobody is asked twice.
            self._settle_on(candidate, None)
        return candidate

    def _do_not_trust_held(self, candidate: Candidate) -> None:
        """The computer may believe in a connection that is dead; next time the sensor must be heard."""
        if candidate.found.connected:
            self._not_held.add(candidate.found.address)

    def _settle_on(self, candidate: Candidate, identity: str | None) -> RememberedSensor:
        found = candidate.found
        self._unit = RememberedSensor(
            profile=candidate.profile.name,
            name=found.name,
            identity=identity,
            address=found.address,
            adapter=found.adapter,
        )
        self._unit_is_certain = True
        return self._unit

    # --- one connection -----------------------------------------------------------------------------------------------

    async def _started(self, line: Line, candidate: Candidate) -> None:
        try:
            started = await bounded(line.converse(candidate.profile.start()), self._timing.start_s)
        except (TimeoutError, ConnectionAbortedError) as error:
            raise LinkLost("The sensor did not get started in time.", "Switch it off and on.") from error
        if candidate.is_other_than_meant(started.identity):
            self._aside.add(candidate.found.address)
            raise _OtherUnit
        line.release()
        self._remember_unit(candidate, started)
        self._starts += 1
        self._data_came.clear()
        name = candidate.found.name or ""
        rssi_dbm = candidate.found.rssi_dbm
        self._mailbox.put(
            SensorReady(self._clock.now_s(), candidate.profile.name, name, started.identity, started, rssi_dbm)
        )
        _log.info("started: profile %s, largest payload %s", candidate.profile.name, line.max_payload)

    def _remember_unit(self, candidate: Candidate, started: Started) -> None:
        known = started.identity
        if known is None and candidate.unit is not None:
            known = candidate.unit.identity
        unit = self._settle_on(candidate, known)
        if self._remember is None or unit == self._last_remembered:
            return
        self._last_remembered = unit
        try:
            self._remember(unit)
        except (OSError, SensorcoachError) as error:
            _log.warning("the sensor could not be remembered: %s", type(error).__name__)

    async def _streamed(self, line: Line, candidate: Candidate) -> None:
        """From the start to silence; never returns."""
        if not await set_within(self._data_came, self._timing.first_data_s):
            raise SensorError(
                "The sensor is connected, but sends no samples.",
                "Switch it off and on, charge it, and check --profile.",
            )
        self._has_streamed = True
        self._failures = 0
        self._not_held.clear()
        battery = asyncio.create_task(self._ask_battery(line, candidate.profile))
        try:
            await self._watched()
        finally:
            await ended(battery)

    async def _watched(self) -> None:
        """Tell stalls, and when they end; raise when the link is given up."""
        detail = self._back()
        while True:
            self._say("streaming", detail)
            await self._until_stalled()
            detail = ""
            self._data_came.clear()
            self._say("stalled", f"no samples for {self._quiet_s():.1f} s")
            while not self._data_came.is_set():
                if self._clock.now_s() >= self._watch.gone_at_s - _ROUNDING_S:
                    raise LinkLost(
                        f"No samples came for {self._quiet_s():.0f} s.", "Is the sensor near, switched on and charged?"
                    )
                await self._wait(self._watch.gone_at_s, self._data_came)

    def _back(self) -> str:
        """Samples come again: how long there were none, counted and in words; empty the first time."""
        if self._broke_s is None:
            return ""
        missing_s = (self._watch.last_s or self._clock.now_s()) - self._broke_s
        self._broke_s = None
        self._missing_s += missing_s
        return f"after {missing_s:.1f} s without samples"

    async def _until_stalled(self) -> None:
        never = asyncio.Event()
        while self._clock.now_s() < self._watch.stalled_at_s - _ROUNDING_S:
            await self._wait(self._watch.stalled_at_s, never)

    async def _wait(self, moment_s: float, news: asyncio.Event) -> None:
        """Until ``moment_s`` of the session, or ``news``, or it is time for another look."""
        limit_s = min(max(moment_s - self._clock.now_s(), 0.0), self._timing.look_s)
        loop_time = asyncio.get_running_loop().time
        due_s = loop_time() + limit_s
        await set_within(news, limit_s)
        if loop_time() - due_s > LATE_S:
            # This program was busy, not the sensor silent: what waits in the computer is delivered first.
            await asyncio.sleep(LATE_S)
        self._note_sleep()

    def _quiet_s(self) -> float:
        return self._clock.now_s() - (self._watch.last_s or self._since_s)

    def _heard_data(self, t_s: float) -> None:
        self._watch.heard(t_s)
        self._notifications += 1
        self._data_came.set()

    async def _ask_battery(self, line: Line, profile: RadioProfile[Any]) -> None:
        while True:
            try:
                battery = await line.converse(profile.battery())
            except SensorcoachError as error:
                _log.info("the battery could not be asked: %s", type(error).__name__)
            else:
                self._battery = battery or self._battery
                if battery is not None and battery.low and not self._battery_low_told:
                    self._battery_low_told = True
                    self._tell("battery_low", f"the sensor's battery is low{_charge(battery)}: charge it soon")
            await asyncio.sleep(self._timing.battery_every_s)

    async def _say_goodbye(self, line: Line, candidate: Candidate) -> None:
        try:
            await bounded(line.converse(candidate.profile.stop()), self._timing.farewell_s)
        except (OSError, SensorcoachError) as error:  # the sensor may be gone, and will notice that we are
            _log.info("the sensor could not be stopped: %s", type(error).__name__)

    # --- what is told -------------------------------------------------------------------------------------------------

    async def _notice_sleep(self) -> None:
        while True:
            await asyncio.sleep(self._timing.look_s)
            self._note_sleep()

    def _note_sleep(self) -> None:
        slept_s = self._clock.slept_s()
        asleep_s = slept_s - self._slept_s
        self._slept_s = slept_s
        if asleep_s > self._timing.asleep_s:
            self._tell("resumed", f"the computer slept for {asleep_s:.0f} s")
            self._watch.resumed(self._clock.now_s())

    def _say(self, state: str, detail: str) -> None:
        self._state, self._detail, self._since_s = state, detail, self._clock.now_s()
        self._tell(state, detail)

    def _tell(self, state: str, detail: str) -> None:
        self._mailbox.put(LinkEvent(self._clock.now_s(), state, detail))


async def _unless(lost: asyncio.Event, work: Coroutine[Any, Any, T]) -> T:
    """The result of ``work``, unless the connection breaks before."""
    task = asyncio.create_task(work)
    broke = asyncio.create_task(lost.wait())
    try:
        await asyncio.wait({task, broke}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await ended(task, broke)
    if task.cancelled():
        raise LinkLost("The connection to the sensor broke.", "Keep it near the computer; check its battery.")
    return task.result()


def _charge(battery: Battery) -> str:
    if battery.fraction is not None:
        return f" ({battery.fraction:.0%})"
    return "" if battery.volts is None else f" ({battery.volts:.2f} V)"
