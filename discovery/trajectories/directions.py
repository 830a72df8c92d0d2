"""Columns whose squares add up to 1: unit vectors, and the unit quaternions of attitudes.

The search for relations has no sums of so many squares, of which there is often one by chance. Those to 1 have nothing
that could be fitted: neither a factor nor a value.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from jaxtyping import Float

from discovery.trajectories.noisy_rows import FAINTEST, ROWS
from discovery.trajectories.relations import CLEAR, STILL, Relation
from discovery.types import Trajectory

SIZES = (3, 4)  # parts of a direction in space, and of a quaternion
# Columns beyond which only neighbours are tried: 16 have 2,380 choices of three or four.
MOST_STATES = 16
# How far the mean of the squares' sum is from 1 at most, before the noise is asked: errors of a tenth of the vector add
# a few hundredths to it.
NEAR = 0.05
FEWEST = 20  # rows, below which nothing is said


def with_unit_vectors(
    known: Sequence[Relation], trajectories: Sequence[Trajectory], noise: Sequence[float]
) -> tuple[Relation, ...]:
    """The relations, and groups of three or four states whose squares add up to 1 within their noise.

    Args:
        known: relations that were found already.
        noise: deviation of each state's noise, in its unit.
    """
    values = np.concatenate([run.states for run in trajectories])
    found, used = list(known), set[int]()
    stated = {frozenset(one.terms) for one in known}
    told = np.asarray(noise, dtype=np.float64)
    for group in _groups(values.shape[1]):
        if used.isdisjoint(group) and (one := _unit(values, told, group)) is not None:
            found += [one] if frozenset(one.terms) not in stated else []
            used.update(group)
    return tuple(found)


def _groups(count: int) -> Sequence[tuple[int, ...]]:
    """Neighbours first, as such columns stand side by side."""
    near = [tuple(range(start, start + size)) for size in SIZES for start in range(count - size + 1)]
    if count > MOST_STATES:
        return near
    return list(dict.fromkeys([*near, *(group for size in SIZES for group in combinations(range(count), size))]))


def _unit(
    values: Float[np.ndarray, "row state"], noise: Float[np.ndarray, " state"], group: tuple[int, ...]
) -> Relation | None:
    """The relation that the squares of these states add up to 1; None if they do not, or would without one of them."""
    columns = values[:, list(group)]
    whole = np.flatnonzero(np.isfinite(columns).all(axis=1))
    if len(whole) < FEWEST:
        return None
    columns = columns[whole[np.unique(np.linspace(0, len(whole) - 1, min(ROWS, len(whole))).astype(int))]]
    squares = columns**2
    if abs(float(squares.sum(axis=1).mean()) - 1.0) > NEAR:
        return None
    spreads = columns.std(axis=0)
    errors = np.maximum(noise[list(group)], FAINTEST * spreads)
    if not np.all(CLEAR * errors < spreads):
        return None
    expected = float(np.sqrt(np.mean(np.sum(4.0 * squares * errors**2 + 2.0 * errors**4, axis=1))))
    excess = squares.sum(axis=1) - 1.0  # to which noise adds its own squares, unless the sum was made 1 with it
    scatter = min(float(np.sqrt(np.mean(some**2))) for some in (excess, excess - np.sum(errors**2)))
    least = CLEAR * expected
    if scatter > STILL**0.5 * expected or np.any(np.sqrt(np.mean(squares**2, axis=0)) < least):
        return None
    if np.count_nonzero(squares.std(axis=0) >= least) < 2:
        return None
    terms = tuple(tuple(2 * (state == one) for state in range(values.shape[1])) for one in group)
    ones, none = (1.0,) * len(group), (0.0,) * len(group)
    origins = (0.0,) * values.shape[1]
    return Relation(terms, ones, none, origins, 1.0, 0.0, True, expected, scatter)
