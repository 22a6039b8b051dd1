"""The pace of the samples between two stamps of a sensor's own clock."""

from __future__ import annotations

from typing import Final, NamedTuple

UNBROKEN_SHARE: Final = 0.05
"""A step within this share of what the samples take has no loss in it: the rates of chips are up to 3 % off."""
UNBROKEN_SAMPLES: Final = 0.6
"""... or within this many samples, so that stamps rounded to 1 ms do no harm."""
WORST_RATE: Final = 0.1
"""No chip is further off its nominal rate."""
PACE_MEMORY: Final = 256
"""Steps: with stamps rounded to 1 ms the pace is known to some 0.1 % after 20."""


class Pace(NamedTuple):
    """How far apart the samples really are, learnt from stamps; never far from what the sensor was set to."""

    nominal_s: float
    period_s: float
    steps: int = 0

    @classmethod
    def of_rate(cls, rate_hz: float) -> Pace:
        """As the sensor was set."""
        return cls(1.0 / rate_hz, 1.0 / rate_hz)

    def is_unbroken(self, step_s: float, samples: int) -> bool:
        """Whether just these samples fit between two stamps."""
        expected_s = samples * self.period_s
        slack_s = max(UNBROKEN_SAMPLES * self.period_s, UNBROKEN_SHARE * expected_s)
        return samples > 0 and abs(step_s - expected_s) <= slack_s

    def with_step(self, step_s: float, samples: int) -> Pace:
        """The pace after an unbroken step."""
        steps = min(self.steps + 1, PACE_MEMORY)
        period_s = self.period_s + (step_s / samples - self.period_s) / steps
        least_s, most_s = self.nominal_s * (1.0 - WORST_RATE), self.nominal_s * (1.0 + WORST_RATE)
        return Pace(self.nominal_s, min(max(period_s, least_s), most_s), steps)
