"""Inner constants by variable projection: Levenberg-Marquardt on them, the outer ones by least squares at each step.

Compiled, as a search fits thousands of small models. Terms are rows here, so that each lies in one piece of memory.

Source: Golub & Pereyra (1973), SIAM J. Numer. Anal. 10:413.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numba import njit
from scipy import sparse

from discovery.dynamics.lu import dot
from discovery.library.functions import fill
from discovery.library.shapes import Shape

# Share of a constant by which it is moved for a difference quotient: about the root of the round-off.
MOVE = 1e-6
# Values of terms beyond this are wild: their squares, weighted, could overflow.
LARGEST = 1e60
# A pivot below this share of its column's length adds no direction; it is held up by that share then.
DEPENDENT = 1e-14
RIDGE = 1e-10


class Lift(NamedTuple):
    """How values at points become weighted rows: by a matrix whose rows are spans.

    A row of a regression sees the points of one window, or all from one on: they lie side by side.

    Attributes:
        entries: of each row from its first point to its last, one row after another.
        firsts: the first point of each row.
        edges: where the entries of each row begin, and end.
    """

    entries: Float[np.ndarray, " entry"]
    firsts: Int[np.ndarray, " row"]
    edges: Int[np.ndarray, " edge"]

    @classmethod
    def of(cls, matrix: sparse.csr_array) -> Lift:
        """The lift by a matrix of rows and points."""
        matrix = sparse.csr_array(matrix, copy=True)
        matrix.sum_duplicates()
        low, high = matrix.indptr[:-1], matrix.indptr[1:]
        some = high > low
        firsts, lengths = np.zeros(len(low), np.int64), np.zeros(len(low), np.int64)
        firsts[some] = matrix.indices[low[some]]
        lengths[some] = matrix.indices[high[some] - 1] + 1 - firsts[some]
        edges = np.concatenate([[0], np.cumsum(lengths)])
        entries, row = np.zeros(edges[-1]), np.repeat(np.arange(len(low)), high - low)
        entries[edges[row] + matrix.indices - firsts[row]] = matrix.data
        return cls(entries, firsts, edges)


class Terms(NamedTuple):
    """What a model's terms are made of, in arrays.

    Attributes:
        plain: rows of the terms without inner constants.
        kinds: kind and orders of each part's functions.
        edges: where the arguments, the functions and the inner constants of each part begin, and end.
        arguments: of all parts, one after another.
        functions: which function each shaped term is made of.
        owners: the part that it belongs to.
        factors: what its function is multiplied by, at each point.
    """

    plain: Float[np.ndarray, "term row"]
    kinds: Int[np.ndarray, "part three"]
    edges: Int[np.ndarray, "part three"]
    arguments: Float[np.ndarray, "argument point"]
    functions: Int[np.ndarray, " term"]
    owners: Int[np.ndarray, " term"]
    factors: Float[np.ndarray, "term point"]


class Projected(NamedTuple):
    """Inner and outer constants, the sum of squared residuals, infinite where a term is undefined, and the terms."""

    inner: Float[np.ndarray, " inner"]
    outer: Float[np.ndarray, " term"]
    error: float
    rows: Float[np.ndarray, "term row"]


def terms_of(
    plain: Float[np.ndarray, "term row"],
    parts: Sequence[tuple[Shape, Float[np.ndarray, "argument point"], Sequence[tuple[int, np.ndarray]]]],
) -> Terms:
    """The arrays of a model.

    Args:
        parts: each a shape, its arguments, and its terms: which of its functions, times which values.
    """
    every = [(owner, term) for owner, (_, _, terms) in enumerate(parts) for term in terms]
    counts = [(len(arguments), shape.count, shape.starts.shape[1]) for shape, arguments, _ in parts]
    edges = np.vstack([np.zeros((1, 3), dtype=np.int64), np.cumsum(np.array(counts).reshape(-1, 3), axis=0)])
    return Terms(
        np.ascontiguousarray(plain),
        np.array([(int(shape.kind), *shape.orders) for shape, _, _ in parts], dtype=np.int64).reshape(-1, 3),
        edges.astype(np.int64),
        np.vstack([arguments for _, arguments, _ in parts]) if parts else np.empty((0, 0)),
        np.array([edges[owner, 1] + function for owner, (function, _) in every], dtype=np.int64),
        np.array([owner for owner, _ in every], dtype=np.int64),
        np.stack([factor for _, (_, factor) in every]) if every else np.empty((0, 0)),
    )


def project(
    terms: Terms, lift: Lift, target: Float[np.ndarray, " row"], inner: Float[np.ndarray, " inner"], *, iterations: int
) -> Projected:
    """The model with its constants fitted.

    Args:
        target: weighted.
        inner: where to begin.
        iterations: steps at most; one that does not help counts.
    """
    start = np.array(inner, dtype=np.float64)
    rows = np.array(target, dtype=np.float64)  # a copy can be written to: another kind would be compiled anew
    return Projected(*_project(terms, lift, rows, start, iterations))


# Loops instead of array expressions below: they run as fast and compile in a quarter of the time. What is compiled is
# kept until this file changes: numba does not see that ``functions.py`` did.


@njit(cache=True, nogil=True, error_model="numpy")
def _project(terms, lift, target, inner, iterations):
    count, constants = terms.plain.shape[0] + terms.factors.shape[0], len(inner)
    rows, functions = np.zeros((count, len(target))), np.empty((terms.edges[-1, 1], terms.arguments.shape[1]))
    rows[: terms.plain.shape[0]] = terms.plain
    trial_rows, trial_functions = rows.copy(), functions.copy()
    outer, residual = np.zeros(count), target.copy()
    if not _fill_rows(terms, lift, inner, functions, rows):
        return inner, outer, np.inf, rows
    error = _fit(rows, target, outer, residual)
    trial_outer, trial_residual, trial = outer.copy(), residual.copy(), inner.copy()
    damping, moved = 1e-2, True
    size, slopes = np.empty(constants), np.empty((constants, len(target)))
    least = 1e-3 * np.where(inner != 0.0, np.abs(inner), 1.0)  # each in its own unit; what begins at zero has none
    for _ in range(iterations if constants and np.isfinite(error) else 0):
        if moved:
            for c in range(constants):
                size[c] = max(abs(inner[c]), least[c])
            if not _slopes(terms, lift, inner, size, functions, rows, residual, outer, slopes):
                break
        step = _step(slopes, residual, damping)
        for c in range(constants):
            trial[c] = inner[c] + min(max(step[c], -0.7), 0.7) * size[c]
        trial_error = np.inf
        if _fill_rows(terms, lift, trial, trial_functions, trial_rows):
            trial_error = _fit(trial_rows, target, trial_outer, trial_residual)
        moved = trial_error < error
        if not moved:
            damping *= 10.0
            if damping > 1e4:
                break
            continue
        gain, error, damping = error - trial_error, trial_error, max(damping / 10.0, 1e-8)
        inner, trial, outer, trial_outer = trial, inner, trial_outer, outer
        rows, trial_rows, functions, trial_functions = trial_rows, rows, trial_functions, functions
        residual, trial_residual = trial_residual, residual
        if gain < 1e-4 * error:
            break
    return inner, outer, error, rows


@njit(cache=True, nogil=True, error_model="numpy")
def _part(terms, k, inner, functions):
    """Values of the functions of part ``k``; False where they are undefined."""
    low, high = terms.edges[k], terms.edges[k + 1]
    return fill(
        terms.kinds[k, 0], terms.kinds[k, 1], terms.kinds[k, 2], terms.arguments[low[0] : high[0]],
        inner[low[2] : high[2]], functions[low[1] : high[1]],
    )  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")
def _fill_rows(terms, lift, inner, functions, rows):
    """Writes the shaped terms' rows; False where they are undefined or wild."""
    for k in range(terms.kinds.shape[0]):
        if not _part(terms, k, inner, functions):
            return False
    first = terms.plain.shape[0]
    shaped = np.empty(terms.factors.shape[1])
    for t in range(terms.factors.shape[0]):
        function = terms.functions[t]
        for i in range(len(shaped)):
            shaped[i] = functions[function, i] * terms.factors[t, i]
            if not abs(shaped[i]) < LARGEST:
                return False
        _lifted(lift, shaped, rows[first + t])
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _lifted(lift, values, rows):
    """Writes the rows of values at points."""
    for i in range(len(rows)):
        low, high, first = lift.edges[i], lift.edges[i + 1], lift.firsts[i]
        rows[i] = dot(lift.entries[low:high], values[first : first + high - low])


@njit(cache=True, nogil=True, error_model="numpy")
def _back(lift, rows, values):
    """What each point contributes to the rows' products with its lifted values: the transposed lift."""
    values[:] = 0.0
    for i in range(len(rows)):
        low, high, first = lift.edges[i], lift.edges[i + 1], lift.firsts[i]
        _add(rows[i], lift.entries[low:high], values[first : first + high - low])


@njit(cache=True, nogil=True, error_model="numpy")
def _add(share, one, total):
    """Adds a share of one to the total, which is written."""
    for i in range(len(total)):
        total[i] += share * one[i]


@njit(cache=True, nogil=True, error_model="numpy")
def _normal(rows, scale):
    """Normal equations of the rows, each of unit length; their lengths are written, 1 for a row of zeros."""
    count = rows.shape[0]
    normal = np.empty((count, count))
    for a in range(count):
        length = math.sqrt(dot(rows[a], rows[a]))
        scale[a] = length if length > 0.0 else 1.0
        for b in range(a + 1):
            normal[a, b] = normal[b, a] = dot(rows[a], rows[b]) / (scale[a] * scale[b])
    return normal


@njit(cache=True, nogil=True, error_model="numpy")
def _fit(rows, target, outer, residual):
    """Outer constants and residuals by least squares, which are written; the squared error."""
    count = rows.shape[0]
    scale, right = np.empty(count), np.empty((count, 1))
    normal = _normal(rows, scale)
    factorize(normal)
    outer[:] = 0.0
    residual[:] = target
    for _ in range(2):  # twice, as normal equations lose digits
        for t in range(count):
            right[t, 0] = dot(rows[t], residual) / scale[t]
        substitute(normal, right)
        for t in range(count):
            share = right[t, 0] / scale[t]
            outer[t] += share
            _add(-share, rows[t], residual)
    return dot(residual, residual)


@njit(cache=True, nogil=True, error_model="numpy")
def _slopes(terms, lift, inner, size, functions, rows, residual, outer, slopes):
    """Change of the residual as each inner constant moves by a share ``size`` and the outer ones follow, written.

    Both terms of Golub & Pereyra's derivative of a projection: one solve for all constants instead of a fit for each.
    False where a neighbour is undefined.
    """
    first, points = terms.plain.shape[0], terms.factors.shape[1]
    turned, back = np.zeros((rows.shape[0], len(inner))), np.empty(points)
    _back(lift, residual, back)
    moved, beside, total = functions.copy(), inner.copy(), np.empty(points)
    for k in range(terms.kinds.shape[0]):
        for c in range(terms.edges[k, 2], terms.edges[k + 1, 2]):
            beside[c] = inner[c] + MOVE * size[c]
            if not _part(terms, k, beside, moved):
                return False
            beside[c] = inner[c]
            total[:] = 0.0
            for t in range(len(terms.owners)):
                if terms.owners[t] == k:
                    function = terms.functions[t]
                    for i in range(points):
                        one = (moved[function, i] - functions[function, i]) / MOVE * terms.factors[t, i]
                        total[i] -= outer[first + t] * one
                        turned[first + t, c] += one * back[i]
            _lifted(lift, total, slopes[c])
    return _followed(rows, turned, slopes)


@njit(cache=True, nogil=True, error_model="numpy")
def _followed(rows, turned, slopes):
    """Takes from the slopes what the outer constants make good; False if they are not finite."""
    count, constants = turned.shape
    scale, right = np.empty(count), np.empty((count, constants))
    normal = _normal(rows, scale)
    for t in range(count):
        for c in range(constants):
            right[t, c] = (dot(rows[t], slopes[c]) + turned[t, c]) / scale[t]
    follow, factors = right.copy(), normal.copy()
    factorize(factors)
    substitute(factors, follow)
    for t in range(count):
        for c in range(constants):
            for a in range(count):
                right[t, c] -= normal[t, a] * follow[a, c]
    substitute(factors, right)
    for c in range(constants):
        for t in range(count):
            _add(-(follow[t, c] + right[t, c]) / scale[t], rows[t], slopes[c])
        if not np.isfinite(dot(slopes[c], slopes[c])):
            return False
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _step(slopes, residual, damping):
    """The damped step, in shares of the sizes; constants that change nothing stay."""
    count = slopes.shape[0]
    scale, right = np.empty(count), np.empty((count, 1))
    normal = _normal(slopes, scale)
    for c in range(count):
        normal[c, c] *= 1.0 + damping
        right[c, 0] = -dot(slopes[c], residual) / scale[c]
    factorize(normal)
    substitute(normal, right)
    return right[:, 0] / scale


@njit(cache=True, nogil=True, error_model="numpy")
def factorize(matrix):
    """Gaussian elimination in place, of normal equations of columns of unit length; factors stay below the diagonal.

    Directions that are none are held at zero.
    """
    count = matrix.shape[0]
    for k in range(count):
        if not matrix[k, k] > DEPENDENT:
            matrix[k, k] = RIDGE
        for i in range(k + 1, count):
            factor = matrix[i, k] / matrix[k, k]
            matrix[i, k] = factor
            for j in range(k + 1, count):
                matrix[i, j] -= factor * matrix[k, j]


@njit(cache=True, nogil=True, error_model="numpy")
def substitute(factors, right):
    """Turns the right-hand sides, in place, into the solution."""
    count = factors.shape[0]
    for j in range(right.shape[1]):
        for i in range(1, count):
            for k in range(i):
                right[i, j] -= factors[i, k] * right[k, j]
        for k in range(count - 1, -1, -1):
            total = right[k, j]
            for i in range(k + 1, count):
                total -= factors[k, i] * right[i, j]
            right[k, j] = total / factors[k, k]
