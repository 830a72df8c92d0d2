"""Two equations that change together: where each for itself is no better, both may be.

A flow leaves one state and arrives in another, and a glider's drag and lift are of one angle: with one of them wrong,
the other's true form is behind imitations. Each likely form of one equation is fitted beside each of another, in rows
that both share, by normal equations whose blocks are computed once, and what both have is stated once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.dynamics.evaluate import gradients
from discovery.problems.response import projector
from discovery.problems.together import Together, together
from discovery.protocols import NEVER, Deadline
from discovery.selection.pool import Entry, entry_of
from discovery.selection.prices import Prices, Support, incidence
from discovery.selection.steps import Form, View
from discovery.symbolic.writing import WeightedSum
from discovery.types import DiscoveryProblem, EquationCandidate, Law

SOURCE = "selection:second look"
# Share of a state's spread that deviations about a law's curve have at least: it is as exact as its integration.
FLOOR = 1e-5
# Candidates of a state that are made expressions of.
MOST = 240
# Forms of each equation that are fitted beside each of another, of two states, in 0.03 s; fewer where there are more.
LISTED = 200
# Pairs of each two states that are tried on trajectories: short fits, of which an exchange makes ten times as many.
TRIED = 12
# States beyond which no pairs are tried: there are more of them than time is for.
MANY = 4
# Share of the unit diagonal that is added to normal equations, so that equal columns keep them solvable: a thousand
# times what sums of a thousand products are rounded by.
RIDGE = 1e-9
# Pairs solved at a time; bounds the memory.
AT_ONCE = 20_000
# Digits behind the point that decide which is first, as in steps.
DIGITS = 6

Projector = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Seen:
    """The equations of one state that a second look compares.

    Attributes:
        sampled: values of the terms at the points of the response.
        supports: the terms of each equation, and who proposed it.
        own: those of the law's.
    """

    view: View
    sampled: Float[np.ndarray, "point term"]
    supports: Mapping[Support, set[str]]
    own: Support

    @cached_property
    def forms(self) -> list[Form]:
        """The likeliest first."""
        return self.view.likeliest(self.supports, max(MOST, LISTED))

    @property
    def state(self) -> str:
        """Whose equations they are."""
        return self.view.response.state

    def candidates(self) -> Iterator[EquationCandidate]:
        """The likeliest by an estimate of their lengths; a step that an engine has proposed is the engine's."""
        for form in self.forms[:MOST]:
            side = WeightedSum(tuple(form.numbers), tuple([self.view.terms[i] for i in form.support]))
            for source in self._sources(form):
                yield EquationCandidate(self.state, side, source)

    def listed(self, operator: Float[np.ndarray, "row point"], most: int) -> Listed:
        """The law's and the likeliest of another form, in rows that equations share."""
        others = [form for form in self.forms if self._form(form.support) != self._form(self.own)][:most]
        supports = [self.own, *(form.support for form in others)]
        used = sorted({i for support in supports for i in support})
        places = {i: place for place, i in enumerate(used)}
        moved = tuple(tuple(places[i] for i in support) for support in supports)
        terms = tuple(self.view.terms[i] for i in used)
        sources = ((SOURCE,), *map(self._sources, others))
        return Listed(self.state, terms, operator @ self.sampled[:, used], moved, sources)

    def _sources(self, form: Form) -> tuple[str, ...]:
        """Who proposed it; a step that an engine has proposed is the engine's."""
        sources = set[str]().union(*(self.supports[support] for support in form.spellings))
        return tuple(sorted(sources - {SOURCE} or sources))

    def _form(self, support: Support) -> list[str]:
        """What a support and others of its form have alike: the law's terms differ from candidates' in constants."""
        return sorted(self.view.kinds[i] for i in support)


@dataclass(frozen=True)
class Listed:
    """Likely equations of one state.

    Attributes:
        columns: what the samples see of each term, in rows that equations share.
        supports: terms of each equation; the first is as the law has it.
        sources: who proposed each.
    """

    state: str
    terms: tuple[sp.Expr, ...]
    columns: Float[np.ndarray, "row term"]
    supports: tuple[Support, ...]
    sources: tuple[tuple[str, ...], ...]

    def entry(self, place: int, numbers: Sequence[float]) -> Entry | None:
        """One of its equations with these coefficients."""
        terms = [self.terms[i] for i in self.supports[place]]
        return entry_of(self.state, terms, numbers, self.sources[place])


@dataclass(frozen=True)
class Pair:
    """The places of two equations in their lists, their fitted coefficients, and their estimated length."""

    length: float
    places: tuple[int, int]
    numbers: tuple[tuple[float, ...], tuple[float, ...]]


def beside_each_other(
    seen: Sequence[Seen], about: DiscoveryProblem, law: Law, deadline: Deadline = NEVER
) -> tuple[tuple[Entry, Entry], ...]:
    """Entries of every two states, the likeliest beside each other where the rest of the law stays as it is."""
    if not 2 <= len(seen) <= MANY or deadline.passed():
        return ()
    rows = together(about.trajectories, about.smoothing, law.equations, floor=FLOOR)
    if rows is None:
        return ()
    most = int(LISTED / (len(seen) - 1))
    listed = [state.listed(rows.operators[state.state], most) for state in seen]
    found: list[tuple[float, Entry, Entry]] = []
    for both in combinations(listed, 2):
        if deadline.passed():
            break
        target, without = _rest(rows, law, {one.state for one in both})
        free = [replace(one, columns=without(one.columns)) for one in both]
        rest = [side for state, side in law.equations.items() if state not in {one.state for one in both}]
        for pair in pairs(free[0], free[1], without(target), rows.count, rest, TRIED):
            first, second = map(Listed.entry, both, pair.places, pair.numbers)
            if first is not None and second is not None:
                found.append((pair.length, first, second))
    return tuple((first, second) for _, first, second in sorted(found, key=lambda pair: pair[0]))


def _rest(rows: Together, law: Law, varied: set[str]) -> tuple[Float[np.ndarray, " row"], Projector]:
    """What two equations are to explain, and what takes off of it what the others' constants can."""
    rates, slopes = gradients(list(law.skeletons), law.states, rows.states, law.constants)
    target, moved = rows.targets.copy(), np.zeros((len(rows.targets), len(law.constants)))
    for i, state in enumerate(law.states):
        if state not in varied:
            target -= rows.operators[state] @ rates[:, i]
            moved += rows.operators[state] @ slopes[:, i]
    return target, projector(moved)


def pairs(
    one: Listed, other: Listed, target: Float[np.ndarray, " row"], count: int, rest: Sequence[sp.Expr], most: int
) -> list[Pair]:
    """The likeliest pairs in which both equations are other than the law's, the shortest first.

    Args:
        count: values that the samples have.
        rest: right-hand sides of further states.
    """
    solver = _Solver.of(one, other, target)
    costs = solver.costs()
    noise = max(1.0, float(costs.min()) / max(1, count))
    uses = [incidence(some.supports, len(some.terms)) for some in (one, other)]
    prices = [Prices.of(some.terms, range(len(some.terms)), rest, count) for some in (one, other)]
    stated = prices[0](uses[0])[:, None] + prices[1](uses[1]) - prices[0].spared(uses[0], prices[1], uses[1])
    lengths = np.round(0.5 * costs / noise + stated, DIGITS)
    lengths[0, :] = lengths[:, 0] = np.inf
    order = np.argsort(lengths, axis=None, kind="stable")[:most]
    places = [(int(i), int(j)) for i, j in zip(*np.unravel_index(order, lengths.shape), strict=True)]
    return [
        Pair(float(lengths[i, j]), (i, j), solver.coefficients(i, j)) for i, j in places if np.isfinite(lengths[i, j])
    ]


@dataclass(frozen=True)
class _Solver:
    """Normal equations of all terms of both states, of columns of unit length."""

    supports: tuple[tuple[Support, ...], tuple[Support, ...]]
    gram: Float[np.ndarray, "term term"]
    right: Float[np.ndarray, " term"]
    sizes: Float[np.ndarray, " term"]
    square: float

    @classmethod
    def of(cls, one: Listed, other: Listed, target: Float[np.ndarray, " row"]) -> _Solver:
        columns = np.hstack([one.columns, other.columns])
        sizes = np.linalg.norm(columns, axis=0)
        sizes = np.where(sizes > 0.0, sizes, 1.0)
        unit, shift = columns / sizes, len(one.terms)
        moved = tuple(tuple(i + shift for i in support) for support in other.supports)
        return cls((one.supports, moved), unit.T @ unit, unit.T @ target, sizes, float(target @ target))

    def costs(self) -> Float[np.ndarray, "support support"]:
        """Chi-squared of every pair."""
        ones, others = (list(map(len, some)) for some in self.supports)
        found = np.empty((len(ones), len(others)))
        for size in sorted(set(ones)):
            rows = [i for i, count in enumerate(ones) if count == size]
            for another in sorted(set(others)):
                columns = [j for j, count in enumerate(others) if count == another]
                found[np.ix_(rows, columns)] = self._block(rows, columns)
        return found

    def _block(self, rows: list[int], columns: list[int]) -> Float[np.ndarray, "one other"]:
        first = np.array([self.supports[0][i] for i in rows])
        second = np.array([self.supports[1][j] for j in columns])
        found = np.empty((len(rows), len(columns)))
        step = max(1, AT_ONCE // len(columns))
        for begin in range(0, len(rows), step):
            part = first[begin : begin + step]
            both = np.concatenate(
                [np.repeat(part[:, None], len(second), axis=1), np.repeat(second[None], len(part), axis=0)], axis=2
            )
            normal = self.gram[both[..., :, None], both[..., None, :]] + RIDGE * np.eye(both.shape[2])
            right = self.right[both]
            solved = np.linalg.solve(normal, right[..., None])[..., 0]
            # Of what solves the ridged equations, as it is without the ridge.
            found[begin : begin + step] = self.square - np.sum((right + RIDGE * solved) * solved, axis=2)
        return found

    def coefficients(self, i: int, j: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Those of one pair."""
        first, second = self.supports[0][i], self.supports[1][j]
        both = [*first, *second]
        normal = self.gram[np.ix_(both, both)] + RIDGE * np.eye(len(both))
        solved = np.linalg.solve(normal, self.right[both]) / self.sizes[both]
        return tuple(map(float, solved[: len(first)])), tuple(map(float, solved[len(first) :]))
