"""Conversations carried out over a connection, step by step."""

from __future__ import annotations

import asyncio

import pytest

from sensorcoach.devices.conversation import Ask, Conversation, Read, Subscribe, Wait, Write
from sensorcoach.errors import SensorError
from sensorcoach.model import Packet
from sensorcoach.sources.conversing import Line
from sensorcoach.sources.mailbox import Mailbox
from sensorcoach.sources.radio import Refused
from sensorcoach.sources.session_clock import SessionClock
from tests.ble import virtual_time
from tests.link.stage import CONTROL, DATA, SERIAL, TOY, Toy, ToyConnection


class Stand:
    """A connection to a toy, spoken over in the toy profile."""

    def __init__(self, toy: Toy) -> None:
        self.connection = ToyConnection(toy, lambda: None, dict(toy.values))
        self.mailbox = Mailbox()
        self.data_s: list[float] = []
        self.line = Line(self.connection, TOY, self.mailbox, SessionClock(lambda: 0.0), self.data_s.append)
        self.line.release()

    async def packets(self) -> list[Packet]:
        return [item for item in await self.mailbox.take() if isinstance(item, Packet)]


def test_each_step_is_answered_as_the_conversation_says() -> None:
    def all_steps() -> Conversation[list[object]]:
        answers: list[object] = [(yield Read("serial"))]
        answers.append((yield Subscribe("control")))
        answers.append((yield Subscribe("control")))
        answers.append((yield Write("control", b"x")))
        answers.append((yield Wait(0.5)))
        answers.append((yield Ask("control", b"go", "control", lambda said: said == b"go ok")))
        return answers

    async def go() -> None:
        stand = Stand(Toy(mute=True))
        answers = await stand.line.converse(all_steps())
        assert answers[0] == b"S1"
        assert answers[1] is not None
        assert answers[2] is not None, "subscribed already is subscribed"
        assert answers[3:] == [None, None, b"go ok"]
        assert virtual_time.now_s() == virtual_time.START_S + 0.5
        assert [(one.channel, one.payload) for one in await stand.packets()] == [
            ("serial", b"S1"),
            ("control", b"go ok"),
        ]
        assert stand.data_s == []

    virtual_time.run(go())


def test_a_second_subscription_does_not_double_what_is_heard() -> None:  # R2
    def twice() -> Conversation[None]:
        yield Subscribe("data")
        yield Subscribe("data")

    async def go() -> None:
        stand = Stand(Toy())
        heard = []
        subscribe = stand.connection.subscribe

        async def counted(uuid: str, hear: object) -> None:
            heard.append(uuid)
            await subscribe(uuid, hear)  # type: ignore[arg-type]

        stand.connection.subscribe = counted  # type: ignore[method-assign, assignment]
        await stand.line.converse(twice())
        assert heard == [DATA]

    virtual_time.run(go())


@pytest.mark.parametrize("missing", [True, False])
def test_what_is_optional_is_answered_with_none(missing: bool) -> None:
    def ask() -> Conversation[list[object]]:
        return [(yield Read("serial", optional=True)), (yield Subscribe("control", optional=True))]

    async def go() -> None:
        toy = Toy(refused=set() if missing else {SERIAL, CONTROL})
        if missing:
            toy.values = {DATA: b""}
        assert await Stand(toy).line.converse(ask()) == [None, None]

    virtual_time.run(go())


@pytest.mark.parametrize("step", [Read("serial"), Subscribe("control"), Write("control", b"")])
def test_what_is_not_optional_is_an_error(step: Read | Subscribe | Write) -> None:
    def ask() -> Conversation[None]:
        yield step

    async def go() -> None:
        with pytest.raises(Refused):
            await Stand(Toy(refused={SERIAL, CONTROL})).line.converse(ask())

    virtual_time.run(go())


def test_a_question_waits_so_long_and_only_for_its_answer() -> None:
    seen: list[bytes] = []

    def is_reply(said: bytes) -> bool:
        seen.append(said)
        if said == b"bad":
            raise IndexError
        return said == b"mine"

    def ask() -> Conversation[bytes | None]:
        yield Subscribe("control")
        yield Subscribe("data")
        return (yield Ask("control", b"?", "control", is_reply, within_s=2.0))

    async def go(comes_s: float) -> bytes | None:
        stand = Stand(Toy())
        loop = asyncio.get_running_loop()
        loop.call_later(0.1, stand.connection.notify, CONTROL, b"other")
        loop.call_later(0.2, stand.connection.notify, CONTROL, b"bad")
        loop.call_later(0.3, stand.connection.notify, DATA, b"mine")
        loop.call_later(comes_s, stand.connection.notify, CONTROL, b"mine")
        answer = await stand.line.converse(ask())
        assert virtual_time.now_s() == pytest.approx(virtual_time.START_S + min(comes_s, 2.0))
        assert len(await stand.packets()) == (4 if answer else 3), "all of it is recorded"
        return answer

    assert virtual_time.run(go(1.9)) == b"mine"
    assert virtual_time.run(go(2.1)) is None
    assert b"bad" in seen


def test_a_profile_that_fails_is_an_error_that_names_its_place() -> None:
    def broken() -> Conversation[None]:
        value = yield Read("serial")
        assert value is not None
        print(value[99])

    def content() -> Conversation[None]:
        yield Wait(0.1)
        raise SensorError("No.", "Do.")

    async def go() -> None:
        with pytest.raises(
            SensorError, match=r"The profile toy failed: IndexError in test_link_conversing.py, line \d+"
        ):
            await Stand(Toy()).line.converse(broken())
        with pytest.raises(SensorError, match=r"^No\. Do\.$"):
            await Stand(Toy()).line.converse(content())

    virtual_time.run(go())
