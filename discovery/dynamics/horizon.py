"""How far ahead a law can be followed: the time in which a small error of the state grows to a large one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from discovery.dynamics.simulate import simulate
from discovery.types import Law, SmoothedTrajectory

# Initial states tried; their median is the horizon. Ten give it within a fifth for Lorenz' system.
STARTS = 10
# An error of this share of a state's deviation counts as lost; 0.4 is usual for valid prediction times
# (Pathak et al. 2018, Phys. Rev. Lett. 120:024102).
LOST = 0.4
# Nor is a state lost before its error is this many times that of the start.
GROWN = 2.0


# Steps of a map that are looked at, at most.
STEPS = 5000.0


def prediction_horizon(
    law: Law,
    runs: Sequence[SmoothedTrajectory],
    error: Float[np.ndarray, " state"],
    spread: Float[np.ndarray, " state"],
) -> float:
    """Median time until two simulations that start ``error`` apart differ by 0.4 of a state's deviation.

    Infinite if that does not happen within the longest trajectory for most starts.

    Args:
        error: uncertainty of the state where a forecast begins, by state.
        spread: deviation of each state over the data.
    """
    if law.inputs:
        return np.inf  # a course of inputs belongs to its run, and cannot be followed from other starts
    longest = max(runs, key=lambda run: run.times[-1] - run.times[0])
    every = np.vstack([run.states for run in runs])
    starts = every[np.linspace(0, len(every) - 1, STARTS + 2).round().astype(int)[1:-1]]
    span = float(longest.times[-1] - longest.times[0])
    clock = np.arange(min(span, STEPS) + 1.0) if law.discrete else np.linspace(0.0, span, 400)
    times = np.unique(clock + longest.times[0])  # on a late clock neighbours may be equal
    signs = np.where(np.arange(len(error)) % 2 == 0, 1.0, -1.0)
    # A state that hardly moves is not lost by the error that it starts with, only where that has grown.
    allowed = np.maximum(LOST * spread, GROWN * error)
    reached: list[float] = []
    for start in starts:
        one, other = (simulate(law, at, times, rtol=1e-6, spread=spread) for at in (start, start + signs * error))
        apart = np.abs(one - other)
        lost = ~np.all(apart <= allowed, axis=1)
        reached.append(float(times[int(np.argmax(lost))] - times[0]) if lost.any() else np.inf)
    return float(np.median(reached))
