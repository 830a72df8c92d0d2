"""How far ahead a law can be followed: the time in which a small error of the state grows to a large one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float

from discovery.dynamics.simulate import simulate
from discovery.types import Drive, Law, SmoothedTrajectory

# Initial states tried; their median is the horizon. Ten give it within a fifth for Lorenz' system.
STARTS = 10
# An error of this share of a state's deviation counts as lost; 0.4 is usual for valid prediction times
# (Pathak et al. 2018, Phys. Rev. Lett. 120:024102).
LOST = 0.4
# Nor is a state lost before its error is this many times that of the start.
GROWN = 2.0
# Times at which two solutions are compared: a horizon of a twentieth of the record is then known to 5 %.
POINTS = 400
# Steps of a map that are looked at, at most.
STEPS = 5000.0


def prediction_horizon(
    law: Law,
    runs: Sequence[SmoothedTrajectory],
    error: Float[np.ndarray, " state"],
    spread: Float[np.ndarray, " state"],
    drives: Sequence[Drive | None] = (),
) -> float:
    """Median time until two simulations that start ``error`` apart differ by 0.4 of a state's deviation.

    Infinite if that does not happen within the longest trajectory for most starts; of a law that inputs drive, from
    states of its first half to its end.

    Args:
        error: uncertainty of the state where a forecast begins, by state.
        spread: deviation of each state over the data.
        drives: inputs of each of the runs, for a law that has some.
    """
    place = max(range(len(runs)), key=lambda i: runs[i].times[-1] - runs[i].times[0])
    longest, drive = runs[place], drives[place] if law.inputs else None
    signs = np.where(np.arange(len(error)) % 2 == 0, 1.0, -1.0)
    # A state that hardly moves is not lost by the error that it starts with, only where that has grown.
    allowed = np.maximum(LOST * spread, GROWN * error)
    reached: list[float] = []
    for start, times in _beginnings(law, runs, longest):
        one, other = (
            simulate(law, at, times, rtol=1e-6, spread=spread, drive=drive) for at in (start, start + signs * error)
        )
        apart = np.abs(one - other)
        lost = ~np.all(apart <= allowed, axis=1)
        reached.append(float(times[int(np.argmax(lost))] - times[0]) if lost.any() else np.inf)
    return float(np.median(reached))


def _beginnings(
    law: Law, runs: Sequence[SmoothedTrajectory], longest: SmoothedTrajectory
) -> Iterator[tuple[Float[np.ndarray, " state"], Float[np.ndarray, " time"]]]:
    """States to begin at, and the times to follow the law from there."""
    begin, end = float(longest.times[0]), float(longest.times[-1])
    if law.inputs:  # their course belongs to the run: each start has its own time
        for row in np.linspace(0, (len(longest.times) - 1) // 2, STARTS).round().astype(int):
            there = longest.times[row:] if law.discrete else np.linspace(float(longest.times[row]), end, POINTS)
            yield longest.states[row], np.unique(there)
        return
    every = np.vstack([run.states for run in runs])
    clock = np.arange(min(end - begin, STEPS) + 1.0) if law.discrete else np.linspace(0.0, end - begin, POINTS)
    times = np.unique(clock + begin)  # on a late clock neighbours may be equal
    for row in np.linspace(0, len(every) - 1, STARTS + 2).round().astype(int)[1:-1]:
        yield every[row], times
