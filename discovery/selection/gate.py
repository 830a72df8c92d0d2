"""What is left for genetic search: the equations that no short candidate explains, and what leads them so far."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import sympy as sp
from jaxtyping import Float, Int

from discovery.selection.pool import split
from discovery.selection.sheet import Sheet
from discovery.symbolic.complexity import description_length
from discovery.types import DiscoveryProblem, EquationCandidate, Law, symbol

# Constants of an explanation. By experiment on the design half: at noise of 5 % (62 equations of 34 systems) 8 are left
# open, 4 of the 21 whose true structure no candidate has; the other 17 are fitted to their noise by shorter ones, so
# that the regressions cannot tell. Without noise 3 of 25 are open, 2 of the 3 without their structure.
FEW = 4
# Chi-squared by row below which a regression does not rule an equation out. At noise of 5 % the true equations of the
# design half have 0.5 to 5 on smoothed derivatives and in weak form, whose errors are alike from row to row, so that
# anything below says nothing.
CREDIBLE = 3.0
# Rows that count, of any number, because neighbours err alike; as in the pool.
ROWS = 20.0
# Chi-squared by row below which less says nothing: deviations have a floor.
FLOOR = 0.01


@dataclass(frozen=True)
class _Weighed:
    """The candidates of one open state.

    Attributes:
        counts: constants of each.
        misfit: chi-squared by row.
        lengths: nats to state the data and the constants.
    """

    state: str
    expressions: list[sp.Expr]
    counts: Int[np.ndarray, " one"]
    misfit: Float[np.ndarray, " one"]
    lengths: Float[np.ndarray, " one"]

    def explanation(self) -> sp.Expr | None:
        """The shortest that explains the equation."""
        fits = (self.counts <= FEW) & (self.misfit <= CREDIBLE)
        if not np.any(fits) or np.any(self.lengths < np.min(self.lengths[fits])):
            return None
        return min((one for one, good in zip(self.expressions, fits, strict=True) if good), key=description_length)

    def backbone(self) -> sp.Expr | None:
        """The polynomial of few constants that says most, as shapes have bent their inner constants to the rest.

        Where there is no polynomial, it is another; none where nothing was proposed that is defined on the data.
        """
        known = np.flatnonzero((self.counts <= FEW) & np.isfinite(self.misfit))
        few = [i for i in known if not self.expressions[i].is_number]
        smooth = [i for i in few if self.expressions[i].is_polynomial()]
        return self.expressions[min(smooth or few, key=lambda i: (self.lengths[i], i))] if few else None


def remaining(candidates: Sequence[EquationCandidate | Law], problem: DiscoveryProblem) -> DiscoveryProblem:
    """The problem with what is explained settled, and a backbone for each open equation that has one.

    A candidate explains an equation if it has few constants, the regressions do not rule it out, and no candidate with
    more constants is better by N/2 log(error) + P/2 log N (Schwarz 1978). What fits with many constants alone is no
    explanation: a polynomial of enough terms fits anything. The shortest that explains it settles an equation.
    """
    every = list(_weighed(candidates, problem))
    found = {one.state: rhs for one in every if (rhs := one.explanation()) is not None}
    backbones = {one.state: rhs for one in every if one.state not in found and (rhs := one.backbone()) is not None}
    return replace(problem.settling(found), backbones=backbones)


def _weighed(candidates: Sequence[EquationCandidate | Law], problem: DiscoveryProblem) -> Iterator[_Weighed]:
    """The candidates of each open state that has any."""
    single = split(candidates)
    states = {symbol(name) for name in problem.names}
    price = 0.5 * math.log(max(len(regression.targets) for regression in problem.regressions))
    for state in problem.open:
        mine = list(dict.fromkeys(one.expression for one in single if one.state == state))
        mine = [one for one in mine if one.free_symbols <= states]
        if mine:
            misfit = misfits(mine, state, problem)
            counts = np.array([constants(one) for one in mine])
            yield _Weighed(state, mine, counts, misfit, 0.5 * ROWS * np.log(np.maximum(misfit, FLOOR)) + price * counts)


def constants(expression: sp.Expr) -> int:
    """Numbers in an expression that are not integers, but at least one for each term."""
    terms = len(sp.Add.make_args(expression))
    return max(terms, sum(isinstance(part, sp.Float) for part in sp.preorder_traversal(expression)))


def misfits(expressions: Sequence[sp.Expr], state: str, problem: DiscoveryProblem) -> Float[np.ndarray, " one"]:
    """The larger chi-squared by row of each expression on the regressions; infinite where it is undefined or wild."""
    errors = Sheet.of(problem, [EquationCandidate(state, one, "") for one in expressions]).errors()
    return np.where(np.isfinite(errors), errors, np.inf).max(axis=1)
