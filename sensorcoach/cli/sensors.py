"""Commands about sensors: `devices`, `scan`, `live`."""

from __future__ import annotations

import os
import queue
import sys
import threading
from dataclasses import replace
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated

import typer

from sensorcoach.cli.options import (
    Adapter,
    FirstSide,
    Front,
    Gentle,
    Language,
    Leg,
    NoVoice,
    Person,
    Rocking,
    Segment,
    SettingsFile,
    UpLeg,
    VoiceTo,
    choices_of,
)
from sensorcoach.cli.root import EXIT_CODES, EXIT_LEFT, app, fitted, kept, remark, say, say_events, say_nothing_more
from sensorcoach.cli.screens import screen_possible, show_screen
from sensorcoach.cli.voice import heard
from sensorcoach.errors import SensorError
from sensorcoach.output.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sensorcoach.app import Found, HeardSensor, Live, Voice
    from sensorcoach.model import Result, Told


@app.command(epilog=EXIT_CODES)
def devices(json: Annotated[bool, typer.Option("--json", help="JSON on stdout: a list.")] = False) -> None:
    """List the sensors that can be streamed: what each needs, its rate, and the evidence behind it."""
    from sensorcoach.app import known_sensors, sensor_problems
    from sensorcoach.output.json_ import as_json
    from sensorcoach.output.listing import as_listing

    sensors = known_sensors()
    say(as_json(sensors) if json else as_listing(sensors, get_terminal_size().columns))
    for problem in sensor_problems():
        remark(problem)


@app.command(epilog=EXIT_CODES)
def scan(
    json: Annotated[bool, typer.Option("--json", help="JSON on stdout: a list.")] = False,
    all_: Annotated[bool, typer.Option("--all", help="Devices nobody here knows, too.")] = False,
    seconds: Annotated[float, typer.Option("--seconds", min=0.5, max=600.0, help="How long to listen.")] = 5.0,
    adapter: Adapter = None,
) -> None:
    """List the sensors in the air, the strongest first: name, address, signal, profile."""
    import asyncio

    from sensorcoach import app as ask
    from sensorcoach.output.json_ import as_json
    from sensorcoach.output.words import plural

    for problem in ask.sensor_problems():
        remark(problem)
    radio = ask.bluetooth(adapter)
    remark(f"Listening for {seconds:g} s.")
    heard = asyncio.run(ask.scan(radio, seconds))
    shown = [sensor for sensor in heard if all_ or sensor.profile is not None]
    if json:
        say(as_json(shown))
        return
    longest = max((len(sensor.address) for sensor in shown), default=0)  # 17 characters, on macOS 36
    for sensor in shown:
        say(_heard_line(sensor, longest))
    if not any(sensor.profile for sensor in heard):
        others = f" {plural(len(heard), 'other device')} heard: --all shows them." if heard and not all_ else ""
        raise SensorError(
            "No sensor was heard.",
            f"Switch it on, bring it near, and end its connection to a phone or another program.{others}",
        )


@app.command(epilog=EXIT_CODES)
def live(
    device: Annotated[str | None, typer.Option("--device", metavar="NAME|ADDRESS", help="Which sensor.")] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile",
            metavar="NAME|FILE",
            help="What sensor it is, where it cannot be told: a name that `sensorcoach devices` lists, or a TOML file.",
        ),
    ] = None,
    adapter: Adapter = None,
    leg: Leg = None,
    segment: Segment = None,
    up_leg: UpLeg = None,
    front: Front = None,
    first_side: FirstSide = None,
    settings: SettingsFile = None,
    gentle: Gentle = False,
    rocking: Rocking = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Record into this new file; .gz compresses it.")
    ] = None,
    no_record: Annotated[bool, typer.Option("--no-record", help="Keep nothing.")] = False,
    person: Person = None,
    plain: Annotated[bool, typer.Option("--plain", help="Lines of text instead of a screen.")] = False,
    no_voice: NoVoice = False,
    voice_to: VoiceTo = None,
    language: Language = None,
) -> None:
    """Count and grade knee drops from a sensor at the knee, as they happen. Ctrl-C ends the session."""
    if out is not None and no_record:
        raise typer.BadParameter("--out and --no-record exclude each other.")
    from sensorcoach import app as ask

    choices = choices_of(leg, segment, up_leg, front, first_side, settings, gentle, rocking)
    if not plain and screen_possible():
        from sensorcoach.tui.start.openings import OpenLive

        opening = OpenLive(choices, device, profile, not no_record, out, adapter)
        show_screen(opening, person=person, aloud=not no_voice, voice_to=voice_to, language=language)
        return
    radio = ask.bluetooth(adapter, person)
    view = _PlainView()
    choose = view.choose if sys.stdin.isatty() and sys.stderr.isatty() else None
    plan = ask.live_plan(
        choices, device=device, profile=profile, choose=choose, record=not no_record, out=out, person=person
    )
    if sys.stderr.isatty() and not ask.safety_notice_read():  # the screen asks for a yes
        from sensorcoach.output.safety import safety_line

        remark(safety_line())
    say("Nothing is recorded." if plan.file is None else f"Recording into {printable(str(plan.file))}")
    try:
        with heard(
            aloud=not no_voice, file=voice_to, language=language, now_s=lambda: view.now_s, person=person
        ) as view.voice:
            try:
                result = ask.go_live(radio, replace(plan, traced=True), view.tell, view.begun)
            except KeyboardInterrupt:
                remark("Left at once.")
                raise typer.Exit(EXIT_LEFT) from None
            finally:
                if plan.file is not None:
                    remark(_kept(view.recorded))
            _sum_up(result)
    finally:
        ask.let_go(plan)


def _sum_up(result: Result | None) -> None:
    from sensorcoach.output.words import reception_line, summary_line

    if result is None:
        say("Nothing was counted: too little was received.")
        return
    for notice in result.notices:
        say(fitted(printable(notice), sys.stdout))
    say(reception_line(result))
    say(fitted(summary_line(result), sys.stdout))


class _PlainView:
    """Events as lines; what is new about the sensor before them."""

    def __init__(self) -> None:
        self.voice: Voice | None = None
        self._live: Live | None = None
        self._say_event = say_events()
        self._said = ""
        self._typed: queue.SimpleQueue[str] = queue.SimpleQueue()

    @property
    def now_s(self) -> float:
        """Session time."""
        return 0.0 if self._live is None else self._live.now_s

    @property
    def recorded(self) -> Path | None:
        """The file that was written."""
        return None if self._live is None else self._live.recorded

    def begun(self, live: Live) -> None:
        self._live = live

    def tell(self, event: Told) -> None:
        from sensorcoach.model import Notice

        if self.voice is not None:
            self.voice.tell(event)
        if isinstance(event, Notice) and event.code == "stopping":
            self._typed.put("")  # whoever is being asked need not answer any more
        try:
            self._say(event)
        except BrokenPipeError:  # Ctrl-C ends the reader, too: the session ends well, and is logged
            say_nothing_more()
            if self._live is not None:
                self._live.stop()

    def _say(self, event: Told) -> None:
        from sensorcoach.output.plain import sensor_words

        words = "" if self._live is None else sensor_words(self._live.status)
        if words and words != self._said:
            self._said = words
            say(f"{'':8}  {words}")
        self._say_event(event)

    def choose(self, found: Sequence[Found]) -> Found | None:
        """Ask the person which of several sensors; best first. None: they would not say."""
        for number, one in enumerate(found, 1):
            strength = "" if one.rssi_dbm is None else f"  {one.rssi_dbm} dBm"
            remark(f"  {number}  {one.name or '(no name)'}  {one.address}{strength}")
        while True:
            typer.echo(f"Which sensor, 1-{len(found)}? ", nl=False, err=True)
            # In a thread that may be left behind: Ctrl-C must not wait for the Enter key.
            threading.Thread(target=self._read_a_line, daemon=True).start()
            typed = self._typed.get().strip()
            if not typed:
                return None
            if typed.isdecimal() and 1 <= int(typed) <= len(found):
                return found[int(typed) - 1]

    def _read_a_line(self) -> None:
        # Past the buffer of sys.stdin, whose lock the interpreter needs when it leaves.
        self._typed.put(os.read(sys.stdin.fileno(), 1024).decode(errors="replace"))


def _heard_line(sensor: HeardSensor, address_width: int) -> str:
    strength = "connected" if sensor.connected else "" if sensor.rssi_dbm is None else f"{sensor.rssi_dbm} dBm"
    name = sensor.name or "(no name)"
    return printable(f"{name:<24} {sensor.address:<{address_width}} {strength:>9}  {sensor.profile or 'unknown'}")


def _kept(file: Path | None) -> str:
    """What became of the recording."""
    if file is None:
        return "Nothing was recorded."
    try:
        return kept(file, "Recorded")
    except OSError:
        return "Nothing was recorded."
