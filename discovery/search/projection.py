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
    current = columns(inner)
    residual, outer = _residual(current, target)
    error = float(residual @ residual)
    damping = 1e-2
    moved = True
    least = 1e-3 * np.where(inner != 0.0, np.abs(inner), 1.0)  # each in its own unit; what begins at zero has none
    size = slopes = normal = np.empty(0)
    for _ in range(iterations if len(inner) and np.isfinite(error) else 0):
        if moved:
            size = np.maximum(np.abs(inner), least)
            slopes = _slopes(columns, current, inner, size, residual, outer)
            if not np.all(np.isfinite(slopes)):  # a neighbour where the columns are undefined
                break
            normal = slopes.T @ slopes
        step = np.linalg.lstsq(normal + damping * np.diag(np.diag(normal)), -slopes.T @ residual, rcond=1e-12)[0]
        trial = inner + np.clip(step, -0.7, 0.7) * size
        trial_columns = columns(trial)
        trial_residual, trial_outer = _residual(trial_columns, target)
        trial_error = float(trial_residual @ trial_residual)
        moved = trial_error < error
        if moved:
            gain = error - trial_error
            inner, current, residual, outer, error = trial, trial_columns, trial_residual, trial_outer, trial_error
            damping = max(damping / 10.0, 1e-8)
            if gain < 1e-4 * error:
                break
        else:
            damping *= 10.0
            if damping > 1e4:
                break
    return inner, outer, error


def _slopes(
    columns: Columns,
    current: Float[np.ndarray, "row term"],
    inner: Float[np.ndarray, " inner"],
    size: Float[np.ndarray, " inner"],
    residual: Float[np.ndarray, " row"],
    outer: Float[np.ndarray, " term"],
) -> Float[np.ndarray, "row inner"]:
    """Change of the residual as each inner constant moves by a share ``size`` and the outer ones follow.

    Both terms of Golub & Pereyra's derivative of a projection: one solve for all constants instead of a fit for each.
    """
    scale = np.linalg.norm(current, axis=0)
    scale[scale == 0.0] = 1.0
    scaled = current / scale
    slopes = np.empty((len(current), len(inner)))
    turned = np.empty((current.shape[1], len(inner)))
    for k in range(len(inner)):
        beside = inner.copy()
        beside[k] += MOVE * size[k]
        near = columns(beside)
        if not np.all(np.isfinite(near)):
            return np.full_like(slopes, np.inf)
        change = (near - current) / MOVE
        slopes[:, k] = -change @ outer
        turned[:, k] = (change.T @ residual) / scale
    if not np.all(np.isfinite(slopes)):
        return slopes
    normal = scaled.T @ scaled
    try:
        follow = np.linalg.solve(normal, scaled.T @ slopes + turned)
        follow += np.linalg.solve(normal, scaled.T @ slopes + turned - normal @ follow)
    except np.linalg.LinAlgError:
        follow = np.linalg.lstsq(normal, scaled.T @ slopes + turned, rcond=1e-10)[0]
    return slopes - scaled @ follow


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
