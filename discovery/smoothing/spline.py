"""Smoothing spline of each state, its smoothing parameter by generalised cross-validation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from discovery.errors import UsageError
from discovery.smoothing.classical import Classical
from discovery.smoothing.linear import SPREAD, CrossValidated, Drawn
from discovery.smoothing.priors import wiener_moves
from discovery.smoothing.series import Series
from discovery.smoothing.state_space import smooth_series

PLUGIN = "SmoothingSpline"
REQUIRES = ("scipy", "numba")
CITES = ("Craven1979", "Wahba1978", "Wahba1983")

DEGREES = (3, 5, 7)
# Noise in standard units while a curve is drawn. Only its ratio to the roughness matters; that it is a ten thousandth
# of SPREAD makes the belief about the first sample as good as none.
ASSUMED = 1e-3
# From a polynomial through all samples to one oscillation in two samples, the fastest that they can show.
LEVELS = tuple(np.geomspace(1e-3, 3.0, 12).tolist())
# Degrees of freedom count this much in the cross-validation. Counted once, four of a hundred smooth records of 25 to
# 100 samples pass for having less than half their noise, and sixty where noise of another kind was asked for; counted
# 1.1 times none do, and ten. It costs 3 % of the derivative's accuracy at 512 samples.
INFLATION = 1.1
IMPOSSIBLE = 1e12  # stands for the loss of a level that leaves no degrees of freedom


@dataclass(frozen=True)
class SmoothingSpline(Classical):
    """Smooths each state by a spline with a knot at every sample; O(samples), whatever the times.

    The spline of degree 2 m - 1 minimises the weighted squared residuals plus a multiple of the integral of its
    squared m-th derivative. It is drawn as the posterior mean of white noise integrated m times without belief about
    its start, which is the same curve (Wahba 1978); the posterior gives leverages and Bayesian intervals.

    Attributes:
        noise: kind of noise; ``auto`` keeps the likeliest that the data allow, ``lognormal`` smooths logarithms.
        degree: 3, 5 or 7. On twelve systems of ODEBench's design half, noise of 5 %, two seeds, the geometric mean of
            the derivative's error was 9.3 % for cubic and 7.5 % for quintic splines, with 50 samples 23 % and 20 %;
            degree 7 (6.2 %, 17 %) is the process of the Kalman smoother.

    Raises:
        UsageError: another degree.
    """

    name = "spline"
    degree: int = 5

    def __post_init__(self) -> None:
        if self.degree not in DEGREES:
            raise UsageError(f"SmoothingSpline got degree={self.degree!r}. Choose one of 3, 5 and 7.")

    @property
    def method(self) -> CrossValidated:
        """How curves are drawn."""
        return CrossValidated(PenalisedSpline((self.degree + 1) // 2))


@dataclass(frozen=True)
class PenalisedSpline:
    """Splines at any level: the angular frequency, in radians a spacing, of which half the amplitude is left.

    With that frequency w the penalty's weight is w to the power -2 m.

    Attributes:
        order: m, the derivative that is penalised.
    """

    order: int
    levels: tuple[float, ...] = LEVELS

    def draw(self, series: Series, level: float) -> Drawn:
        """The spline through ``series``; its deviations are Bayesian (Wahba 1983, theorem 1)."""
        moves = wiener_moves(series.grid.gaps, self.order, ASSUMED * level**self.order)
        variances = (ASSUMED * series.weights) ** 2
        initial = np.diag(SPREAD * np.pi ** np.arange(self.order))
        means, covariances = smooth_series(series.values, variances, *moves, series.grid.steps, initial)
        leverages = np.where(np.isfinite(series.values), covariances[:, 0] / variances, 0.0)
        return Drawn(means, covariances / ASSUMED**2, leverages, leverages)

    def loss(self, residuals: Float[np.ndarray, " sample"], leverages: Float[np.ndarray, " sample"]) -> float:
        """Generalised cross-validation (Craven & Wahba 1979), with degrees of freedom that count more than once."""
        left = 1.0 - INFLATION * float(np.mean(leverages))
        return float(np.mean(residuals**2)) / left**2 if left > 0.0 else IMPOSSIBLE
