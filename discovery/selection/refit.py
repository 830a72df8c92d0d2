"""Many sums of shared terms fitted at once: their coefficients by least squares, each on its own terms."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy import sparse

from discovery.symbolic.sums import Sums

# Share of the unit diagonal that is added to normal equations, so that equal columns keep them solvable.
RIDGE = 1e-10
# Expressions solved at a time; bounds the memory.
TOGETHER = 512


def refitted(sums: Sums, columns: Float[np.ndarray, "row term"], target: Float[np.ndarray, " row"]) -> Sums:
    """The sums with their coefficients fitted to a target.

    Args:
        columns: values of all terms, finite.
    """
    sizes = np.linalg.norm(columns, axis=0)
    sizes = np.where(sizes > 0.0, sizes, 1.0)
    unit = np.ascontiguousarray((columns / sizes).T)
    right = unit @ target
    pointers, indices = sums.coefficients.indptr, sums.coefficients.indices
    counts = np.diff(pointers)
    data = sums.coefficients.data.copy()
    for count in np.unique(counts[counts > 0]):
        alike = np.flatnonzero(counts == count)
        for some in np.split(alike, range(TOGETHER, len(alike), TOGETHER)):
            places = pointers[some, None] + np.arange(count)
            terms = indices[places]
            chosen = unit[terms]
            normal = chosen @ chosen.transpose(0, 2, 1) + RIDGE * np.eye(count)
            solved = np.linalg.solve(normal, right[terms][:, :, None])[:, :, 0]
            data[places] = solved / sizes[terms]
    kept = sparse.csr_array((data, indices, pointers), shape=sums.coefficients.shape)
    return Sums(sums.terms, kept)
