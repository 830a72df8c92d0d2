"""Columns that are zero for long and come back: what falls, shines or is given from outside, and no state.

A state that is at rest where nothing drives it stays at rest. What was clipped at zero comes back, too, but leaves it
by small steps, through its noise; where that cannot be told, the name of a column may tell it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

import numpy as np
from jaxtyping import Float

from discovery.headers import split_header
from discovery.trajectories.clipped import stretches
from discovery.trajectories.runs import FEWEST_IN_RUN
from discovery.types import Trajectory

# Pulses: values beside a zero, and steps between others, as a share of their size, by medians. Of 160 sines with 8 to
# 30 samples a period that were clipped near their middle none has more, of 40 with a third as much noise four; of 80
# courses of rain, drawn day by day, 72 have.
SUDDEN = 0.7
# ... or most of what comes does so within so few samples, between zeros. Of 1400 such sines none passes; of 400 courses
# of rain on 150 days, a fifth or three tenths of them wet, 394 do, and 315 by the steps above.
SHORT, MOST = 2, 0.5
# Steps of the column's scale that pulses are larger than, by their median: counts that are zero for long are small. Of
# 1200 columns of Poisson counts, of means from 0.2 to 1.5, none passes, of 2700 of cases in epidemics one; of 1200
# courses of rain in whole millimetres, a quarter or more of the days wet and 5.6 mm a wet day, 936 do.
SMALL = 2.0
# Rests between other values that are enough, two in three of the stretches at zero being long; and how many steps of
# its scale a column leaves zero by, by their median: beside counts of ten, zero has a chance of 5e-5.
RESTS, CLEAN, SHARP = 3, 2.0 / 3.0, 10.0
# Words of headers that settle it where a column is zero for long and never less.
FALLING = frozenset({"rain", "rainfall", "precip", "prcp", "precipitation", "snowfall", "irrigation"})
SHINING = frozenset({
    "par", "ppfd", "light", "sunlight", "sunshine", "irradiance", "insolation", "radiation", "illuminance", "ghi",
})  # fmt: skip

PULSES = "is zero for long and comes in pulses: what falls or is given from outside is an input, no state."
HELD = "with --held if a value lasts until the next row, as a total does; else with --inputs."
COMES_BACK = (
    "is exactly zero for long and comes back each time: what shines or is given from outside is an input, no state."
)


def pulsed(runs: Sequence[Trajectory], state: int, resolution: float, header: str = "") -> bool:
    """Whether a column that is zero for long and never less comes in pulses, as rain does, and was not clipped.

    A state that was clipped leaves the end of its range by small steps and goes on steadily, and so do counts. Pulses
    are as large beside a zero as elsewhere, and the next one is another; or they are over soon.
    """
    each = measured_values(runs, state)
    if not _zero_for_long(runs, state) or not any(np.any(values) for values in each):
        return False
    if _says(header, FALLING):
        return True
    every = np.concatenate([values[values != 0.0] for values in each])
    typical = float(np.median(every))
    if not typical > SMALL * resolution:
        return False
    if sum(map(_soon_over, each)) >= MOST * float(every.sum()):
        return True
    beside = np.concatenate([_beside(values) for values in each])
    steps = np.concatenate([np.abs(np.diff(run))[(run[1:] != 0.0) & (run[:-1] != 0.0)] for run in each])
    if not len(beside) or not len(steps):
        return False
    return min(float(np.median(beside)), float(np.median(steps))) > SUDDEN * typical


def rests(runs: Sequence[Trajectory], state: int, resolution: float, header: str = "", *, noisy: bool = False) -> bool:
    """Whether a column is exactly zero for long, again and again, and never less, as light is at night.

    Args:
        noisy: whether it has noise beside its rests, as what was clipped has: the name alone settles it then.
    """
    if not _zero_for_long(runs, state):
        return False
    if noisy or _says(header, SHINING):
        return _says(header, SHINING)
    each = measured_values(runs, state)
    groups = [[(zero, len(list(group))) for zero, group in groupby((values == 0.0).tolist())] for values in each]
    shut = sum(zero for some in groups for zero, _ in some[1:-1])
    long = sum(1 for run in runs for _ in stretches(run, state, 0.0))
    ends = sum(some[place][0] for some in groups for place in {0, len(some) - 1} if some)
    beside = np.concatenate([_beside(values) for values in each])
    often = min(shut, long) >= RESTS and long >= CLEAN * (shut + ends)
    return bool(often and np.median(beside) > SHARP * resolution)


def _says(header: str, words: frozenset[str]) -> bool:
    """Whether one of these words is in the name."""
    return not words.isdisjoint(re.findall(r"[a-z]+", split_header(header)[0].casefold()))


def measured_values(runs: Sequence[Trajectory], state: int) -> list[Float[np.ndarray, " sample"]]:
    """Values of a column that were measured, of each run."""
    return [run.measured(state)[1] for run in runs]


def fixed(runs: Sequence[Float[np.ndarray, " sample"]]) -> bool:
    """Whether a column is constant in each run, and not in all; what was measured once a run, as a harvest, is not."""
    often = all(len(run) >= FEWEST_IN_RUN and np.all(run == run[0]) for run in runs)
    return often and len({float(run[0]) for run in runs}) > 1


def _zero_for_long(runs: Sequence[Trajectory], state: int) -> bool:
    """Whether there are stretches at zero, and nothing below."""
    low = any(np.any(run.states[:, state] < 0.0) for run in runs)
    return not low and any(True for run in runs for _ in stretches(run, state, 0.0))


def _beside(values: Float[np.ndarray, " sample"]) -> Float[np.ndarray, " beside"]:
    """The values other than zero that have a zero beside them."""
    zero = values == 0.0
    near = np.concatenate([[False], zero[:-1]]) | np.concatenate([zero[1:], [False]])
    return values[near & ~zero]


def _soon_over(values: Float[np.ndarray, " sample"]) -> float:
    """The sum of what comes within few samples between zeros."""
    groups = [list(group) for there, group in groupby(values.tolist(), key=bool) if there]
    return sum(sum(group) for group in groups if len(group) <= SHORT)
