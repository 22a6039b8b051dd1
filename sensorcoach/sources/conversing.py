"""Carries out a profile's conversations over a connection, and puts everything the sensor says into the mailbox."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable
from pathlib import PurePath
from typing import Any, Final, TypeVar

from sensorcoach.devices.conversation import Ask, Conversation, Read, Step, Subscribe, Wait, Write
from sensorcoach.devices.profile import RadioProfile
from sensorcoach.errors import SensorcoachError, SensorError
from sensorcoach.model import Packet
from sensorcoach.sources.bluetooth_words import stale_characteristics_advice
from sensorcoach.sources.causes import Cause
from sensorcoach.sources.mailbox import Mailbox
from sensorcoach.sources.radio import Connection, Refused
from sensorcoach.sources.session_clock import SessionClock

SENSOR: Final = "knee"
"""What recordings call the one sensor; its own name is untrusted and stands in their header only."""

R = TypeVar("R")
_log = logging.getLogger("sensorcoach.link")


class WrongProfile(SensorError):
    """The sensor lacks a characteristic that every sensor of this profile has."""


class Line:
    """One connection, spoken over in one profile's language. One conversation at a time.

    What is heard is kept back until `release`: another unit's samples must not get into the session.
    """

    def __init__(
        self,
        connection: Connection,
        profile: RadioProfile[Any],
        mailbox: Mailbox,
        clock: SessionClock,
        heard_data: Callable[[float], None],
    ) -> None:
        self._connection = connection
        self._profile = profile
        self._mailbox = mailbox
        self._kept_back: list[Packet] | None = []
        self._clock = clock
        self._heard_data = heard_data
        self._subscribed: set[str] = set()
        self._refused: set[str] = set()
        """Channels that were asked for although they are optional, and are not there for us: not asked again."""
        self._asking: _Question | None = None
        self._over = False

    async def converse(self, conversation: Conversation[R]) -> R:
        """Carry out each step and send the answer back, to the end.

        Raises:
            WrongProfile: a characteristic is missing.
            LinkLost, Refused: a step failed that is not optional.
            SensorError: the profile is not content with an answer.
        """
        try:
            step = next(conversation)
            while True:
                step = conversation.send(await self._carried_out(step))
        except StopIteration as end:
            result: R = end.value
            return result
        except SensorcoachError:
            raise
        except Exception as error:  # profiles may come from third parties: theirs must not end a session
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{type(error).__name__} in {PurePath(place.filename).name}, line {place.lineno}"
            _log.error("a conversation of profile %s failed: %s", self._profile.name, where)
            raise SensorError(f"The profile {self._profile.name} failed: {where}.", "Please report it.") from error
        finally:
            conversation.close()

    @property
    def max_payload(self) -> int | None:
        """Bytes one notification can carry, as far as the computer tells."""
        return self._connection.max_payload

    def release(self) -> None:
        """It is the unit that is meant: hand on what it said, and whatever it says from now on."""
        if self._kept_back is None:
            return
        for packet in self._kept_back:
            self._mailbox.keep(packet)
        self._kept_back = None

    def hang_up(self) -> None:
        """From now on nothing that this connection says is heard."""
        self._over = True

    async def _carried_out(self, step: Step) -> bytes | None:
        match step:
            case Read():
                return await self._read(step)
            case Write():
                await self._connection.write(self._uuid(step.channel), step.payload, step.acknowledged)
            case Subscribe():
                return await self._subscribe(step)
            case Ask():
                return await self._ask(step)
            case Wait():
                await asyncio.sleep(step.duration_s)
        return None

    async def _read(self, step: Read) -> bytes | None:
        if step.optional and (
            step.channel in self._refused or not self._connection.has(self._profile.channels[step.channel])
        ):
            return None
        try:
            value = await self._connection.read(self._uuid(step.channel))
        except Refused:
            if step.optional:
                self._refused.add(step.channel)
                return None
            raise
        self._hand_on(Packet(SENSOR, step.channel, self._clock.now_s(), value), answers=True)
        return value

    async def _subscribe(self, step: Subscribe) -> bytes | None:
        channel = step.channel
        if channel in self._subscribed:
            return b""
        if step.optional and not self._connection.has(self._profile.channels[channel]):
            return None
        carries_data = channel == self._profile.data_channel

        def heard(payload: bytes) -> None:
            if self._over:
                return
            t_s = self._clock.now_s()
            packet = Packet(SENSOR, channel, t_s, payload)
            self._hand_on(packet, answers=self._asking is not None and self._asking.answered_by(packet))
            if carries_data:
                self._heard_data(t_s)

        try:
            await self._connection.subscribe(self._uuid(channel), heard)
        except Refused as error:
            # Samples that are there but not for us are no lack of the sensor: then the cause is worth more.
            if step.optional and not (carries_data and error.cause in (Cause.PAIRING, Cause.HELD)):
                return None
            raise
        self._subscribed.add(channel)
        return b""

    def _hand_on(self, packet: Packet, *, answers: bool) -> None:
        """An answer is not dropped even if the session is slow: without scales and rates the rest cannot be read."""
        if self._kept_back is not None:
            self._kept_back.append(packet)
        elif answers:
            self._mailbox.keep(packet)
        else:
            self._mailbox.put(packet)

    async def _ask(self, step: Ask) -> bytes | None:
        question = _Question(step)
        self._asking = question
        try:
            await self._connection.write(self._uuid(step.channel), step.payload, step.acknowledged)
            await asyncio.wait({question.answer}, timeout=step.within_s)
        finally:
            self._asking = None
        return question.answer.result() if question.answer.done() else None

    def _uuid(self, channel: str) -> str:
        uuid = self._profile.channels[channel]
        if not self._connection.has(uuid):
            raise WrongProfile(
                f"The sensor is no {self._profile.label}: it lacks the characteristic '{channel}'.",
                f"Name its kind with --profile. {stale_characteristics_advice()}",
            )
        return uuid


class _Question:
    """A question that waits for its answer."""

    def __init__(self, step: Ask) -> None:
        self._step = step
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def answered_by(self, packet: Packet) -> bool:
        """Whether ``packet`` is the answer; the first one counts."""
        if self.answer.done() or packet.channel != self._step.reply_channel or not self._is_reply(packet.payload):
            return False
        self.answer.set_result(packet.payload)
        return True

    def _is_reply(self, payload: bytes) -> bool:
        try:
            return self._step.is_reply(payload)
        except Exception as error:  # in the radio's callback, on bytes from the air
            _log.error("a reply could not be looked at: %s", type(error).__name__)
            return False
