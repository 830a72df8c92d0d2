"""Structure moves after refinement: terms that do not pay their way leave the law, or become one fraction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import permutations

import numpy as np
import sympy as sp

from discovery.dynamics.shooting import Fit, Shooting
from discovery.dynamics.windows import Windows
from discovery.protocols import NEVER, Deadline
from discovery.selection.identifiability import PRIOR, Relative
from discovery.selection.refined import Refined, canonical_law, refine, side_by_side
from discovery.symbolic.complexity import is_constant
from discovery.symbolic.constants import parts, substituted
from discovery.symbolic.stated import apart
from discovery.types import Law, symbol

# Terms that a law is tried without in a round: to fit a law of dozens of terms anew without each of them, once for each
# that leaves, takes minutes. The laws of 24 to 30 constants that lead for van der Pol's forced oscillator, told
# nothing, lose the same terms with eight as with all (benchmarks/knowledge.py).
TRIED = 8


def without_terms(law: Law) -> Iterator[Law]:
    """The laws that lack one additive term, wherever an equation has more than one (sums in brackets included).

    Of a law that was told in part only what was found loses terms, and may lose its last.
    """
    return (_of_parts(law, smaller) for smaller in _parts_without_terms(law))


def least_missed(fit: Fit, most: int = TRIED) -> list[Law]:
    """Those of :func:`without_terms` that Wald's statistic objects to least."""
    shorter, constants = list(_parts_without_terms(fit.law)), np.array(fit.law.constants)
    if len(shorter) > most and np.all(constants != 0.0):
        squares = constants**2 / np.diag(Relative.of(fit).covariance(prior=PRIOR))
        whole = set(_places(fit.law.parts))
        objections = [min((squares[i] for i in whole - set(_places(one))), default=0.0) for one in shorter]
        shorter = [shorter[place] for place in np.argsort(objections, kind="stable")[:most]]
    return [_of_parts(fit.law, smaller) for smaller in shorter]


def _of_parts(law: Law, smaller: Sequence[sp.Expr]) -> Law:
    return canonical_law(renumbered(law.rebuilt(smaller, law.constants)))


def _parts_without_terms(law: Law) -> Iterator[tuple[sp.Expr, ...]]:
    """Parts of the law of which one lacks a term."""
    for place, part in enumerate(law.parts):
        for smaller in (*_smaller(part), *([sp.S.Zero] if law.frame and part != 0 and not part.is_Add else [])):
            yield (*law.parts[:place], smaller, *law.parts[place + 1 :])


def merged(law: Law) -> Iterator[Law]:
    """The laws that have one fraction where this one has a term and a fraction: b - k b/(k + x) is b x/(k + x).

    A search over sums of partial fractions finds the first with two constants that happen to be in that proportion.
    """
    for place, part in enumerate(law.parts):
        for smaller in _merged(part):
            yield _of_parts(law, (*law.parts[:place], smaller, *law.parts[place + 1 :]))


def _merged(expression: sp.Expr) -> Iterator[sp.Expr]:
    """The sum with a term and a fraction over two terms as one fraction, of whose numerator one of these is missing."""
    terms = sp.Add.make_args(expression)
    for term, other in permutations(terms, 2):
        above, below = sp.fraction(other)
        line = sp.Add.make_args(below)
        if len(line) != 2:
            continue
        (factor, whole), (_, numerator) = apart(term), apart(above)
        for (_, gone), (kept_factor, kept) in permutations(map(apart, line), 2):
            if numerator == whole * gone:
                yield expression - term - other + factor * kept_factor * whole * kept / below


def _smaller(expression: sp.Expr) -> Iterator[sp.Expr]:
    arguments = parts(expression)
    if isinstance(expression, sp.Add):
        for term in arguments:
            yield expression - term
    for i, argument in enumerate(arguments):
        if not argument.has(sp.Add):
            continue
        for smaller in _smaller(argument):
            yield expression.func(*arguments[:i], smaller, *arguments[i + 1 :])


def numbering(skeletons: Sequence[sp.Expr]) -> dict[sp.Expr, sp.Expr]:
    """Constants that occur, each with its name if they are numbered without gaps."""
    return {symbol(f"c{place}"): symbol(f"c{new}") for new, place in enumerate(_places(skeletons))}


def _places(skeletons: Sequence[sp.Expr]) -> list[int]:
    """Numbers of the constants that occur."""
    used = set().union(*(skeleton.free_symbols for skeleton in skeletons))
    return sorted(int(str(one)[1:]) for one in used if is_constant(str(one)))


def renumbered(law: Law) -> Law:
    """The same law with constants numbered without gaps; one that was told in part has no gaps."""
    if law.frame is not None:
        return law
    change = numbering(law.skeletons)
    skeletons = tuple(substituted(skeleton, change) for skeleton in law.skeletons)
    kept = tuple(value for i, value in enumerate(law.constants) if symbol(f"c{i}") in change)
    return replace(law, skeletons=skeletons, constants=kept)


def prune(
    refined: Refined, windows: Windows, settings: Shooting, *, threads: int, deadline: Deadline = NEVER
) -> Refined:
    """Drops terms one by one, of fractions too, as long as the description gets shorter."""
    while True:
        attempt = partial(refine, windows=windows, starts=refined.fit.starts, settings=settings)
        trials = side_by_side(attempt, [*least_missed(refined.fit), *merged(refined.law)], threads, deadline)
        better = min(trials, key=lambda trial: trial.score, default=refined)
        if better.score >= refined.score:
            return refined
        refined = better
