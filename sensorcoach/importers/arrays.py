"""Arrays in memory -> a recording, so that they take the same path as a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensorcoach.devices.rows import rows_packet
from sensorcoach.dsp.timeline import sample_period_s
from sensorcoach.errors import InputError
from sensorcoach.importers.opened import Recording
from sensorcoach.importers.ordering import Ordering, first_out_of_place, lateness_s
from sensorcoach.importers.units import REST_G, rest_magnitude
from sensorcoach.model import STANDARD_GRAVITY, Floats, Packet

ROWS_A_PACKET: Final = 16384
_LABEL: Final = "arrays"


def recording_of_arrays(
    t_s: NDArray[np.generic], acc: NDArray[np.generic], gyr: NDArray[np.generic] | None
) -> Recording:
    """A recording of arrays in SI.

    Args:
        t_s: (n,) s, in order within 2 s.
        acc: (n, 3) m/s², gravity included.
        gyr: (n, 3) rad/s, or None.

    Raises:
        InputError: shapes that do not fit, times that fall, or no gravity.
    """
    times, parts = _checked(t_s, acc, gyr)
    rising = np.sort(times[np.isfinite(times)])
    if not len(rising) or rising[0] == rising[-1]:
        raise InputError(f"t_s holds {len(rising[:1])} different times.", "Give at least a few seconds of samples.")
    period_s = sample_period_s(rising[:ROWS_A_PACKET])
    row = first_out_of_place(np.column_stack((times, *parts)), np.empty((0, 0)), period_s)
    if row is not None:
        raise InputError(
            f"t_s goes back by {lateness_s(times)[row]:.3g} s.", "Sort the samples, or analyse the parts one by one."
        )
    rest = rest_magnitude(parts[0], 1 / period_s)
    if not REST_G[0] <= rest / STANDARD_GRAVITY <= REST_G[1]:
        raise InputError(
            f"acc reads {rest:.3g} m/s² at rest; expected gravity, 9.8 m/s².",
            "Give raw acceleration in m/s², gravity included.",
        )
    notices: list[str] = []
    counts: dict[str, int] = {}
    return Recording(
        profile="samples",
        device_settings={},
        mounting=None,
        start=None,
        items=_packets(times, parts, notices, counts),
        notices=notices,
        sensor={"label": _LABEL, "kind": "arrays", "gyroscope": gyr is not None},
        counts=counts,
    )


def _checked(
    t_s: NDArray[np.generic], acc: NDArray[np.generic], gyr: NDArray[np.generic] | None
) -> tuple[Floats, list[Floats]]:
    """Times (n,) and the values of each sensor, (n, 3) a piece."""
    try:
        times = np.asarray(t_s, dtype=np.float64)
        parts = [np.asarray(part, dtype=np.float64) for part in (acc, gyr) if part is not None]
    except (TypeError, ValueError) as error:
        raise InputError(f"The arrays are not numbers: {error}.", "Give arrays of floats.") from error
    shapes = [times.shape, *(part.shape for part in parts)]
    expected = [(len(times),) if times.ndim == 1 else (0,), *[(len(times), 3)] * len(parts)] if times.ndim else []
    if shapes != expected or not len(times):
        raise InputError(
            f"The arrays have shapes {', '.join(map(str, shapes))}; expected (n,) for t_s and (n, 3) for acc and gyr.",
            "Put one sample in a row.",
        )
    return times, parts


def _packets(times: Floats, parts: list[Floats], notices: list[str], counts: dict[str, int]) -> Iterator[Packet]:
    ordering = Ordering()
    for start in range(0, len(times), ROWS_A_PACKET):
        here = slice(start, start + ROWS_A_PACKET)
        rows = ordering.push(np.column_stack((times[here], *(part[here] for part in parts))))
        if here.stop >= len(times):
            rows = np.concatenate((rows, ordering.flush()))
        if len(rows):
            yield rows_packet(_LABEL, rows)
    notices += ordering.notices()
    counts["out_of_order"] = ordering.sorted_rows
