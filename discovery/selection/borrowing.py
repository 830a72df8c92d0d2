"""Terms that one equation may have of another: what leaves a state often arrives in the next, at the same rate.

The engines find each equation for itself, and a rate that is plain in one of them may be beyond what samples tell in
another: of two states that take part in x y/(1 + x^2) the second may as well follow a parabola at 5 % noise. Once a law
has the rate in one equation, the others are proposed with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import sympy as sp

from discovery.protocols import NEVER, Deadline
from discovery.selection.pool import Entry, pool
from discovery.symbolic.constants import shape
from discovery.types import DiscoveryProblem, EquationCandidate, Law

SOURCE = "selection:borrowed"
# Laws whose rates are lent: of laws alike, the first may have a rate in a sum that others have alone.
LENDERS = 5
# Rates that an equation may borrow, and terms of its own of which each subset is tried beside one: at most 256
# equations, which the samples sift in a tenth of a second.
RATES = 8
OWN = 5
# States beyond which nothing is borrowed: more equations are exchanged than time is for.
MANY = 6
# Equations of each state that are tried on trajectories; of bacterial respiration at 5 % noise the true one is first.
MOST = 8


def borrowed(laws: Sequence[Law]) -> Iterator[EquationCandidate]:
    """Equations of the first law with a rate that another equation of it or of a later law has.

    The rate stands beside each subset of the equation's own terms.
    """
    for state, side in laws[0].equations.items():
        every = sorted(sp.Add.make_args(side), key=shape)  # in an order that does not depend on units
        own, there = every[:OWN], {shape(term) for term in every}
        foreign: dict[str, sp.Expr] = {}
        for law in laws[:LENDERS]:
            sides = [other for name, other in law.equations.items() if name != state]
            for rate in sorted((rate for other in sides for rate in _rates(other, law)), key=shape):
                foreign.setdefault(shape(rate), rate)
        for rate in [rate for kind, rate in foreign.items() if kind not in there][:RATES]:
            for size in range(len(own) + 1):
                yield from (EquationCandidate(state, sp.Add(rate, *rest), SOURCE) for rest in combinations(own, size))


def with_borrowed(
    pools: Mapping[str, tuple[Entry, ...]],
    laws: Sequence[Law],
    problem: DiscoveryProblem,
    *,
    deadline: Deadline = NEVER,
) -> dict[str, tuple[Entry, ...]]:
    """The pools, and the likeliest of the equations with a rate that these laws, best first, have in another."""
    proposed = [one for one in borrowed(laws) if one.state in problem.open] if len(pools) <= MANY else []
    if not proposed or deadline.passed():
        return dict(pools)
    found = pool(proposed, problem, per_size=1, most=MOST, deadline=deadline).entries
    return {state: (*entries, *found[state]) for state, entries in pools.items()}


def _rates(side: sp.Expr, law: Law) -> Iterator[sp.Expr]:
    """Terms that are more than a number or a multiple of a state, with which every equation is tried anyway."""
    for term in sp.Add.make_args(side):
        above, below = sp.fraction(term)
        sums = [factor for factor in sp.Mul.make_args(above) if factor.is_Add]
        others = [factor for factor in sp.Mul.make_args(above) if not factor.is_Add]
        for part in sp.Add.make_args(sums[0]) if len(sums) == 1 else [sp.Mul(*sums)]:
            rate = sp.Mul(part, *others) / below
            variable = rate.as_coeff_Mul()[1]
            if variable.free_symbols and str(variable) not in law.states:
                yield rate
