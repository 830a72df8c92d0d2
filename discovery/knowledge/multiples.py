"""Constants that may be simple multiples of others, as far as their uncertainty tells."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.types import symbol

RATIOS = tuple(sp.Rational(r) for r in ("1", "-1", "2", "-2", "1/2", "-1/2", "3", "-3", "1/3", "-1/3"))
AGREE = 3.0  # standard deviations within which two constants agree
APART = 0.1  # relative difference beyond which they do not, however wide their intervals
EXACT = 1e-4  # relative difference that the solver's tolerance leaves of equal constants


def multiples(constants: Sequence[float], covariance: Float[np.ndarray, "constant constant"]) -> dict[sp.Expr, sp.Expr]:
    """Constants by their symbols, each as a multiple of an earlier one that is none itself.

    Args:
        covariance: of the constants; one of another size says nothing, and they are taken as exact.
    """
    number = len(constants)
    known = covariance if covariance.shape == (number, number) else np.zeros((number, number))
    found: dict[sp.Expr, sp.Expr] = {}
    for first, second in combinations(range(number), 2):
        one, other = constants[first], constants[second]
        near = [r for r in RATIOS if _agree(one, other, float(r), _spread(known, first, second, float(r)))]
        if near and symbol(f"c{second}") not in found and symbol(f"c{first}") not in found:
            best = min(near, key=lambda r: abs(other - float(r) * one))
            found[symbol(f"c{second}")] = best * symbol(f"c{first}")
    return found


def _spread(covariance: np.ndarray, first: int, second: int, ratio: float) -> float:
    """Deviation of the second constant less ``ratio`` times the first."""
    variance = covariance[second, second] + ratio**2 * covariance[first, first] - 2 * ratio * covariance[first, second]
    return float(np.sqrt(max(0.0, variance)))


def _agree(one: float, other: float, ratio: float, deviation: float) -> bool:
    return abs(other - ratio * one) <= min(APART * abs(other), max(AGREE * deviation, EXACT * abs(other)))
