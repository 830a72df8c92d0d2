"""Hyper-parameters of a prior by marginal likelihood."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any, cast

import numpy as np
from jaxtyping import Float
from scipy import optimize

from discovery.protocols import Deadline
from discovery.smoothing.kinks import moves
from discovery.smoothing.priors import Prior
from discovery.smoothing.series import Series
from discovery.smoothing.state_space import log_likelihood

IMPOSSIBLE = 1e12  # stands for the negative likelihood of hyper-parameters at which it cannot be computed
ITERATIONS = 40  # of one descent at most, so that it ends on a flat ridge, too


def evidence(prior: Prior, series: Sequence[Series], hyper: Float[np.ndarray, " hyper"]) -> float:
    """Log marginal likelihood of all ``series`` at the hyper-parameters whose logarithms are ``hyper``."""
    noise, initial, total = float(np.exp(2.0 * hyper[1])), prior.initial(hyper), 0.0
    grid, known = None, (np.empty(0), np.empty(0))
    for one in series:
        if grid is None or one.grid is not grid:
            grid, known = one.grid, moves(prior, one.grid, hyper, one.jump)
        total += log_likelihood(one.values, noise * one.weights**2, *known, one.grid.steps, initial)
    return total


def tune(prior: Prior, series: Sequence[Series], deadline: Deadline) -> Float[np.ndarray, " hyper"]:
    """Logarithms of the likeliest hyper-parameters: quasi-Newton from the best two points of a grid."""

    def loss(hyper: Float[np.ndarray, " hyper"]) -> float:
        value = prior.penalty(hyper) - evidence(prior, series, hyper)
        return value if np.isfinite(value) else IMPOSSIBLE

    starts = sorted((np.log(start) for start in product(*prior.starts)), key=loss)
    best, lowest = starts[0], loss(starts[0])
    for start in starts[:2]:
        if deadline.passed():
            break
        end, value = _descend(loss, start, np.log(prior.bounds))
        if value < lowest:
            best, lowest = end, value
    return best


def _descend(loss: Any, start: np.ndarray, bounds: np.ndarray) -> tuple[np.ndarray, float]:
    """One run of L-BFGS-B with differences of 1e-4, small against the width of any likelihood in the logarithms."""
    result = cast(
        Any,
        optimize.minimize(
            loss, start, method="L-BFGS-B", bounds=bounds, options={"maxiter": ITERATIONS, "eps": 1e-4, "ftol": 1e-9}
        ),
    )
    return np.asarray(result.x, dtype=np.float64), float(result.fun)
