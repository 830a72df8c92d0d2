"""Description length of a law and its residuals; smaller is better."""

from __future__ import annotations

import math
from collections.abc import Iterable

import sympy as sp

from discovery.symbolic.complexity import description_length

RULE = (
    "Description length 2 N log((chi2/N + 1)/2) + P log N + S + d on the measured trajectories, with N measured values, "
    "P constants, S = 2 log of the number of ways to choose as many terms from a hundred, summed over the equations, and "
    "d nats for the expressions; the shortest wins."
)
# Terms that the grammar offers for an equation of two or three states, about. The more laws are tried, the more of them
# fit the noise by chance; the extended BIC (Chen & Chen 2008, Biometrika 95:759, equation 1 with gamma = 1) pays for that.
OFFERED = 100


def residual_length(cost: float, count: int) -> float:
    """Nats (doubled, as in BIC) for residuals of chi-squared ``cost`` on ``count`` values.

    Near chi2/N = 1 this is chi-squared itself; far above it grows with the logarithm only, as if the noise level
    were unknown, so that a noise level estimated too small does not reward over-fitting.
    """
    return 2.0 * count * math.log((cost / count + 1.0) / 2.0)


def choice_length(expression: sp.Expr) -> float:
    """Nats (doubled) to say which of the terms on offer an equation has."""
    terms = min(len(sp.Add.make_args(expression)), OFFERED // 2)
    return 2.0 * math.log(math.comb(OFFERED, terms))


def score(expressions: Iterable[sp.Expr], constants: int, cost: float, count: int) -> float:
    """Description length in nats (doubled) of a law that was fitted to ``count`` values."""
    if not math.isfinite(cost):
        return math.inf
    stated = sum(description_length(expression) + choice_length(expression) for expression in expressions)
    return residual_length(cost, count) + constants * math.log(count) + stated
