"""Where a run of a known law begins in the states that nothing measured: where it then fits the run best."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float
from scipy.optimize import least_squares

from discovery.dynamics.simulate import FEW_STEPS, simulate
from discovery.samples import Trajectory, symbol
from discovery.types import Law

# Samples that are fitted first, then twice as many, and so on, as a start that is far off loses step with what
# oscillates; a velocity is guessed from so many, too.
FIRST = 8
# Error of a wild start in deviations of the states.
LOST = 1e3


def begun(law: Law, run: Trajectory, usual: Float[np.ndarray, " state"]) -> Float[np.ndarray, " state"]:
    """The state at the run's first sample: as measured there, and fitted where it was not.

    The law's constants stay as they are.

    Args:
        usual: a first guess of the states that no sample of the run has; of a velocity the run itself tells one.
    """
    hidden = ~np.isfinite(run.states[0])
    guess, size = _guessed(law, run, usual)
    start = np.where(hidden, guess, run.states[0])
    if not hidden.any():
        return start
    scale = np.array([_spread(column[np.isfinite(column)]) for column in run.states.T])
    length = min(FIRST, len(run))
    while True:
        start[hidden] = _fitted(law, run.part(slice(length)), start, hidden, size[hidden], scale)
        if length == len(run):
            return start
        length = min(2 * length, len(run))


def _fitted(
    law: Law,
    run: Trajectory,
    start: Float[np.ndarray, " state"],
    hidden: Bool[np.ndarray, " state"],
    size: Float[np.ndarray, " hidden"],
    scale: Float[np.ndarray, " state"],
) -> Float[np.ndarray, " hidden"]:
    there = np.isfinite(run.states)

    def errors(values: Float[np.ndarray, " hidden"]) -> Float[np.ndarray, " sample"]:
        whole = start.copy()
        whole[hidden] = values * size
        states = simulate(law, whole, run.times, max_steps=FEW_STEPS, drive=run.drive)
        return np.clip(np.nan_to_num(((states - run.states) / scale)[there], nan=LOST), -LOST, LOST)

    with np.errstate(all="ignore"):
        first = start[hidden] / size  # steps of differences are a share of at least one, whatever the unit
        return size * least_squares(errors, first, x_scale=np.maximum(np.abs(first), 1e-3)).x


def _spread(values: Float[np.ndarray, " sample"]) -> float:
    """Their deviation; one where there is none."""
    return float(np.std(values)) or 1.0 if len(values) else 1.0


def _guessed(
    law: Law, run: Trajectory, usual: Float[np.ndarray, " state"]
) -> tuple[Float[np.ndarray, " state"], Float[np.ndarray, " state"]]:
    """First values, or what is usual, of velocities the slope of first samples; and how large each state is."""
    guess = np.array(usual, dtype=np.float64)
    for state, column in enumerate(run.states.T):
        if np.isfinite(column).any():
            guess[state] = column[np.isfinite(column)][0]
    size = np.abs(guess)
    for state, side in enumerate(law.skeletons):
        velocity = next((place for place, name in enumerate(law.states) if side == symbol(name)), None)
        there = np.flatnonzero(np.isfinite(run.states[:, state]))[:FIRST]
        if velocity is not None and len(there) > 1 and not np.isfinite(run.states[:, velocity]).any():
            guess[velocity] = np.polyfit(run.times[there] - run.times[0], run.states[there, state], 1)[0]
            size[velocity] = max(abs(guess[velocity]), np.nanstd(run.states[:, state]) / np.std(run.times))
    return guess, np.where(size > 0.0, size, 1.0)
