"""The library's front door: a path, paths or arrays -> an `Analysis`, with the arrays behind it and data frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np
from numpy.typing import ArrayLike

from sensorcoach.analysis import Listener, analyze_recording, open_session
from sensorcoach.choices import Choices
from sensorcoach.errors import SettingsError
from sensorcoach.importers import Recording, recording_of_arrays
from sensorcoach.model import Mounting, Rep, Result, Warning
from sensorcoach.settings import Settings
from sensorcoach.signals import Signals, analyze_with_signals

if TYPE_CHECKING:
    import pandas

Opened = tuple[str | None, Recording]
"""A recording that can be walked through once, and its name."""


@dataclass(frozen=True, slots=True)
class Arrays:
    """Samples in memory: ``t_s`` (n,) s, rising, any zero; ``acc`` (n, 3) m/s², gravity included; ``gyr`` (n, 3) rad/s,
    None for an accelerometer alone.
    """

    t_s: ArrayLike
    acc: ArrayLike
    gyr: ArrayLike | None = None


Source = str | Path | Sequence[str | Path] | Arrays


class Analysis(Result, frozen=True, kw_only=True, dict=True):
    """A `Result`, and on demand what lies behind it. As JSON it is the `Result`."""

    @cached_property
    def signals(self) -> Signals:
        """Samples and curves as arrays; the recording is walked through again when they are first asked for.

        Raises:
            InputError: its files are no longer what they were.
            RecordingError: likewise.
        """
        signals: Signals = self.__dict__["_gather"]()
        return signals

    @property
    def warnings(self) -> list[tuple[int | None, Warning]]:
        """All warnings with the index of their rep, in time; those of the whole session, at the end, have None."""
        of_reps = [(rep.index, warning) for rep in self.reps for warning in rep.warnings]
        return [*of_reps, *((None, warning) for warning in self.summary.session_warnings)]

    def to_dataframe(self) -> pandas.DataFrame:
        """One row a rep, the fields of `Rep` by their names, which tell the units; ``warnings`` as ``code:severity``.

        Raises:
            SettingsError: pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise SettingsError("Data frames need pandas.", "Install sensorcoach[frames].") from error
        rows = [msgspec.to_builtins(rep) for rep in self.reps]
        for row in rows:
            row["warnings"] = " ".join(f"{warning['code']}:{warning['severity']}" for warning in row["warnings"])
        return pd.DataFrame(rows, columns=[field.name for field in msgspec.structs.fields(Rep)])


def analyze(
    source: Source,
    *,
    mounting: Mounting | Mapping[str, str | None] | None = None,
    settings: Settings | None = None,
    presets: Sequence[str] = (),
    unit: str | None = None,
    columns: str | None = None,
    sensor: str | None = None,
    acc_sign: Literal["auto", "keep", "flip"] = "auto",
    dates: Literal["us", "uk"] | None = None,
    on_event: Listener | None = None,
    recalibrate: bool = False,
) -> Analysis:
    """Count and grade the knee drops of a recording.

    Args:
        source: a session file, a CSV, or what an app exported (a file, folder or zip); several paths are one session:
            parts recorded together by an app, or one after the other with gaps, in the order of their time stamps; or
            `Arrays`.
        mounting: a `Mounting` replaces what the recording says, a mapping only the fields it names.
        settings: limits, each within its bounds (`sensorcoach.settings`); without them those in the recording's header,
            and else the defaults.
        presets: ``"gentle"``, ``"rocking"``, applied to the settings in force.
        unit: acceleration of a CSV, ``"g"``, ``"mg"`` or ``"mps2"``, where its header hides it.
        columns: which columns of a CSV to use, ``"t=time,ax=foo,ay=bar,az=baz"``, or the names of all of them in order.
        sensor: which of a recording's several sensors to use, by its name.
        acc_sign: of acceleration: as the program's shape tells, as written, or turned round.
        dates: whether month or day stands first, where a file leaves it open.
        on_event: called with each event of the pipeline as it happens.
        on_event: called with each event of the pipeline.
        recalibrate: find the centre anew where a live session recorded its own; else the numbers are the live ones.

    Raises:
        InputError: the file cannot be analysed, or the files of one session overlap in time; arrays whose shapes do not
            fit, without gravity, or too slow.
        RecordingError: a session file is damaged beyond what can be read.
        SettingsError: an axis or another part of the mounting that does not exist; a setting out of its bounds, or no
            such preset.
    """
    choices = Choices(
        mounting=_fields(mounting),
        settings=settings,
        presets=tuple(presets),
        unit=unit,
        columns=columns,
        sensor=sensor,
        acc_sign=acc_sign,
        dates=dates,
        recalibrate=recalibrate,
    )
    reopen = _opener(source, choices)
    name, recording = reopen()
    result = analyze_recording(recording, name, choices, on_event)
    analysis = Analysis(**{field: getattr(result, field) for field in Result.__struct_fields__})
    analysis.__dict__["_gather"] = lambda: _gathered(reopen, choices)
    return analysis


def _opener(source: Source, choices: Choices) -> Callable[[], Opened]:
    if isinstance(source, Arrays):
        t_s, acc = np.asarray(source.t_s), np.asarray(source.acc)
        gyr = None if source.gyr is None else np.asarray(source.gyr)
        return lambda: (None, recording_of_arrays(t_s, acc, gyr))
    paths = [Path(source)] if isinstance(source, str | Path) else [Path(one) for one in source]
    return lambda: open_session(paths, choices)


def _gathered(reopen: Callable[[], Opened], choices: Choices) -> Signals:
    name, recording = reopen()
    return analyze_with_signals(recording, name, choices)[1]


def _fields(mounting: Mounting | Mapping[str, str | None] | None) -> dict[str, str | None]:
    return msgspec.structs.asdict(mounting) if isinstance(mounting, Mounting) else dict(mounting or {})
