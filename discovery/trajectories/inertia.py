"""Whether states have inertia: whether they move as by a law of second order, and not as by one of first.

A state that a switch or another one drives turns back, too, so that turns prove nothing here. Instead x' = f(x, u) is
integrated once and x'' = f(x, u) - c x' twice, f a polynomial; both are linear in their constants, and no derivative
is taken.

Source: Schaeffer & McCalla (2017), Phys. Rev. E 96:023302, for the integrated form.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement
from typing import Literal

import numpy as np
from jaxtyping import Float

from discovery.types import Trajectory

# Degree of the polynomial in the state and its inputs: pendula, tanks and saturation are nearly of third.
DEGREE = 3
# Changes are looked at over this share of an oscillation: long beside the noise, short beside a turn.
SHARE = 0.25
# Changes for each constant, below which nothing is said, and how many are looked at in all.
FOR_EACH, MOST = 3, 3000
# Share of the changes that laws of first order have to leave, and of that the share which laws of second order may: of
# 11 laws of first order, driven in 7 ways at noise of 0, 5 and 20 %, short and long, none passes, and of 7 with
# inertia all do but those that one sine drives, that are heavily damped, turn over, or are none of such polynomials.
LEFT, OF_THAT = 0.25, 0.1
# The first where runs part at once from one state, which speaks against any law of first order; of all sets of curves
# of 2 and 3 states of the known systems, one run and several, at noise of 0 and 5 %, none has all states above 0.02.
LEFT_IF_PARTED = 0.02

Column = Float[np.ndarray, " time"]


def inertial(runs: Sequence[Trajectory], noise: float, period: float, state: int = 0, *, least: float = LEFT) -> bool:
    """Whether laws of first order leave much of the changes of a state, and those of second order hardly any.

    One sine's answer obeys a law of either order, as do all heavily damped ones nearly: then it is not said.

    Args:
        noise: deviation of the state's noise, in its unit.
        period: median time of one oscillation; nothing is said where that is not known.
        state: which one; the others, and their rates, are in its laws.
        least: share that laws of first order have to leave.
    """
    if not period > 0.0 or not np.isfinite(noise):
        return False
    first = _left(runs, noise, period, 1, state)
    return first > least and _left(runs, noise, period, 2, state) < OF_THAT * first


def _left(runs: Sequence[Trajectory], noise: float, period: float, order: Literal[1, 2], state: int) -> float:
    """Share of the mean squared change that laws of an order leave, noise apart; NaN where too little is known."""
    middles, halves = _ranges(runs)
    parts: list[np.ndarray] = []
    for run in runs:
        there = np.isfinite(run.states).all(axis=1)
        times = (run.times[there] - run.times[0]) / period
        values = (np.column_stack([run.states, run.inputs])[there] - middles) / halves
        if len(times) > 1:
            parts.append(_changes(times, values, run.held, order, state))
    rows = np.concatenate(parts) if parts else np.empty((0, 0))
    rows = rows[:: len(rows) // MOST + 1]
    if len(rows) < FOR_EACH * rows.shape[1] or not rows.size:
        return float("nan")
    sought, heard, known = rows[:, 0], rows[:, 1], rows[:, 2:]
    sizes = np.sqrt(np.mean(known**2, axis=0))
    known = known / np.where(sizes > 0.0, sizes, 1.0)
    missed = sought - known @ np.linalg.lstsq(known, sought, rcond=1e-8)[0]  # inputs may depend on each other
    scatter = (noise / halves[state]) ** 2 * float(np.mean(heard))
    moved = float(np.mean(sought**2)) - scatter
    return max(float(np.mean(missed**2)) - scatter, 0.0) / moved if moved > 0.0 else float("nan")


def _ranges(runs: Sequence[Trajectory]) -> tuple[Float[np.ndarray, " column"], Float[np.ndarray, " column"]]:
    """Middle and half of the range of each state and input; by halves, as a sum could be too large a number."""
    every = np.concatenate([np.column_stack([run.states, run.inputs]) for run in runs])
    low, high = np.nanmin(every, axis=0) / 2.0, np.nanmax(every, axis=0) / 2.0
    return low + high, np.where(high > low, high - low, 1.0)


def _changes(
    times: Column, values: Float[np.ndarray, "time column"], held: Sequence[bool], order: Literal[1, 2], state: int
) -> Float[np.ndarray, "change column"]:
    """Each change of a state, by how much noise scatters it, and the same change of what each constant stands before.

    A change of second order is that of the mean rate, from one stretch of a run to the next.
    """
    width = max(1, round(SHARE / float(np.median(np.diff(times)))))
    sought = values[:, state]
    terms = [_swept(times, before, after) for before, after in _products(values, held)]
    if order == 1:
        every = np.column_stack([sought, *terms])
        changes = every[width:] - every[:-width]
        return np.insert(changes, 1, 2.0, axis=1)
    moved = [_swept(times, one[:-1], one[1:]) for one in values.T[: values.shape[1] - len(held)]]
    every = np.column_stack([sought, *moved, *(_swept(times, a[:-1], a[1:]) for a in terms)])
    if len(times) <= 2 * width:
        return np.empty((0, every.shape[1] + 1))
    steps = (times[width:] - times[:-width])[:, None]
    rates = (every[width:] - every[:-width]) / steps
    ahead, behind = 1.0 / steps[width:, 0], 1.0 / steps[:-width, 0]
    return np.insert(rates[width:] - rates[:-width], 1, ahead**2 + behind**2 + (ahead + behind) ** 2, axis=1)


def _products(values: Float[np.ndarray, "time column"], held: Sequence[bool]) -> Sequence[tuple[Column, Column]]:
    """Products of states and inputs up to the degree, at the beginning and at the end of each step."""
    before, after = values[:-1], values[1:].copy()
    stays = np.array([False] * (values.shape[1] - len(held)) + list(held))
    after[:, stays] = before[:, stays]
    every = [c for d in range(DEGREE + 1) for c in combinations_with_replacement(range(values.shape[1]), d)]
    return [(np.prod(before[:, list(c)], axis=1), np.prod(after[:, list(c)], axis=1)) for c in every]


def _swept(times: Column, before: Column, after: Column) -> Column:
    """The integral up to each time, by the trapezoid rule, from the values at both ends of each step."""
    return np.append(0.0, np.cumsum(np.diff(times) * (before + after) / 2.0))
