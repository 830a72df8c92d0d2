"""Description length of a law and its residuals, in nats; smaller is better."""

from __future__ import annotations

import math
from collections.abc import Iterable

import sympy as sp

from discovery.symbolic.stated import stated_length

RULE = (
    "Description length N log((chi2/N + 1)/2) + (P/2) log N + S in nats on the measured trajectories, with N measured "
    "values, P constants, and S = k log n nats for an equation of k nodes of n kinds, what its terms or the equations "
    "share written once (more for functions and denominators, and for a law that is unstable at its start); the "
    "shortest wins."
)
# Differences of description length below this (a factor of 20 in likelihood, Kass & Raftery 1995) are a tie.
TIE = 3.0


def residual_length(cost: float, count: float) -> float:
    """Nats for residuals of chi-squared ``cost`` on ``count`` values.

    Near chi2/N = 1 this is half of chi-squared, as for a known noise level; far above it grows with the logarithm
    only, so that a noise level estimated too small does not reward over-fitting. It is the marginal likelihood of the
    residuals where the noise level was estimated from as many values.
    """
    return count * math.log((cost / count + 1.0) / 2.0)


def score(expressions: Iterable[sp.Expr], constants: int, cost: float, count: float) -> float:
    """Description length in nats of a law that was fitted to ``count`` values; infinite if ``cost`` is."""
    if not math.isfinite(cost):
        return math.inf
    return residual_length(cost, count) + 0.5 * constants * math.log(count) + stated_length(tuple(expressions))
