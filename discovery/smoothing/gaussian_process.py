"""Gaussian process with a Matérn-7/2 covariance for each state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from discovery.protocols import NEVER, Deadline, Progress, silent
from discovery.smoothing.classical import smooth_classically
from discovery.smoothing.priors import Matern
from discovery.smoothing.process import Process
from discovery.types import NoiseKind, Smoothing, Trajectory

PLUGIN = "GaussianProcess"
REQUIRES = ("scipy", "numba")
CITES = ("Rasmussen2006", "Hartikainen2010")


@dataclass(frozen=True)
class GaussianProcess:
    """Smooths each state by a Gaussian process; hyper-parameters, by marginal likelihood, are shared by all runs of
    a state.

    The likelihood and the posterior are computed in state-space form: the same numbers as by the covariance matrix,
    at a cost linear in the number of samples.

    Attributes:
        noise: kind of noise; ``auto`` keeps the likeliest that the data allow, ``lognormal`` smooths logarithms.
        prior: the covariance.
    """

    noise: NoiseKind | Literal["auto"] = "auto"
    prior: Matern = field(default_factory=Matern)

    def smooth(
        self, trajectories: Sequence[Trajectory], *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> Smoothing:
        """States and derivatives at the samples of each run.

        Raises:
            DataError: a state has too few samples, or noise of a kind is asked for that the data cannot have.
        """
        return smooth_classically(
            trajectories, Process(self.prior), self.noise, "gaussian_process", seed, deadline, progress
        )
