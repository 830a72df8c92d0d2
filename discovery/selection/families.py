"""Families: candidates of one state that differ by their constants only, and what each takes to state."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import sympy as sp
from jaxtyping import Bool

from discovery.selection.sheet import Tested
from discovery.symbolic.complexity import LENGTHS, Function
from discovery.symbolic.constants import Piece, Term, gathered, substituted, term_of
from discovery.symbolic.stated import added_length
from discovery.symbolic.summed import NOTHING, Told, functions_stated, summed_length

# Nats by which a family of other signs may be behind to be kept beside its better one.
OTHER_SIGNS = 5.0
# Strain up to which nothing speaks against a candidate; true laws stay below, those of stiff systems apart.
STRAINED = 10.0
# Nats that each factor e of strain beyond counts.
PER_STRAIN = 10.0


@dataclass(frozen=True)
class Family:
    """The best of the candidates that differ by constants only; its expression is made when it is asked for.

    Attributes:
        misfit: nats that it is behind the best fit to the samples' responses; 0 where there are none.
        strain: root mean square of its largest term over that of the whole.
        others: right-hand sides of the other states, where they are known.
        told: what the likely ones of the other states have, where those are not known.
        renaming: turns what it is made of into this state's equation, where that was found in another's place.
        spared: nats of equations of other states that it states too.
    """

    piece: Piece
    errors: tuple[float, ...]
    misfit: float
    sources: tuple[str, ...]
    strain: float
    others: tuple[sp.Expr, ...] = ()
    told: Told = NOTHING
    renaming: Mapping[sp.Expr, sp.Expr] | None = None
    spared: float = 0.0

    @cached_property
    def skeleton(self) -> sp.Expr:
        """The expression with constants c0, c1, ..."""
        family = self.piece.family()
        return substituted(family, self.renaming) if self.renaming else family

    @cached_property
    def length(self) -> float:
        """Nats to state it, its constants' digits apart."""
        if self.others:
            return added_length(self.skeleton, self.others)
        return summed_length([term.family() for term in self.piece.terms], self.told)

    @property
    def functions(self) -> frozenset[Function]:
        """Those without constants inside."""
        return functions_stated([term.family() for term in self.piece.terms])

    @property
    def constants(self) -> int:
        """How many it has."""
        return len(self.piece.values)

    @property
    def fit(self) -> tuple[float, float]:
        """To compare fits of one family: a tenth of a nat on the samples says nothing, then the regressions decide."""
        return _fit(self.misfit, self.errors)

    def nats(self, count: int) -> float:
        """Description length of the law and of ``count`` samples, beyond that of the best fit.

        Terms that cancel imitate another: x / (k + x) with k far beyond the data, beside x, is x^2.
        """
        strained = PER_STRAIN * math.log(max(self.strain / STRAINED, 1.0))
        return self.misfit + 0.5 * self.constants * math.log(count) + LENGTHS * self.length + strained - self.spared

    def found_by(self, sources: Iterable[str]) -> Family:
        """The same with more sources."""
        every = tuple(dict.fromkeys((*self.sources, *sources)))
        return self if every == self.sources else replace(self, sources=every)


def families_of(
    proposed: Sequence[str],
    tested: Tested,
    shot: Collection[str] = (),
    *,
    among: Bool[np.ndarray, " candidate"] | None = None,
) -> list[Family]:
    """The candidates of one state without tiny terms, merged where they are one family or one function.

    Constants of other signs make another family: a law that grows is not one that decays. One that the samples speak
    against is left out, unless it was fitted to trajectories, which see more than responses do to first order.

    Args:
        proposed: source of each candidate.
        shot: sources of whole laws.
        among: candidates that are looked at, beside those of whole laws; all if it is not given.
    """
    sums, errors, misfits, strains = tested.sums, tested.errors, tested.misfits, tested.strains
    finite = np.all(np.isfinite(errors), axis=1) & np.isfinite(misfits)
    if among is not None:
        whole = [source in shot for source in proposed]
        finite &= among | np.tile(whole, len(misfits) // len(proposed))
    terms: dict[int, Term] = {}
    alike: dict[tuple[tuple[int, ...], tuple[bool, ...]], list[int]] = {}
    for i in np.flatnonzero(finite).tolist():
        support, numbers = sums.row(i)
        alike.setdefault((support, signs_of(numbers)), []).append(i)
    shapes: dict[tuple[str, tuple[bool, ...]], Family] = {}
    for (support, _), rows in alike.items():
        best = min(rows, key=lambda i: (*_fit(float(misfits[i]), errors[i]), i))
        numbers = sums.row(best)[1]
        for j in support:
            if j not in terms:
                terms[j] = tame_term(sums.terms[j])
        piece = gathered([terms[j].times(number) for j, number in zip(support, numbers, strict=True)])
        sources = dict.fromkeys(proposed[i % len(proposed)] for i in (best, *rows))
        if all(map(math.isfinite, piece.values)):
            scores = tuple(map(float, errors[best])), float(misfits[best])
            family = Family(piece, *scores, tuple(sources), float(strains[best]))
            key = (piece.shape, signs_of(piece.values))
            known = shapes.get(key, family)
            better, other = (family, known) if family.fit < known.fit else (known, family)
            shapes[key] = better.found_by(other.sources)
    least: dict[str, float] = {}
    for (shape, _), family in shapes.items():
        least[shape] = min(family.misfit, least.get(shape, math.inf))
    signed = [
        one
        for (shape, _), one in shapes.items()
        if one.misfit <= least[shape] + OTHER_SIGNS or not set(one.sources).isdisjoint(shot)
    ]
    functions: dict[tuple[str, ...], Family] = {}
    for family in sorted(signed, key=lambda one: (len(one.piece.values), len(one.piece.shape))):
        values = tuple(f"{error:.5e}" for error in family.errors)
        functions[values] = functions.get(values, family).found_by(family.sources)
    return list(functions.values())


def _fit(misfit: float, errors: Iterable[float]) -> tuple[float, float]:
    """Rounded, so that the last digits, which differ between machines and units, decide nothing."""
    return round(misfit, 1), float(f"{math.prod(errors):.5e}")


def signs_of(numbers: Iterable[float]) -> tuple[bool, ...]:
    """Which are positive."""
    return tuple(number > 0.0 for number in numbers)


def tame_term(product: sp.Expr) -> Term:
    """The term of a product; without a value where its numbers overflow."""
    try:
        return term_of(product)
    except (OverflowError, ZeroDivisionError):
        return Term(math.nan, ())
