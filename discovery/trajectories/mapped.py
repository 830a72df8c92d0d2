"""Whether rows are steps of a map: each follows from the one before, though its neighbours say nothing of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement

import numpy as np
from jaxtyping import Float

from discovery.trajectories.facts import Facts
from discovery.trajectories.undisturbed import has_no_course
from discovery.types import Trajectory

# Share of its variance that polynomials of the row before may leave of a state, in rows they were not fitted to. With
# 5 % of noise the logistic map leaves 1.3 %, Henon's 1.3 and Ricker's 3 %; of white noise at least 57 % is left.
LEFT = 0.1
# Largest degree of these polynomials, least number of rows for each of their terms, and most terms and rows: the fits
# of as many take a tenth of a second.
DEGREE, ROWS = 5, 5
TERMS, ENOUGH = 100, 2000
RANK = 1e-9  # of singular values, and of what a pair's own value leaves to the others


def is_map(runs: Sequence[Trajectory], facts: Facts) -> bool:
    """Whether all states that have no course follow from the states and inputs of the row before.

    So do those of a course in time that is sampled too seldom, which nothing tells from a map. Columns that are
    switched are no such states, nor is it asked of rows at uneven times.
    """
    places = [place for place, state in enumerate(facts.states) if has_no_course(state)]
    if not places or facts.steps.spacing not in ("even", "even with gaps"):
        return False
    before, after = _pairs(runs, facts.steps.typical)
    return all(_left(before, after[:, place]) < LEFT for place in places)


def _pairs(
    runs: Sequence[Trajectory], step: float
) -> tuple[Float[np.ndarray, "pair column"], Float[np.ndarray, "pair state"]]:
    """Rows and those one step later, where all of both were measured; each column in units of its largest value."""
    rows = [np.hstack([run.states, run.inputs]) for run in runs]
    next_to = [np.diff(run.times) < 1.5 * step for run in runs]
    before = np.concatenate([one[:-1][near] for one, near in zip(rows, next_to, strict=True)])
    after = np.concatenate([run.states[1:][near] for run, near in zip(runs, next_to, strict=True)])
    there = np.isfinite(before).all(axis=1) & np.isfinite(after).all(axis=1)
    before, after = before[there][:ENOUGH], after[there][:ENOUGH]
    return tuple(one / np.maximum(np.max(np.abs(one), axis=0, initial=0.0), 1e-300) for one in (before, after))


def _left(before: Float[np.ndarray, "pair column"], after: Float[np.ndarray, " pair"]) -> float:
    """The least share of the variance of a pair that polynomials leave which were fitted to all others."""
    least, columns, variance = 1.0, [np.ones(len(before))], float(np.var(after)) if len(after) else 0.0
    for degree in range(1, DEGREE + 1):
        products = combinations_with_replacement(range(before.shape[1]), degree)
        for one in products:
            columns.append(before[:, list(one)].prod(axis=1))
            if ROWS * len(columns) > len(before) or len(columns) > TERMS or not variance:
                return least
        left, values, _ = np.linalg.svd(np.column_stack(columns), full_matrices=False)
        left = left[:, values > RANK * values[0]]
        leverage = np.sum(left**2, axis=1)
        errors = (after - left @ (left.T @ after)) / np.maximum(1.0 - leverage, RANK)
        least = min(least, float(np.mean(errors**2)) / variance)
    return least
