"""The sensors that can be streamed, as a listing: what each is and needs, and how far its profile can be trusted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import TextWrapper
from typing import TYPE_CHECKING, Any, Literal

from sensorcoach.devices.profile import LATE_S
from sensorcoach.output.printable import printable
from sensorcoach.output.words import figure

if TYPE_CHECKING:
    from sensorcoach.devices.profile import Evidence, RadioProfile

NARROWEST, WIDEST = 40, 100
"""Characters a line between which text is readable."""
LONGEST_NAME = 10
"""Of a profile in the first column; a longer one has a line for itself."""


@dataclass(frozen=True, slots=True)
class ListedSensor:
    """A profile as people and programs read it; see `sensorcoach.devices.profile.About`.

    ``lost``: whether lost samples are counted by something the sensor sends, or estimated from the times of arrival.
    """

    profile: str
    sensor: str
    needs: str
    rate_hz: float | None
    lost: Literal["counted", "estimated"]
    delay_s: float
    evidence: Evidence
    run_on_hardware: str


def listed(profile: RadioProfile[Any]) -> ListedSensor:
    """What a listing tells of a profile."""
    about = profile.about
    return ListedSensor(
        profile=profile.name,
        sensor=about.sensor,
        needs=about.needs,
        rate_hz=about.rate_hz,
        lost="counted" if profile.counts_loss else "estimated",
        delay_s=about.delay_s,
        evidence=about.evidence,
        run_on_hardware=about.run_on_hardware,
    )


def as_listing(sensors: Sequence[ListedSensor], width: int) -> str:
    """One row a sensor, with what it is and needs below it, for a terminal of ``width`` characters."""
    width = min(max(width, NARROWEST), WIDEST)
    indent = " " * (LONGEST_NAME + 2)
    fill = TextWrapper(width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
    head = f"{'profile':<{len(indent)}}{'Hz':>4}  {'lost samples':<12}  {'evidence':<21}  run on hardware"
    lines = [head, "─" * min(width, 80)]
    for one in sensors:
        rate = "own" if one.rate_hz is None else figure(one.rate_hz)
        name = printable(one.profile)
        if len(name) > LONGEST_NAME:
            lines.append(name)
            name = ""
        run = "never" if one.run_on_hardware == "never" else "see below"
        lines.append(f"{name:<{len(indent)}}{rate:>4}  {one.lost:<12}  {one.evidence:<21}  {run}")
        for words in (one.sensor, *_conditions(one)):
            lines += fill.wrap(printable(words))
        lines.append("")
    return "\n".join(lines).rstrip()


def _conditions(one: ListedSensor) -> Iterator[str]:
    if one.needs:
        yield f"needs: {one.needs}"
    if one.run_on_hardware != "never":
        yield f"run on hardware: {one.run_on_hardware}"
    if one.delay_s >= LATE_S:
        yield f"a landing is told up to {figure(one.delay_s)} s late"
