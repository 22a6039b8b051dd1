"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sensorcoach.axes import axis_named
from sensorcoach.errors import SettingsError

if TYPE_CHECKING:
    from sensorcoach.choices import Choices


def _checked_axis(text: str) -> str:
    try:
        axis_named(text)
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from error
    return text


def _axis(flag: str, help_text: str) -> object:
    return typer.Option(flag, metavar="AXIS", parser=_checked_axis, help=help_text)


def _checked_label(text: str) -> str:
    from sensorcoach.app import label_checked

    try:
        return label_checked(text)
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from error


Side = Literal["left", "right"]
Person = Annotated[
    str | None,
    typer.Option("--person", metavar="LABEL", parser=_checked_label, help="Whose session; settings and logbook too."),
]
Leg = Annotated[Side | None, typer.Option("--leg", help="The leg that wears the sensor.")]
Segment = Annotated[
    Literal["thigh", "shank"] | None, typer.Option("--segment", help="Where it sits on that leg; thigh if not told.")
]
UpLeg = Annotated[
    str | None, _axis("--up-leg", "Sensor axis that points up the leg to the hip: x, -y, ... or none for unknown.")
]
Front = Annotated[str | None, _axis("--front", "With --segment shank: sensor axis that points out of the shin.")]
FirstSide = Annotated[Side | None, typer.Option("--first-side", help="Side of the first complete drop.")]
SettingsFile = Annotated[Path | None, typer.Option("--settings", metavar="FILE", help="TOML file of limits.")]
Gentle = Annotated[bool, typer.Option("--gentle", help="Count small ranges too, from 6 degrees.")]
Rocking = Annotated[bool, typer.Option("--rocking", help="No hold wanted at the side.")]
Unit = Annotated[
    Literal["g", "mg", "mps2"] | None, typer.Option("--unit", help="Unit of acceleration where a table hides it.")
]
Columns = Annotated[
    str | None,
    typer.Option(
        "--columns",
        metavar="NAMES",
        help="A table's columns, t=when,ax=foo,ay=bar,az=baz, or all their names in order, t_s,ax_g,ay_g,az_g.",
    ),
]
Sensor = Annotated[
    str | None, typer.Option("--sensor", metavar="NAME", help="Which sensor, where a recording holds several.")
]
AccSign = Annotated[
    Literal["auto", "keep", "flip"],
    typer.Option("--acc-sign", help="Sign of acceleration: as the app's shape tells, as written, or turned round."),
]
Dates = Annotated[
    Literal["us", "uk"] | None, typer.Option("--dates", help="Month or day first, where a file leaves it open.")
]

Adapter = Annotated[
    str | None,
    typer.Option("--adapter", metavar="NAME", help="Bluetooth adapter (Linux): hci1; `sensorcoach doctor` names them."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace what is there already, without asking.")]
Recalibrate = Annotated[
    bool, typer.Option("--recalibrate", help="Find the centre anew, not as the live session recorded it.")
]

NoVoice = Annotated[bool, typer.Option("--no-voice", help="No sound.")]
VoiceTo = Annotated[
    Path | None,
    typer.Option("--voice-to", metavar="FILE", help="Write what is heard into a new WAV file, in the session's time."),
]
Language = Annotated[
    str | None,
    typer.Option("--lang", metavar="CODE", help="Language of what is said: en, de; else as in the settings."),
]


def choices_of(
    leg: str | None,
    segment: str | None,
    up_leg: str | None,
    front: str | None,
    first_side: str | None,
    settings: Path | None,
    gentle: bool,
    rocking: bool,
    unit: str | None = None,
    columns: str | None = None,
    sensor: str | None = None,
    acc_sign: Literal["auto", "keep", "flip"] = "auto",
    dates: Literal["us", "uk"] | None = None,
    recalibrate: bool = False,
) -> Choices:
    """What was typed, as the library takes it.

    Raises:
        SettingsError: the settings file cannot be used.
    """
    from sensorcoach.choices import Choices
    from sensorcoach.settings_check import load_settings

    told = {"leg": leg, "segment": segment, "up_leg": up_leg, "front": front, "first_side": first_side}
    given, notices = (None, ()) if settings is None else load_settings(settings)
    return Choices(
        mounting={name: value for name, value in told.items() if value is not None},
        settings=given,
        presets=("gentle",) * gentle + ("rocking",) * rocking,
        unit=unit,
        columns=columns,
        sensor=sensor,
        acc_sign=acc_sign,
        dates=dates,
        notices=notices,
        recalibrate=recalibrate,
    )
