"""Rows of all runs, scaled, and what noise makes of monomials of their states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from discovery.library.grammar import Powers, monomial
from discovery.types import Trajectory

ROWS = 2000  # that are used, so that a search takes a tenth of a second
# Noise that is believed at least, in deviations of a state: files have often six digits, and beyond a million the
# eigenvalues are not exact.
FAINTEST = 1e-6
# Share of its usual deviation that noise has at least where it grows with a state that comes near zero: there the part
# of it that is as large everywhere is left, as the 0.02 g/L of an assay beside its 2 %.
FLOOR = 0.05


@dataclass(frozen=True)
class Rows:
    """Complete rows of all runs, states scaled by their size.

    Attributes:
        runs: number of the run of each row.
        noise: deviation of each state's noise in that scale, in each row.
    """

    values: Float[np.ndarray, "row state"]
    noise: Float[np.ndarray, "row state"]
    runs: Int[np.ndarray, " row"]
    sizes: Float[np.ndarray, " state"]
    origins: Float[np.ndarray, " state"]


def rows_of(
    trajectories: Sequence[Trajectory], noise: Sequence[float], grows: Bool[np.ndarray, " state"], offset: float
) -> Rows:
    """The rows; states whose mean is more than ``offset`` times their deviation are measured from it.

    Args:
        noise: deviation of each state's noise, in its unit; NaN where it is not known.
        grows: whether it grows with the state, and is that deviation on average.
    """
    values = np.concatenate([run.states for run in trajectories])
    runs = np.concatenate([np.full(len(run), number) for number, run in enumerate(trajectories)])
    whole = np.flatnonzero(np.isfinite(values).all(axis=1))
    whole = whole[np.unique(np.linspace(0, len(whole) - 1, min(ROWS, len(whole))).astype(int))]
    values, runs = values[whole], runs[whole]
    if not len(values):
        return Rows(values, values, runs, np.ones(values.shape[1]), np.zeros(values.shape[1]))
    means, spreads = values.mean(axis=0), values.std(axis=0)
    origins = np.where(np.abs(means) > offset * spreads, means, 0.0) if np.isfinite(offset) else np.zeros_like(means)
    sizes = np.maximum(np.sqrt(np.mean((values - origins) ** 2, axis=0)), 1e-300)
    told = np.asarray(noise, dtype=np.float64)
    told = np.where(np.isnan(told), np.inf, told)
    size = np.maximum(np.sqrt(np.mean(values**2, axis=0)), 1e-300)
    each = np.where(grows & np.isfinite(told), told * np.maximum(np.abs(values) / size, FLOOR), told)
    return Rows((values - origins) / sizes, np.maximum(each, FAINTEST * spreads) / sizes, runs, sizes, origins)


def usual(rows: Rows) -> Float[np.ndarray, " state"]:
    """Deviation of each state's noise over all rows."""
    return np.sqrt(np.mean(rows.noise**2, axis=0))


def noise_in_rows(
    rows: Rows, terms: Sequence[Powers], factors: Float[np.ndarray, " term"]
) -> Float[np.ndarray, " row"]:
    """Variance of a combination in each row that noise alone explains, squares of the noise included."""
    total = np.zeros(len(rows.values))
    for state in {place for powers in terms for place, power in enumerate(powers) if power}:
        slopes = [factor * _slope(rows.values, powers, state) for powers, factor in zip(terms, factors, strict=True)]
        total += (np.sum(slopes, axis=0) * rows.noise[:, state]) ** 2
    for powers, factor in zip(terms, factors, strict=True):
        if sum(powers) == 2:
            one, other = (state for state, power in enumerate(powers) for _ in range(power))
            total += factor**2 * (1 + (one == other)) * (rows.noise[:, one] * rows.noise[:, other]) ** 2
    return total


def error_covariance(rows: Rows, terms: Sequence[Powers]) -> Float[np.ndarray, "term term"]:
    """Mean covariance of the monomials' noise: to first order in it, squares of the noise on the diagonal."""
    total = np.zeros((len(terms), len(terms)))
    for state, deviation in enumerate(rows.noise.T):
        places = [place for place, powers in enumerate(terms) if powers[state]]
        if places:
            slopes = (
                np.stack([_slope(rows.values, terms[place], state) for place in places], axis=1) * deviation[:, None]
            )
            total[np.ix_(places, places)] += slopes.T @ slopes / len(rows.values)
    for place, powers in enumerate(terms):
        if sum(powers) == 2:
            one, other = (state for state, power in enumerate(powers) for _ in range(power))
            total[place, place] += (1 + (one == other)) * np.mean((rows.noise[:, one] * rows.noise[:, other]) ** 2)
    return total


def _slope(values: Float[np.ndarray, "row state"], powers: Powers, state: int) -> Float[np.ndarray, " row"]:
    lower = tuple(power - (place == state) for place, power in enumerate(powers))
    return powers[state] * monomial(values, lower)
