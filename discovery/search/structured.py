"""Structured search: elimination on the trajectories, and best subsets of the grammar's libraries on regressions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.dynamics.evaluate import values
from discovery.library.grammar import Library, libraries
from discovery.problems.regression import MAX_ROWS
from discovery.problems.symmetry import Symmetry, of_orbit, symmetry_of
from discovery.problems.vectors import vectors_of
from discovery.protocols import NEVER, Deadline, Progress, silent
from discovery.search.elimination import Elimination, eliminate
from discovery.search.models import View, sampled, views
from discovery.search.shaped import Shaped, shaped
from discovery.search.subsets import Subset, best_subsets, eliminated
from discovery.symbolic.complexity import LENGTHS, description_length
from discovery.symbolic.writing import WeightedSum
from discovery.types import DiscoveryProblem, EquationCandidate, Law, symbol

PLUGIN = "StructuredSearch"
# Terms up to which there are so few supports that many of them are tried.
FEW = 3
# Share of the largest response to a term below which that to another is rounding.
FAINTEST = 1e-12
# Steep powers near zero, by which other terms are imitated, are proposed, but are not what responses are taken about.
INVERSE = ":inverse"
CITES = ("Miller2002", "Messenger2021", "Sanathanan1963")


@dataclass(frozen=True)
class StructuredSearch:
    """Settings of the structured search.

    Attributes:
        largest: most terms of a right-hand side.
        beam: supports carried from one size to the next; 24 and 48 found the same laws (see benchmarks/acceptance.py).
        keep: supports returned of each size, library and regression.
        small: supports returned of each size up to three terms on the samples' responses, whose order means more; of
            more terms twice ``keep``.
        short: of up to three terms, besides these, on the samples' responses: those of the shortest description. Where
            the data tell little, dozens fit as well as the true one (see benchmarks/pool.md).
        linearised: times that the samples' responses are searched, first about a quadratic Jacobian, then about that of
            the best of these laws.
        whole: at least this number over that of the library's terms are returned, as few-termed libraries have few.
    """

    largest: int = 9
    beam: int = 24
    keep: int = 3
    small: int = 12
    short: int = 24
    whole: int = 60
    linearised: int = 2
    elimination: Elimination = field(default_factory=Elimination)
    shaped: Shaped = field(default_factory=Shaped)

    def search(
        self, problem: DiscoveryProblem, *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> tuple[EquationCandidate | Law, ...]:
        """Laws from the elimination, then candidates of single equations, library by library."""
        del seed  # deterministic
        progress("search", "structured: eliminating terms on the trajectories")
        found: list[EquationCandidate | Law] = []
        if problem.respond is None:  # a part of a law is not followed by itself
            found += eliminate(problem, self.elimination, deadline)
        every = libraries(problem.names, problem.regression("derivative").states, vectors_of(problem))
        written: set[tuple[object, ...]] = set()
        for view in views(problem, MAX_ROWS):
            progress("search", f"structured: terms on the {view.kind} regression")
            if deadline.passed():
                return tuple(found)
            found += _distinct(self.subsets(problem, every, view, deadline), view.kind, written)
        progress("search", "structured: terms on the samples")
        sums, likely = self._on_samples(problem, every, deadline)
        found += _distinct(sums, "response", written)
        if deadline.passed():
            return tuple(found)
        progress("search", "structured: shapes with inner constants")
        shown = (*views(problem, self.shaped.rows), *sampled(problem, likely))
        found += shaped(problem, self.shaped, deadline, shown)
        if (alike := symmetry_of(problem, deadline)) is not None and not deadline.passed():
            progress("search", "structured: one equation for states that are alike")
            found += self._in_all_places(problem, alike, likely, deadline)
        return tuple(found)

    def _on_samples(
        self, problem: DiscoveryProblem, every: Sequence[Library], deadline: Deadline
    ) -> tuple[list[_Sum], dict[str, sp.Expr]]:
        """Sums from the samples' responses, about laws that become likelier, and the likeliest."""
        likely: dict[str, sp.Expr] = dict(problem.settled)
        found: list[_Sum] = []
        for _ in range(self.linearised):
            if deadline.passed():
                break
            scored = [one for view in sampled(problem, likely) for one in self.subsets(problem, every, view, deadline)]
            found += scored
            steering = [one for one in scored if not one.source.endswith(INVERSE)]
            best = {one.state: one for one in sorted(steering, key=lambda one: -one.length)}
            likely |= {state: one.side.expression for state, one in best.items()}
        return found, likely

    def _in_all_places(
        self, problem: DiscoveryProblem, alike: Symmetry, likely: Mapping[str, sp.Expr], deadline: Deadline
    ) -> Iterator[EquationCandidate]:
        """What the samples of all states that may be alike speak for, as the equation of the first of them."""
        for orbit in alike.orbits:
            part = of_orbit(problem, alike, orbit, likely)
            if problem.names[orbit[0]] in problem.open:
                every = libraries(part.names, part.regression("derivative").states)
                sums, law = self._on_samples(part, every, deadline)
                yield from (replace(one, common=True) for one in _distinct(sums, "response", set()))
                for one in shaped(part, self.shaped, deadline, sampled(part, law)):
                    yield replace(one, common=True)

    def subsets(
        self, problem: DiscoveryProblem, every: Sequence[Library], view: View, deadline: Deadline = NEVER
    ) -> Iterator[_Sum]:
        """Right-hand sides for all equations from all libraries on one regression; what is there at the deadline."""
        for library in every:
            if deadline.passed():
                return
            design = seen(view, values(library.terms, problem.names, view.states))
            source = f"structured:{library.name}"
            prices = _prices(library.terms)
            for state in problem.open:
                equation = problem.names.index(state)
                if not view.is_of(equation) or deadline.passed():
                    continue
                target = view.targets[:, equation]
                if np.all(np.abs(target) <= 1.0):  # a state that never changes
                    yield _Sum(state, source, WeightedSum((), ()), 0.5 * float(target @ target))
                for subset in self._supports(design * view.weights[:, equation, None], target, view.kind, prices):
                    terms = tuple(library.terms[i] for i in subset.support)
                    length = 0.5 * subset.error + 0.5 * len(terms) * math.log(len(target))  # Schwarz 1978
                    yield _Sum(state, source, WeightedSum(subset.coefficients, terms), length)

    def _supports(self, design: np.ndarray, target: np.ndarray, kind: str, prices: np.ndarray) -> Sequence[Subset]:
        keep = max(self.keep, self.whole // design.shape[1])
        if kind != "response":
            return best_subsets(design, target, largest=self.largest, beam=max(self.beam, keep), keep=keep)
        beam = max(self.small, keep)
        found = best_subsets(
            design, target, largest=self.largest, beam=beam, keep=beam, short=self.short, prices=prices
        )
        few = [subset for subset in found if len(subset.support) <= FEW]
        many = [one for size in range(FEW + 1, self.largest + 1) for one in _of_size(found, size)[: 2 * keep]]
        return (*few, *many, *eliminated(design, target, largest=self.largest))


def seen(view: View, columns: Float[np.ndarray, "point term"]) -> Float[np.ndarray, "row term"]:
    """The columns at the rows of a regression, zero where nothing but rounding is left of one, as of a constant."""
    rows = view.operator(columns)
    with np.errstate(all="ignore"):
        shares = np.linalg.norm(rows, axis=0) / np.linalg.norm(columns, axis=0)
    largest = np.max(shares, initial=0.0, where=np.isfinite(shares))
    return np.where(shares <= FAINTEST * largest, 0.0, rows)


@dataclass(frozen=True)
class _Sum:
    """A sum of terms for one equation, with its description length on the regression that it is from."""

    state: str
    source: str
    side: WeightedSum
    length: float


def _distinct(sums: Iterable[_Sum], kind: str, written: set[tuple[object, ...]]) -> Iterator[EquationCandidate]:
    """The sums as candidates, each support once for a kind of regression, whichever libraries have it."""
    for one in sums:
        key = (one.state, kind, frozenset(one.side.terms))
        if key not in written:
            written.add(key)
            yield EquationCandidate(one.state, one.side, one.source)


@lru_cache(maxsize=64)
def _prices(terms: tuple[sp.Expr, ...]) -> Float[np.ndarray, " term"]:
    """Nats to state each term with its coefficient, as the pool has them."""
    return np.array([LENGTHS * description_length(sp.Mul(symbol("c0"), term)) for term in terms])


def _of_size(found: Sequence[Subset], size: int) -> list[Subset]:
    return [subset for subset in found if len(subset.support) == size]
