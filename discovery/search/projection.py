"""Inner constants by variable projection: Levenberg-Marquardt on them, the outer ones by least squares at each step.

Source: Golub & Pereyra (1973), SIAM J. Numer. Anal. 10:413.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

Columns = Callable[[Float[np.ndarray, " inner"]], Float[np.ndarray, "row term"]]
# Share of a constant by which it is moved for a difference quotient: about the root of the round-off.
MOVE = 1e-6


def project(
    columns: Columns,
    target: Float[np.ndarray, " row"],
    inner: Float[np.ndarray, " inner"],
    *,
    iterations: int,
) -> tuple[Float[np.ndarray, " inner"], Float[np.ndarray, " term"], float]:
    """Inner constants, outer constants and the sum of squared residuals; infinite where the columns are undefined.

    Args:
        columns: weighted values of the terms at given inner constants.
        iterations: steps at most; one that does not help counts.
    """
    inner = np.array(inner, dtype=np.float64)
    residual, outer = _residual(columns(inner), target)
    error = float(residual @ residual)
    damping = 1e-2
    for _ in range(iterations if len(inner) and np.isfinite(error) else 0):
        size = np.maximum(np.abs(inner), 1e-3 * (float(np.abs(inner).max()) or 1e-12))
        slopes = np.empty((len(target), len(inner)))
        for k in range(len(inner)):
            moved = inner.copy()
            moved[k] += MOVE * size[k]
            slopes[:, k] = (_residual(columns(moved), target)[0] - residual) / MOVE
        if not np.all(np.isfinite(slopes)):  # a neighbour where the columns are undefined
            break
        normal = slopes.T @ slopes
        step = np.linalg.lstsq(normal + damping * np.diag(np.diag(normal)), -slopes.T @ residual, rcond=1e-12)[0]
        trial = inner + np.clip(step, -0.7, 0.7) * size
        trial_residual, trial_outer = _residual(columns(trial), target)
        trial_error = float(trial_residual @ trial_residual)
        if trial_error < error:
            gain = error - trial_error
            inner, residual, outer, error = trial, trial_residual, trial_outer, trial_error
            damping = max(damping / 10.0, 1e-8)
            if gain < 1e-4 * error:
                break
        else:
            damping *= 10.0
            if damping > 1e4:
                break
    return inner, outer, error


def _residual(
    columns: Float[np.ndarray, "row term"], target: Float[np.ndarray, " row"]
) -> tuple[Float[np.ndarray, " row"], Float[np.ndarray, " term"]]:
    if not np.all(np.abs(columns) < 1e100):
        return np.full(len(target), np.inf), np.zeros(columns.shape[1])
    scale = np.linalg.norm(columns, axis=0)
    scale[scale == 0.0] = 1.0
    scaled = columns / scale
    normal = scaled.T @ scaled
    try:
        outer = np.linalg.solve(normal, scaled.T @ target)
        outer += np.linalg.solve(normal, scaled.T @ (target - scaled @ outer))  # refined: normal equations lose digits
    except np.linalg.LinAlgError:
        outer = np.linalg.lstsq(scaled, target, rcond=1e-10)[0]
    return target - scaled @ outer, outer / scale
