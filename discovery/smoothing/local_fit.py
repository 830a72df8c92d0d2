"""Local polynomials at every row of one series, in compiled loops: O(rows x window), memory for the results only."""

from __future__ import annotations

import numpy as np

from discovery.smoothing.state_space import compiled

MARGIN = 1.1  # reach of the kernel, relative to the farthest sample of a window, so that this one counts too
SINGULAR = 1e-10  # share of a moment that the lower powers leave unexplained, below which rounding made it


@compiled
def _sums(place, radius, times, values, precisions, moments, squares, products):
    """Sums of the powers of the distance over the window, in place, for the normal equations.

    ``moments`` are weighted by kernel and precision, ``squares`` by the kernel once more, ``products`` by the values.
    """
    moments[:] = 0.0
    squares[:] = 0.0
    products[:] = 0.0
    for j in range(times.shape[0]):
        distance = (times[j] - place) / radius
        kernel = (1.0 - abs(distance) ** 3) ** 3  # the tricube of Cleveland (1979)
        weight = kernel * precisions[j]
        for k in range(moments.shape[0]):
            moments[k] += weight
            squares[k] += kernel * weight
            if k < products.shape[0]:
                products[k] += weight * values[j]
            weight *= distance


@compiled
def _factorise(moments, factor):
    """Cholesky factor of the normal matrix, in place; returns the degree up to which the window tells a polynomial."""
    for i in range(factor.shape[0]):
        for j in range(i + 1):
            total = moments[i + j]
            for k in range(j):
                total -= factor[i, k] * factor[j, k]
            if j < i:
                factor[i, j] = total / factor[j, j]
            elif total > SINGULAR * moments[2 * i]:
                factor[i, i] = np.sqrt(total)
            else:
                return i - 1
    return factor.shape[0] - 1


@compiled
def _row(factor, degree, column, row):
    """One row of the inverse of the normal matrix up to ``degree``, in place."""
    for i in range(degree + 1):
        row[i] = 1.0 if i == column else 0.0
        for k in range(i):
            row[i] -= factor[i, k] * row[k]
        row[i] /= factor[i, i]
    for i in range(degree, -1, -1):
        for k in range(i + 1, degree + 1):
            row[i] -= factor[k, i] * row[k]
        row[i] /= factor[i, i]


@compiled
def _form(left, squares, right, degree):
    """The bilinear form of ``squares``: a variance or covariance of coefficients."""
    total = 0.0
    for i in range(degree + 1):
        for j in range(degree + 1):
            total += left[i] * squares[i + j] * right[j]
    return total


@compiled
def local_fits(rows, times, values, precisions, count, degree):
    """Curve and derivative at each of the times ``rows`` from polynomials through the ``count`` nearest samples.

    Where a window cannot tell a polynomial of that degree, because its samples nearly coincide, the degree is lowered.

    Args:
        times: of the samples, increasing; ``values`` and ``precisions`` (inverse relative variances) belong to them.

    Returns:
        Means, one row a time: curve, derivative. Covariances, in variances of the noise: of the curve, of the
        derivative, between them; NaN where no sample tells. Leverage of a sample of precision 1 at each time.
    """
    means, covariances = np.zeros((rows.shape[0], 2)), np.full((rows.shape[0], 3), np.nan)
    leverages = np.zeros(rows.shape[0])
    moments, squares = np.empty(2 * degree + 1), np.empty(2 * degree + 1)
    products, factor = np.empty(degree + 1), np.empty((degree + 1, degree + 1))
    first, second = np.empty(degree + 1), np.empty(degree + 1)
    low, count = 0, min(count, times.shape[0])
    for i in range(rows.shape[0] if count > 0 else 0):
        place = rows[i]
        while low + count < times.shape[0] and times[low + count] - place < place - times[low]:
            low += 1
        window = slice(low, low + count)
        radius = MARGIN * max(abs(place - times[low]), abs(times[low + count - 1] - place))
        radius = radius if radius > 0.0 else 1.0
        _sums(place, radius, times[window], values[window], precisions[window], moments, squares, products)
        found = _factorise(moments, factor)
        _row(factor, found, 0, first)
        means[i, 0] = np.sum(first[: found + 1] * products[: found + 1])
        covariances[i, 0] = _form(first, squares, first, found)
        leverages[i] = first[0]
        if found > 0:
            _row(factor, found, 1, second)
            means[i, 1] = np.sum(second[: found + 1] * products[: found + 1]) / radius
            covariances[i, 1] = _form(second, squares, second, found) / radius**2
            covariances[i, 2] = _form(first, squares, second, found) / radius
    return means, covariances, leverages
