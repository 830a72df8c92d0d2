"""Time as smoothers see it: measurements of stiff systems are spread evenly over the logarithm of time.

A curve through such samples is smooth on a clock that runs with the logarithm, and on no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from discovery.types import SmoothedTrajectory, Trajectory

SPREAD = 100.0  # largest gap over smallest: random sampling seldom exceeds it, three decades of logarithmic do
ORDERED = 0.95  # rank correlation of gaps with time: gaps of random sampling have none


@dataclass(frozen=True)
class Clock:
    """Reads t, or log(1 + (t - first) / offset) where ``offset`` is positive; the same for all runs."""

    offset: float = 0.0

    @classmethod
    def of(cls, trajectories: Sequence[Trajectory]) -> Clock:
        """The logarithmic clock where all runs are sampled that way, from one first time."""
        runs = [np.diff(run.times) for run in trajectories if len(run) > 3]
        together = len({float(run.times[0]) for run in trajectories if len(run) > 0}) == 1
        if not runs or not together or not all(_logarithmic(gaps) for gaps in runs):
            return cls()
        return cls(float(np.median([gaps[0] for gaps in runs])))

    def read(self, times: Float[np.ndarray, " time"]) -> Float[np.ndarray, " time"]:
        """What the clock shows at ``times``."""
        return np.log1p((times - times[0]) / self.offset) if self.offset else times

    def pace(self, times: Float[np.ndarray, " time"]) -> Float[np.ndarray, " time"]:
        """How fast the clock runs at ``times``."""
        return 1.0 / (self.offset + times - times[0]) if self.offset else np.ones_like(times)

    def warped(self, trajectories: Sequence[Trajectory]) -> tuple[Trajectory, ...]:
        """The runs timed by this clock."""
        if not self.offset:
            return tuple(trajectories)
        return tuple(replace(run, times=self.read(run.times)) for run in trajectories)

    def unwarped(
        self, curves: Sequence[SmoothedTrajectory], trajectories: Sequence[Trajectory]
    ) -> tuple[SmoothedTrajectory, ...]:
        """Curves by this clock in the time of ``trajectories``: derivatives by the chain rule."""
        if not self.offset:
            return tuple(curves)
        return tuple(self._unwarp(curve, run.times) for curve, run in zip(curves, trajectories, strict=True))

    def _unwarp(self, curve: SmoothedTrajectory, times: Float[np.ndarray, " time"]) -> SmoothedTrajectory:
        pace = self.pace(times)[:, None]
        return replace(
            curve,
            times=times,
            derivatives=pace * curve.derivatives,
            derivative_deviations=pace * curve.derivative_deviations,
        )


PLAIN = Clock()


def _logarithmic(gaps: Float[np.ndarray, " gap"]) -> bool:
    """Whether gaps grow with time, over decades."""
    if gaps.max() < SPREAD * gaps.min():
        return False
    from scipy.stats import rankdata  # half a second of imports that few data need

    return float(np.corrcoef(rankdata(gaps), np.arange(len(gaps)))[0, 1]) > ORDERED
