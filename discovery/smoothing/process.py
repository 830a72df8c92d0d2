"""Curves that are a stochastic process: tuned by marginal likelihood, drawn by the Rauch-Tung-Striebel smoother."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from discovery.protocols import Deadline
from discovery.smoothing.kinks import moves
from discovery.smoothing.priors import Prior
from discovery.smoothing.series import Series
from discovery.smoothing.state_space import smooth_series
from discovery.smoothing.tuning import evidence, tune


@dataclass(frozen=True)
class Process:
    """What the Gaussian process and the Kalman smoother share; they differ in the prior alone."""

    prior: Prior

    @property
    def jumps(self) -> tuple[int, ...]:
        """None, that of the state itself, or that of a velocity, on which a force acts."""
        return 0, 1, 2

    def tuned(self, series: Sequence[Series], deadline: Deadline) -> tuple[Float[np.ndarray, " hyper"], float]:
        """Logarithms of the likeliest hyper-parameters, and the log marginal likelihood."""
        hyper = tune(self.prior, series, deadline)
        return hyper, evidence(self.prior, series, hyper)

    def drawn(
        self, series: Series, hyper: Float[np.ndarray, " hyper"]
    ) -> tuple[Float[np.ndarray, "time 2"], Float[np.ndarray, "time 3"]]:
        """Curve and derivative in standard units, and their variances and covariance."""
        variances = (np.exp(hyper[1]) * series.weights) ** 2
        known = moves(self.prior, series.grid, hyper, series.jump)
        means, covariances = smooth_series(
            series.values, variances, *known, series.grid.steps, self.prior.initial(hyper)
        )
        rate = self.prior.rate(hyper)
        return means * np.array([1.0, rate]), covariances * np.array([1.0, rate**2, rate])
