"""The sensor used last, in a small file, so that the next session finds the same unit."""

from __future__ import annotations

import msgspec


class RememberedSensor(msgspec.Struct, frozen=True, kw_only=True):
    """``identity``: what stays with the unit on every computer, if it tells; ``address`` may change, a name is shared."""

    profile: str
    name: str | None
    identity: str | None
    address: str
