"""Error bars of constants from the curvature of the cost (Laplace approximation)."""

from __future__ import annotations

import numpy as np
from scipy import special

from discovery.dynamics.shooting import Fit

LEVEL = 0.95
# No constant is known better than the solutions that it was fitted with: their relative tolerance.
SOLVED = 1e-6


def bounds(fit: Fit) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Lower and upper bounds of the 95 % interval of each constant; NaN where the data do not determine it.

    The covariance is the inverse of the normal matrix, times chi-squared by degree of freedom where that exceeds 1:
    residuals larger than the noise model says widen the intervals.
    """
    constants = np.array(fit.law.constants)
    if constants.size == 0:
        return (), ()
    freedom = max(fit.count - fit.starts.size - constants.size, 1)
    scaled, scale = fit.scaled_information()
    eigenvalues, vectors = np.linalg.eigh(scaled)
    determined = eigenvalues > 1e-10
    spread = np.where(determined, 1.0 / np.where(determined, eigenvalues, 1.0), 0.0)
    loose = ((vectors[:, ~determined] ** 2).sum(axis=1) > 1e-3) | (scale == 0.0)
    variance = (vectors**2) @ spread / np.where(loose, 1.0, scale) ** 2 * max(1.0, fit.cost / freedom)
    half = special.stdtrit(freedom, 0.5 + LEVEL / 2) * np.sqrt(variance)
    half = np.where(loose, np.nan, np.maximum(half, SOLVED * np.abs(constants)))
    return tuple(float(v) for v in constants - half), tuple(float(v) for v in constants + half)
