"""Square-root Kalman filter and Rauch-Tung-Striebel smoother for one series whose prior is a chain of derivatives.

The state is the curve and its first derivatives, scaled as the prior pleases; the first component is measured, and the
first covariance says how many there are. Only square roots of covariances are carried, by Householder triangularisation
and Potter's update, so that noise-free data on a fine grid, where covariances span twenty orders of magnitude, lose no
digits. Every function is linear in the number of samples.

Sources: Potter's update, Särkkä & Svensson, Bayesian Filtering and Smoothing (2023), section 8; the square-root
smoothing step by one triangularisation, Krämer & Hennig, Stable implementation of probabilistic ODE solvers (2024),
section 3.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Function = TypeVar("Function", bound=Callable[..., Any])
Array = NDArray[np.float64]

ORDER = 4  # of the priors: the curve and three derivatives


def compiled(function: Function) -> Function:
    """``function`` compiled by numba, kept on disk between runs.

    A wrapper that a run-time type checker may have put around it is taken off: numba cannot compile it.
    """
    compiler = cast("Callable[[Function], Function]", numba.njit(cache=True, error_model="numpy"))
    return compiler(inspect.unwrap(function))


@compiled
def triangularise(matrix, columns):
    """Householder reflections, in place: the first ``columns`` columns of ``matrix`` become upper triangular."""
    rows, width = matrix.shape
    for j in range(min(columns, rows)):
        norm = 0.0
        for i in range(j, rows):
            norm += matrix[i, j] ** 2
        norm = np.sqrt(norm)
        if norm == 0.0:
            continue
        pivot = -norm if matrix[j, j] > 0.0 else norm
        head = matrix[j, j] - pivot
        squared = head * head
        for i in range(j + 1, rows):
            squared += matrix[i, j] ** 2
        for k in range(j + 1, width):
            product = head * matrix[j, k]
            for i in range(j + 1, rows):
                product += matrix[i, j] * matrix[i, k]
            factor = 2.0 * product / squared
            matrix[j, k] -= factor * head
            for i in range(j + 1, rows):
                matrix[i, k] -= factor * matrix[i, j]
        matrix[j, j] = pivot
        for i in range(j + 1, rows):
            matrix[i, j] = 0.0


@compiled
def _predict(mean, root, transition, diffusion, stacked, moved):
    """Mean and root one step ahead, in place; ``root`` and ``diffusion`` are roots of covariances."""
    order = mean.shape[0]
    for i in range(order):
        moved[i] = 0.0
        for k in range(order):
            moved[i] += transition[i, k] * mean[k]
        for j in range(order):
            total = 0.0
            for k in range(order):
                total += transition[i, k] * root[k, j]
            stacked[j, i] = total
            stacked[order + j, i] = diffusion[i, j]
    triangularise(stacked, order)
    for i in range(order):
        mean[i] = moved[i]
        for j in range(order):
            root[i, j] = stacked[j, i] if j <= i else 0.0


@compiled
def _update(mean, root, value, variance, gain):
    """Potter's update by one sample of the first component, in place; returns twice the negative log-likelihood."""
    order, spread = mean.shape[0], variance
    for j in range(order):
        spread += root[0, j] ** 2
    error = value - mean[0]
    shrink = 1.0 / (spread * (1.0 + np.sqrt(variance / spread)))
    for i in range(order):
        gain[i] = 0.0
        for j in range(order):
            gain[i] += root[i, j] * root[0, j]
        mean[i] += gain[i] / spread * error
    measured = root[0].copy()
    for i in range(order):
        for j in range(order):
            root[i, j] -= shrink * gain[i] * measured[j]
    return np.log(2.0 * np.pi * spread) + error * error / spread


@compiled
def log_likelihood(values, variances, transitions, diffusions, steps, initial):
    """Log-likelihood of ``values`` (NaN where missing), by one pass of the filter.

    Step k uses ``transitions[steps[k]]`` and the root ``diffusions[steps[k]]``; ``initial`` is the root of the first
    covariance.
    """
    order = initial.shape[0]
    mean, root = np.zeros(order), initial.copy()
    stacked, moved = np.empty((2 * order, order)), np.empty(order)
    total = 0.0
    for k in range(values.shape[0]):
        if k > 0:
            _predict(mean, root, transitions[steps[k - 1]], diffusions[steps[k - 1]], stacked, moved)
        if not np.isnan(values[k]):
            total += _update(mean, root, values[k], variances[k], moved)
    return -0.5 * total


@compiled
def _filter(values, variances, transitions, diffusions, steps, initial, means, gains, backs):
    """Forward pass that keeps, for each step, what the backward pass needs; returns the last mean and root.

    ``means[k]`` is the filtered mean; ``gains[k]`` the smoothing gain of step k and ``backs[k]`` a root of the
    covariance of the state at k given the state at k + 1, both from one triangularisation.
    """
    order = initial.shape[0]
    mean, root = np.zeros(order), initial.copy()
    stacked, scratch = np.zeros((2 * order, 2 * order)), np.empty(order)
    for k in range(values.shape[0]):
        if not np.isnan(values[k]):
            _update(mean, root, values[k], variances[k], scratch)
        for i in range(order):
            means[k, i] = mean[i]
        if k == values.shape[0] - 1:
            break
        transition, diffusion = transitions[steps[k]], diffusions[steps[k]]
        moved = transition @ root
        for i in range(order):
            for j in range(order):
                stacked[i, j], stacked[i, order + j] = moved[j, i], root[j, i]
                stacked[order + i, j], stacked[order + i, order + j] = diffusion[j, i], 0.0
        triangularise(stacked, 2 * order)
        for i in range(order):  # gain @ R11.T = R12.T, by back substitution
            for j in range(order - 1, -1, -1):
                total = stacked[j, order + i]
                for m in range(j + 1, order):
                    total -= stacked[j, m] * gains[k, i, m]
                gains[k, i, j] = total / stacked[j, j]
        mean = transition @ mean
        for i in range(order):
            for j in range(order):
                backs[k, i, j], root[i, j] = stacked[order + j, order + i], stacked[j, i]
    return mean, root


@compiled
def smooth_series(values, variances, transitions, diffusions, steps, initial):
    """Posterior of the curve and its first derivative (in the prior's scaling) at every sample.

    Returns:
        Means, one row a sample: curve, derivative. Covariances, one row a sample: of the curve, of the derivative,
        between them.
    """
    count, order = values.shape[0], initial.shape[0]
    filtered = np.empty((count, order))
    gains, backs = np.empty((count, order, order)), np.empty((count, order, order))
    mean, root = _filter(values, variances, transitions, diffusions, steps, initial, filtered, gains, backs)
    means, covariances = np.empty((count, 2)), np.empty((count, 3))
    stacked = np.empty((2 * order, order))
    for k in range(count - 1, -1, -1):
        if k < count - 1:
            mean = filtered[k] + gains[k] @ (mean - transitions[steps[k]] @ filtered[k])
            moved = gains[k] @ root
            for i in range(order):
                for j in range(order):
                    stacked[i, j], stacked[order + i, j] = moved[j, i], backs[k, j, i]
            triangularise(stacked, order)
            for i in range(order):
                for j in range(order):
                    root[i, j] = stacked[j, i]
        means[k, 0], means[k, 1] = mean[0], mean[1]
        covariances[k, 0] = covariances[k, 1] = covariances[k, 2] = 0.0
        for j in range(order):
            covariances[k, 0] += root[0, j] * root[0, j]
            covariances[k, 1] += root[1, j] * root[1, j]
            covariances[k, 2] += root[0, j] * root[1, j]
    return means, covariances
