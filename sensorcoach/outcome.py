"""A walked-through session -> its `Result`: the one way, for a file as for a sensor that was just worn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import msgspec

from sensorcoach import __version__
from sensorcoach.errors import InputError
from sensorcoach.importers import Recording
from sensorcoach.model import Mounting, ReadAs, Result
from sensorcoach.pipeline import Pipeline
from sensorcoach.settings import Settings


def outcome(
    recording: Recording,
    name: str | None,
    pipeline: Pipeline,
    mounting: Mounting,
    settings: Settings,
) -> Result:
    """What a session came to, live or analysed.

    Args:
        recording: where the samples came from; its ``items`` have been walked through.
        name: of its file, or files.
        pipeline: flushed.
        mounting: in force.
        settings: in force.

    Raises:
        InputError: there were too few samples to say anything.
    """
    counts = pipeline.counts
    if pipeline.first_t_s is None or pipeline.last_t_s is None:
        if pipeline.first_undecodable is not None:
            raise InputError("There are too few samples to analyse.", " ".join(_packet_notices(pipeline)))
        raise InputError("There are too few samples to analyse.", "Record for at least a few seconds.")
    return Result(
        file=name,
        version=__version__,
        start=recording.start,
        duration_s=pipeline.last_t_s - pipeline.first_t_s,
        rate_hz=pipeline.rate_hz,
        samples=counts.received,
        sensor={
            **recording.sensor,
            "profile": recording.profile,
            "simulated": recording.simulated,
            "gyroscope": pipeline.has_gyroscope,
            "mounting": msgspec.structs.asdict(mounting),
        },
        settings=msgspec.to_builtins(settings),
        gaps=tuple(counts.gaps),
        counts={
            **{
                name: count + recording.counts.get(name, 0)
                for name, count in asdict(counts).items()
                if isinstance(count, int)
            },
            "duplicated": counts.duplicated + pipeline.duplicated_packets,
            "undecodable": pipeline.undecodable,
            "cut_packets": pipeline.cut_packets,
            **({"impossible": pipeline.impossible} if pipeline.impossible else {}),
        },
        notices=(*recording.notices, *_packet_notices(pipeline), *_mounting_notices(mounting)),
        summary=pipeline.summary(),
        reps=pipeline.reps,
        aborted=tuple(pipeline.aborted),
        person=recording.person,
        corrections=pipeline.tally.corrections,
        marks=pipeline.marks,
        pain=pipeline.pain,
        read_as=_read_as(recording, pipeline),
        mode=pipeline.mode,
    )


def _read_as(recording: Recording, pipeline: Pipeline) -> ReadAs | None:
    if recording.read_as is None:
        return None
    return msgspec.structs.replace(recording.read_as, rate_hz=pipeline.rate_hz, start=recording.start)


def _packet_notices(pipeline: Pipeline) -> Iterator[str]:
    if pipeline.undecodable:
        are = "packet is" if pipeline.undecodable == 1 else "packets are"
        yield f"{pipeline.undecodable} {are} not what this sensor sends. The first: {pipeline.first_undecodable}"
    if pipeline.impossible:
        are = "sample is" if pipeline.impossible == 1 else "samples are"
        yield f"{pipeline.impossible} {are} beyond what any sensor measures (32 g, 4000 °/s), and left out."
    if pipeline.cut_packets:
        were = "packet was" if pipeline.cut_packets == 1 else "packets were"
        yield f"{pipeline.cut_packets} {were} cut short by the link (MTU): samples are missing there."
    if pipeline.dated_by_count:
        yield (
            "The times are those of a radio's deliveries, in bursts: samples were dated by their count, and what was "
            "lost is estimated from it."
        )
    if not pipeline.counts_loss:
        yield "This sensor numbers neither packets nor samples: what was lost is estimated from the times of arrival."


def _mounting_notices(mounting: Mounting) -> Iterator[str]:
    if mounting.segment == "shank" and mounting.up_leg is not None:
        yield "On the shank the axis up the leg tells neither side nor posture; --front tells the side."
    if mounting.segment == "thigh" and mounting.front is not None:
        yield "The axis out of the shin (--front) means nothing on the thigh; --up-leg tells side and posture."
