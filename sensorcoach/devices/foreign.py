"""A profile from another package, kept from ending a session: whatever it raises becomes a `DecodeError`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from sensorcoach.devices.profile import Profile
from sensorcoach.errors import DecodeError, SensorcoachError
from sensorcoach.model import Decoded, Packet


class ForeignProfile:
    """Stands for ``profile`` of ``package``; what is not named here is the profile's own."""

    def __init__(self, profile: Profile[Any], package: str) -> None:
        self._profile, self._package = profile, package

    def __getattr__(self, name: str) -> Any:
        return getattr(self._profile, name)

    def initial(self, device_settings: Mapping[str, object]) -> Any:
        """See `Profile.initial`."""
        try:
            return self._profile.initial(device_settings)
        except Exception as error:
            self._failed(error)

    def decode(self, state: Any, packet: Packet) -> tuple[Any, Decoded | None]:
        """See `Profile.decode`."""
        return self.decode_all(state, (packet,))

    def decode_all(self, state: Any, packets: Sequence[Packet]) -> tuple[Any, Decoded | None]:
        """See `Profile.decode_all`."""
        try:
            return self._profile.decode_all(state, packets)
        except Exception as error:
            self._failed(error)

    def reconnected(self, state: Any) -> Any:
        """See `Profile.reconnected`. One that fails is not asked."""
        try:
            return self._profile.reconnected(state)
        except Exception:
            return state

    def _failed(self, error: Exception) -> NoReturn:
        if isinstance(error, SensorcoachError):
            raise error
        raise DecodeError(
            f"The sensor profile {self._profile.name!r} failed: {type(error).__name__}: {error}.",
            f"Report it to the makers of {self._package}.",
        ) from error
