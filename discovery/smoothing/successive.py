"""Samples of a map: nothing is smoothed, as successive states need not be near each other; the next one is the target.

The noise is what neighbours do not agree in: where two states are near, so are the next ones, but for the noise of
both. A parabola through the next states of the nearest neighbours leaves residuals of variance s^2 (1 + |slope|^2), as
the state itself is noisy too.

Source: Evans & Jones (2002), Proc. R. Soc. A 458:2759, the Gamma test, with a parabola in place of a mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy.spatial import KDTree

from discovery.errors import DataError
from discovery.protocols import NEVER, Deadline, Progress, silent
from discovery.samples import NoiseModel, SmoothedTrajectory, Smoothing, Trajectory, is_usual, usual_step

METHOD = "successive samples"
# Neighbours of a parabola, by unknown of it, and as a share of all: fewer are as far apart as noise, so that slopes are
# those of the noise; more are not near. Noise of 0.3 to 3 % of logistic maps is found to a third, of 100 samples on.
NEIGHBOURS, SHARE = 4, 0.05
# Share of a state's spread below which noise is not believed.
FLOOR = 1e-4
# Deviation, in spreads, of what has not been measured: it says nothing.
UNKNOWN = 1e6
FEWEST = 8  # pairs of successive states by state


@dataclass(frozen=True)
class Successive:
    """In the place of a smoother.

    Attributes:
        process: whether chance acts on the states, so that the noise is that of each step.
    """

    process: bool = False

    def smooth(
        self,
        trajectories: Sequence[Trajectory],
        *,
        seed: int = 0,
        deadline: Deadline = NEVER,
        progress: Progress = silent,
    ) -> Smoothing:
        """The samples, with the next ones as what the law has to give."""
        del seed, deadline, progress
        return successive(trajectories, process=self.process)


def successive(trajectories: Sequence[Trajectory], *, process: bool = False) -> Smoothing:
    """The samples themselves; in place of derivatives stand the next states, or changes by time where time goes on.

    Args:
        process: whether chance acts on the states, so that samples are exact and each step has its noise.

    Raises:
        DataError: there are too few pairs of successive samples.
    """
    everything = np.vstack([run.states for run in trajectories])
    spread = np.maximum(np.nanstd(everything, axis=0), 1e-300)
    states, following = _pairs(trajectories)
    if len(states) < FEWEST * everything.shape[1]:
        raise DataError(
            f"There are {len(states)} pairs of successive samples, and a map of {everything.shape[1]} states needs "
            f"{FEWEST * everything.shape[1]}. Measure more, or leave fewer out."
        )
    scale, scattering, slopes = _noise(states, following, spread)
    if process:
        scale, slopes = scattering, np.zeros_like(slopes)
    noise = NoiseModel("additive", np.maximum(scale, FLOOR * spread), FLOOR * spread, process=process)
    usual = usual_step(trajectories)
    runs = tuple(_smoothed(run, noise, slopes, spread, usual) for run in trajectories)
    return Smoothing(runs, None, noise, float("nan"), METHOD)


def _pairs(trajectories: Sequence[Trajectory]) -> tuple[np.ndarray, np.ndarray]:
    """States and those that follow them by one, where both were measured."""
    before, after = [], []
    usual = usual_step(trajectories)
    for run in trajectories:
        whole = np.all(np.isfinite(run.states), axis=1)
        rows = np.flatnonzero(whole[:-1] & whole[1:] & _usual(run, usual))
        before.append(run.states[rows])
        after.append(run.states[rows + 1])
    return np.vstack(before), np.vstack(after)


def _usual(run: Trajectory, usual: float) -> Bool[np.ndarray, " step"]:
    """Which steps are those of the map, or as long as usual."""
    steps = np.diff(run.times)
    return steps == 1.0 if run.discrete else is_usual(steps, usual)


def _noise(
    states: Float[np.ndarray, "pair state"], following: Float[np.ndarray, "pair state"], spread: np.ndarray
) -> tuple[Float[np.ndarray, " state"], Float[np.ndarray, " state"], Float[np.ndarray, " state"]]:
    """Deviation of the noise of each state, that of chance in each step, and the size of its next value's slopes."""
    count, dimension = states.shape
    pairs = np.triu_indices(dimension)
    unknowns = 1 + dimension + len(pairs[0])
    number = min(count - 1, NEIGHBOURS * unknowns + int(SHARE * count))
    scaled = states / spread
    places = np.asarray(KDTree(scaled).query(scaled, k=number + 1)[1])
    squares, steepness = np.empty((count, dimension)), np.empty((count, dimension))
    for i in range(count):
        others = places[i][places[i] != i][:number]
        apart = scaled[others] - scaled[i]
        design = np.column_stack([np.ones(len(others)), apart, apart[:, pairs[0]] * apart[:, pairs[1]]])
        fitted, *_ = np.linalg.lstsq(design, following[others] / spread, rcond=1e-9)
        steepness[i] = np.sum(fitted[1 : 1 + dimension] ** 2, axis=0)
        certainty = 1.0 + np.linalg.pinv(design.T @ design)[0, 0]
        squares[i] = (following[i] / spread - fitted[0]) ** 2 / (certainty * (1.0 + steepness[i]))
    # Of chance in each step, where states are exact, the mean: it may be of any kind.
    scattering = spread * np.sqrt(np.mean(squares * (1.0 + steepness), axis=0))
    # The median of a squared normal variate is 0.455 of its variance; curvature makes a few residuals large.
    scale = spread * np.sqrt(np.median(squares, axis=0) / 0.455)
    return scale, scattering, np.sqrt(np.median(steepness, axis=0))


def _smoothed(
    run: Trajectory, noise: NoiseModel, slopes: np.ndarray, spread: np.ndarray, usual: float
) -> SmoothedTrajectory:
    """One run; what was not measured is filled in along the line and counts for nothing."""
    known = np.isfinite(run.states)
    columns = [
        np.interp(run.times, run.times[good], column[good]) if good.any() else np.zeros(len(column))
        for column, good in zip(run.states.T, known.T, strict=True)
    ]
    states = np.column_stack(columns)
    deviations = np.where(known, noise.deviation(states), UNKNOWN * spread)
    steps = np.diff(run.times)
    following, span = np.vstack([states[1:], states[-1:]]), 1.0
    if not run.discrete:
        following = np.vstack([np.diff(states, axis=0) / steps[:, None], np.zeros((1, states.shape[1]))])
        span = usual
    both = np.vstack([known[1:] & np.all(known[:-1], axis=1)[:, None], np.zeros((1, states.shape[1]), dtype=bool)])
    both[:-1] &= _usual(run, span)[:, None]
    errors = np.where(both, noise.deviation(states) * np.sqrt(1.0 + slopes**2), UNKNOWN * spread) / span
    if noise.process:
        deviations = np.where(known, 0.0, deviations)
    return SmoothedTrajectory(run.times, states, following, deviations, errors, run.names, run.label)
