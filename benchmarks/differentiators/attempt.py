"""What another package makes of a run: derivatives at its samples, one attempt for each method or setting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from discovery.types import Trajectory

Series = Float[np.ndarray, " time"]


@dataclass(frozen=True)
class Attempt:
    """Derivatives by one method or setting.

    Attributes:
        losses: of each state, by a measure that needs no truth; the attempt of the smallest is taken.
    """

    name: str
    derivatives: Float[np.ndarray, "time state"]
    losses: Float[np.ndarray, " state"]


def evenly(run: Trajectory) -> tuple[Series, Float[np.ndarray, "time state"]]:
    """As many samples at equal distances, by linear interpolation; the run's own where they are even already."""
    steps = np.diff(run.times)
    if np.allclose(steps, steps.mean(), rtol=1e-6, atol=0.0):
        return run.times.copy(), run.states.copy()
    times = np.linspace(run.times[0], run.times[-1], len(run))
    columns = [np.interp(times, run.times, column) for column in run.states.T]
    return times, np.stack(columns, axis=1)


def back(run: Trajectory, times: Series, values: Series) -> Series:
    """``values`` at ``times`` brought to the run's own times, by linear interpolation."""
    return np.interp(run.times, times, values)


def by_state(name: str, run: Trajectory, differentiate: Callable[[int], tuple[Series, float]]) -> Attempt:
    """One attempt from a method for single series; a state at which it breaks has an infinite loss."""
    slopes, losses = np.full(run.states.shape, np.nan), np.full(run.dimension, np.inf)
    for state in range(run.dimension):
        try:
            values, loss = differentiate(state)
        except (ArithmeticError, ValueError, IndexError, RuntimeError, np.linalg.LinAlgError):
            continue
        if np.all(np.isfinite(values)) and not np.isnan(loss):
            slopes[:, state], losses[state] = values, loss
    return Attempt(name, slopes, losses)
