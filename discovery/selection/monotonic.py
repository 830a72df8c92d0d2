"""What no law of one state can do: come back, as solutions of x' = f(x) are monotonic; or tell how a switch turns."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from discovery.dynamics.windows import Windows
from discovery.trajectories.sampling import CLEAR, SEVERAL, TURN, turning
from discovery.types import Finding, Law
from discovery.wording import listed

# Values that a switch has, and samples from which on no course has so few.
SWITCH, SAMPLES = 2, 10


def one_way(law: Law, windows: Windows) -> Iterator[Finding]:
    """Why a law of one state fails on data that come and go; nothing where time, an input or a map may turn it."""
    if len(law.states) != 1 or law.discrete or not law.autonomous:
        return
    (state,) = law.states
    if (turns := _turns(windows)) >= SEVERAL:
        yield Finding(
            "bad",
            f"{state} changes direction {turns} times, which no law {state}' = f({state}) can do. Try a law of second "
            f"order, --law \"{state}'' = f({state}, {state}')\", or name what drives it with --inputs.",
        )


def inert(law: Law) -> Iterator[Finding]:
    """What a law of one driven state may lack, where it fails: what has inertia overshoots by itself."""
    marks = any("[" in name for name in law.told)  # inputs that tell groups with constants of their own apart
    if len(law.states) != 1 or not law.inputs or law.discrete or marks:
        return
    (state,), drives = law.states, ", ".join(law.inputs)
    yield Finding(
        "caution",
        f"If {state} has inertia, as an angle or a position has, say that it is of second order: --law "
        f"\"{state}'' = f({state}, {state}', {drives})\".",
    )


def of_two_values(law: Law, windows: Windows) -> Iterator[Finding]:
    """What speaks against any law of a switch: between its two values nothing was measured, and anything fits there."""
    there = windows.weights > 0.0
    if law.discrete or windows.steps or not np.all(np.count_nonzero(there, axis=0) >= SAMPLES):
        return
    levels = [len(np.unique(column[known])) for column, known in zip(windows.values.T, there.T, strict=True)]
    if all(count == SWITCH for count in levels):
        names = listed(law.states)
        yield Finding(
            "bad",
            f"{names} {'takes' if len(levels) == 1 else 'take'} two values alone: between them nothing was measured, "
            "and whatever jumps there fits. Measure what lies between, or name it with --inputs beside what it drives.",
        )


def _turns(windows: Windows) -> int:
    """How often the only state turns back by more than any noise could make it."""
    runs: dict[int, list[np.ndarray]] = {}
    for (run, _), (low, high) in zip(windows.places, pairwise(windows.offsets.tolist()), strict=True):
        runs.setdefault(run, []).append(np.arange(low, high))
    there = windows.weights[:, 0] > 0.0
    if not runs or not there.any():
        return 0
    values, noise = windows.values[:, 0], 1.0 / windows.weights[there, 0]
    back = max(TURN * float(np.ptp(values[there])), CLEAR * float(noise.max()))
    every = [np.concatenate(pieces) for pieces in runs.values()]
    return sum(len(turning(values[rows[there[rows]]], back)) for rows in every)
