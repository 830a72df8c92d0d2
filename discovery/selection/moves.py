"""Structure moves after refinement: terms that do not pay their way leave the law."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial

import sympy as sp

from discovery.dynamics.shooting import Shooting
from discovery.dynamics.windows import Windows
from discovery.protocols import NEVER, Deadline
from discovery.selection.refined import Refined, canonical_law, refine, side_by_side
from discovery.symbolic.constants import parts, substituted
from discovery.types import Law, symbol


def without_terms(law: Law) -> Iterator[Law]:
    """The laws that lack one additive term, wherever an equation has more than one (sums in brackets included).

    Of a law that was told in part only what was found loses terms, and may lose its last.
    """
    for place, part in enumerate(law.parts):
        for smaller in (*_smaller(part), *([sp.S.Zero] if law.frame and part != 0 and not part.is_Add else [])):
            parts = (*law.parts[:place], smaller, *law.parts[place + 1 :])
            yield canonical_law(renumbered(law.rebuilt(parts, law.constants)))


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
    used = set().union(*(skeleton.free_symbols for skeleton in skeletons))
    places = sorted(int(str(one)[1:]) for one in used if re.fullmatch(r"c\d+", str(one)))
    return {symbol(f"c{place}"): symbol(f"c{new}") for new, place in enumerate(places)}


def renumbered(law: Law) -> Law:
    """The same law with constants numbered without gaps; one that was told in part has no gaps."""
    if law.frame is not None:
        return law
    change = numbering(law.skeletons)
    skeletons = tuple(substituted(skeleton, change) for skeleton in law.skeletons)
    kept = tuple(value for i, value in enumerate(law.constants) if symbol(f"c{i}") in change)
    return Law(law.states, skeletons, kept, law.sources)


def prune(
    refined: Refined, windows: Windows, settings: Shooting, *, threads: int, deadline: Deadline = NEVER
) -> Refined:
    """Drops terms one by one as long as the description gets shorter."""
    while True:
        attempt = partial(refine, windows=windows, starts=refined.fit.starts, settings=settings)
        trials = side_by_side(attempt, list(without_terms(refined.law)), threads, deadline)
        better = min(trials, key=lambda trial: trial.score, default=refined)
        if better.score >= refined.score:
            return refined
        refined = better
