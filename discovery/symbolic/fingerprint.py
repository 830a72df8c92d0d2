"""Which expressions are equal, seen by their values: quick enough for thousands of candidates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import sympy as sp
from jaxtyping import Float, Int

from discovery.symbolic.evaluate import compiled


def first_equal(
    expressions: Sequence[sp.Expr],
    names: Sequence[str],
    points: Float[np.ndarray, "point name"],
    *,
    tolerance: float,
) -> Int[np.ndarray, " expression"]:
    """For each expression the index of the first one that has its values, its own if there is none before it.

    Args:
        points: a dozen or more, drawn where the expressions are used.
        tolerance: largest difference at any point, relative to the largest value.

    Expressions that are undefined everywhere count as equal to one another.
    """
    values = compiled(expressions, names)(points).T
    undefined = np.isnan(values)
    values = np.where(undefined, 0.0, values)
    sizes = np.abs(values).max(axis=1, initial=0.0)
    # Equal expressions have nearby projections, so each needs a look at its neighbours in their order only.
    weights = np.random.default_rng(0).uniform(0.5, 1.0, values.shape[1]) / max(1, values.shape[1])
    projections = values @ weights
    order = np.argsort(projections, kind="stable")
    first = np.arange(len(expressions))
    for place, i in enumerate(order):
        for j in order[:place][::-1]:
            allowed = tolerance * max(sizes[i], sizes[j])
            if projections[i] - projections[j] > allowed:
                break
            same = np.array_equal(undefined[i], undefined[j]) and np.abs(values[i] - values[j]).max() <= allowed
            if same:
                one, other = _root(first, i), _root(first, j)
                first[max(one, other)] = min(one, other)
                break
    return np.array([_root(first, i) for i in range(len(first))], dtype=np.int64)


def _root(first: Int[np.ndarray, " expression"], index: int) -> int:
    """The end of the chain of equal expressions that ``index`` is in; the chain is shortened on the way."""
    while first[index] != index:
        first[index] = first[first[index]]
        index = int(first[index])
    return index
