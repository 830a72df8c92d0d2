"""Samples that lie so far off the smoothed curve, and alone, that they are no measurements of the state.

A Gaussian smoother takes them for noise: two per cent of them make its noise twice as large as it is. They are left
out, and the rest is smoothed again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float

from discovery.types import NoiseModel, SmoothedTrajectory, Smoothing, Trajectory

# Robust deviations beyond which a sample is an outlier: of Gaussian noise one in a million is. The nearest samples on
# both sides have to be nearer than this; where a curve misses a steep stretch, it misses neighbours too.
FAR = 5.0
NEAR = 3.0
# Share of an input's range by which it switches, share of the steps at which it may (what changes all the time makes no
# corners), and samples on each side of a switch of which a smooth curve cuts the corner.
SWITCHES, RARE, ABOUT = 0.05, 0.1, 2
# Steps between the next samples that one at an end may be off, where states begin steeply, as after a dose.
STEEP = 5.0
# The median absolute deviation of normal noise is its deviation over this.
NORMAL = 1.4826
# Larger shares than this are no outliers but the rule, and left alone.
MOST = 0.1
# Fewer samples of a state tell nothing.
FEWEST = 20
# Outliers that are named in a sentence.
NAMED = 3

# State, time and, where there are several runs, label of the run of an outlier.
LeftOut = tuple[str, float, str]


def without_outliers(trajectories: Sequence[Trajectory], smoothing: Smoothing) -> tuple[tuple[Trajectory, ...], int]:
    """The runs with outliers missing, and how many there were."""
    off = [
        _standardised(run, curve, smoothing.noise)
        for run, curve in zip(trajectories, smoothing.trajectories, strict=True)
    ]
    every = np.abs(np.vstack(off))
    measured = np.isfinite(every).sum(axis=0)
    if np.max(measured) < FEWEST:
        return tuple(trajectories), 0
    # Deviations of the noise model are floored: what is below the floor is no noise.
    scale = np.maximum(NORMAL * np.nanmedian(every, axis=0), _floor(smoothing, trajectories))
    masks = [
        _alone(np.abs(one) / scale) & ~_bent(run) & ~_steep(run, curve, smoothing.noise, scale)
        for one, run, curve in zip(off, trajectories, smoothing.trajectories, strict=True)
    ]
    found = np.vstack(masks).sum(axis=0)
    left = np.vstack([np.where(mask, np.nan, run.states) for mask, run in zip(masks, trajectories, strict=True)])
    # What is constant but for its outliers would not be a state without them.
    usable = (found <= MOST * measured) & (measured >= FEWEST) & (np.nanmin(left, axis=0) < np.nanmax(left, axis=0))
    masks = [mask & usable for mask in masks]
    cleaned = [
        replace(run, states=np.where(mask, np.nan, run.states)) if mask.any() else run
        for run, mask in zip(trajectories, masks, strict=True)
    ]
    return tuple(cleaned), int(found[usable].sum())


def left_out(kept: Sequence[Trajectory], seen: Sequence[Trajectory]) -> tuple[LeftOut, ...]:
    """The outliers, in the order of the runs and of time."""
    several = len(seen) > 1
    return tuple(
        (before.names[place], float(before.times[row]), before.label if several else "")
        for run, before in zip(kept, seen, strict=True)
        for row, place in np.argwhere(np.isnan(run.states) & np.isfinite(before.states)).tolist()
    )


def said_of(outliers: Sequence[LeftOut], headers: Mapping[str, str]) -> str:
    """How many outliers were left out, and which, so that they can be looked up in the file."""
    one = len(outliers) == 1
    places = [f"{headers.get(state, state)} at {time:.6g}" + f" ({run})" * bool(run) for state, time, run in outliers]
    told = ", ".join([*places[:NAMED], *(["…"] if len(places) > NAMED else [])])
    many = "1 outlier, far off its" if one else f"{len(outliers)} outliers, far off their"
    return f"{many} neighbours' curve, {'was' if one else 'were'} left out: {told}"


def with_outliers(kept: Sequence[Trajectory], seen: Sequence[Trajectory]) -> tuple[Trajectory, ...]:
    """The runs with what was left out put back: it was measured, is not missing, and a plot should show it.

    Args:
        seen: the runs before; they may lack states that nothing measured.
    """
    return tuple(_filled(run, before) for run, before in zip(kept, seen, strict=True))


def _filled(run: Trajectory, before: Trajectory) -> Trajectory:
    columns = dict(zip(before.names, before.states.T, strict=True))
    whole = [
        np.where(np.isnan(column), columns.get(name, column), column)
        for name, column in zip(run.names, run.states.T, strict=True)
    ]
    return replace(run, states=np.column_stack(whole))


def _standardised(run: Trajectory, curve: SmoothedTrajectory, noise: NoiseModel) -> Float[np.ndarray, "time state"]:
    """Measurements minus the curve, in units in which noise is the same everywhere; NaN where nothing was measured."""
    if noise.kind == "lognormal":
        there = (run.states > 0.0) & (curve.states > 0.0)
        return np.log(np.where(there, run.states, np.nan)) - np.log(np.where(there, curve.states, 1.0))
    return (run.states - curve.states) / noise.deviation(curve.states, run.errors)


def _floor(smoothing: Smoothing, trajectories: Sequence[Trajectory]) -> Float[np.ndarray, " state"]:
    """The least deviation that is believed, in the units of :func:`_standardised`."""
    noise = smoothing.noise
    if noise.kind != "lognormal":
        return np.full(len(noise.scale), 1e-2)
    sizes = np.nanmedian(np.abs(np.vstack([run.states for run in trajectories])), axis=0)
    return noise.floor / np.maximum(sizes, 1e-300)


def _bent(run: Trajectory) -> Bool[np.ndarray, "time 1"]:
    """Samples about a switch of an input, where states have kinks."""
    mask = np.zeros((len(run), 1), dtype=bool)
    if len(run) < 2:
        return mask
    steps = np.abs(np.diff(run.inputs, axis=0))
    switched = np.any(steps > np.maximum(SWITCHES * np.ptp(run.inputs, axis=0), 1e-300), axis=1)
    for row in np.flatnonzero(switched) if switched.mean() <= RARE else ():
        mask[max(row + 1 - ABOUT, 0) : row + 1 + ABOUT] = True
    return mask


def _steep(
    run: Trajectory, curve: SmoothedTrajectory, noise: NoiseModel, scale: Float[np.ndarray, " state"]
) -> Bool[np.ndarray, "time state"]:
    """First and last samples that the next ones explain; in a short run nothing tells a steep end from what is off."""
    positive = noise.kind == "lognormal"
    levels = np.log(np.where(run.states > 0.0, run.states, np.nan)) if positive else run.states
    deviations = np.broadcast_to(scale * (1.0 if positive else noise.deviation(curve.states, run.errors)), levels.shape)
    mask = np.zeros(levels.shape, dtype=bool)
    for state, (column, sizes) in enumerate(zip(levels.T, deviations.T, strict=True)):
        rows = np.flatnonzero(np.isfinite(column))
        steps = np.abs(np.diff(column[rows]))
        if not len(steps):
            continue
        for end, step, others in ((0, steps[0], steps[1:4]), (-1, steps[-1], steps[-4:-1])):
            allowed = STEEP * np.max(others, initial=0.0) + FAR * sizes[rows[end]]
            mask[rows[end], state] = len(rows) < FEWEST or step <= allowed
    return mask


def _alone(off: Float[np.ndarray, "time state"]) -> Bool[np.ndarray, "time state"]:
    """Samples far off whose neighbours, the next that were measured, are not."""
    mask = np.zeros(off.shape, dtype=bool)
    for state, column in enumerate(off.T):
        rows = np.flatnonzero(np.isfinite(column))
        values = column[rows]
        if len(values) < 3:
            continue
        before, after = np.concatenate([[0.0], values[:-1]]), np.concatenate([values[1:], [0.0]])
        mask[rows, state] = (values > FAR) & (np.maximum(before, after) < NEAR)
    return mask
