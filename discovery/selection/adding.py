"""Structure moves after refinement: a term that the trajectories miss is put in."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import sympy as sp

from discovery.dynamics.shooting import Shooting, gains
from discovery.dynamics.windows import Windows
from discovery.laws import told_symbol
from discovery.library.grammar import monomials
from discovery.protocols import NEVER, Deadline
from discovery.selection.refined import Refined, refine
from discovery.types import Law, symbol

# Highest degree of the terms tried, by number of states: about sixty terms in all, and one evaluation with their
# tangents.
DEGREES = {1: 5, 2: 4, 3: 3, 4: 2, 5: 2, 6: 2}
# Terms that are tried by a fit; terms put in at most.
TRIED = 3
MOST = 3


def completed(refined: Refined, windows: Windows, settings: Shooting, *, deadline: Deadline = NEVER) -> Refined:
    """The law with the terms that make the description shorter, one by one.

    Which might is told by the slope of the cost at a coefficient of zero, on the trajectories themselves, for all terms
    at once; the best few are fitted. It tells well on windows so short that a wrong law stays near the samples.
    """
    for _ in range(MOST):
        if deadline.passed():
            break
        trials = [
            refine(law, windows, starts=refined.fit.starts, settings=settings)
            for law in _promising(refined, windows, settings)
        ]
        better = min((trial for trial in trials if trial is not None), key=lambda trial: trial.score, default=refined)
        if better.score >= refined.score:
            break
        refined = better
    return refined


def _promising(refined: Refined, windows: Windows, settings: Shooting) -> Iterator[Law]:
    """The law with each of the terms that gain most, if that is more than a constant costs."""
    law = refined.law
    number = len(law.constants)
    places = [(i, term) for i, part in enumerate(law.parts) for term in _missing(part, _free(law, i))]
    parts = list(law.parts)
    for k, (i, term) in enumerate(places):
        parts[i] = parts[i] + symbol(f"c{number + k}") * term
    extended = law.rebuilt(parts, (*law.constants, *([0.0] * len(places))))
    expected = gains(extended, windows, refined.fit.starts, number, settings)
    if expected is None:
        return
    for k in np.argsort(-expected, kind="stable")[:TRIED]:
        if 0.5 * expected[k] / max(1.0, refined.fit.reduced) < 0.5 * math.log(refined.fit.count):
            return
        i, term = places[int(k)]
        grown = list(law.parts)
        grown[i] = grown[i] + symbol(f"c{number}") * term
        yield law.rebuilt(grown, (*law.constants, 0.0))


def _free(law: Law, part: int) -> tuple[str, ...]:
    """Variables of a part that need no constant which the law has not."""
    if law.frame is None:
        return law.states
    unknown, known = law.frame.unknowns[part], {told_symbol(name) for name in law.told}
    told = {told_symbol(one.name) for one in law.frame.constants}
    pairs = zip(unknown.variables, unknown.arguments, strict=True)
    return tuple(name for name, argument in pairs if argument.free_symbols & told <= known)


def _missing(part: sp.Expr, names: Sequence[str]) -> list[sp.Expr]:
    """Monomials that are not among the terms of an equation."""
    there = {term.as_independent(*map(symbol, names), as_Add=False)[1] for term in sp.Add.make_args(part)}
    return [term for term in monomials(names, DEGREES.get(len(names), 1)) if term not in there]
