"""Sequentially thresholded least squares for many thresholds and many normal equations at once, compiled.

It is pysindy's ``STLSQ`` on columns of unit length: ridge regression on the terms that are left, those below the
threshold leave, until none does; then least squares without the ridge. All of that needs the normal equations alone,
so that a point of a path costs microseconds, where a call of the estimator costs milliseconds.

Source: Brunton, Proctor & Kutz (2016), PNAS 113:3932.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float
from numba import njit

# Rounds of thresholding at most, as in pysindy.
ROUNDS = 20
# A column whose squared length, after those before it are projected out, is below this adds no direction.
DEPENDENT = 1e-12


@njit(cache=True, nogil=True, error_model="numpy")
def _solve(gram, chosen, count, ridge, factor, solved):
    """Coefficients of the columns ``chosen`` by Cholesky's factor; columns that add no direction get zero."""
    target = gram.shape[0] - 1
    for i in range(count):
        for j in range(i + 1):
            value = gram[chosen[i], chosen[j]]
            if i == j:
                value += ridge
            for k in range(j):
                value -= factor[i, k] * factor[j, k]
            if i > j:
                factor[i, j] = value / factor[j, j] if factor[j, j] > 0.0 else 0.0
            else:
                factor[i, i] = np.sqrt(value) if value > DEPENDENT else 0.0
        value = gram[chosen[i], target]
        for k in range(i):
            value -= factor[i, k] * solved[k]
        solved[i] = value / factor[i, i] if factor[i, i] > 0.0 else 0.0
    for i in range(count - 1, -1, -1):
        value = solved[i]
        for k in range(i + 1, count):
            value -= factor[k, i] * solved[k]
        solved[i] = value / factor[i, i] if factor[i, i] > 0.0 else 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def _supports(grams, thresholds, ridge, found):
    columns = grams.shape[1] - 1
    factor = np.zeros((columns, columns))
    first, solved = np.empty(columns), np.empty(columns)
    chosen = np.empty(columns, dtype=np.int64)
    for g in range(grams.shape[0]):
        for i in range(columns):
            chosen[i] = i
        _solve(grams[g], chosen, columns, ridge, factor, first)  # every threshold begins with all terms
        for t in range(thresholds.shape[0]):
            for i in range(columns):
                chosen[i], solved[i] = i, first[i]
            count = columns
            for turn in range(ROUNDS):
                if turn > 0:
                    _solve(grams[g], chosen, count, ridge, factor, solved)
                left = 0
                for i in range(count):
                    if abs(solved[i]) >= thresholds[t]:
                        chosen[left] = chosen[i]
                        left += 1
                if left == count:
                    break
                count = left
            for i in range(count):
                found[g, t, chosen[i]] = True


@njit(cache=True, nogil=True, error_model="numpy")
def _refit(grams, supports, coefficients, errors):
    columns = grams.shape[1] - 1
    factor = np.zeros((columns, columns))
    solved = np.empty(columns)
    chosen = np.empty(columns, dtype=np.int64)
    for g in range(grams.shape[0]):
        for t in range(supports.shape[1]):
            count = 0
            for j in range(columns):
                if supports[g, t, j]:
                    chosen[count] = j
                    count += 1
            _solve(grams[g], chosen, count, 0.0, factor, solved)
            error = grams[g, columns, columns]
            for i in range(count):
                coefficients[g, t, chosen[i]] = solved[i]
                error -= solved[i] * grams[g, chosen[i], columns]
            errors[g, t] = max(error, 0.0)


def supports(
    grams: Float[np.ndarray, "one column column"], thresholds: Float[np.ndarray, " threshold"], *, ridge: float
) -> Bool[np.ndarray, "one threshold term"]:
    """Which terms each threshold leaves.

    Args:
        grams: normal equations, the target last; terms of unit length, or of zero where there is nothing to fit.
        thresholds: size below which a coefficient leaves.
    """
    found = np.zeros((len(grams), len(thresholds), grams.shape[1] - 1), dtype=np.bool_)
    _supports(np.ascontiguousarray(grams), thresholds, ridge, found)
    return found


def refitted(
    grams: Float[np.ndarray, "one column column"], chosen: Bool[np.ndarray, "one point term"]
) -> tuple[Float[np.ndarray, "one point term"], Float[np.ndarray, "one point"]]:
    """Least-squares coefficients on given supports, and the squared residuals over the target's square."""
    coefficients, errors = np.zeros(chosen.shape), np.zeros(chosen.shape[:2])
    _refit(np.ascontiguousarray(grams), np.ascontiguousarray(chosen), coefficients, errors)
    return coefficients, errors
