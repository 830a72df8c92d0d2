"""The pool: for each state, distinct right-hand sides, the best few of every size and of every source."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.selection.score import residual_length
from discovery.symbolic.complexity import description_length, node_count
from discovery.symbolic.constants import Piece, Term, gathered, substituted, term_of
from discovery.symbolic.evaluate import compiled
from discovery.symbolic.sums import Sums, sums_of
from discovery.types import DiscoveryProblem, EquationCandidate, Law, symbol

# A term that contributes less than this share of the equation's root mean square is dropped: such terms fit the
# smoother's error (chosen by experiment on published systems without noise).
TINY = 1e-3
# Values beyond this are wild: the square of a residual could overflow.
LARGEST = 1e100
# Constants beyond which an equation of a whole law competes only within that law.
LARGE = 12
# Chi-squared by row below which a regression does not rule an equation out. At noise of 5 % the true equations of the
# design half have 0.5 to 5 on smoothed derivatives and in weak form, whose errors are alike from row to row, so that
# anything below says nothing: there the shortest stay.
CREDIBLE = 3.0
# Strain up to which nothing speaks against a candidate; true laws stay below, those of stiff systems apart.
STRAINED = 10.0


@dataclass(frozen=True)
class Entry:
    """One right-hand side of one state.

    Attributes:
        skeleton, constants: the family, with constants c0, c1, ..., and their values.
        errors: chi-squared by row on each regression of the problem.
        sources: engines that proposed it.
    """

    state: str
    skeleton: sp.Expr
    constants: tuple[float, ...]
    errors: tuple[float, ...]
    sources: tuple[str, ...]

    @property
    def size(self) -> int:
        """Nodes of the expression."""
        return node_count(self.skeleton)


def split(candidates: Iterable[EquationCandidate | Law]) -> list[EquationCandidate]:
    """Whole laws taken apart into candidates of single equations."""
    single: list[EquationCandidate] = []
    for candidate in candidates:
        if isinstance(candidate, Law):
            source = candidate.sources[0] if candidate.sources else "law"
            single += [EquationCandidate(state, rhs, source) for state, rhs in candidate.equations.items()]
        else:
            single.append(candidate)
    return single


def pool(
    candidates: Sequence[EquationCandidate | Law],
    problem: DiscoveryProblem,
    *,
    per_size: int,
    most: int,
    short: float = 0.5,
) -> dict[str, tuple[Entry, ...]]:
    """Distinct entries for each state, best first.

    Args:
        per_size: entries kept of each size by each regression.
        most: entries kept for a state, besides equations of whole laws with up to 12 constants, which all are.
        short: share of them that the shortest may have that are not ruled out.
    """
    single = split(candidates)
    counts = [len(regression.targets) for regression in problem.regressions]
    shot = frozenset(source for candidate in candidates if isinstance(candidate, Law) for source in candidate.sources)
    pools: dict[str, tuple[Entry, ...]] = {}
    for state in problem.names:
        families = _families([candidate for candidate in single if candidate.state == state], problem)
        # Equations of whole laws were fitted to trajectories: an error on derivatives says little of them.
        whole = [one for one in families if shot.intersection(one.sources) and one.constants <= LARGE]
        others = _cut([one for one in families if one not in whole], counts, per_size, most, int(short * most))
        pools[state] = tuple(
            Entry(state, one.skeleton, one.piece.values, one.errors, one.sources) for one in (*others, *whole)
        )
    return pools


@dataclass(frozen=True)
class _Family:
    """The best of the candidates that differ by constants only; its expression is made when it is asked for.

    Attributes:
        strain: root mean square of its largest term over that of the whole.
    """

    piece: Piece
    errors: tuple[float, ...]
    sources: tuple[str, ...]
    strain: float

    @cached_property
    def skeleton(self) -> sp.Expr:
        return self.piece.family()

    @cached_property
    def length(self) -> float:
        return description_length(self.skeleton)

    @property
    def constants(self) -> int:
        return len(self.piece.values)

    @property
    def doubt(self) -> float:
        """Nats that weigh with its length against a candidate that is not ruled out.

        Rows of a regression are alike, so that about twenty of them count, of the one that fits worse half: its
        constants were fitted to the other. Terms that cancel imitate another: x / (k + x) with k far beyond the data,
        beside x, is x^2.
        """
        misfit = 10.0 * math.log(max(min(self.errors), 0.5)) + 5.0 * math.log(max(*self.errors, 1.0))
        return misfit + 10.0 * math.log(max(self.strain / STRAINED, 1.0))

    def static_score(self, counts: Sequence[int]) -> float:
        """Description length on the regression where it is least; ``counts`` are their rows."""
        priced = [
            residual_length(e * n, n) + 0.5 * self.constants * math.log(n)
            for e, n in zip(self.errors, counts, strict=True)
        ]
        return self.length + min(priced)

    def found_by(self, sources: Iterable[str]) -> _Family:
        return replace(self, sources=tuple(dict.fromkeys((*self.sources, *sources))))


def _families(candidates: Sequence[EquationCandidate], problem: DiscoveryProblem) -> list[_Family]:
    """The candidates of one state without tiny terms, merged where they are one family or one function.

    Constants of other signs make another family: a law that grows is not one that decays.
    """
    if not candidates:
        return []
    sums, errors, strains = _tested(candidates, problem)
    terms = [_term(term) for term in sums.terms]
    alike: dict[tuple[tuple[int, ...], tuple[bool, ...]], list[int]] = {}
    for i in np.flatnonzero(np.all(np.isfinite(errors), axis=1)).tolist():
        support, numbers = sums.row(i)
        alike.setdefault((support, _signs(numbers)), []).append(i)
    shapes: dict[tuple[str, tuple[bool, ...]], _Family] = {}
    for (support, _), rows in alike.items():
        best = min(rows, key=lambda i: (math.prod(errors[i]), i))
        numbers = sums.row(best)[1]
        piece = gathered([terms[j].times(number) for j, number in zip(support, numbers, strict=True)])
        sources = dict.fromkeys(candidates[i].source for i in (best, *rows))
        if all(map(math.isfinite, piece.values)):
            family = _Family(piece, tuple(map(float, errors[best])), tuple(sources), float(strains[best]))
            key = (piece.shape, _signs(piece.values))
            known = shapes.get(key, family)
            better, other = (family, known) if math.prod(family.errors) < math.prod(known.errors) else (known, family)
            shapes[key] = better.found_by(other.sources)
    functions: dict[tuple[str, ...], _Family] = {}
    for family in sorted(shapes.values(), key=lambda one: (len(one.piece.values), len(one.piece.shape))):
        values = tuple(f"{error:.5e}" for error in family.errors)
        functions[values] = functions.get(values, family).found_by(family.sources)
    return list(functions.values())


def _signs(numbers: Iterable[float]) -> tuple[bool, ...]:
    return tuple(number > 0.0 for number in numbers)


def _term(product: sp.Expr) -> Term:
    try:
        return term_of(product)
    except (OverflowError, ZeroDivisionError):
        return Term(math.nan, ())


def _tested(
    candidates: Sequence[EquationCandidate], problem: DiscoveryProblem
) -> tuple[Sums, Float[np.ndarray, "candidate regression"], Float[np.ndarray, " candidate"]]:
    """Candidates without tiny terms, their chi-squared by row (not finite where one is undefined or wild), and their
    strains.
    """
    equation = problem.names.index(candidates[0].state)
    sums = sums_of([candidate.expression for candidate in candidates])
    program = compiled(sums.terms, problem.names)
    views = [program(regression.states) for regression in problem.regressions]
    wild = np.any([~np.all(np.abs(view) < LARGEST, axis=0) for view in views], axis=0)
    undefined = abs(sums.coefficients) @ wild > 0
    where = [regression.kind for regression in problem.regressions].index("derivative")
    thin = np.where(wild, 0.0, views[where])[:: max(1, len(views[where]) // 300)]
    shares = sums.shares(thin)
    strains = shares.max(axis=1).toarray().ravel()
    sums = sums.without_tiny(shares, TINY)
    errors = np.full((len(candidates), len(views)), np.inf)
    for place, (regression, view) in enumerate(zip(problem.regressions, views, strict=True)):
        with np.errstate(over="ignore", invalid="ignore"):
            rows = sums.coefficients @ regression.operator(np.where(wild, 0.0, view)).T
            misses = (rows - regression.targets[:, equation]) / regression.deviations[:, equation]
            errors[:, place] = np.mean(misses**2, axis=1)
    errors[undefined] = np.inf
    return sums, errors, strains


def _cut(families: Sequence[_Family], counts: Sequence[int], per_size: int, most: int, short: int) -> list[_Family]:
    """The best of every size and source on every regression, then by static score; never by score alone.

    Args:
        counts: rows of each regression.
        short: places for the shortest that are not ruled out.
    """
    kept: set[int] = set()
    for regression in range(len(counts)):
        taken: Counter[tuple[int, str]] = Counter()
        for i in sorted(range(len(families)), key=lambda i: (families[i].errors[regression], i)):
            key = (families[i].constants, families[i].sources[0].split(":")[0])
            taken[key] += 1
            if taken[key] <= per_size:
                kept.add(i)
    others = [i for i, one in enumerate(families) if i not in kept and min(one.errors) <= CREDIBLE]
    others.sort(key=lambda i: (families[i].length + families[i].doubt, i))
    order = {i: (families[i].static_score(counts), i) for i in (*kept, *others)}
    # The best of each number of constants comes first, so that a cut at `most` never removes a size.
    best: dict[int, int] = {}
    for i in sorted(kept, key=lambda i: order[i]):
        best.setdefault(families[i].constants, i)
    front = sorted(best.values(), key=lambda i: order[i])
    rest = sorted(kept.difference(front), key=lambda i: order[i])
    chosen = [*front, *rest[: max(0, most - len(front) - min(len(others), short))], *others][:most]
    return [families[i] for i in sorted(chosen, key=lambda i: order[i])]


def law_of(entries: Sequence[Entry]) -> Law:
    """The law of one entry for each state, constants numbered through."""
    skeletons: list[sp.Expr] = []
    constants: list[float] = []
    for entry in entries:
        first = len(constants)
        shift: dict[sp.Expr, sp.Expr] = {symbol(f"c{i}"): symbol(f"c{first + i}") for i in range(len(entry.constants))}
        skeletons.append(substituted(entry.skeleton, shift))
        constants += entry.constants
    sources = tuple(dict.fromkeys(source for entry in entries for source in entry.sources))
    return Law(tuple(entry.state for entry in entries), tuple(skeletons), tuple(constants), sources)
