"""Real recordings of other people, beside the checkout: where they are, how they read. Never copied here.

MEx: Wijekoon et al. 2019. SisFall: Sucerquia et al. 2017. BROAD, qmt: Laidig et al. 2021. HuGaDB: Chereshnev and
Kertész-Farkas 2017. Leg raises: UCI physical therapy. Units and scales: shared notes.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.io import loadmat

from sensorcoach.model import STANDARD_GRAVITY, Floats

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
MEX_SUBJECTS = tuple(f"{number:02d}" for number in range(1, 11))
ROLLING, BRIDGING, PELVIC_TILT = "01_act_1", "02_act_1", "03_act_1"
SISFALL_RATE_HZ = 200.0
_ADXL345_G = 32.0 / 8192.0
_ITG3200_DPS = 1.0 / 14.375


@dataclass(frozen=True, slots=True)
class Reference:
    """Counted by hand: complete repetitions, the most there may be (edges), and the seconds of the turning points."""

    full_total: int
    max_total: int
    turning_s: tuple[float, ...]


def mex(subject: str, name: str) -> Path:
    return DATA / "mex" / "data" / subject / f"{name}.csv"


def mex_samples(subject: str, name: str) -> tuple[Floats, Floats]:
    """``t_s`` (n,) since the epoch, ``acc`` (n, 3) m/s²."""
    with mex(subject, name).open() as file:
        rows = list(csv.reader(file))
    t_s = np.array([row[0] for row in rows], dtype="datetime64[us]").astype(np.int64) / 1e6
    return t_s, np.array([row[1:4] for row in rows], dtype=float) * STANDARD_GRAVITY


def mex_references() -> dict[str, Reference]:
    turning = defaultdict(list)
    with (DATA / "mex" / "reference-turning-points.csv").open() as file:
        for row in csv.DictReader(file):
            turning[row["subject"]].append(float(row["time_s"]))
    with (DATA / "mex" / "reference-counts.csv").open() as file:
        return {
            row["subject"]: Reference(
                int(row["full_total"]), int(row["max_total"]), tuple(sorted(turning[row["subject"]]))
            )
            for row in csv.DictReader(file)
        }


def sisfall(pattern: str) -> list[Path]:
    return sorted((DATA / "sisfall").glob(f"{pattern}.txt"))


def sisfall_arrays(path: Path) -> tuple[Floats, Floats, Floats]:
    """``t_s`` (n,), ``acc`` (n, 3) m/s² of the ADXL345, ``gyr`` (n, 3) rad/s of the ITG3200."""
    lines = path.read_text().replace(";", "").split("\n")
    counts = np.array([[float(cell) for cell in line.split(",")] for line in lines if line.strip()])
    acc = counts[:, :3] * _ADXL345_G * STANDARD_GRAVITY
    return np.arange(len(counts)) / SISFALL_RATE_HZ, acc, np.radians(counts[:, 3:6] * _ITG3200_DPS)


LEG_RAISES = {"e3": "straight leg raise", "e4": "side-lying", "e5": "prone"}
LEG_RAISES_RATE_HZ = 25.0


def leg_raises(exercise: str) -> tuple[Floats, Floats, Floats]:
    """Of the sensor at the knee: ``t_s`` (n,), ``acc`` (n, 3) m/s², ``gyr`` (n, 3) rad/s; x lies along the leg."""
    table = np.genfromtxt(DATA / "uci-pt" / "s1" / exercise / "u3" / "test.txt", delimiter=";", skip_header=1)
    return np.arange(len(table)) / LEG_RAISES_RATE_HZ, table[:, 1:4], table[:, 4:7]


@dataclass(frozen=True, slots=True)
class Board:
    """``acc`` (n, 3) m/s², ``gyr`` (n, 3) rad/s, ``up`` (n, 3) optical, NaN where unseen; ``moving`` (n,) bool."""

    rate_hz: float
    acc: Floats
    gyr: Floats
    up: Floats
    moving: np.ndarray


def broad(name: str) -> Board:
    recording = loadmat(DATA / "broad" / f"{name}.mat")
    w, x, y, z = recording["opt_quat"].T
    return Board(
        rate_hz=float(recording["sampling_rate"].item()),
        acc=recording["imu_acc"],
        gyr=recording["imu_gyr"],
        up=np.column_stack([2.0 * (x * z - w * y), 2.0 * (y * z + w * x), w * w - x * x - y * y + z * z]),
        moving=recording["movement"][:, 0] > 0,
    )
