"""How sure each term of a law is: the weight of the laws that have it among those that were compared.

Source: Hoeting, Madigan, Raftery & Volinsky (1999), Statist. Sci. 14:382, for averages over models; a law's weight is
exp(-score), as the score is a length in nats.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import sympy as sp

from discovery.advice import TermSupport
from discovery.dynamics.shooting import Shooting
from discovery.dynamics.windows import Windows
from discovery.selection.identifiability import Relative
from discovery.selection.moves import without_terms
from discovery.selection.refined import Refined, refine
from discovery.selection.score import score
from discovery.symbolic.complexity import is_constant, is_number
from discovery.symbolic.constants import shape, substituted
from discovery.symbolic.expansion import is_short
from discovery.types import Law, symbol

# Terms that the chosen law lacks are told from this probability on.
TOLD = 0.05
# A law without one of the terms is only fitted if its chi-squared is not expected to rise by more than this: beyond,
# its weight is less than exp(-15).
RISE = 40.0


def support(refined: Sequence[Refined], windows: Windows, settings: Shooting) -> tuple[TermSupport, ...]:
    """Support of the terms of the first law, and of those that others have.

    To the laws of the front come those that lack one term of the first; without them, a term that all of the front have
    would look certain.
    """
    chosen = refined[0].law
    compared = [(item.law, item.score) for item in refined]
    compared += _without_one(refined, windows, settings)
    best = min(score for _, score in compared)
    weights = [math.exp(best - score) for _, score in compared]
    total = sum(weights)
    found: list[TermSupport] = []
    for i, state in enumerate(chosen.states):
        sums: dict[str, float] = {}
        texts: dict[str, str] = {}
        for (law, _), weight in zip(compared, weights, strict=True):
            for key, text in _terms(law, i):
                sums[key] = sums.get(key, 0.0) + weight
                texts.setdefault(key, text)
        mine = {key for key, _ in _terms(chosen, i)}
        found += [
            TermSupport(state, texts[key], min(1.0, value / total), key in mine)
            for key, value in sums.items()
            if key in mine or value > TOLD * total
        ]
    return tuple(found)


def _terms(law: Law, equation: int) -> Iterator[tuple[str, str]]:
    """A key and a text for each term of an equation: numbers do not count, and inner constants are ``c``."""
    seen: set[str] = set()
    for term in _summands(law.skeletons[equation]):
        key = _key(term)
        if key not in seen:
            seen.add(key)
            factors = [factor for factor in sp.Mul.make_args(term) if not is_number(factor)]
            named: dict[sp.Expr, sp.Expr] = dict.fromkeys(_constants(term), symbol("c"))
            yield key, str(substituted(sp.Mul(*factors), named))


def _summands(skeleton: sp.Expr) -> tuple[sp.Expr, ...]:
    return sp.Add.make_args(sp.expand_mul(skeleton) if is_short(skeleton) else skeleton)


def _key(term: sp.Expr) -> str:
    """The term with all its numbers and constants alike; the value, which no denominator has, does not matter."""
    written: dict[sp.Expr, sp.Expr] = dict.fromkeys(_constants(term), sp.Float(0.7))
    return shape(substituted(term, written))


def _constants(term: sp.Expr) -> list[sp.Symbol]:
    return [one for one in term.free_symbols if isinstance(one, sp.Symbol) and is_constant(one.name)]


def _without_one(refined: Sequence[Refined], windows: Windows, settings: Shooting) -> Iterator[tuple[Law, float]]:
    """The first law without each of the terms that the data do not clearly need, where that is not in the front.

    What is charged beside residuals, constants and text is charged of them, too.
    """
    first, known = refined[0], {_form(item.law) for item in refined}
    cost, count = windows.worth * first.fit.cost, windows.worth * first.fit.count
    more = first.score - score(first.law.skeletons, len(first.law.constants), cost, count)
    covariance = Relative.of(first.fit).covariance()
    doubtful = {symbol(f"c{i}") for i, value in enumerate(first.law.constants) if value**2 < RISE * covariance[i, i]}
    for law in without_terms(first.law) if doubtful else ():
        lost = [
            term
            for i, skeleton in enumerate(first.law.skeletons)
            for term in _summands(skeleton)
            if _key(term) not in {key for key, _ in _terms(law, i)}
        ]
        if any(term.free_symbols & doubtful for term in lost) and _form(law) not in known:
            trial = refine(law, windows, starts=first.fit.starts, settings=settings)
            if trial is not None:
                yield trial.law, trial.score + more


def _form(law: Law) -> tuple[frozenset[str], ...]:
    """The terms of each equation, whatever their constants."""
    return tuple(frozenset(key for key, _ in _terms(law, i)) for i in range(len(law.states)))
