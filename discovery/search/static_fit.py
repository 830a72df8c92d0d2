"""Constants of one equation refined on a regression, inner ones included."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.dynamics.evaluate import gradients
from discovery.types import Regression

# Values beyond this are wild: their squares, weighted, could overflow.
LARGEST = 1e100


def refine(
    skeleton: sp.Expr,
    constants: Sequence[float],
    names: Sequence[str],
    regression: Regression,
    target: Float[np.ndarray, " row"],
    deviation: Float[np.ndarray, " row"],
    *,
    iterations: int = 12,
) -> tuple[tuple[float, ...], float]:
    """Levenberg-Marquardt on one equation of ``regression``.

    Returns:
        The constants, and chi-squared; infinite where the expression is undefined on the data.
    """
    values = np.array(constants, dtype=np.float64)
    cost, residual, slopes = _evaluate(skeleton, values, names, regression, target, deviation)
    damping = 1e-3
    for _ in range(iterations if np.isfinite(cost) else 0):
        normal = slopes.T @ slopes
        try:
            step = np.linalg.solve(normal + np.diag(damping * np.diag(normal) + 1e-300), -slopes.T @ residual)
        except np.linalg.LinAlgError:
            break
        trial = _evaluate(skeleton, values + step, names, regression, target, deviation)
        if trial[0] < cost:
            gain = cost - trial[0]
            values, damping = values + step, max(damping / 10, 1e-9)
            cost, residual, slopes = trial
            if gain < 1e-6 * cost:
                break
        else:
            damping *= 10
            if damping > 1e6:
                break
    return tuple(float(v) for v in values), cost


def _evaluate(
    skeleton: sp.Expr,
    constants: Float[np.ndarray, " constant"],
    names: Sequence[str],
    regression: Regression,
    target: Float[np.ndarray, " row"],
    deviation: Float[np.ndarray, " row"],
) -> tuple[float, Float[np.ndarray, " row"], Float[np.ndarray, "row constant"]]:
    values, slopes = gradients([skeleton], names, regression.states, tuple(constants))
    if not max(np.abs(values).max(initial=0.0), np.abs(slopes).max(initial=0.0)) < LARGEST:
        return np.inf, target, slopes[:0, 0]
    residual = (regression.operator(values)[:, 0] - target) / deviation
    return float(residual @ residual), residual, regression.operator(slopes[:, 0, :]) / deviation[:, None]
