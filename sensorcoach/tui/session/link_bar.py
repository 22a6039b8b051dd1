"""The top line: sensor, rate, loss, battery, time, and whether it is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from sensorcoach.output.printable import printable
from sensorcoach.output.words import LINK, clock
from sensorcoach.tui.session.ink import ink
from sensorcoach.tui.session.words import LINK_SYMBOLS

if TYPE_CHECKING:
    from sensorcoach.app.show import ShowKind
    from sensorcoach.session.picture import LinkPicture


@dataclass(frozen=True, slots=True)
class LinkShown:
    """What stands there. ``t_s``: whole seconds of the session. ``ended``: nothing is recorded any more. ``failed``: it
    could not go on, and nothing is looked for.
    """

    kind: ShowKind
    link: LinkPicture
    t_s: int
    muted: bool = False
    ended: bool = False
    failed: bool = False


class LinkBar(Widget):
    """One row. What does not fit is left out from the right, the time and REC never."""

    COMPONENT_CLASSES = {"link-bar--good", "link-bar--trouble", "link-bar--quiet", "link-bar--rec"}
    DEFAULT_CSS = """
    LinkBar {
        height: 1; padding: 0 1; background: $panel; color: $foreground;
        & .link-bar--good { color: $success; text-style: bold; }
        & .link-bar--trouble { color: $warning; text-style: bold; }
        & .link-bar--quiet { color: $foreground 70%; }
        & .link-bar--rec { color: $error; text-style: bold; }
    }
    """

    shown: reactive[LinkShown | None] = reactive(None)

    def render(self) -> Text:
        """Left the sensor, right time and REC."""
        if self.shown is None:
            return Text("")
        right = self._right(self.shown)
        left = self._left(self.shown, self.size.width - right.cell_len - 2)
        return Text.assemble(left, " " * max(1, self.size.width - left.cell_len - right.cell_len), right)

    def _left(self, shown: LinkShown, width: int) -> Text:
        link = shown.link
        quiet = ink(self, "link-bar--quiet")
        begin = Text.assemble(*self._state(shown))
        for part in _parts(link):
            if begin.cell_len + 3 + len(part) > width:
                break
            begin.append(f"  {part}", quiet)
        begin.truncate(max(width, 0), overflow="ellipsis")
        return begin

    def _state(self, shown: LinkShown) -> tuple[Text, ...]:
        if shown.kind == "replay":
            name = printable(shown.link.name)
            return (Text("REPLAY", "bold"), Text(f"  {name}" if name else ""))
        if shown.kind == "demo":
            return (Text("DEMO", "bold"), Text("  simulated sensor"))
        if shown.failed:
            return (Text("✕ no session", ink(self, "link-bar--trouble")),)
        link = shown.link
        fine = link.state == "streaming"
        style = ink(self, f"link-bar--{'good' if fine else 'trouble'}")
        symbol, name = LINK_SYMBOLS[link.state], printable(link.name)
        if fine:
            return (Text(f"{symbol} ", style), Text(name or "sensor", "bold"))
        return (Text(f"{symbol} {LINK[link.state]}", style), Text(f"  {name}" if name else ""))

    def _right(self, shown: LinkShown) -> Text:
        muted = Text("muted  " if shown.muted else "")
        now = Text(clock(shown.t_s), "bold")
        begun = shown.link.recording or shown.link.rate_hz is not None
        if shown.kind != "live" or shown.ended or not begun:
            return Text.assemble(muted, now)
        if not shown.link.recording:
            return Text.assemble(muted, now, Text("  not recorded", "dim"))
        return Text.assemble(muted, now, Text("  ● REC", ink(self, "link-bar--rec")))


def _parts(link: LinkPicture) -> list[str]:
    """In the order of what matters."""
    parts = []
    if link.rate_hz is not None:
        parts.append(f"{link.rate_hz:.0f} Hz")
    if link.lost_fraction is not None:
        parts.append(f"loss {100 * link.lost_fraction:.1f} %")
    if link.battery is not None:
        parts.append(f"battery {100 * link.battery:.0f} %")
    if link.rssi_dbm is not None:
        parts.append(f"signal {link.rssi_dbm} dBm")
    if link.profile:
        parts.append(printable(link.profile))
    return parts
