"""The reference firmware, compiled by the host's compiler with every check it has, asked line by line."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
FIRMWARE = HERE.parents[1] / "firmware_notes"
REFERENCE = FIRMWARE / "reference"
NOTE = FIRMWARE / "own-format.md"

CPP_WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Werror")
WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror")
SANITIZERS = ("-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
C99 = ("-std=c99", *WARNINGS)

NEVER_CLIPS = 65535
QUEUE = 20
"""Packets that wait for the radio, in the program under test."""
DROPPED_BEFORE, BUTTON, LOW_BATTERY = 4, 8, 16


def compiler(*names: str) -> str:
    """The first of these compilers that is here; the test is skipped, saying so, if none is."""
    for name in names:
        found = shutil.which(name)
        if found:
            return found
    pytest.skip(f"no compiler here ({', '.join(names)}): the firmware is not checked")


def build(program: Path, *compiling: str) -> Path:
    """Compile and link; warnings are errors."""
    done = subprocess.run([*compiling, "-o", str(program)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return program


def sanitizers(folder: Path, compiling: str) -> tuple[str, ...]:
    """The sanitizers' flags, if compiler and machine have them."""
    source, program = folder / "nothing.c", folder / "nothing"
    source.write_text("int main(void) { return 0; }\n")
    compiled = subprocess.run([compiling, *SANITIZERS, str(source), "-o", str(program)], capture_output=True)
    runs = compiled.returncode == 0 and subprocess.run([program], capture_output=True).returncode == 0
    return SANITIZERS if runs else ()


def reference_build(program: Path, *compiling: str) -> Path:
    """``bench.c`` and the reference firmware; room for every MTU."""
    sizes = ("-DSP_PAYLOAD_MAX=514", f"-DSP_QUEUE_PACKETS={QUEUE}", "-I", str(REFERENCE))
    sources = (str(HERE / "bench.c"), str(REFERENCE / "sensor_packet.c"))
    return build(program, *compiling, *C99, *sizes, *sources)


def reference_program(folder: Path) -> "Bench":
    """The reference firmware on the bench, checked by the sanitizers."""
    cc = compiler("cc", "gcc", "clang")
    return Bench(reference_build(folder / "bench", cc, *sanitizers(folder, cc)))


def sketch_program(folder: Path, board: str) -> Path:
    """A board's sketch with the reference firmware, against stand-ins; a battery at pin 35 where that is a choice."""
    cc, cxx = compiler("gcc", "cc"), compiler("g++", "c++")
    checked = sanitizers(folder, cc)
    objects = []
    for name in ("sensor_packet", "sensor_unit"):
        # -fexceptions: a task that hangs is thrown out of
        compiling = (cc, *C99, "-fexceptions", *checked, "-I", str(REFERENCE), "-c", str(REFERENCE / f"{name}.c"))
        objects.append(str(build(folder / f"{name}.o", *compiling)))
    stubs = HERE / "stubs"
    includes = [f"-I{path}" for path in (stubs / board, stubs / "common", REFERENCE, FIRMWARE / f"sketch_{board}")]
    # -no-pie: addresses fit the 32 bits of the stand-in's registers
    options = ("-std=c++11", "-no-pie", "-DBATTERY_PIN=35", *CPP_WARNINGS, *checked, *includes)
    return build(folder / "sketch", cxx, *options, str(HERE / "sketch_bench.cpp"), *objects)


class Program:
    """A running bench program: many commands at once, an answer a line."""

    def __init__(self, *program: str | Path) -> None:
        self._process = subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def ask(self, *commands: str) -> list[str]:
        process = self._process
        answers = []
        for first in range(0, len(commands), 200):  # neither pipe may fill up
            some = commands[first : first + 200]
            try:
                process.stdin.write("".join(f"{command}\n" for command in some))
                process.stdin.flush()
            except BrokenPipeError:
                pytest.fail(f"the program stopped: {process.stderr.read()}")
            for command in some:
                answer = process.stdout.readline()
                if not answer:
                    pytest.fail(f"the program stopped at {command!r}: {process.stderr.read()}")
                answers.append(answer.rstrip("\n"))
        return answers

    def close(self) -> None:
        """Let it end by itself: the sanitizers report what it held on to."""
        _, complaints = self._process.communicate(timeout=20)
        assert self._process.returncode == 0, complaints


class Bench(Program):
    """The C encoder, queue and control point of ``bench.c``."""

    def power_up(self) -> None:
        self.ask("power_up")

    def begin(self, kind=1, mtu=247, rate_hz=104, acc_limit=NEVER_CLIPS, gyr_limit=NEVER_CLIPS) -> int:
        return int(self.ask(f"begin {kind} {mtu} {rate_hz} {acc_limit} {gyr_limit}")[0])

    def take_all(self) -> list[bytes]:
        """Payloads as they would leave by radio."""
        payloads = []
        while (answer := self.ask("take")[0]) != "-":
            payloads.append(bytes.fromhex(answer))
        return payloads

    def control(self, request, imu=1, mtu=247, battery=81, dropped=0, fails=0) -> tuple[int, int, bytes]:
        """Action, state after it, reply."""
        (answer,) = self.ask(f"control {imu} {mtu} {battery} {dropped} {fails} {request.hex()}")
        action, state, reply = answer.split(" ")
        return int(action), int(state), bytes.fromhex(reply)


def sample(time_us, values, flags=0) -> str:
    return f"sample {time_us % 2**32} {flags} {' '.join(str(value) for value in values)}"


def payload_of_note(label: str) -> bytes:
    """A payload printed in the note in a block of its own."""
    (text,) = re.findall(rf"```\n{label} ([0-9A-F\s]+)```", NOTE.read_text(encoding="utf-8"))
    return bytes.fromhex(text)


def section_of_note(heading: str) -> str:
    """The note's text from a heading to the next one of any level."""
    (text,) = re.findall(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", NOTE.read_text(encoding="utf-8"), re.M | re.S)
    return text


def rows(text: str) -> list[list[str]]:
    """Cells of the table rows of a section, without the heads."""
    lines = [line.strip()[1:].removesuffix("|") for line in text.splitlines() if line[:1] == "|"]
    cells = [[cell.strip() for cell in line.split("|")] for line in lines]
    return [row for row in cells if set("".join(row)) - set("-|")]
