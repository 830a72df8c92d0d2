"""States that were computed from one or two others, as cells per millilitre are from cells that were counted.

They have the noise of these, however large it is, and miss them by no more than their own rounding.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from discovery.trajectories.least_change import best_pair, fewest, least

# Rows beyond the factors and the constant of a pair, from which chance does not find one: eight rows in all. Where more
# states are looked at, rows for each.
ROWS_OF_A_PAIR, ROWS_PER_STATE = 5, 4
# Share of the mean square of a state's noise that its rounding may have: where it is most of the noise, two that were
# measured with few digits miss each other by no more either.
MOSTLY = 0.05
NONE = 3.0  # standard errors up to which a constant is none
MOST = 3  # states of such a relation: among more that are smooth chance finds some


def computed(
    values: Float[np.ndarray, "row state"],
    noise: Float[np.ndarray, "row state"],
    digits: Float[np.ndarray, " state"],
    states: Sequence[int],
    exact: float,
) -> Float[np.ndarray, " state"] | None:
    """Factors of the combination of fewest states that has one value but for rounding; None if there is none.

    Args:
        noise: deviation of each state's noise in each row; infinite where it is not known.
        digits: deviation of each state's rounding.
        states: that are looked at.
        exact: share of what noise explains of a combination, up to which it was computed.
    """
    usual = np.sqrt(np.mean(noise**2, axis=0))
    known = np.isfinite(usual) & (usual > 0.0) & (digits**2 < MOSTLY * usual**2)
    some = [state for state in states if known[state]]
    freedom = len(values) - 3
    if len(some) < 2 or freedom < ROWS_OF_A_PAIR:
        return None
    errors = np.diag(usual[some] ** 2)
    covariance = np.cov(values[:, some].T) - np.diag(digits[some] ** 2)
    kept = best_pair(covariance, errors)
    if least(covariance, errors, kept)[0] > exact**2 and freedom >= ROWS_PER_STATE * len(some):
        kept = fewest(covariance, errors, exact**2)
    if not 2 <= len(kept) <= MOST:
        return None
    if least(covariance, errors, kept)[0] > exact**2:
        return None
    return _fitted(values, [some[place] for place in kept])


def _fitted(values: Float[np.ndarray, "row state"], kept: Sequence[int]) -> Float[np.ndarray, " state"]:
    """Factors of a combination of those states, the last of them given by the others, by least squares.

    Without a constant where there is none by its error: cells for each cell that was counted, not 5010 less 800.
    """
    *others, last = kept
    table = np.column_stack([values[:, others], np.ones(len(values))])
    found, *_ = np.linalg.lstsq(table, values[:, last])
    missed = np.mean((values[:, last] - table @ found) ** 2)
    if found[-1] ** 2 <= NONE**2 * missed * np.linalg.pinv(table.T @ table)[-1, -1]:
        found, *_ = np.linalg.lstsq(values[:, others], values[:, last])
    factors = np.zeros(values.shape[1])
    factors[others], factors[last] = -found[: len(others)], 1.0
    return factors
