"""A second look at a law that was told in full: at chords of the samples, which no smoother has bent.

Where a record begins more steeply than it is sampled, a smoothed curve begins lower and more gently than the samples
do, and a law with a free exponent fits that curve best in a corner, as c (N**0.99 - N). Chords are noisier than
smoothed slopes, and right there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int

from discovery.laws import Frame
from discovery.problems.flexible import MOST
from discovery.problems.grids import is_frequency
from discovery.problems.points import Points, drawn
from discovery.samples import measured_states
from discovery.symbolic.domain import arguments
from discovery.types import Smoothing, Trajectory, symbol

# Deviations of the noise by which the ends of a chord differ, so that its slope is known to about a quarter; and the
# share of a run beyond which it does not look for such an end.
APART, LONGEST = 5.0, 0.25


def chords(frame: Frame, runs: Sequence[Trajectory], smoothing: Smoothing, most: int = MOST) -> Points | None:
    """Means and slopes of the samples between pairs that noise does not explain; None where a law has no such slopes.

    So it is of maps, which are not smoothed, of laws with states that were not measured or that have no derivative,
    and where a frequency is asked for, as chords average waves.

    Args:
        most: chords that are looked for, as many as starts are fitted to; of longer records each begins in a stretch of
            its own. 0 for one from each sample.
    """
    if frame.unknowns or frame.algebraic or runs[0].discrete or not measured_states(runs).all():
        return None
    if any(is_frequency(one.name, frame) for one in frame.constants):
        return None
    whole = [np.all(np.isfinite(run.states), axis=1) for run in runs]
    begins = np.cumsum([0, *(int(there.sum()) for there in whole)])
    rows = drawn(int(begins[-1]), most)
    firsts = np.split(rows, np.searchsorted(rows, begins[1:-1]))
    parts = [
        _chords(run, smoothing, there, first - begin)
        for run, there, first, begin in zip(runs, whole, firsts, begins[:-1], strict=True)
    ]
    columns, slopes, deviations = (np.vstack([part[i] for part in parts]) for i in range(3))
    names = (*frame.states, *frame.inputs, "t")
    curves = tuple(smoothing.trajectories)
    points = Points(names, columns, slopes, deviations, curves)
    inside = [one.value for one in arguments(frame.templates) if one.value.free_symbols <= set(map(symbol, names))]
    valid = np.all(points.values(inside, (), ()) > 0.0, axis=1) if inside else np.ones(len(columns), dtype=bool)
    return Points(names, columns[valid], slopes[valid], deviations[valid], curves) if valid.any() else None


def _chords(
    run: Trajectory, smoothing: Smoothing, there: Bool[np.ndarray, " time"], firsts: Int[np.ndarray, " chord"]
) -> tuple[Float[np.ndarray, "chord name"], Float[np.ndarray, "chord state"], Float[np.ndarray, "chord state"]]:
    """Of one run: states, inputs and time on the average, slopes, and deviations of these.

    Args:
        there: samples that are whole.
        firsts: where chords begin, among these.
    """
    columns = np.column_stack([run.states, run.inputs, run.times])[there]
    states, times = run.states[there], run.times[there]
    noise = smoothing.noise.deviation(states, run.errors[there] if run.errors.size else None)
    lasts = np.array([_last(states, noise, int(first)) for first in firsts], dtype=np.int64)
    firsts, lasts = firsts[lasts < len(states)], lasts[lasts < len(states)]
    steps = np.diff(times, prepend=times[:1])[:, None]
    halves = 0.5 * (columns + np.vstack([columns[:1], columns[:-1]])) * steps
    area, span = np.cumsum(halves, axis=0), (times[lasts] - times[firsts])[:, None]
    return (
        (area[lasts] - area[firsts]) / span,
        (states[lasts] - states[firsts]) / span,
        np.hypot(noise[lasts], noise[firsts]) / span,
    )


def _last(states: Float[np.ndarray, "sample state"], noise: Float[np.ndarray, "sample state"], first: int) -> int:
    """Where the chord from a sample ends: as soon as a state has changed by more than noise, or at the longest.

    The number of samples where the run ends before.
    """
    longest = max(1, round(LONGEST * len(states)))
    changes = np.abs(states[first + 1 : first + 1 + longest] - states[first])
    far = np.any(changes > APART * noise[first], axis=1)
    return min(first + 1 + int(np.argmax(far)) if far.any() else first + longest, len(states))
