"""Carrying out a profile's conversation with a scripted sensor: what the link does, without a radio."""

MOST_STEPS = 500
"""No profile says nearly as much; one that goes on for ever must fail."""


def converse(conversation, sensor):
    """What a conversation comes to with a sensor whose ``answer(step)`` plays its part."""
    answer = None
    try:
        for _ in range(MOST_STEPS):
            answer = sensor.answer(conversation.send(answer))
    except StopIteration as end:
        return end.value
    raise AssertionError("the conversation never ends")
