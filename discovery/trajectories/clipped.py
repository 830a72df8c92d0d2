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

from discovery.trajectories.noise import residuals
from discovery.types import Trajectory

# Equal values in a row, below which nothing is said; and the chance, over the record, of as many by noise that is
# rounded to the column's resolution.
FEWEST, CHANCE = 5, 1e-3
# Noise relative to the resolution above which it is no mere rounding (0.29): what rests without noise is not clipped.
ROUNDING = 0.5
# Pulses: values beside a zero, and steps between others, as a share of their size, by medians. Of 160 sines with 8 to
# 30 samples a period that were clipped near their middle none has more, of 40 with a third as much noise four; of 80
# courses of rain, drawn day by day, 72 have.
SUDDEN = 0.7
# Steps of the column's scale that pulses are larger than, by their median: counts that are zero for long are small. Of
# 1200 columns of Poisson counts, of means from 0.2 to 1.5, none passes, of 2700 of cases in epidemics one; of 1200
# courses of rain in whole millimetres, a quarter or more of the days wet and 5.6 mm a wet day, 936 do.
SMALL = 2.0
# Noise relative to the deviation below which none was seen.
SEEN = 1e-4


@dataclass(frozen=True)
class Clipped:
    """An end of its range at which a state stays.

    Attributes:
        stretches: number of samples of each stretch there.
    """

    end: Literal["least", "greatest"]
    value: float
    stretches: tuple[int, ...]


def clipped(runs: Sequence[Trajectory], state: int, resolution: float) -> tuple[Clipped, ...]:
    """The ends at which a state stays too long for its noise elsewhere."""
    every = np.concatenate([run.states[:, state] for run in runs])
    low, high = float(np.nanmin(every)), float(np.nanmax(every))
    if low == high or np.all(np.mod(every[np.isfinite(every)], 1.0) == 0.0):  # a count may be zero for long
        return ()
    ends: tuple[tuple[Literal["least", "greatest"], float], ...] = (("least", low), ("greatest", high))
    found = [
        Clipped(end, value, stretches)
        for end, value in ends
        if (stretches := tuple(one for run in runs for one in _stretches(run, state, value)))
    ]
    return tuple(one for one in found if (kept := _noisy(runs, state, one, resolution)) for one in kept)


def pulsed(runs: Sequence[Trajectory], state: int, resolution: float) -> bool:
    """Whether a column that is zero for long and never less comes in pulses, as rain does, and was not clipped.

    A state that was clipped leaves the end of its range by small steps and goes on steadily, and so do counts. Pulses
    are as large beside a zero as elsewhere, and the next one is another.
    """
    if any(np.any(run.states[:, state] < 0.0) for run in runs) or not any(
        True for run in runs for _ in _stretches(run, state, 0.0)
    ):
        return False
    beside: list[np.ndarray] = []
    others: list[np.ndarray] = []
    steps: list[np.ndarray] = []
    for run in runs:
        values = run.states[np.isfinite(run.states[:, state]), state]
        zero = values == 0.0
        near = np.concatenate([[False], zero[:-1]]) | np.concatenate([zero[1:], [False]])
        beside.append(values[near & ~zero])
        others.append(values[~zero])
        steps.append(np.abs(np.diff(values))[~zero[1:] & ~zero[:-1]])
    one, every, jumps = (np.concatenate(some) for some in (beside, others, steps))
    if not len(one) or not len(jumps):
        return False
    typical, least = float(np.median(every)), min(float(np.median(one)), float(np.median(jumps)))
    return typical > SMALL * resolution and least > SUDDEN * typical


def _stretches(run: Trajectory, state: int, value: float) -> Iterator[int]:
    column = run.states[:, state]
    for same, group in groupby(column[np.isfinite(column)].tolist(), key=lambda one: one == value):
        if same and (count := len(list(group))) >= FEWEST:
            yield count


def _noisy(runs: Sequence[Trajectory], state: int, one: Clipped, resolution: float) -> tuple[Clipped, ...]:
    """The end with those stretches that the noise of all other samples would have ended; none if all may be chance."""
    others = [replace(run, states=np.where(run.states == one.value, np.nan, run.states)) for run in runs]
    found = residuals(others, state)
    every = np.concatenate([run.states[:, state] for run in others])
    noise = found.scale if found.kind == "additive" else found.ratio * abs(one.value)
    if found.falling or not noise > max(ROUNDING * resolution, SEEN * float(np.nanstd(every))):
        return ()
    # Probability of the commonest value where the course is at rest; of what is hardly rounded it is nearly zero.
    same = max(erf(resolution / noise / sqrt(8.0)), np.finfo(float).tiny)
    least = log(CHANCE / len(every)) / log(same)
    kept = tuple(count for count in one.stretches if count > least)
    return (replace(one, stretches=kept),) if kept else ()
