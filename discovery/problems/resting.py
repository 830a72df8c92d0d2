"""States at rest, whose smoothed course goes to and fro about zero by what is left of the noise.

What stands still has no sign. The sign of its noise is plus or minus one at random, by which dry friction was
estimated at half its size: of a motor with rests -220 rpm/s in place of -477, and -501 with zeros.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float

from discovery.types import SmoothedTrajectory

# Deviations of the smoothed course and of its derivative within which both are taken for zero, as nearly all of them
# are that are; and the largest share of the course's spread that those may be: where nothing was measured they are it.
WITHIN, KNOWN = 3.0, 0.1
# Samples in a row, and changes of sign among them, that make a rest: what passes through zero does so once.
FEWEST, CHANGES = 10, 2


def at_rest(run: SmoothedTrajectory) -> SmoothedTrajectory:
    """The run with zeros where a state rests at zero."""
    deviations = np.where(run.state_deviations < KNOWN * run.states.std(axis=0), run.state_deviations, 0.0)
    still = np.abs(run.derivatives) < WITHIN * run.derivative_deviations
    within = (np.abs(run.states) < WITHIN * deviations) & still
    resting = np.column_stack([_resting(*both) for both in zip(run.states.T, within.T, strict=True)])
    return replace(run, states=np.where(resting, 0.0, run.states)) if resting.any() else run


def _resting(column: Float[np.ndarray, " time"], within: Bool[np.ndarray, " time"]) -> Bool[np.ndarray, " time"]:
    ends = np.flatnonzero(np.diff(np.concatenate([[0], within.astype(int), [0]])))
    resting = np.zeros(len(column), dtype=bool)
    for first, end in zip(ends[::2], ends[1::2], strict=True):
        turns = np.count_nonzero(np.diff(np.sign(column[first:end])))
        resting[first:end] = end - first >= FEWEST and turns >= CHANGES
    return resting
