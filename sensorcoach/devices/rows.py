"""Profile ``samples``: rows of float64, the lossless form that imported files and arrays take as packets.

Channel ``acc``: rows of ``[t_s, ax, ay, az]``; channel ``acc+gyr``: rows of ``[t_s, ax, ay, az, gx, gy, gz]``.
Seconds, m/s², rad/s, little-endian, row after row. Any number of rows a packet; a packet never splits a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sensorcoach.devices.setting import number_or_none
from sensorcoach.errors import DecodeError
from sensorcoach.model import Bools, Decoded, Floats, Packet

CHANNEL_COLUMNS: Final = {"acc": 4, "acc+gyr": 7}
CLIP_FRACTION: Final = 0.98
"""Of the range: at or above it a sample counts as clipped (`model.Decoded`)."""


@dataclass(frozen=True, slots=True)
class RowsState:
    """Ranges in SI where the header tells them; nothing else is remembered."""

    acc_range: float | None = None
    gyr_range: float | None = None
    duplicated: int = 0


class RowsProfile:
    """Decoder of float64 rows. Device settings: ``acc_range_mps2`` and ``gyr_range_radps``, both optional."""

    name = "samples"
    label = "rows of samples"
    counts_loss = True

    def initial(self, device_settings: Mapping[str, object]) -> RowsState:
        """See `Profile.initial`."""
        return RowsState(
            acc_range=number_or_none(device_settings, "acc_range_mps2"),
            gyr_range=number_or_none(device_settings, "gyr_range_radps"),
        )

    def decode(self, state: RowsState, packet: Packet) -> tuple[RowsState, Decoded | None]:
        """See `Profile.decode`. The rows are not copied."""
        return self.decode_all(state, (packet,))

    def decode_all(self, state: RowsState, packets: Sequence[Packet]) -> tuple[RowsState, Decoded | None]:
        """See `Profile.decode_all`."""
        blocks = [_rows(packet) for packet in packets]
        blocks = [block for block in blocks if len(block)]
        if not blocks:
            return state, None
        if len({block.shape[1] for block in blocks}) > 1:
            raise DecodeError(
                "The recording mixes packets with and without a gyroscope.", "Record or import the two apart."
            )
        rows = blocks[0] if len(blocks) == 1 else np.concatenate(blocks)
        acc = rows[:, 1:4]
        gyr = rows[:, 4:7] if rows.shape[1] == 7 else None
        clipped = _clipped(acc, state.acc_range)
        if gyr is not None:
            np.logical_or(clipped, _clipped(gyr, state.gyr_range), out=clipped)
        return state, Decoded(t_s=rows[:, 0], acc=acc, gyr=gyr, clipped=clipped)

    def reconnected(self, state: RowsState) -> RowsState:
        """See `Profile.reconnected`. Nothing spans packets."""
        return state


def rows_packet(sensor: str, rows: Floats) -> Packet:
    """One packet of ``rows`` (n, 4) or (n, 7), n ≥ 1, in SI; it arrives with its last sample."""
    channel = "acc" if rows.shape[1] == 4 else "acc+gyr"
    return Packet(sensor, channel, float(rows[-1, 0]), np.ascontiguousarray(rows, dtype="<f8").tobytes())


def _rows(packet: Packet) -> Floats:
    columns = CHANNEL_COLUMNS.get(packet.channel)
    if columns is None:
        raise DecodeError(
            f"A packet of samples came on channel {packet.channel!r}; expected {' or '.join(CHANNEL_COLUMNS)}.",
            "The recording's header names another device profile than its packets.",
        )
    if len(packet.payload) % (8 * columns):
        raise DecodeError(
            f"A packet of {len(packet.payload)} bytes at {packet.t_s:.3f} s holds no whole rows of {8 * columns}.",
            "The recording is damaged there.",
        )
    return np.frombuffer(packet.payload, dtype="<f8").reshape(-1, columns)


def _clipped(values: Floats, sensor_range: float | None) -> Bools:
    if sensor_range is None:
        return np.zeros(len(values), dtype=np.bool_)
    clipped: Bools = np.abs(values).max(axis=1) >= CLIP_FRACTION * sensor_range
    return clipped


ROWS: Final = RowsProfile()
