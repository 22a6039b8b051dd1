"""The session screen as pictures. A difference is judged by eye: see README, Development."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from .conftest import settle, staged
from .scripted import STREAMING, ScriptedPlayer, ScriptedShow, cue, in_the_hold, phase, picture

Compare = Callable[..., bool]
SMALL, LARGE = (80, 24), (120, 36)
RECORDING = replace(STREAMING, name="2026-11-20_18-10.jsonl.gz", recording=False)
CUES = {
    "good": cue(44.0, "half_way_there", "good", "progress"),
    "info": cue(41.0, "two_more", "info", "progress"),
    "note": cue(44.0, "jerky", "note", index=2),
    "warn": cue(44.0, "too_fast", "warn", index=2),
    "severe": cue(44.0, "jarring", "severe", index=4),
}


@pytest.mark.parametrize("level", CUES)
def test_a_cue_of_each_level(snap_compare: Compare, level: str) -> None:
    app = staged(ScriptedShow(in_the_hold(cue=CUES[level])))
    assert snap_compare(app, terminal_size=SMALL, run_before=settle)


SHOWS: dict[str, tuple[Callable[[], ScriptedShow], tuple[int, int], dict[str, Any], list[str]]] = {
    "empty": (lambda: ScriptedShow(picture(1.0)), SMALL, {}, []),
    "streaming": (
        lambda: ScriptedShow(in_the_hold(phase=phase("drop", 44.0), cue=CUES["warn"])),
        LARGE,
        {},
        ["up", "up"],
    ),
    "stalled": (lambda: ScriptedShow(in_the_hold(link=replace(STREAMING, state="stalled"))), SMALL, {}, []),
    "replay_paused": (lambda: ScriptedPlayer(in_the_hold(link=RECORDING)), SMALL, {}, []),
    "light": (lambda: ScriptedShow(in_the_hold(cue=CUES["severe"])), LARGE, {"theme": "light"}, []),
    "big": (lambda: ScriptedShow(in_the_hold(cue=CUES["warn"])), SMALL, {"big": True}, []),
    "help": (lambda: ScriptedShow(in_the_hold()), SMALL, {}, ["question_mark"]),
}


@pytest.mark.parametrize("name", SHOWS)
def test_a_state(snap_compare: Compare, name: str) -> None:
    show, size, wiring, keys = SHOWS[name]

    async def ready(pilot: Any) -> None:
        await settle(pilot)
        await pilot.press(*keys)
        await settle(pilot)

    assert snap_compare(staged(show(), **wiring), terminal_size=size, run_before=ready)
