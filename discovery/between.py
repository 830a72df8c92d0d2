"""What an input does between its samples, if it is smooth.

Straight lines from sample to sample cut the crests of a smooth input: with ten samples a period a sine loses 3 % of its
amplitude, and the gain of a law comes out 2 % too large, five times as far off as its interval is wide. Solvers go by
straight lines. So they are given those that lie nearest to the smooth course, which miss the samples, in place of those
that meet them: low frequencies keep their size to fourth order of the step.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

# A spline through half of the samples foretells the others with this share of the error of straight lines, or the input
# is noise, or has corners: of a sine it is below a tenth from eight samples a period on, of white noise above 1.
SMOOTHER = 0.5
# Samples that tell, at least.
FEWEST = 12
# Samples nearer than this share of the usual step, and of those beside it, are no knots: rows before a switch that
# nobody measured are such.
CLOSE = 0.2
# Steps longer than so many usual ones are gaps, of which a spline knows nothing: it ends before and begins behind.
GAP = 5.0


def nearest_lines(
    times: Float[np.ndarray, " time"], values: Float[np.ndarray, "time input"], held: Sequence[bool]
) -> Float[np.ndarray, "time input"]:
    """Values at ``times`` between which straight lines lie nearest to the inputs' courses, by mean squares.

    An input that is held, or not smooth, keeps its values.

    Args:
        held: of each input whether a value is held until the next time.
    """
    if len(times) < FEWEST or all(held):
        return values
    columns = [value if flat else _nearest(times, value) for value, flat in zip(values.T, held, strict=True)]
    return np.column_stack(columns)


def _nearest(times: Float[np.ndarray, " time"], values: Float[np.ndarray, " time"]) -> Float[np.ndarray, " time"]:
    """The lines of each stretch without a gap; values of one sign keep it."""
    steps = np.diff(times)
    stretches = np.split(np.arange(len(times)), np.flatnonzero(steps > GAP * _around(steps)) + 1)
    lines = np.concatenate([_projected(times[rows], values[rows]) for rows in stretches])
    signed = values.min() >= 0.0 or values.max() <= 0.0  # a root or logarithm of it has a value everywhere
    return np.where(lines * values <= 0.0, values, lines) if signed else lines


def _around(steps: Float[np.ndarray, " step"]) -> Float[np.ndarray, " step"]:
    """The usual step, or the longer of those beside one where that is less, as where a clock begins fast."""
    beside = np.maximum(np.append(steps[1:], steps[-1]), np.insert(steps[:-1], 0, steps[0]))
    return np.minimum(beside, np.median(steps))


def _projected(times: Float[np.ndarray, " time"], values: Float[np.ndarray, " time"]) -> Float[np.ndarray, " time"]:
    """The projection of a spline through the values on lines between ``times``; the values if they are not smooth."""
    if len(times) < FEWEST:
        return values
    steps = np.diff(times)
    knots = np.append(steps > CLOSE * _around(steps), True)
    if not _smooth(times[knots], values[knots]):
        return values
    from scipy.interpolate import CubicSpline  # takes a third of a second to import, and most laws have no inputs
    from scipy.linalg import solve_banded

    spline = CubicSpline(times[knots], values[knots])
    # Three points of Gauss and Legendre are exact for a cubic times a line.
    places, weights = np.polynomial.legendre.leggauss(3)
    shares = 0.5 * (1.0 + places)
    there = spline(times[:-1, None] + steps[:, None] * shares) * (0.5 * weights * steps[:, None])
    right = np.zeros(len(times))
    right[:-1] += there @ (1.0 - shares)
    right[1:] += there @ shares
    matrix = np.zeros((3, len(times)))
    matrix[0, 1:] = matrix[2, :-1] = steps / 6.0
    matrix[1, :-1] += steps / 3.0
    matrix[1, 1:] += steps / 3.0
    return solve_banded((1, 1), matrix, right)


def _smooth(times: Float[np.ndarray, " time"], values: Float[np.ndarray, " time"]) -> bool:
    """Whether samples are foretold better by a spline through every other one than by straight lines."""
    if len(times) < FEWEST or not np.ptp(values) > 0.0:
        return False
    from scipy.interpolate import CubicSpline

    inner = slice(3, len(times) - 3, 2)  # away from the ends, where a spline knows less
    straight = np.interp(times[inner], times[::2], values[::2]) - values[inner]
    curved = CubicSpline(times[::2], values[::2])(times[inner]) - values[inner]
    return float(curved @ curved) < SMOOTHER**2 * float(straight @ straight)
