"""The one list of what can be done on the session screen: keys, footer, palette and help all come from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual.binding import Binding

if TYPE_CHECKING:
    from sensorcoach.app.show import ShowKind


@dataclass(frozen=True, slots=True)
class Command:
    """One thing to do.

    ``id``: its name in ``screen.keys`` of the settings. ``keys``: as Textual names them, one
    or more with commas between, empty for the palette alone. ``words``: for the footer and the palette. ``help``: a
    sentence. ``live``, ``replay``: where it can be done at all (a demo is a replay). ``footer``: shown there.
    ``beside``: commands that share this word share one place in the footer, under that word.
    """

    id: str
    keys: str
    words: str
    help: str
    live: bool = True
    replay: bool = True
    footer: bool = False
    beside: str | None = None


COMMANDS: Final = (
    Command("mark", "space", "mark", "Mark this moment in the recording.", replay=False, footer=True),
    Command(
        "add", "plus", "one more", "Count one more on the side last trained.", replay=False, footer=True, beside="count"
    ),
    Command("remove", "minus", "one less", "Count one less on that side.", replay=False, footer=True, beside="count"),
    Command(
        "undo", "u", "undo", "Take back the last repetition; it stays in the recording.", replay=False, footer=True
    ),
    Command("pain", "x", "pain", "It hurts: stop now, note it, and see what to do.", replay=False, footer=True),
    Command(
        "pause", "p", "pause", "Stop counting, or go on; the recording goes on all the time.", replay=False, footer=True
    ),
    Command("again", "r", "try again", "After a failure: try once more.", replay=False, footer=True),
    Command("calibrate", "c", "redo the start", "Find the centre and the left side again.", replay=False),
    Command(
        "comfort_left",
        "",
        "learn how far is comfortable: left",
        "Counting stops; lie still, then lower to the left as far as is comfortable.",
        replay=False,
    ),
    Command(
        "comfort_right",
        "",
        "learn how far is comfortable: right",
        "Counting stops; lie still, then lower to the right as far as is comfortable.",
        replay=False,
    ),
    Command("play", "space,p", "play", "Play or pause.", live=False, footer=True),
    Command("back", "left", "back 5 s", "Back by 5 s.", live=False, footer=True, beside="5 s"),
    Command("forward", "right", "on 5 s", "On by 5 s.", live=False, footer=True, beside="5 s"),
    Command(
        "previous_rep", "comma", "previous rep", "To the repetition before.", live=False, footer=True, beside="rep"
    ),
    Command("next_rep", "full_stop", "next rep", "To the next repetition.", live=False, footer=True, beside="rep"),
    Command(
        "previous_warning",
        "less_than_sign",
        "previous warning",
        "To the warning before.",
        live=False,
        footer=True,
        beside="warning",
    ),
    Command(
        "next_warning",
        "greater_than_sign",
        "next warning",
        "To the next warning.",
        live=False,
        footer=True,
        beside="warning",
    ),
    Command("slower", "left_square_bracket", "slower", "Slower, down to a quarter.", live=False, beside="speed"),
    Command(
        "faster", "right_square_bracket", "faster", "Faster, up to as fast as it goes.", live=False, beside="speed"
    ),
    Command("start", "home", "to the start", "To the beginning.", live=False, beside="ends"),
    Command("end", "end", "to the end", "To the end.", live=False, beside="ends"),
    Command("limits", "l", "limits", "Change a limit and see the session graded again.", live=False, footer=True),
    Command("summary", "s", "summary", "What the whole session came to.", live=False),
    Command("rep_up", "up", "rep above", "The repetition above: why it was warned of.", beside="rows"),
    Command("rep_down", "down", "rep below", "The one below; at the end, the newest.", beside="rows"),
    Command("swap_traces", "v", "angle or speed", "Show the other curve where there is room for one only."),
    Command("big", "b", "big", "Count, phase and cue fill the screen."),
    Command("mute", "m", "mute", "No sound, or sound again."),
    Command("theme", "t", "light or dark", "Change between light and dark."),
    Command("help", "question_mark,f1", "help", "All keys.", footer=True),
    Command("leave", "q", "quit", "End the session, or leave the replay. Asks while it is recorded.", footer=True),
)
"""In the order of the footer and of the help."""

KEYS_SHOWN: Final = {
    "space": "space",
    "plus": "+",
    "minus": "-",
    "comma": ",",
    "full_stop": ".",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "question_mark": "?",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
}


def commands_of(kind: ShowKind) -> tuple[Command, ...]:
    """Those that exist in such a session."""
    return tuple(command for command in COMMANDS if (command.live if kind == "live" else command.replay))


def keys_of(command: Command, keys: Mapping[str, str]) -> str:
    """As the settings want them, else as they are by default."""
    return keys.get(command.id, command.keys)


def shown_keys(command: Command, keys: Mapping[str, str]) -> str:
    """``space`` or ``←``, for people; several with a blank between."""
    return " ".join(KEYS_SHOWN.get(key.strip(), key.strip()) for key in keys_of(command, keys).split(","))


def bindings_of(kind: ShowKind, keys: Mapping[str, str]) -> Iterator[Binding]:
    """Textual's own form. A key given to two commands belongs to the one the settings name."""
    chosen = {key.strip() for command in commands_of(kind) if command.id in keys for key in keys[command.id].split(",")}
    groups: dict[str, Binding.Group] = {}
    for command in commands_of(kind):
        wanted = [key.strip() for key in keys_of(command, keys).split(",")]
        free = [key for key in wanted if command.id in keys or key not in chosen]
        for place, key in enumerate(key for key in free if key):
            group = (
                None
                if command.beside is None
                else groups.setdefault(command.beside, Binding.Group(command.beside, compact=True))
            )
            yield Binding(
                key,
                f"do({command.id!r})",
                command.words,
                show=command.footer and place == 0,
                key_display=KEYS_SHOWN.get(key, key),
                tooltip=command.help,
                id=command.id,
                group=group,
            )
