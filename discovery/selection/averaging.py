"""Intervals of a law with relations between its constants, averaged over whether the relations hold.

Where data say that two constants may be equal, the law with one is shorter, and its constants look better known than
they are: if they are not equal, they may be anywhere in their own intervals. Both laws count by their weights.

Source: Hoeting, Madigan, Raftery & Volinsky (1999), Statist. Sci. 14:382.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sympy as sp
from scipy import special

from discovery.selection.intervals import LEVEL, Bounds
from discovery.types import Law, symbol

# Below this weight of the law without relations, the average is within a hundredth of the interval.
LEAST = 1e-3


@dataclass(frozen=True)
class Normal:
    """A value with its deviations to either side."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, value: float, low: float, high: float, factor: float = 1.0) -> Normal:
        """From an interval; all times ``factor``."""
        ends = sorted((factor * low, factor * high))
        wide = float(special.ndtri(0.5 + LEVEL / 2))
        return cls(factor * value, (factor * value - ends[0]) / wide, (ends[1] - factor * value) / wide)

    def below(self, x: float) -> float:
        """Probability to be below ``x``."""
        deviation = self.low if x < self.value else self.high
        return float(special.ndtr((x - self.value) / max(deviation, 1e-300)))


def averaged(law: Law, ends: Bounds, free: Law, free_ends: Bounds, held: Sequence[sp.Expr], lead: float) -> Bounds:
    """Intervals of the constants of ``law``.

    Args:
        ends: their intervals if the relations hold.
        free: the law without the relations, its constants in intervals ``free_ends``.
        held: each constant of ``free`` as the relations have it, in those of ``law``.
        lead: nats by which ``law`` is the shorter description.
    """
    weight = 1.0 / (1.0 + math.exp(min(lead, 700.0)))
    if weight < LEAST:
        return ends
    lows, highs = (list(side) for side in ends)
    for place, value in enumerate(law.constants):
        others = [
            Normal.of(free.constants[i], free_ends[0][i], free_ends[1][i], factor)
            for i, factor in _counterparts(held, place)
        ]
        mine = Normal.of(value, lows[place], highs[place])
        if not others or not all(math.isfinite(x) for one in (mine, *others) for x in (one.low, one.high)):
            continue
        weighed = [(1.0 - weight, mine), *((weight / len(others), one) for one in others)]
        lows[place], highs[place] = (_quantile(weighed, p) for p in ((1.0 - LEVEL) / 2, (1.0 + LEVEL) / 2))
    return tuple(lows), tuple(highs)


def _counterparts(held: Sequence[sp.Expr], place: int) -> Iterator[tuple[int, float]]:
    """Constants of the free law that are a constant of the other's times a number, and one over that number."""
    mine = symbol(f"c{place}")
    for i, expression in enumerate(held):
        ratio, rest = expression.as_coeff_Mul()
        if rest == mine:
            yield i, 1.0 / float(ratio)


def _quantile(weighed: Sequence[tuple[float, Normal]], probability: float) -> float:
    """Where the mixture has that probability below."""
    far = [one.value + 10.0 * side for _, one in weighed for side in (-one.low, one.high)]

    low, high = min(far), max(far)
    for _ in range(60):
        middle = 0.5 * (low + high)
        enough = sum(weight * one.below(middle) for weight, one in weighed) > probability
        low, high = (low, middle) if enough else (middle, high)
    return 0.5 * (low + high)
