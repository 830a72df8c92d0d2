"""Best subsets of monomials and one shape or two, with the shapes' inner constants by variable projection.

Every shape is tried at every start of its inner constants, beside all monomials; for each number of terms, the best
shapes are refined. A second shape is then looked for beside the best of these. Nothing is chosen: all that was refined
is returned.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from discovery.library.shapes import Powers, Shape, exponents, shapes
from discovery.protocols import Deadline
from discovery.search.implicit import Implicit, denominators
from discovery.search.models import Model, Part, View, powers, views
from discovery.search.projection import Columns, project
from discovery.search.sweep import MOST_COLUMNS, members, supports
from discovery.search.tables import LARGEST, Table, normal_equations
from discovery.types import DiscoveryProblem, EquationCandidate


@dataclass(frozen=True)
class Shaped:
    """Settings of the search over shapes.

    The counts were cut until a system took a few seconds (benchmarks/pool.py, design half); none was varied alone.

    Attributes:
        rows: rows of a regression.
        most_monomials: monomials beside a shape; the highest degree up to three that has no more.
        largest: most terms of a right-hand side.
        beam: supports carried from one size to the next.
        wide: a beam is at least this number over that of columns, so that small libraries are searched wholly.
        keep: supports of each shape and number of terms that are considered however badly they fit.
        credible, near: others are considered up to this chi-squared by row (see ``selection/pool.py``), or up to so
            many times the least: among these the smoother's bias decides, not the law.
        behind, weight: on responses, whose errors are independent, chi-squared behind the least up to which others are
            considered, and what it weighs against length; their inner constants are only at a start yet.
        many: supports of each shape and number of terms that are considered, however well they fit: the best third,
            and the shortest.
        simple: so many of these are refined for all equations of a system, the shortest first; in weak form half.
        seconds: best models of one shape, beside which a second one is looked for.
        refined_seconds: pairs of shapes refined for each number of terms.
        iterations: steps of the refinement.
        descents: models of the largest size that lose their terms one by one.
        guides: numbers of terms whose best models are refined first, to find better starts.
        guided: shapes of each of these numbers, round after round.
        implicit: settings of the search for denominators that the grammar does not have.
    """

    rows: int = 400
    most_monomials: int = 21
    largest: int = 6
    beam: int = 10
    refined: int = 3
    wide: int = 400
    keep: int = 2
    credible: float = 3.0
    near: float = 1.5
    behind: float = 100.0
    weight: float = 0.1
    many: int = 20
    simple: int = 220
    seconds: int = 1
    refined_seconds: int = 2
    iterations: int = 12
    descents: int = 3
    guides: tuple[int, ...] = (3, 5)
    guided: tuple[int, ...] = (4, 2)
    implicit: Implicit = field(default_factory=Implicit)

    def bound(self, least: float, view: View) -> float:
        """The largest error that is not ruled out."""
        rows = len(view.targets)
        if view.kind == "response":
            return least + self.behind * max(1.0, least / rows)
        return max(self.credible * rows, self.near * least)

    def doubt(self, error: float, least: float, view: View) -> float:
        """What an error weighs against length."""
        rows = len(view.targets)
        if view.kind == "response":
            return self.weight * (error - least) / max(1.0, least / rows)
        return 5.0 * math.log(max(error / rows, 0.5))  # rows err alike, so that about ten of them count


@dataclass(frozen=True)
class _Found:
    """A model with its weighted squared error before refinement."""

    size: int
    error: float
    model: Model


def shaped(
    problem: DiscoveryProblem, settings: Shaped, deadline: Deadline, samples: Sequence[View] = ()
) -> Iterator[EquationCandidate]:
    """Candidates of all equations from all shapes, on every regression and on the ``samples``' responses."""
    every = shapes(problem.regression("derivative").states)
    implicit: dict[str, list[Shape]] = {}
    for view in (*views(problem, settings.rows), *samples):
        tables = [Table.of(view, shape) for shape in every]
        base = exponents(len(problem.names), _degree(len(problem.names), settings.most_monomials))
        for state in problem.open:
            if deadline.passed():
                return
            equation = problem.names.index(state)
            if not view.is_of(equation):
                continue
            search = _Equation(view, equation, base, settings)
            if view.kind == "derivative":
                implicit[state] = denominators(view, equation, base, settings.implicit)
            simple = settings.simple // len(problem.names) // (1 if view.kind == "response" else 3)
            ones = search.candidates(tables, None, settings.refined, settings.descents, simple)
            if own := [Table.of(view, shape) for shape in implicit.get(state, ())]:
                # Apart, as a fraction with many constants imitates any shape and would take its place.
                ones += search.candidates(own, None, settings.refined, 1, settings.many)
            twos: list[_Fitted] = []
            for first in _leading(ones, settings.seconds * (1 + 2 * (view.kind == "response")), len(view.targets)):
                others = [table for table in tables if len(table.shape.states) == 1]
                twos += search.candidates(others, first.model, settings.refined_seconds, 1, 0)
            for fitted in (*ones, *twos):
                parts = fitted.model.parts
                source = parts[0].shape.name if len(parts) == 1 else "pairs"
                expression = fitted.model.written(problem.names, fitted.outer)
                yield EquationCandidate(state, expression, f"structured:{source}")


@dataclass(frozen=True)
class _Fitted:
    model: Model
    outer: tuple[float, ...]
    error: float


def _leading(found: Sequence[_Fitted], count: int, rows: int) -> list[_Fitted]:
    """The best models of few constants by N log error + P log N (Schwarz 1978), of different shapes and states."""
    best: dict[tuple[str, tuple[int, ...]], tuple[float, _Fitted]] = {}
    for one in found:
        number = len(one.outer) + len(one.model.inner)
        static = rows * np.log(one.error + 1e-300) + number * np.log(rows)
        shape = one.model.parts[0].shape
        key = (shape.name, shape.states)
        if key not in best or static < best[key][0]:
            best[key] = (static, one)
    return [one for _, one in sorted(best.values(), key=lambda pair: pair[0])[:count]]


def _degree(dimension: int, most: int) -> int:
    """The highest degree up to three of which there are no more than ``most`` monomials."""
    return max(d for d in (1, 2, 3) if d == 1 or math.comb(dimension + d, d) <= most)


class _Equation:
    """One equation of one regression."""

    def __init__(self, view: View, equation: int, base: tuple[Powers, ...], settings: Shaped) -> None:
        self.view = view
        self.weight = view.weights[:, equation, None]
        self.target = view.targets[:, equation]
        self.base = base
        self.settings = settings
        self.plain = view.operator(np.stack([powers(view.states, m) for m in base], axis=1)) * self.weight

    def scan(self, tables: Sequence[Table], first: Model | None) -> list[_Found]:
        """For each shape and number of terms, the best support over all starts."""
        if not self.target.any():
            return []
        fixed = self.plain
        if first is not None:
            shaped = self.view.operator(first.shaped(self.view.states, np.array(first.inner))) * self.weight
            fixed = np.hstack([fixed, shaped])
        found: list[_Found] = []
        for table in tables:
            if len(table.starts) and fixed.shape[1] + len(table.terms) <= MOST_COLUMNS:
                found += self._supports(table, fixed, first)
        return found

    def _supports(self, table: Table, fixed: np.ndarray, first: Model | None) -> Iterator[_Found]:
        grams, total = normal_equations(fixed, table.columns * self.weight, self.target)
        count = grams.shape[1] - 1
        forced = np.arange(count) >= fixed.shape[1]
        beam = max(self.settings.beam, self.settings.wide // count)
        own = [1] * (count - len(self.base) - len(table.terms))  # of the first shape
        lengths = [1 + sum(m) for m in self.base] + own + [table.shape.length(m) for _, m in table.terms]
        masks, errors = supports(grams, forced, largest=self.settings.largest, beam=beam, keep=beam)
        for size in range(self.settings.largest):
            flat, cost = masks[:, size].reshape(-1, 2), errors[:, size].ravel() * total
            least: dict[tuple[int, int], int] = {}
            for place in np.argsort(cost, kind="stable").tolist():
                least.setdefault((int(flat[place, 0]), int(flat[place, 1])), place)
            least.pop((0, 0), None)
            for key, place in _chosen(list(least.items()), cost, lengths, self.view, self.settings, first):
                model = self._model(members(key), table, table.starts[place // beam], first)
                if model is not None:
                    yield _Found(size + 1, float(cost[place]), model)

    def _model(self, chosen: Sequence[int], table: Table, start: np.ndarray, first: Model | None) -> Model | None:
        plain = tuple(self.base[j] for j in chosen if j < len(self.base))
        parts: list[Part] = []
        inner: tuple[float, ...] = ()
        offset = len(self.base)
        if first is not None:
            terms = first.parts[0].terms
            kept = tuple(terms[j - offset] for j in chosen if offset <= j < offset + len(terms))
            offset += len(terms)
            if not kept:  # a model of one shape, which is found elsewhere
                return None
            parts.append(Part(first.parts[0].shape, kept))
            inner = first.inner
        parts.append(Part(table.shape, tuple(table.terms[j - offset] for j in chosen if j >= offset)))
        return Model(plain, tuple(parts), (*inner, *map(float, start)))

    def candidates(
        self, tables: Sequence[Table], first: Model | None, count: int, descents: int, simple: int
    ) -> list[_Fitted]:
        """The best of each number of terms, refined; supports are looked for again where refinement leads.

        At the coarse starts another support may imitate the true one, but a model with terms to spare brings the inner
        constants to the right place.

        Args:
            first: model of another shape, beside which these are looked for.
            count, descents, simple: models of each number of terms that are refined, models that lose their terms one
                by one, and short models that are refined besides.
        """
        found = self.scan(tables, first)
        latest = found
        for guided in self.settings.guided:
            again: dict[int, list[tuple[float, ...]]] = {}
            for size in self.settings.guides:
                ranked = sorted((one for one in latest if one.size == size), key=lambda one: one.error)
                for one in ranked[:guided]:
                    for fitted in self._refine(one.model):
                        own = fitted.model.inner[fitted.model.slices()[-1]]
                        again.setdefault(id(one.model.parts[-1].shape), []).append(own)
            moved = [
                table.at(self.view, np.array(again[id(table.shape)])) for table in tables if id(table.shape) in again
            ]
            latest = self.scan(moved, first)
            found += latest
        fitted = self.refined(found, count, simple)
        ranked = sorted((one for one in found if one.size == self.settings.largest), key=lambda one: one.error)
        tops = [one.model for one in ranked[:descents]]
        # The best of the next smaller sizes too, now that their inner constants are refined.
        for size in range(3, self.settings.largest):
            alike = [one for one in fitted if len(one.outer) == size]
            tops += [min(alike, key=lambda one: one.error).model] if alike else []
        return [*(one for top in tops for one in self._descent(top)), *fitted]

    def _descent(self, model: Model) -> Iterator[_Fitted]:
        """From a model with terms to spare down to one term, inner constants refined at every step."""
        while True:
            fitted = next(self._refine(model), None)
            if fitted is None:
                return
            yield fitted
            columns = self._columns(fitted.model)(np.array(fitted.model.inner))
            smaller = _without_least(fitted.model, columns, np.array(fitted.outer))
            if smaller is None:
                return
            model = smaller

    def refined(self, found: Sequence[_Found], count: int, simple: int) -> list[_Fitted]:
        """The best ``count`` of each number of terms with their inner constants refined."""
        distinct: dict[tuple[object, ...], _Found] = {}
        for one in sorted(found, key=lambda one: one.error):
            distinct.setdefault((one.model.base, tuple((id(p.shape), p.terms) for p in one.model.parts)), one)
        chosen: list[_Found] = []
        for size in range(1, self.settings.largest + 1):
            chosen += [one for one in distinct.values() if one.size == size][:count]
        least = min((one.error for one in chosen), default=np.inf)
        near = [one for one in distinct.values() if one.error <= self.settings.bound(least, self.view)]
        near.sort(key=lambda one: (one.model.effort + self.settings.doubt(one.error, least, self.view), one.error))
        equal = {f"{one.error:.7e}" for one in chosen}
        for one in near:
            # Equal errors mean equal functions: x^2/(k + x^2) beside a constant is 1/(k + x^2) beside another.
            if simple and f"{one.error:.7e}" not in equal:
                equal.add(f"{one.error:.7e}")
                chosen.append(one)
                simple -= 1
        return [fitted for one in chosen for fitted in self._refine(one.model)]

    def _columns(self, model: Model) -> Columns:
        chosen = self.plain[:, [self.base.index(m) for m in model.base]]

        def columns(inner: np.ndarray) -> np.ndarray:
            shaped = model.shaped(self.view.states, inner)
            if not np.all(np.abs(shaped) < LARGEST):
                return np.full((len(self.target), chosen.shape[1] + shaped.shape[1]), np.inf)
            return np.hstack([chosen, self.view.operator(shaped) * self.weight])

        return columns

    def _refine(self, model: Model) -> Iterator[_Fitted]:
        inner, outer, error = project(
            self._columns(model), self.target, np.array(model.inner), iterations=self.settings.iterations
        )
        if np.isfinite(error) and np.all(np.isfinite(outer)):
            values = tuple(map(float, inner))
            yield _Fitted(Model(model.base, model.parts, values), tuple(map(float, outer)), error)


_Place = tuple[tuple[int, int], int]


def _chosen(
    ranked: list[_Place], cost: np.ndarray, lengths: list[int], view: View, settings: Shaped, first: Model | None
) -> list[_Place]:
    """Of the supports of one size, best first: those that fit best, and the shortest that are not ruled out.

    Args:
        ranked: masks, and where their errors stand in ``cost``.
        lengths: of the columns.
        first: where there is another shape already, the best alone is chosen.
    """
    if first is not None or not ranked:
        return ranked[:1]
    smallest = float(cost[ranked[0][1]])
    bound = settings.bound(smallest, view)
    credible = [one for one in ranked if cost[one[1]] <= bound]
    best = ranked[: max(settings.keep, min(len(credible), settings.many // 3))]

    def doubt(one: _Place) -> float:
        return sum(lengths[j] for j in members(one[0])) + settings.doubt(float(cost[one[1]]), smallest, view)

    return best + sorted(credible[len(best) :], key=doubt)[: settings.many - len(best)]


def _without_least(model: Model, columns: np.ndarray, outer: np.ndarray) -> Model | None:
    """The model without the term whose loss raises the error least; None if a part would be left without terms."""
    scale = np.linalg.norm(columns, axis=0)
    scale = np.where(scale > 0.0, scale, 1.0)
    inverse = np.linalg.pinv((columns / scale).T @ (columns / scale), rcond=1e-12, hermitian=True)
    rises = (outer * scale) ** 2 / np.maximum(np.diag(inverse), 1e-300)
    owners = np.repeat(range(len(model.parts)), [len(part.terms) for part in model.parts])
    for j in np.argsort(rises, kind="stable"):
        k = int(j) - len(model.base)
        if k < 0:
            return Model(tuple(m for i, m in enumerate(model.base) if i != j), model.parts, model.inner)
        owner = int(owners[k])
        terms = model.parts[owner].terms
        if len(terms) > 1:
            k -= int(np.sum(owners < owner))
            part = Part(model.parts[owner].shape, (*terms[:k], *terms[k + 1 :]))
            return Model(model.base, (*model.parts[:owner], part, *model.parts[owner + 1 :]), model.inner)
    return None
