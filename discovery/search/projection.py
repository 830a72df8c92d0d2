"""Inner constants by variable projection: Levenberg-Marquardt on them, the outer ones by least squares at each step.

Compiled, as a search fits thousands of small models. Terms are rows here, so that each lies in one piece of memory.

Source: Golub & Pereyra (1973), SIAM J. Numer. Anal. 10:413.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numba import njit
from scipy import sparse

from discovery.library.functions import fill
from discovery.library.shapes import Shape

# Share of a constant by which it is moved for a difference quotient: about the root of the round-off.
MOVE = 1e-6
# Values of terms beyond this are wild: their squares, weighted, could overflow.
LARGEST = 1e60
# A pivot below this share of its column's length adds no direction; it is held up by that share then.
DEPENDENT = 1e-14
RIDGE = 1e-10
# Share of entries from which on a full matrix is faster.
FULL = 0.3


class Lift(NamedTuple):
    """How values at points become weighted rows: by a full matrix, or one by rows where that has no columns.

    Attributes:
        full: of points and rows.
        entries, points, edges: of each row one after another, as SciPy's CSR has them.
    """

    full: Float[np.ndarray, "point row"]
    entries: Float[np.ndarray, " entry"]
    points: Int[np.ndarray, " entry"]
    edges: Int[np.ndarray, " edge"]

    @classmethod
    def of(cls, matrix: sparse.csr_array) -> Lift:
        """The lift by a matrix of rows and points."""
        none = np.empty((0, 0)), np.empty(0), np.empty(0, np.int64), np.zeros(1, np.int64)
        rows, points = (int(size) for size in matrix.shape or ())
        if matrix.nnz > FULL * rows * points:
            return cls(np.ascontiguousarray(matrix.toarray().T), *none[1:])
        pointers = matrix.indices.astype(np.int64), matrix.indptr.astype(np.int64)
        return cls(none[0], np.ascontiguousarray(matrix.data, dtype=np.float64), *pointers)


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
    return Projected(*_project(terms, lift, np.ascontiguousarray(target, dtype=np.float64), start, iterations))


@njit(cache=True, nogil=True, error_model="numpy")
def _project(terms, lift, target, inner, iterations):
    rows = np.zeros((terms.plain.shape[0] + terms.factors.shape[0], target.shape[0]))
    functions = np.empty((terms.edges[-1, 1], terms.arguments.shape[1]))
    rows[: terms.plain.shape[0]] = terms.plain
    trial_rows, trial_functions = rows.copy(), functions.copy()
    outer, residual = np.zeros(rows.shape[0]), target.copy()
    if not _fill_rows(terms, lift, inner, functions, rows):
        return inner, outer, np.inf, rows
    error = _fit(rows, target, outer, residual)
    trial_outer, trial_residual = outer.copy(), residual.copy()
    damping, moved = 1e-2, True
    size, slopes, normal = np.empty(len(inner)), np.empty((0, 0)), np.empty((0, 0))
    for _ in range(iterations if len(inner) and np.isfinite(error) else 0):
        if moved:
            size = np.maximum(np.abs(inner), 1e-3 * max(np.abs(inner).max(), 1e-12))
            slopes = _slopes(terms, lift, inner, size, functions, rows, residual, outer)
            if slopes.shape[0] == 0:  # a neighbour where the terms are undefined
                break
            normal = slopes @ slopes.T
        step = _step(normal, damping, slopes @ residual)
        trial = inner + np.minimum(np.maximum(step, -0.7), 0.7) * size
        trial_error = np.inf
        if _fill_rows(terms, lift, trial, trial_functions, trial_rows):
            trial_error = _fit(trial_rows, target, trial_outer, trial_residual)
        moved = trial_error < error
        if moved:
            gain = error - trial_error
            inner, error, damping = trial, trial_error, max(damping / 10.0, 1e-8)
            rows, trial_rows, functions, trial_functions = trial_rows, rows, trial_functions, functions
            outer, trial_outer, residual, trial_residual = trial_outer, outer, trial_residual, residual
            if gain < 1e-4 * error:
                break
        else:
            damping *= 10.0
            if damping > 1e4:
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
    for t in range(terms.factors.shape[0]):
        shaped = functions[terms.functions[t]] * terms.factors[t]
        if not np.abs(shaped).max() < LARGEST:
            return False
        rows[first + t] = _lifted(lift, shaped)
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _lifted(lift, values):
    """Rows of values at points."""
    if lift.full.shape[1]:
        return np.dot(values, lift.full)
    rows = np.empty(len(lift.edges) - 1)
    for i in range(len(rows)):
        total = 0.0
        for e in range(lift.edges[i], lift.edges[i + 1]):
            total += lift.entries[e] * values[lift.points[e]]
        rows[i] = total
    return rows


@njit(cache=True, nogil=True, error_model="numpy")
def _back(lift, rows, count):
    """What each point contributes to the rows' products with its lifted values: the transposed lift."""
    if lift.full.shape[1]:
        return np.dot(lift.full, rows)
    values = np.zeros(count)
    for i in range(len(rows)):
        for e in range(lift.edges[i], lift.edges[i + 1]):
            values[lift.points[e]] += lift.entries[e] * rows[i]
    return values


@njit(cache=True, nogil=True, error_model="numpy")
def _fit(rows, target, outer, residual):
    """Outer constants and residuals by least squares, which are written; the squared error."""
    scale = _lengths(rows)
    scaled = rows / scale.reshape(-1, 1)
    normal = scaled @ scaled.T
    solved = _solve(normal, (scaled @ target).reshape(-1, 1))[:, 0]
    rest = target - np.dot(solved, scaled)
    solved += _solve(normal, (scaled @ rest).reshape(-1, 1))[:, 0]  # refined: normal equations lose digits
    residual[:] = target - np.dot(solved, scaled)
    outer[:] = solved / scale
    return np.dot(residual, residual)


@njit(cache=True, nogil=True, error_model="numpy")
def _lengths(rows):
    scale = np.sqrt((rows * rows).sum(axis=1))
    for t in range(len(scale)):
        if scale[t] == 0.0:
            scale[t] = 1.0
    return scale


@njit(cache=True, nogil=True, error_model="numpy")
def _slopes(terms, lift, inner, size, functions, rows, residual, outer):
    """Change of the residual as each inner constant moves by a share ``size`` and the outer ones follow.

    Both terms of Golub & Pereyra's derivative of a projection: one solve for all constants instead of a fit for each.
    """
    first = terms.plain.shape[0]
    scale = _lengths(rows)
    back = _back(lift, residual, terms.factors.shape[1])
    slopes = np.zeros((len(inner), rows.shape[1]))
    turned = np.zeros((rows.shape[0], len(inner)))
    moved = functions.copy()
    for k in range(terms.kinds.shape[0]):
        low, high = terms.edges[k, 1], terms.edges[k + 1, 1]
        for c in range(terms.edges[k, 2], terms.edges[k + 1, 2]):
            beside = inner.copy()
            beside[c] += MOVE * size[c]
            if not _part(terms, k, beside, moved):
                return np.empty((0, 0))
            change = (moved[low:high] - functions[low:high]) / MOVE
            total = np.zeros(terms.factors.shape[1])
            for t in range(len(terms.owners)):
                if terms.owners[t] == k:
                    one = change[terms.functions[t] - low] * terms.factors[t]
                    total += outer[first + t] * one
                    turned[first + t, c] = np.dot(one, back) / scale[first + t]
            slopes[c] = -_lifted(lift, total)
    scaled = rows / scale.reshape(-1, 1)
    normal = scaled @ scaled.T
    right = scaled @ slopes.T + turned
    follow = _solve(normal, right)
    follow += _solve(normal, right - normal @ follow)
    slopes -= follow.T @ scaled
    return slopes if np.isfinite(slopes).all() else np.empty((0, 0))


@njit(cache=True, nogil=True, error_model="numpy")
def _step(normal, damping, uphill):
    """The damped step, in shares of the sizes; constants that change nothing stay."""
    damped = normal.copy()
    length = np.sqrt(np.diag(normal))
    for k in range(len(length)):
        if length[k] == 0.0:
            length[k] = 1.0
    damped /= length.reshape(-1, 1)
    damped /= length
    for k in range(len(length)):
        damped[k, k] *= 1.0 + damping
    return _solve(damped, (-uphill / length).reshape(-1, 1))[:, 0] / length


@njit(cache=True, nogil=True, error_model="numpy")
def _solve(matrix, right):
    """Solves normal equations of columns of unit length by elimination; directions that are none are held at zero."""
    a, x, count = matrix.copy(), right.copy(), matrix.shape[0]
    for k in range(count):
        if not a[k, k] > DEPENDENT:
            a[k, k] += RIDGE
        if a[k, k] <= 0.0:
            a[k, k] = RIDGE
        for i in range(k + 1, count):
            factor = a[i, k] / a[k, k]
            if factor != 0.0:
                for j in range(k, count):
                    a[i, j] -= factor * a[k, j]
                for j in range(x.shape[1]):
                    x[i, j] -= factor * x[k, j]
    for k in range(count - 1, -1, -1):
        for j in range(x.shape[1]):
            total = x[k, j]
            for i in range(k + 1, count):
                total -= a[k, i] * x[i, j]
            x[k, j] = total / a[k, k]
    return x
