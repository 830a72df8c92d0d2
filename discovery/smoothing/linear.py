"""Linear smoothers: the level of smoothing by cross-validation, the noise from the residuals.

At each level the curve is a matrix, the hat matrix, times the samples. Its diagonal holds the leverages: how far each
sample pulls the curve at its own place. With them the curve without a sample is known at that sample, and so is how
well it predicts it, without drawing it again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

import numpy as np
from jaxtyping import Float
from scipy import optimize

from discovery.protocols import Deadline
from discovery.smoothing.series import Series

FAINTEST = 1e-9  # smallest noise in standard units, as the priors bound it
BELIEVED = 0.3  # noise where the samples tell nothing of it, as the priors believe; each degree of freedom takes a nat
CLOSEST = 1e-9  # smallest 1 - leverage: nothing is learned from a sample that the curve must go through
SPREAD = 10.0  # deviations of a curve of which nothing was measured, as that of `IntegratedWiener`
WIDEST = SPREAD * np.array([1.0, np.pi])  # of such a curve and of its derivative
LEVEL_TOLERANCE = 0.02  # of the level's logarithm; cross-validation is flatter than that about its least value


@dataclass(frozen=True)
class Drawn:
    """A curve through one series at one level of smoothing, in standard units and spacings.

    Attributes:
        means: curve and derivative.
        covariances: variances of both and their covariance, in variances of the noise; NaN where the samples do not
            tell.
        leverages: diagonal of the hat matrix; 0 where nothing was measured.
        spent: degrees of freedom that each sample's residual has lost to the curve.
    """

    means: Float[np.ndarray, "time 2"]
    covariances: Float[np.ndarray, "time 3"]
    leverages: Float[np.ndarray, " time"]
    spent: Float[np.ndarray, " time"]


class LinearSmoother(Protocol):
    """Draws curves at any level of smoothing, and says what a good level makes small."""

    @property
    def levels(self) -> tuple[float, ...]:
        """Increasing levels from which the search starts."""
        ...

    def draw(self, series: Series, level: float) -> Drawn:
        """The curve through ``series`` at that level."""
        ...

    def loss(self, residuals: Float[np.ndarray, " sample"], leverages: Float[np.ndarray, " sample"]) -> float:
        """Mean squared error of prediction, from the residuals of all samples in their relative deviations."""
        ...


@dataclass(frozen=True)
class CrossValidated:
    """A method of :mod:`discovery.smoothing.curves`: the level with the least loss. Hyper-parameters: level, noise."""

    smoother: LinearSmoother

    @property
    def jumps(self) -> tuple[int, ...]:
        """None: its curves are smooth everywhere."""
        return (0,)

    def tuned(self, series: Sequence[Series], deadline: Deadline) -> tuple[Float[np.ndarray, " hyper"], float]:
        """Logarithms of level and noise, and the log-likelihood of each sample about the curve without it.

        The variance of the noise is the sum of squared residuals over the degrees of freedom left to them (Wahba
        1983, section 3). Level and noise are one pair for all runs.
        """

        def loss(logarithm: float) -> float:
            residuals, leverages, _ = self._residuals(series, float(np.exp(logarithm)))
            return self.smoother.loss(residuals, leverages)

        level = _least(loss, np.log(self.smoother.levels), deadline)
        residuals, leverages, spent = self._residuals(series, float(np.exp(level)))
        freedom = len(residuals) - float(np.sum(spent))
        believed = BELIEVED * float(np.exp(-freedom))
        noise = max(FAINTEST, believed, float(np.sqrt(np.sum(residuals**2) / max(1.0, freedom))))
        weights = np.concatenate([one.weights[np.isfinite(one.values)] for one in series])
        left = np.maximum(1.0 - leverages, CLOSEST)
        deviations = noise * weights / np.sqrt(left)  # of a sample about the curve without it
        misses = residuals * weights / left / deviations
        likelihood = -0.5 * np.sum(misses**2) - np.sum(np.log(np.sqrt(2.0 * np.pi) * deviations))
        return np.array([level, np.log(noise)]), float(likelihood)

    def drawn(
        self, series: Series, hyper: Float[np.ndarray, " hyper"]
    ) -> tuple[Float[np.ndarray, "time 2"], Float[np.ndarray, "time 3"]]:
        """Curve and derivative in standard units, and their variances and covariance."""
        drawn = self.smoother.draw(series, float(np.exp(hyper[0])))
        covariances = float(np.exp(2.0 * hyper[1])) * drawn.covariances
        variances, shared = np.fmin(covariances[:, :2], WIDEST**2), np.nan_to_num(covariances[:, 2:])
        return drawn.means, np.concatenate([variances, shared], axis=1)

    def _residuals(self, series: Sequence[Series], level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of all samples: residuals in relative deviations, leverages, degrees of freedom spent."""
        parts: list[np.ndarray] = []
        for one in series:
            drawn = self.smoother.draw(one, level)
            rows = np.stack([(one.values - drawn.means[:, 0]) / one.weights, drawn.leverages, drawn.spent])
            parts.append(rows[:, np.isfinite(one.values)])
        residuals, leverages, spent = np.concatenate(parts, axis=1)
        return residuals, leverages, spent


def _least(loss: Callable[[float], float], grid: Float[np.ndarray, " level"], deadline: Deadline) -> float:
    """Where ``loss`` is least: at a point of the grid or between its neighbours."""
    losses = [loss(float(one)) for one in grid]
    place = int(np.argmin(losses))
    if deadline.passed():
        return float(grid[place])
    bounds = (float(grid[max(0, place - 1)]), float(grid[min(len(grid) - 1, place + 1)]))
    options = {"xatol": LEVEL_TOLERANCE}
    found = cast(Any, optimize.minimize_scalar(loss, bounds=bounds, method="bounded", options=options))
    return float(found.x) if float(found.fun) < losses[place] else float(grid[place])
