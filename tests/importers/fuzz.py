"""Mutated inputs over all importers, as a job of its own: ``.venv/bin/python tests/importers/fuzz.py --inputs 100000``.

Every input is a file or folder of `layouts` or `test_mutated_files` in which bytes were cut, swapped, repeated or
overwritten. It is read to its end, or refused by one of our errors; any other exception, or more memory than allowed,
is a fault, and printed with the seed that makes it again (``--seed N --inputs 1``).
"""

import argparse
import random
import resource
import shutil
import sys
import tempfile
import time
import warnings
from pathlib import Path

from layouts import LAYOUTS, session
from test_mutated_files import FILES, SPICE

from sensorcoach.errors import InputError, RecordingError
from sensorcoach.importers import grouped, open_recording

MOST_MB = 200
"""More than before the job began."""


def sources(seconds=4.0):
    """{name: {file: bytes}} of every layout, cut to a few seconds, with all that `test_mutated_files` has."""
    t_s, acc, gyr = session(seconds=seconds)
    made = {name: layout(t_s, acc, gyr) for name, layout in LAYOUTS.items()}
    every = {**made, **{f"{name} (whole)": files for name, files in FILES.items()}}
    return {
        name: {file: text if isinstance(text, bytes) else text.encode() for file, text in files.items()}
        for name, files in every.items()
    }


def damaged(data, rng):
    """Bytes with one to three faults."""
    for _ in range(rng.randint(1, 3)):
        place, length = rng.randrange(len(data) + 1), rng.randrange(80)
        spice = rng.choice(SPICE) if rng.random() < 0.7 else rng.randbytes(rng.randrange(1, 9))
        data = rng.choice(
            [
                data[:place],
                data[:place] + data[place + length :],
                data[: place + length] + data[place:],
                data[:place] + spice + data[place:],
                data[:place] + spice + data[place + len(spice) :],
                data[:place] + bytes([rng.randrange(256)]) + data[place + 1 :],
            ]
        )
    return data


def try_one(every, seed, folder):
    """The name of what was tried, and what went wrong, if anything."""
    rng = random.Random(seed)
    name = rng.choice(sorted(every))
    files = dict(every[name])
    hit = rng.choice(sorted(files))
    files[hit] = damaged(files[hit], rng)
    for file, data in files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(data)
    asked = rng.choice(
        [{}, {}, {"columns": "t=1,ax=2,ay=3,az=4"}, {"sensor": "knee"}, {"acc_sign": "flip", "dates": "uk"}]
    )
    try:
        for path in [folder / hit] if rng.random() < 0.5 else [folder]:
            try:
                for _ in open_recording(path, **asked).items:
                    pass
            except (InputError, RecordingError) as error:
                if not error.advice.endswith(".") or "\n" in str(error):
                    return name, f"refused without advice: {error!r}"
        grouped([folder / file for file in files])
    except Exception as error:
        return name, f"{type(error).__name__}: {str(error)[:200]}"
    return name, None


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(inputs, seed, say=print):
    """Try so many inputs; the number of faults."""
    every = sources()
    before_mb, faults, begun_s = peak_mb(), 0, time.monotonic()
    warnings.simplefilter("error")
    folder = Path(tempfile.mkdtemp(prefix="fuzz"))
    try:
        for number in range(seed, seed + inputs):
            place = folder / "run"
            place.mkdir()
            name, wrong = try_one(every, number, place)
            shutil.rmtree(place)
            if wrong is not None:
                faults += 1
                say(f"--seed {number} --inputs 1  ({name}): {wrong}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    more_mb = peak_mb() - before_mb
    say(f"{inputs} inputs of {len(every)} kinds, {faults} faults, {more_mb:.0f} MB, {time.monotonic() - begun_s:.0f} s")
    return faults + (more_mb > MOST_MB)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    return 1 if run(told.inputs, told.seed) else 0


if __name__ == "__main__":
    sys.exit(main())
