"""What can be wrong with a pretend sensor: switches a test (or a maker at the keyboard) throws while it streams."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Faults:
    """All off. Counts go down as they are used up."""

    lose_next: int = 0
    """So many notifications never leave; the sensor's numbers and clock go on."""
    lose_every: int = 0
    """Every so-manieth notification never leaves; 0 none."""
    repeat_next: int = 0
    """So many notifications are sent twice."""
    repeat_all: bool = False
    """Each is sent twice: what a doubled subscription looks like."""
    hold: bool = False
    """Notifications wait, and leave in one burst when this is off again."""
    mute: bool = False
    """Connected and subscribed, but no samples: a zombie link."""
    deaf_control: bool = False
    """Commands are taken, and never answered or obeyed."""
    refuse_writes: int | None = None
    """Writes are answered with this ATT error."""
    refuse_status: int | None = None
    """Own format: the control point answers every command with this status."""
    ignore_writes: int = 0
    """So many commands are taken but not obeyed (a WitMotion that was not unlocked in time does so)."""
    unreadable: set[str] = field(default_factory=set)
    """Names of characteristics whose reads are answered with ``read_error``."""
    read_error: int = 0x0E
    """ATT: unlikely error. 0x05, 0x0c and 0x0f want the sensor paired."""
    hang_reads: bool = False
    """Reads are never answered."""
    junk: list[bytes] = field(default_factory=list)
    """Sent on the data characteristic before the next notification, one after the other."""
    ignore_mtu: bool = False
    """Own format, careless firmware: packets as long as it likes, which the radio cuts."""
    no_readvertise: bool = False
    """Silent after a disconnect."""
