"""Kalman smoother with an integrated Wiener process for each state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from discovery.protocols import NEVER, Deadline, Progress, silent
from discovery.smoothing.classical import smooth_classically
from discovery.smoothing.priors import IntegratedWiener
from discovery.smoothing.process import Process
from discovery.types import NoiseKind, Smoothing, Trajectory

PLUGIN = "Kalman"
REQUIRES = ("scipy", "numba")
CITES = ("Sarkka2023",)


@dataclass(frozen=True)
class Kalman:
    """Smooths each state as a thrice integrated Wiener process, by a Rauch-Tung-Striebel smoother; O(samples).

    Unlike the Gaussian process it is not stationary: trends, growth and decay cost it nothing.

    Attributes:
        noise: kind of noise; ``auto`` keeps the likeliest that the data allow, ``lognormal`` smooths logarithms.
        prior: the process.
    """

    noise: NoiseKind | Literal["auto"] = "auto"
    prior: IntegratedWiener = field(default_factory=IntegratedWiener)

    def smooth(
        self, trajectories: Sequence[Trajectory], *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> Smoothing:
        """States and derivatives at the samples of each run.

        Raises:
            DataError: a state has too few samples, or noise of a kind is asked for that the data cannot have.
        """
        return smooth_classically(trajectories, Process(self.prior), self.noise, "kalman", seed, deadline, progress)
