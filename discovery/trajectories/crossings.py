"""Runs that pass the same value of the only state at different rates, as by a law x' = f(x) none does.

Each run is cut into short stretches, and a parabola through each tells the value and the rate in its middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from jaxtyping import Float

from discovery.types import Trajectory

# Samples of a stretch at least, and stretches of a run at most: with fewer noise hides rates, with more they are few.
FEWEST, MOST = 7, 10
# Standard errors by which rates differ clearly, and the share of the usual rate; parabolas err where a course bends.
ERRORS, SHARE = 6.0, 0.1
# Standard errors by which a value is between two others: what rests is beside the end of what comes to rest there.
BETWEEN = 2.0
# Stretches of two runs that differ so, at least: of 1193 sets of curves of first order with 5 % of noise in none they
# do; of 100 sets of falls from other heights, at velocities up to 8 m/s, in 29.
SEVERAL = 2
# Deviations of noise past a value at which a run has passed it for sure: of runs too short to be cut, the time from one
# value to another is compared.
PAST = 4.0
# Runs that are compared with each other: 780 pairs take an eighth of a second.
MOST_RUNS = 40


@dataclass(frozen=True)
class Crossing:
    """Two runs that pass a value of the only state at different rates.

    Attributes:
        runs: their places.
        start: where runs begin, in the mean.
    """

    value: float
    runs: tuple[int, int]
    rates: tuple[float, float]
    start: float = 0.0


def crossing(runs: Sequence[Trajectory], noise: float) -> Crossing | None:
    """Where two runs differ most clearly in their rates at the same value of the first state; None if none do.

    Args:
        noise: deviation of the state's noise where that is largest.
    """
    if not any(np.count_nonzero(np.isfinite(run.states[:, 0])) > FEWEST * SEVERAL + FEWEST for run in runs):
        return _passing(runs, noise)
    courses = [_course(run, noise) for run in runs]
    moving = np.concatenate([np.empty(0), *(course[:, 1] for course in courses)])
    if not len(moving) or not np.isfinite(noise):
        return None
    least = SHARE * float(np.sqrt(np.mean(moving**2)))
    best: tuple[float, Crossing] | None = None
    start = float(np.mean([course[0, 0] for course in courses if len(course)]))
    some = np.unique(np.linspace(0, len(runs) - 1, min(len(runs), MOST_RUNS)).astype(int)).tolist()
    for first, second in combinations(some, 2):
        found = _differences(courses[first], courses[second], least)
        if len(found) >= SEVERAL:
            clearest = found[np.argmax(found[:, 3])]
            one = Crossing(float(clearest[0]), (first, second), (float(clearest[1]), float(clearest[2])), start)
            if best is None or clearest[3] > best[0]:
                best = float(clearest[3]), one
    return None if best is None else best[1]


def _passing(runs: Sequence[Trajectory], noise: float) -> Crossing | None:
    """Two short runs that go the same way from one value to another in clearly different times; None if none do."""
    measured = [run.measured(0) for run in runs]
    if not np.isfinite(noise) or any(len(times) < 2 for times, _ in measured):
        return None
    best: tuple[float, Crossing] | None = None
    start = float(np.mean([values[0] for _, values in measured]))
    some = np.unique(np.linspace(0, len(runs) - 1, min(len(runs), MOST_RUNS)).astype(int)).tolist()
    for first, second in combinations(some, 2):
        for way in (1.0, -1.0):
            pair = [(times, way * values) for times, values in (measured[first], measured[second])]
            low = max(float(values.min()) for _, values in pair) + 2.0 * PAST * noise
            high = min(float(values.max()) for _, values in pair) - 2.0 * PAST * noise
            if not high - low > 2.0 * PAST * noise or any(values[0] >= values[-1] for _, values in pair):
                continue
            times = [_time_between(*one, low, high, PAST * noise) for one in pair]
            (least, most), (others_least, others_most) = times
            apart = max(least / max(others_most, 1e-300), others_least / max(most, 1e-300))
            if apart > 1.0 + SHARE and (best is None or apart > best[0]):
                rates = [way * (high - low) / ((one + other) / 2.0) for one, other in times]
                middle = way * (low + high) / 2.0
                best = apart, Crossing(middle, (first, second), (rates[0], rates[1]), start)
    return None if best is None else best[1]


def _time_between(
    times: Float[np.ndarray, " sample"], values: Float[np.ndarray, " sample"], low: float, high: float, blur: float
) -> tuple[float, float]:
    """The least and the longest time that it may have taken a run to rise from one value to another.

    It has passed a value between the last sample that is below for sure and the first that is above for sure.
    """
    past: list[tuple[float, float]] = []
    for value in (low, high):
        above = np.flatnonzero(values > value + blur)
        after = int(above[0]) if len(above) else len(times) - 1
        below = np.flatnonzero(values[:after] < value - blur)
        past.append((float(times[below[-1]]) if len(below) else float(times[0]), float(times[after])))
    (first, late), (early, last) = past
    return max(early - late, 0.0), last - first


def parting(runs: Sequence[Trajectory], noises: Sequence[float]) -> bool:
    """Whether runs that begin at one state have clearly different rates there, of some state: they part at once.

    Args:
        noises: deviation of each state's noise where that is largest.
    """
    for state, noise in enumerate(noises):
        courses = [course for run in runs if len(course := _course(run, noise, state))]
        if len(courses) < SEVERAL or not np.isfinite(noise):
            continue
        least = SHARE * float(np.sqrt(np.mean(np.concatenate(courses)[:, 1] ** 2)))
        rates, errors = np.array([course[0, [1, 3]] for course in courses]).T
        low, high = int(np.argmin(rates)), int(np.argmax(rates))
        if rates[high] - rates[low] > max(ERRORS * float(np.hypot(errors[low], errors[high])), least):
            return True
    return False


def _course(run: Trajectory, noise: float, state: int = 0) -> Float[np.ndarray, "stretch 4"]:
    """Value and rate in the middle of each stretch, and their standard errors."""
    times, values = run.measured(state)
    rows: list[tuple[float, float, float, float]] = []
    for part in np.array_split(np.arange(len(times)), min(MOST, len(times) // FEWEST) or 1):
        if len(part) < FEWEST:
            continue
        middle, half = (times[part[0]] + times[part[-1]]) / 2.0, (times[part[-1]] - times[part[0]]) / 2.0
        powers = ((times[part] - middle) / half)[:, None] ** np.arange(3)
        inverse = np.linalg.pinv(powers)
        value, rate, _ = constants = inverse @ values[part]
        left = float(np.sqrt(np.sum((values[part] - powers @ constants) ** 2) / (len(part) - 3)))
        errors = max(noise, left) * np.linalg.norm(inverse, axis=1)
        rows.append((float(value), float(rate / half), float(errors[0]), float(errors[1] / half)))
    return np.array(rows).reshape(-1, 4)


def _differences(
    first: Float[np.ndarray, "stretch 4"], second: Float[np.ndarray, "stretch 4"], least: float
) -> Float[np.ndarray, "found 4"]:
    """Value, both rates, and their difference in standard errors, of each stretch of the first run whose value is
    between those of two stretches of the second, and whose rate is outside of theirs.
    """
    rows: list[tuple[float, float, float, float]] = []
    for value, rate, blurred, error in first.tolist():
        for before, after in zip(second[:-1].tolist(), second[1:].tolist(), strict=True):
            blur = BETWEEN * float(np.hypot(blurred, max(before[2], after[2])))
            if not min(before[0], after[0]) + blur <= value <= max(before[0], after[0]) - blur:
                continue
            low, high = sorted((before[1], after[1]))
            off = max(low - rate, rate - high)
            told = float(np.hypot(error, max(before[3], after[3])))
            if off > max(ERRORS * told, least):
                rows.append((value, rate, (low + high) / 2.0, off / told if told > 0.0 else np.inf))
                break
    return np.array(rows).reshape(-1, 4)
