"""What rounding to the digits of a file makes of its numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from discovery.types import Trajectory

# Digits that are looked for, and those of floating-point numbers that are none of the column's.
DIGITS, FLOATING = 12, 1e-9


def rounding(trajectories: Sequence[Trajectory]) -> Float[np.ndarray, " state"]:
    """Deviation of the rounding of each state, in its unit, by the fewest decimals and digits that write its numbers.

    Rounding to decimals is as large everywhere, and that to digits, as in ``1.34e+06``, grows with the number: of the
    two the larger is meant, as 0.07 and 12.34 have two decimals and 1 to 4 digits.
    """
    values = np.concatenate([run.states for run in trajectories])
    return np.array([_deviation(column[np.isfinite(column)]) for column in values.T])


def _deviation(values: Float[np.ndarray, " row"]) -> float:
    sizes = np.abs(values[values != 0.0])
    if not len(sizes):
        return 0.0
    powers = np.floor(np.log10(sizes) + FLOATING)
    fixed = _finest(sizes, np.full_like(sizes, powers.max()))
    relative = _finest(sizes, powers)
    return float(np.sqrt(np.mean(np.maximum(fixed, relative) ** 2) / 12.0))


def _finest(sizes: Float[np.ndarray, " row"], powers: Float[np.ndarray, " row"]) -> Float[np.ndarray, " row"]:
    """The step of the last digit of each number, with the fewest digits from those powers of ten that write all."""
    for digits in range(DIGITS):
        steps = np.maximum(10.0 ** (powers - digits), np.finfo(float).tiny)
        counts = sizes / steps
        if np.all(np.abs(counts - np.round(counts)) <= FLOATING * np.maximum(counts, 1.0)):
            return steps
    return np.zeros_like(sizes)
