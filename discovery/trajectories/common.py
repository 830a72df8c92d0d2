"""Columns that have one course in all runs, as the weather about several rooms: they were measured once, outside."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from discovery.trajectories.runs import FEWEST_SAMPLES
from discovery.types import Trajectory
from discovery.wording import listed


def common(runs: Sequence[Trajectory]) -> tuple[int, ...]:
    """States whose values are equal in all of several runs wherever these have the same times, while others differ.

    They vary within the runs, and enough times are the same. What is measured in each run has noise of its own, and is
    not equal by chance; where nothing has any noise, it may be a state with a law of its own that begins at one value.
    """
    if len(runs) < 2:
        return ()
    first, *others = runs
    same, count = np.ones(first.dimension, dtype=bool), np.full(first.dimension, np.iinfo(np.int64).max)
    for run in others:
        _, here, there = np.intersect1d(first.times, run.times, return_indices=True)
        ours, theirs = first.states[here], run.states[there]
        known = np.isfinite(ours) & np.isfinite(theirs)
        same &= np.all((ours == theirs) | ~known, axis=0)
        count = np.minimum(count, known.sum(axis=0))
    enough = count >= FEWEST_SAMPLES
    varies = [np.unique(column[np.isfinite(column)]).size > 1 for column in first.states.T]
    found = np.flatnonzero(same & enough & np.array(varies))
    return tuple(map(int, found)) if np.any(enough & ~same) else ()


def said_of_common(headers: Sequence[str]) -> tuple[str, str]:
    """What was seen of these columns, and what to do."""
    one = len(headers) == 1
    said = (
        f"{listed(headers)} {'has' if one else 'have'} the same course in all runs, while others differ: what is the "
        "same for all comes from outside, and is an input, no state."
    )
    return said, f"Name {'it' if one else 'them'} with --inputs, unless the others drive {'it' if one else 'them'}."
