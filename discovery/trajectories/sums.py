"""Running sums: columns that add up another, as all cases so far add up the new ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from discovery.types import Trajectory

# A column is a running sum where its steps differ from the other by no more than this share of their size, for digits
# that were left out, and by this share of what they differ from its integral: a state beside its own rate has steps as
# that integral has.
LEFT, OF_THAT = 0.01, 0.1
ENOUGH = 10  # steps, below which nothing is said


def running_sums(runs: Sequence[Trajectory]) -> tuple[tuple[int, int], ...]:
    """Places of columns, each sum before what it adds up; all pairs at once, over steps at which both are measured.

    Args:
        runs: of states whose squares can be computed.
    """
    change = np.concatenate([np.diff(run.states, axis=0) for run in runs])
    before, after = (np.concatenate([run.states[part] for run in runs]) for part in (slice(None, -1), slice(1, None)))
    lengths = np.concatenate([np.diff(run.times) for run in runs])[:, None]
    pairs: set[tuple[int, int]] = set()
    for added in (after, before):
        for total, part in np.argwhere(_alike(change, added)):
            swept = lengths[:, 0] * (before[:, part] + after[:, part]) / 2.0
            missed, integral = change[:, total] - added[:, part], change[:, total] - swept
            known = np.isfinite(missed) & np.isfinite(integral)
            if np.count_nonzero(known) >= ENOUGH and _size(missed[known]) <= OF_THAT * _size(integral[known]):
                pairs.add((int(total), int(part)))
    return tuple(sorted(pairs))


def _alike(change: np.ndarray, added: np.ndarray) -> np.ndarray:
    """Of which columns the steps are what which others add, but for digits that were left out."""
    moved, driven = np.isfinite(change).astype(np.float64), np.isfinite(added).astype(np.float64)
    steps, values = np.nan_to_num(change), np.nan_to_num(added)
    squares = (steps**2).T @ driven
    left = squares - 2.0 * steps.T @ values + moved.T @ values**2
    near = (left <= LEFT**2 * squares) & (squares > 0.0)
    np.fill_diagonal(near, False)
    return near


def _size(values: np.ndarray) -> float:
    return float(np.max(np.abs(values), initial=0.0))
