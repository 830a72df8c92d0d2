"""Sensors at the end of their range: the state goes on, and what is written is one and the same number.

Where there is noise it shows: values that stay exactly at the least or the greatest of all have none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import erf, log, sqrt
from typing import Literal

import numpy as np
from jaxtyping import Float

from discovery.trajectories.noise import residuals
from discovery.types import Trajectory

# Equal values in a row, below which nothing is said; and the chance, over the record, of as many by noise that is
# rounded to the column's resolution.
FEWEST, CHANCE = 5, 1e-3
# Noise relative to the resolution above which it is no mere rounding (0.29): what rests without noise is not clipped.
ROUNDING = 0.5
# Noise relative to the deviation below which none was seen.
SEEN = 1e-4

# The greatest numbers of converters of 8 to 24 bits, and of those with a sign.
CONVERTED = frozenset(2.0**bits - 1.0 for bits in range(7, 25))


@dataclass(frozen=True)
class Clipped:
    """An end of its range at which a state stays.

    Attributes:
        stretches: number of samples of each stretch there.
    """

    end: Literal["least", "greatest"]
    value: float
    stretches: tuple[int, ...]

    @property
    def remedy(self) -> str:
        """What to do about entries at this end; zero may be what was there."""
        if self.value != 0.0:
            return (
                "Leave these entries empty if the state went on, as they say otherwise; what is set from outside, as "
                "by a controller at its limit, is an input: name it with --inputs."
            )
        return (
            "If the state went on past zero, leave these entries empty: they say otherwise. If it is zero there, as "
            "what falls or is given from outside, it is an input: name it with --inputs, or with --held where a value "
            "lasts until the next row."
        )


def clipped(runs: Sequence[Trajectory], state: int, resolution: float) -> tuple[Clipped, ...]:
    """The ends at which a state stays too long for its noise elsewhere."""
    every = np.concatenate([run.states[:, state] for run in runs])
    low, high = float(np.nanmin(every)), float(np.nanmax(every))
    whole = bool(np.all(np.mod(every[np.isfinite(every)], 1.0) == 0.0))
    if low == high or (whole and all(map(_goes_one_way, (run.states[:, state] for run in runs)))):
        return ()  # totals, and numbers of those who are left, stay where they are for long
    ends: tuple[tuple[Literal["least", "greatest"], float], ...] = (("least", low), ("greatest", high))
    # A count may be zero for long, and all of those that there are: of whole numbers a converter's last one is an end.
    ends = tuple(one for one in ends[1:] if one[1] in CONVERTED) if whole else ends
    found = [
        Clipped(end, value, there)
        for end, value in ends
        if (there := tuple(one for run in runs for one in stretches(run, state, value)))
    ]
    return tuple(one for one in found if (kept := _noisy(runs, state, one, resolution)) for one in kept)


def _goes_one_way(column: Float[np.ndarray, " time"]) -> bool:
    steps = np.diff(column[np.isfinite(column)])
    return bool(np.all(steps >= 0.0) or np.all(steps <= 0.0))


def stretches(run: Trajectory, state: int, value: float) -> Iterator[int]:
    """Number of samples of each stretch in which a state has that value for long; entries that are missing end none."""
    column = run.states[:, state]
    for same, group in groupby(column[np.isfinite(column)].tolist(), key=lambda one: one == value):
        if same and (count := len(list(group))) >= FEWEST:
            yield count


def _usual_stretch(runs: Sequence[Trajectory], state: int) -> float:
    """How many samples a value lasts, in the median: more than one where a slower sensor or what is set is repeated."""
    columns = (run.states[:, state] for run in runs)
    every = (column[np.isfinite(column)].tolist() for column in columns)
    return float(np.median([len(list(group)) for column in every for _, group in groupby(column)] or [1]))


def _noisy(runs: Sequence[Trajectory], state: int, one: Clipped, resolution: float) -> tuple[Clipped, ...]:
    """The end with those stretches that the noise of all other samples would have ended; none if all may be chance."""
    others = [replace(run, states=np.where(run.states == one.value, np.nan, run.states)) for run in runs]
    found = residuals(others, state)
    every = np.concatenate([run.states[:, state] for run in others])
    lasts = _usual_stretch(others, state)
    noise = found.scale if found.kind == "additive" else found.ratio * abs(one.value)
    if found.falling or not noise > max(ROUNDING * resolution, SEEN * float(np.nanstd(every))):
        return ()
    # Probability of the commonest value where the course is at rest; of what is hardly rounded it is nearly zero.
    same = max(erf(resolution / noise / sqrt(8.0)), np.finfo(float).tiny)
    least = log(CHANCE / len(every)) / log(same)
    kept = tuple(count for count in one.stretches if count > least * lasts and count >= FEWEST * lasts)
    return (replace(one, stretches=kept),) if kept else ()
