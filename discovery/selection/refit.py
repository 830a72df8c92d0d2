"""Many sums of shared terms at once: their squared errors, and their coefficients by least squares.

Compiled, as each sum has a few of a thousand terms: arrays would copy these for each of thousands of sums.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numba import njit
from scipy import sparse

from discovery.dynamics.lu import dot
from discovery.symbolic.sums import Sums

# Share of the unit diagonal that is added to normal equations, so that equal columns keep them solvable.
RIDGE = 1e-10
PerCandidate = Float[np.ndarray, " candidate"]


def refitted(sums: Sums, columns: Float[np.ndarray, "row term"], target: Float[np.ndarray, " row"]) -> Sums:
    """The sums with their coefficients fitted to a target.

    Args:
        columns: values of all terms, finite.
    """
    sizes = np.linalg.norm(columns, axis=0)
    sizes = np.where(sizes > 0.0, sizes, 1.0)
    unit = _rows_of(columns / sizes, sums, target)
    right = unit @ target
    pointers, indices = sums.coefficients.indptr, sums.coefficients.indices
    counts = np.diff(pointers)
    data = sums.coefficients.data.copy()
    for count in np.unique(counts[counts > 0]):
        places = pointers[:-1][counts == count, None] + np.arange(count)
        terms = indices[places]
        solved = np.linalg.solve(_normal(unit, terms), right[terms][:, :, None])[:, :, 0]
        data[places] = solved / sizes[terms]
    kept = sparse.csr_array((data, indices, pointers), shape=sums.coefficients.shape)
    return Sums(sums.terms, kept)


def chi_squared(sums: Sums, columns: Float[np.ndarray, "row term"], targets: Float[np.ndarray, " row"]) -> PerCandidate:
    """The squared errors of all sums.

    Args:
        columns: values of all terms.

    Raises:
        ValueError: there are other terms, or targets, than columns.
    """
    matrix = sums.coefficients
    terms = _rows_of(columns, sums, targets)
    return _squared(matrix.data, matrix.indices, matrix.indptr, terms, np.ascontiguousarray(targets, dtype=np.float64))


def _rows_of(columns: np.ndarray, sums: Sums, targets: np.ndarray) -> Float[np.ndarray, "term row"]:
    """Each term in one piece of memory; compiled code does not look whether there are enough."""
    if columns.shape != (len(targets), len(sums.terms)):
        known = f"{len(targets)} targets and {len(sums.terms)} terms"
        raise ValueError(f"Values of terms have the shape {columns.shape}; there are {known}.")
    return np.ascontiguousarray(columns.T, dtype=np.float64)


@njit(cache=True, nogil=True, error_model="numpy")
def _squared(data, indices, pointers, terms, targets):
    errors, residual = np.empty(len(pointers) - 1), np.empty(len(targets))
    for i in range(len(errors)):
        residual[:] = targets
        for place in range(pointers[i], pointers[i + 1]):
            share, term = data[place], terms[indices[place]]
            for row in range(len(residual)):
                residual[row] -= share * term[row]
        errors[i] = dot(residual, residual)
    return errors


@njit(cache=True, nogil=True, error_model="numpy")
def _normal(unit, supports):
    """Normal equations of sums of so many terms, of unit length."""
    count, size = supports.shape
    found = np.empty((count, size, size))
    for s in range(count):
        for a in range(size):
            for b in range(a):
                found[s, a, b] = found[s, b, a] = dot(unit[supports[s, a]], unit[supports[s, b]])
            found[s, a, a] = dot(unit[supports[s, a]], unit[supports[s, a]]) + RIDGE
    return found
