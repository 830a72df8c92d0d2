"""Laws fitted on windows, with their score."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeVar, cast

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.dynamics.shooting import Fit, Shooting, fit
from discovery.dynamics.windows import Windows, carried_starts
from discovery.protocols import NEVER, Deadline
from discovery.selection.score import residual_length, score
from discovery.symbolic.constants import abstract
from discovery.symbolic.stated import is_shared, terms_of
from discovery.types import Law, symbol

ALIKE = 0.1  # share by which constants of one term in two equations may differ and be one; samples decide then

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Free:
    """A law before relations between its constants were put in.

    Attributes:
        held: each of its constants as the relations have it, in the constants that are left.
    """

    fit: Fit
    score: float
    held: tuple[sp.Expr, ...]


@dataclass(frozen=True)
class Refined:
    """A fit and its description length.

    Attributes:
        relations: what was made exact, in words.
        free: the law before that; None where nothing was.
    """

    fit: Fit
    score: float
    relations: tuple[str, ...] = ()
    free: Free | None = None

    @property
    def law(self) -> Law:
        """The fitted law."""
        return self.fit.law

    def with_fit(self, better: Fit, windows: Windows) -> Refined:
        """The same law by another fit on the same windows; as it is where that is not nearer to the samples."""
        if not better.cost < self.fit.cost:
            return self
        ours, theirs = (
            residual_length(windows.worth * one.cost, windows.worth * one.count) for one in (self.fit, better)
        )
        return replace(self, fit=better, score=self.score + theirs - ours)


def canonical_law(law: Law) -> Law:
    """The law with every term given a constant, numbered in the order of the pool's entries."""
    skeletons: list[sp.Expr] = []
    constants: list[float] = list(law.constants[: len(law.told)])
    for expression in law.written_parts:
        skeleton, values = abstract(expression, first=len(constants), implicit=True, inner=False)
        skeletons.append(skeleton)
        constants += values
    return law.rebuilt(skeletons, constants)


def freed(law: Law) -> Law:
    """The law with every term given a constant, as by :func:`canonical_law`, but what terms share is still one."""
    marks = {symbol(f"c{i}") for i in range(len(law.told), len(law.constants))}
    terms = [[(one, one.free_symbols & marks) for one in sp.Add.make_args(part)] for part in law.parts]
    met = Counter(chain.from_iterable(inside for part in terms for _, inside in part))
    shared = {mark for mark, times in met.items() if times > 1}
    joint = set[sp.Basic]().union(*(inside for part in terms for _, inside in part if inside & shared))
    kept = [i for i in range(len(law.constants)) if i < len(law.told) or symbol(f"c{i}") in joint]
    put: dict[sp.Basic, sp.Basic] = {symbol(f"c{i}"): symbol(f"c{new}") for new, i in enumerate(kept)}
    skeletons, constants = list[sp.Expr](), [law.constants[i] for i in kept]
    for part in terms:
        alone = law.written([sp.Add(*(term for term, inside in part if not inside & shared))])[0]
        skeleton, values = abstract(alone, first=len(constants), implicit=True, inner=False)
        skeletons.append(skeleton + sp.Add(*(term for term, inside in part if inside & shared)).xreplace(put))
        constants += values
    return law.rebuilt(skeletons, constants)


def tied(law: Law) -> Law | None:
    """The law in which the same term of several equations has one constant, or its negative, where they are alike.

    What leaves one state may enter another; None where no two terms are so.

    Args:
        law: one of which every term has a constant (:func:`freed`).
    """
    everything = [pair for part in law.parts for pair in terms_of(part)]
    met = Counter(mark for factor, term in everything for mark in factor.free_symbols | term.free_symbols)
    first: dict[sp.Expr, int] = {}
    put: dict[sp.Basic, sp.Basic] = {}
    for factor, term in everything:
        places = [i for i in range(len(law.told), len(law.constants)) if symbol(f"c{i}") in factor.free_symbols]
        if len(places) != 1 or not is_shared(term):
            continue
        place, other = places[0], first.setdefault(term, places[0])
        ratio = law.constants[place] / (law.constants[other] or math.nan)
        # One that stands elsewhere, too, stays what it is.
        if place != other and abs(abs(ratio) - 1.0) < ALIKE and met[symbol(f"c{place}")] == 1:
            put[symbol(f"c{place}")] = int(math.copysign(1, ratio)) * symbol(f"c{other}")
    if not put:
        return None
    kept = [i for i in range(len(law.constants)) if symbol(f"c{i}") not in put]
    # What is shared is written as what flows, a positive number.
    shared = {one for value in put.values() for one in value.free_symbols}
    signs = [-1 if symbol(f"c{i}") in shared and law.constants[i] < 0.0 else 1 for i in kept]
    number: dict[sp.Basic, sp.Basic] = {
        symbol(f"c{i}"): sign * symbol(f"c{new}") for new, (i, sign) in enumerate(zip(kept, signs, strict=True))
    }
    parts = [cast("sp.Expr", part.xreplace(put).xreplace(number)) for part in law.parts]
    return law.rebuilt(parts, [sign * law.constants[i] for i, sign in zip(kept, signs, strict=True)])


def refine(
    law: Law,
    windows: Windows,
    *,
    starts: Float[np.ndarray, "window state"] | None = None,
    settings: Shooting | None = None,
) -> Refined | None:
    """The law fitted on ``windows``; None if it cannot be simulated there."""
    fitted = fit(law, windows, starts=starts, settings=settings)
    if fitted is None:
        return None
    return Refined(
        fitted, score(law.skeletons, len(law.constants), windows.worth * fitted.cost, windows.worth * fitted.count)
    )


def lengthen(refined: Refined, windows: Windows, longer: Windows, settings: Shooting) -> Refined | None:
    """The law fitted again on longer windows, from the starts of the shorter ones."""
    starts = carried_starts(refined.fit.starts, windows, longer)
    return refine(refined.law, longer, starts=starts, settings=settings)


def charged(items: Sequence[Refined], surcharge: Callable[[Law], float]) -> list[Refined]:
    """Best first after what is added to the scores; laws that are charged infinitely are left out."""
    charges = [surcharge(item.law) for item in items]
    return in_order(
        [
            replace(item, score=item.score + charge)
            for item, charge in zip(items, charges, strict=True)
            if charge < math.inf
        ]
    )


def leader(items: Sequence[Refined], surcharge: Callable[[Law], float]) -> Refined | None:
    """The best with what is added to the scores; None where there is nothing."""
    return min(items, key=lambda item: item.score + surcharge(item.law), default=None)


def refitted(items: Sequence[Refined], windows: Windows, settings: Shooting, *, threads: int) -> list[Refined]:
    """The laws fitted again where weights have changed, from their own starts, best first."""
    return in_order(
        side_by_side(lambda item: refine(item.law, windows, starts=item.fit.starts, settings=settings), items, threads)
    )


def in_order(items: Sequence[Refined]) -> list[Refined]:
    """Best first; ties go to the law that came first."""
    return sorted(items, key=lambda item: item.score)


def best_of_each_form(items: Sequence[Refined]) -> dict[tuple[sp.Expr, ...], Refined]:
    """The first of each form, by form, of laws that are in order."""
    forms: dict[tuple[sp.Expr, ...], Refined] = {}
    for item in items:
        forms.setdefault(item.law.skeletons, item)
    return forms


def side_by_side(
    work: Callable[[Item], Result | None], items: Sequence[Item], threads: int, deadline: Deadline = NEVER
) -> list[Result]:
    """Results that are not None, in the order of ``items``; none for items that the deadline overtakes.

    The compiled loops run without Python's lock.
    """

    def in_time(item: Item) -> Result | None:
        return None if deadline.passed() else work(item)

    if threads <= 1 or len(items) <= 1:
        results = [in_time(item) for item in items]
    else:
        with ThreadPoolExecutor(threads) as executor:
            results = list(executor.map(in_time, items))
    return [result for result in results if result is not None]
