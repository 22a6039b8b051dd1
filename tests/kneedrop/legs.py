"""A leg told what to do: angles against time, as the motion that a perfect sensor on it yields. No simulator.

Person's axes: x to the left, y to the head, z up. Sensor axes, before ``turned``: y up the leg to the hip, z out of its
front. Truth is what was written down; nothing of the package computes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from sensorcoach.dsp.motion import Motion

GRAVITY = 9.80665


def smooth(x):
    """Minimum jerk (Flash & Hogan 1985)."""
    return x**3 * (10.0 - 15.0 * x + 6.0 * x**2)


def falling(x):
    """Faster and faster, and then there is the floor."""
    return x**2


def thrown(x):
    """Fast at once and slower and slower: what a floor throws back."""
    return 1.0 - (1.0 - x) ** 2


def swinging(x):
    """Half a period of a pendulum."""
    return 0.5 - 0.5 * np.cos(np.pi * x)


def steadily(x):
    return x


@dataclass(frozen=True)
class Pose:
    """``roll_deg`` to the left, ``pitch_deg`` up at the knee, ``yaw_deg`` about the vertical, ``slip_deg``: how far
    the strap turned around the leg.
    """

    roll_deg: float = 0.0
    pitch_deg: float = 0.0
    yaw_deg: float = 0.0
    slip_deg: float = 0.0

    def __array__(self, dtype=None, copy=None):
        return np.array([self.roll_deg, self.pitch_deg, self.yaw_deg, self.slip_deg], dtype=dtype)


@dataclass
class _Part:
    start_s: float
    lasts_s: float
    before: np.ndarray
    after: np.ndarray
    shape: object
    shaking_g: float


@dataclass
class Leg:
    """Lies with the knees up, the hip ``elevation_deg`` below the knee, until told otherwise.

    ``hips_deg``: what a drop of 60 deg pitches the leg by, as hips do; so sides are not exactly opposite.
    ``breath_deg``: how far breath moves it; so no two samples are exactly the same.
    """

    elevation_deg: float = 50.0
    hips_deg: float = 2.0
    breath_deg: float = 0.15
    pose: Pose = field(default_factory=Pose)
    t_s: float = 0.0
    parts: list = field(default_factory=list)

    def move(self, lasts_s, shape=smooth, shaking_g=0.01, **to):
        """To another pose, as the fields of `Pose` name it."""
        after = replace(self.pose, **to)
        self.parts.append(_Part(self.t_s, lasts_s, np.array(self.pose), np.array(after), shape, shaking_g))
        self.pose, self.t_s = after, self.t_s + lasts_s
        return self

    def roll(self, deg, lasts_s, shape=smooth, **more):
        return self.move(lasts_s, shape, roll_deg=deg, **more)

    def pitch(self, deg, lasts_s, shape=smooth, **more):
        return self.move(lasts_s, shape, pitch_deg=deg, **more)

    def stay(self, lasts_s, shaking_g=0.01):
        return self.move(lasts_s, shaking_g=shaking_g)

    def drop(self, deg, hold_s=3.0, move_s=2.0, rest_s=3.0, shaking_g=0.01):
        """One clean repetition and the rest after it."""
        home = self.pose.roll_deg
        self.roll(home + deg, move_s, shaking_g=shaking_g).stay(hold_s, shaking_g)
        return self.roll(home, move_s, shaking_g=shaking_g).stay(rest_s)

    def drops(self, *degs, **how):
        for deg in degs:
            self.drop(deg, **how)
        return self

    def poses(self, times_s):
        """(n, 4), as the fields of `Pose`."""
        out = np.empty((len(times_s), 4))
        for part in self.parts:
            here = (times_s >= part.start_s - 1e-9) & (times_s <= part.start_s + part.lasts_s + 1e-9)
            share = part.shape(np.clip((times_s[here] - part.start_s) / max(part.lasts_s, 1e-9), 0.0, 1.0))
            out[here] = part.before + share[:, None] * (part.after - part.before)
        return out

    def breath(self, times_s):
        """(n, 2): what it adds to roll and pitch."""
        return self.breath_deg * np.stack([np.sin(1.7 * times_s), np.sin(1.3 * times_s + 1.0)], axis=1)

    def mirrored(self):
        """The same to the other side."""
        flip = np.array([-1.0, 1.0, -1.0, -1.0])
        parts = [replace(p, before=p.before * flip, after=p.after * flip) for p in self.parts]
        return replace(self, parts=parts)

    def frame(self):
        """Sensor axes: up, where up goes for a drop to the left, where it goes for a rise of the knee."""
        s, c = np.sin(np.radians(self.elevation_deg)), np.cos(np.radians(self.elevation_deg))
        return np.array([[0.0, -s, c], [-1.0, 0.0, 0.0], [0.0, -c, -s]])

    def motion(self, rate_hz=100.0, turned=None, lost=(), gyroscope=True, noise_dps=0.0, phase_s=0.0):
        """As `Motion`; ``turned`` (3, 3): how the sensor is mounted; ``lost``: ``(start, end)`` without samples."""
        times = np.arange(phase_s, self.t_s, 1.0 / rate_hz)
        poses = self.poses(times)
        poses[:, :2] += self.breath(times)
        roll, slip = np.radians(poses[:, 0]), np.radians(poses[:, 3])
        pitch = np.radians(poses[:, 1] + 2.0 * self.hips_deg * (1.0 - np.cos(roll)))
        up0, left, knee = self.frame()
        out = np.cos(roll)[:, None] * up0 + np.sin(roll)[:, None] * left
        up = np.cos(pitch)[:, None] * out + np.sin(pitch)[:, None] * knee
        c, s = np.cos(slip), np.sin(slip)  # around the leg's own axis, which is y
        up = np.stack([c * up[:, 0] + s * up[:, 2], up[:, 1], -s * up[:, 0] + c * up[:, 2]], axis=1)
        yaw = np.radians(np.gradient(poses[:, 2], times)) + np.gradient(slip, times) * up[:, 1]
        if turned is not None:
            up = up @ np.asarray(turned).T
        rate = np.gradient(up, times, axis=0)
        shaking = np.full(len(times), 0.01)
        for part in self.parts:
            shaking[(times >= part.start_s) & (times < part.start_s + part.lasts_s)] = part.shaking_g
        none = np.zeros(len(times), dtype=bool)
        motion = Motion(
            t_s=times,
            up_sensor=up,
            up_rate_sensor=rate,
            turn_rate=np.hypot(np.linalg.norm(rate, axis=1), yaw) if gyroscope else np.full(len(times), np.nan),
            dynamic=shaking * GRAVITY,
            noise_rate=np.full(len(times), np.radians(noise_dps)),
            yaw_rate=yaw if gyroscope else np.full(len(times), np.nan),
            filled=none,
            clipped=none.copy(),
            acc_sensor=GRAVITY * up,
        )
        seen = np.ones(len(times), dtype=bool)
        for start_s, end_s in lost:
            seen &= ~((times > start_s) & (times < end_s))
        return cut(motion, seen)


def cut(motion, rows):
    return Motion(**{name: getattr(motion, name)[rows] for name in Motion.__slots__})


def made_up(motion, *spans_s):
    """The same, with samples in ``spans_s`` said to be filled in."""
    filled = np.zeros(len(motion), dtype=bool)
    for start_s, end_s in spans_s:
        filled |= (motion.t_s > start_s) & (motion.t_s < end_s)
    return replace(motion, filled=filled)
