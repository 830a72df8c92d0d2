"""How times and values are spaced: even or not, with gaps or not, and how many samples an oscillation has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from discovery.types import Trajectory

Spacing = Literal["even", "even with gaps", "uneven", "logarithmic"]

# Steps that differ by less than this share are equal: times are often written with few digits.
EQUAL = 0.01
# A step of this many medians is a gap, where samples were taken evenly before and after.
GAP = 1.5
# Share of the equal steps among all at which a record with other steps is an even one with gaps.
MOSTLY = 0.7
# Largest step over smallest of a logarithmic record: random sampling seldom exceeds it (as in smoothing/clock.py).
DECADES = 100.0
# A state turns where it comes back by this share of its range, and by so many deviations of its noise.
TURN, NOISES = 0.1, 4.0
# ... and does so whatever the noise by so many: the largest and the least of 10 000 normal values are 7.7 apart. Then a
# smaller share of its range will do: of 1200 sets of curves of first order with 5 % of noise, of the deviation or of
# each value, one run to four of 20 to 300 samples, five turn by it (with a tenth three, with a fiftieth six).
CLEAR, SLIGHT = 8.0, 0.05
# Turns that are no accident, all runs together.
SEVERAL = 3


@dataclass(frozen=True)
class Steps:
    """The steps in time of all runs.

    Attributes:
        typical: median, in the unit of time.
        shortest, longest: extremes.
        gaps: number of steps that skip samples; 0 unless the record is even otherwise.
    """

    spacing: Spacing
    typical: float
    shortest: float
    longest: float
    gaps: int


def steps(trajectories: Sequence[Trajectory]) -> Steps:
    """How samples follow each other in time."""
    every = [np.diff(run.times) for run in trajectories if len(run) > 1]
    lengths = np.concatenate(every)
    typical = float(np.median(lengths))
    equal = float(np.mean(np.abs(lengths - typical) <= EQUAL * typical))
    skipped = int(np.count_nonzero(lengths > GAP * typical))
    spacing: Spacing = "uneven"
    if equal == 1.0:
        spacing = "even"
    elif equal >= MOSTLY and np.min(lengths) >= (1.0 - EQUAL) * typical:
        spacing = "even with gaps"
    elif all(_grows(one) for one in every):
        spacing = "logarithmic"
    shortest, longest = float(np.min(lengths)), float(np.max(lengths))
    return Steps(spacing, typical, shortest, longest, skipped if spacing == "even with gaps" else 0)


def _grows(lengths: Float[np.ndarray, " step"]) -> bool:
    """Whether steps grow over decades, nearly each longer than the one before."""
    return bool(len(lengths) > 3 and lengths[-1] > DECADES * lengths[0] and np.mean(np.diff(lengths) >= 0.0) > 0.9)


@dataclass(frozen=True)
class Pace:
    """How a state comes and goes.

    Attributes:
        turns: how often it turns back, in all runs together.
        clear: how often it does so by more than any noise could make it.
        period: median time of one oscillation, two turns apart; NaN where no run has three turns.
    """

    turns: int
    clear: int
    period: float


def pace(trajectories: Sequence[Trajectory], state: int, noise: float) -> Pace:
    """Turning points of one state.

    Args:
        noise: deviation of its noise where that is largest; noise turns nothing.
    """
    everything = np.concatenate([run.states[:, state] for run in trajectories])
    width = float(np.nanmax(everything) - np.nanmin(everything))
    periods: list[np.ndarray] = [np.empty(0)]
    turns = clear = 0
    for run in trajectories:
        times, values = run.measured(state)
        places = times[turning(values, max(TURN * width, NOISES * noise))]
        turns += len(places)
        clear += len(turning(values, max(SLIGHT * width, CLEAR * noise)))
        periods.append(places[2:] - places[:-2])
    every = np.concatenate(periods)
    return Pace(turns, clear, float(np.median(every)) if len(every) else float("nan"))


def turning(values: Float[np.ndarray, " time"], back: float) -> list[int]:
    """Places of maxima and minima between which the values change by at least ``back``; the ends do not count."""
    found: list[int] = []
    if not back > 0.0:  # a constant
        return found
    low = high = place_low = place_high = 0
    direction = 0
    for place, value in enumerate(values.tolist()):
        if place == 0:
            low = high = value
        if value > high:
            high, place_high = value, place
        if value < low:
            low, place_low = value, place
        if direction >= 0 and high - value >= back:
            if direction:
                found.append(place_high)
            direction, low, place_low = -1, value, place
            high, place_high = value, place
        elif direction <= 0 and value - low >= back:
            if direction:
                found.append(place_low)
            direction, high, place_high = 1, value, place
            low, place_low = value, place
    return found
