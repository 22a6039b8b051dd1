"""The C files on processors that boards have: cross-compiled, and the encoder run on an emulated one. Not hardware."""

import math
import shutil
import subprocess
from pathlib import Path

import bench
import numpy as np
import pytest
from bench import FIRMWARE, HERE, REFERENCE, sample

from sensorcoach.devices import PROFILES
from sensorcoach.model import STANDARD_GRAVITY, Packet

OPEN = PROFILES["open"]
WARNINGS = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Werror")
CROSS = "arm-none-eabi-gcc"
CORES = {
    "M0+": ("-mcpu=cortex-m0plus",),
    "M3": ("-mcpu=cortex-m3",),
    "M4F": ("-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"),
}
REFERENCE_FILES = ("sensor_packet.c", "sensor_unit.c")
ALL_C = sorted([*FIRMWARE.rglob("*.c"), *HERE.rglob("*.c")])


def compiles(*compiling: str | Path) -> None:
    done = subprocess.run(compiling, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_no_c_file_is_left_out():
    assert [path.name for path in ALL_C] == ["sensor_packet.c", "sensor_unit.c", "bench.c", "start.c"]


@pytest.mark.parametrize("source", [path for path in ALL_C if path.name != "start.c"], ids=lambda path: path.name)
@pytest.mark.parametrize("optimised", ["-O0", "-O2"])
def test_every_c_file_compiles_without_a_warning(tmp_path, source, optimised):
    compiles(
        bench.compiler("cc", "gcc"), *WARNINGS, optimised, "-I", REFERENCE, "-c", source, "-o", tmp_path / "made.o"
    )


@pytest.mark.slow
@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("name", REFERENCE_FILES)
def test_the_reference_compiles_for_the_cores_of_boards(tmp_path, core, name):
    options = (*WARNINGS, "-Wpedantic", "-Wshadow", "-Os", "-mthumb", *CORES[core])
    compiles(bench.compiler(CROSS), *options, "-c", REFERENCE / name, "-o", tmp_path / "made.o")


@pytest.fixture(scope="module")
def emulated(tmp_path_factory):
    """The bench on an emulated Cortex-M4F."""
    cross, emulator = bench.compiler(CROSS), shutil.which("qemu-system-arm")
    if not emulator:
        pytest.skip("no emulator of a Cortex-M here (qemu-system-arm): the encoder is not run on one")
    specs = subprocess.run([cross, "--print-file-name=rdimon.specs"], capture_output=True, text=True, check=True)
    if not Path(specs.stdout.strip()).is_file():
        pytest.skip("no C library for a Cortex-M here (newlib, rdimon): the encoder is not run on one")
    program = tmp_path_factory.mktemp("emulated") / "bench.elf"
    sources = (HERE / "emulated" / "start.c", HERE / "bench.c", REFERENCE / "sensor_packet.c")
    options = (*WARNINGS, "-O2", "-mthumb", *CORES["M4F"], f"-DSP_QUEUE_PACKETS={bench.QUEUE}", "-I", REFERENCE)
    layout = ("--specs=rdimon.specs", "-T", HERE / "emulated" / "mps2.ld")
    compiles(cross, *options, *sources, *layout, "-o", program)
    # fmt: off
    machine = bench.Bench(
        emulator, "-M", "mps2-an386", "-nographic", "-monitor", "none", "-serial", "none",
        "-semihosting-config", "enable=on,target=native", "-kernel", program,
    )
    # fmt: on
    yield machine
    machine.close()


def real_counts(folder: Path, count: int) -> np.ndarray:
    """Counts of a real ADXL345 and ITG3200, 200 a second: acceleration, turning rate."""
    text = "".join(path.read_text() for path in sorted(folder.glob("D14_*.txt")))
    lines = [line for line in text.splitlines() if line.strip()][:count]
    return np.array([[int(cell) for cell in line.split(",")[:6]] for line in lines])


@pytest.mark.slow
def test_ten_thousand_real_samples_go_through_an_emulated_cortex_m4_without_loss(emulated, shared_data):
    values = real_counts(shared_data("sisfall"), 10_000)
    assert len(values) == 10_000
    period_us, start_us = 5_000, 2**32 - 20_000_000  # the clock wraps on the way
    emulated.power_up()
    emulated.begin(rate_hz=200)
    payloads = []
    for first in range(0, len(values), 100):
        some = range(first, first + 100)
        emulated.ask(*(sample(start_us + n * period_us, values[n]) for n in some))
        payloads += emulated.take_all()
    assert emulated.ask("dropped") == ["0"]
    scales = {"acc_g_per_lsb": 1 / STANDARD_GRAVITY, "gyr_dps_per_lsb": math.degrees(1)}  # SI values are the counts
    arrivals_s = [100 + (n + 1) * 10 * period_us * 1e-6 for n in range(len(payloads))]
    packets = [Packet("knee", "imu", t_s, payload) for t_s, payload in zip(arrivals_s, payloads, strict=True)]
    _, decoded = OPEN.decode_all(OPEN.initial(scales), packets)
    np.testing.assert_allclose(np.c_[decoded.acc, decoded.gyr], values, atol=1e-6)
    assert not decoded.clipped.any()
    assert np.diff(decoded.t_s).min() > 0
    assert decoded.t_s[-1] - decoded.t_s[0] == pytest.approx((len(values) - 1) * period_us * 1e-6, rel=1e-3)


@pytest.mark.slow
def test_an_emulated_cortex_m4_answers_as_this_computer_does(emulated, tmp_path):
    here = bench.reference_program(tmp_path)
    values = np.random.default_rng(5).integers(-32768, 32768, (200, 6))
    commands = ["power_up", "at 65500", "begin 1 185 104 32767 32767", "info 104 0.000488 0.035"]
    commands += [sample(2**32 - 50_000 + n * 9615, row, n % 256) for n, row in enumerate(values)]
    commands += ["take"] * 25 + ["dropped", "control 1 247 81 70000 0 05", "control 1 247 81 0 0 036800"]
    assert emulated.ask(*commands) == here.ask(*commands)
    here.close()
