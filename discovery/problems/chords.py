"""A second look at a law that was told in full: at chords of the samples, which no smoother has bent.

Where a record begins more steeply than it is sampled, a smoothed curve begins lower and more gently than the samples
do, and a law with a free exponent fits that curve best in a corner, as c (N**0.99 - N). Chords are noisier than
smoothed slopes, and right there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from discovery.laws import Frame
from discovery.problems.grids import is_frequency
from discovery.problems.points import Points
from discovery.samples import measured_states
from discovery.symbolic.domain import arguments
from discovery.types import Smoothing, Trajectory, symbol

# Deviations of the noise by which the ends of a chord differ, so that its slope is known to about a quarter; and the
# share of a run beyond which it does not look for such an end.
APART, LONGEST = 5.0, 0.25


def chords(frame: Frame, runs: Sequence[Trajectory], smoothing: Smoothing) -> Points | None:
    """Means and slopes of the samples between pairs that noise does not explain; None where a law has no such slopes.

    So it is of maps, which are not smoothed, of laws with states that were not measured or that have no derivative,
    and where a frequency is asked for, as chords average waves.
    """
    if frame.unknowns or frame.algebraic or runs[0].discrete or not measured_states(runs).all():
        return None
    if any(is_frequency(one.name, frame) for one in frame.constants):
        return None
    parts = [_chords(run, smoothing) for run in runs]
    columns, slopes, deviations = (np.vstack([part[i] for part in parts]) for i in range(3))
    names = (*frame.states, *frame.inputs, "t")
    curves = tuple(smoothing.trajectories)
    points = Points(names, columns, slopes, deviations, curves)
    inside = [one.value for one in arguments(frame.templates) if one.value.free_symbols <= set(map(symbol, names))]
    rows = np.all(points.values(inside, (), ()) > 0.0, axis=1) if inside else np.ones(len(columns), dtype=bool)
    return Points(names, columns[rows], slopes[rows], deviations[rows], curves) if rows.any() else None


def _chords(
    run: Trajectory, smoothing: Smoothing
) -> tuple[Float[np.ndarray, "chord name"], Float[np.ndarray, "chord state"], Float[np.ndarray, "chord state"]]:
    """Of one run: states, inputs and time on the average, slopes, and deviations of these."""
    there = np.isfinite(run.states).all(axis=1)
    columns = np.column_stack([run.states, run.inputs, run.times])[there]
    states, times, count = run.states[there], run.times[there], int(there.sum())
    noise = smoothing.noise.deviation(states, run.errors[there] if run.errors.size else None)
    lasts = _lasts(states, noise)
    firsts = np.arange(len(lasts))
    firsts, lasts = firsts[lasts < count], lasts[lasts < count]
    steps = np.diff(times, prepend=times[:1])[:, None]
    halves = 0.5 * (columns + np.vstack([columns[:1], columns[:-1]])) * steps
    area, span = np.cumsum(halves, axis=0), (times[lasts] - times[firsts])[:, None]
    return (
        (area[lasts] - area[firsts]) / span,
        (states[lasts] - states[firsts]) / span,
        np.hypot(noise[lasts], noise[firsts]) / span,
    )


def _lasts(
    states: Float[np.ndarray, "sample state"], noise: Float[np.ndarray, "sample state"]
) -> Int[np.ndarray, " sample"]:
    """Where the chord from each sample ends: as soon as a state has changed by more than noise, or at the longest."""
    count = len(states)
    longest = max(1, round(LONGEST * count))
    lasts = np.full(count, count)
    for step in range(longest, 0, -1):
        far = np.abs(states[step:] - states[:-step]) > APART * noise[:-step]
        ends = np.flatnonzero(far.any(axis=1) | (step == longest))
        lasts[ends] = ends + step
    return lasts
