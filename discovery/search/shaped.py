"""Best subsets of monomials and one shape or two, with the shapes' inner constants by variable projection.

Every shape is tried at every start of its inner constants, beside all monomials; for each number of terms, the best
shapes are refined. A second shape is then looked for beside the best of these. Nothing is chosen: all that was refined
is returned.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from discovery.library.angles import OF_ANGLES, angles, in_unit
from discovery.library.circles import on_circles
from discovery.library.shapes import Powers, Shape, exponents, shapes
from discovery.protocols import Deadline
from discovery.search.ahead import products, step_ahead
from discovery.search.fitting import Fitted, Rows
from discovery.search.implicit import Implicit, denominators
from discovery.search.models import Model, Part, View
from discovery.search.scan import Limits, Scan, bound, doubts
from discovery.search.sweep import MOST_COLUMNS, members, supports
from discovery.search.tables import Table, normal_equations
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
        refined: of each number of terms, so many that fit best are refined.
        responses: the same on responses, for one term, two, three and more: there the order means more, and with exact
            data a start of an inner constant that is a tenth off puts the true form behind dozens.
        wide: a beam is at least this number over that of columns, so that small libraries are searched wholly.
        record: supports of up to three terms, on responses, whose errors are followed one step ahead (``ahead.py``).
        keep: supports of each shape and number of terms that are considered however badly they fit.
        credible, near: others are considered up to this chi-squared by row (see ``selection/pool.py``), or up to so
            many times the least: among these the smoother's bias decides, not the law.
        behind, weight: on responses, whose errors are independent, chi-squared behind the least up to which it weighs
            in proportion, beyond that by its logarithm, as inner constants are only at a start yet; and what it weighs
            against length.
        many: supports of each shape and number of terms that are considered, however well they fit: the best third,
            and the shortest.
        simple: so many of these are refined for all equations of a system, the shortest first; in weak form half.
        seconds: best models of one shape, beside which a second one is looked for.
        refined_seconds: pairs of shapes refined for each number of terms.
        iterations: steps of the refinement; with 12 a logistic function without noise is not there yet.
        descents: models of the largest size that lose their terms one by one.
        guides: numbers of terms whose best models are refined first, to find better starts.
        guided: shapes of each of these numbers, round after round.
        implicit: settings of the search for denominators that the grammar does not have.
        linked: the same where variables are cosines and sines of angles. There are many more monomials, and a support
            with more of them than the law fits the smoother's errors: of the first three runs of a cart and pole (see
            benchmarks/knowledge.py) sizes from 6 lost the denominator in one, with 2, 4 or 8 descents; sizes from 4 in
            none of six.
    """

    rows: int = 400
    most_monomials: int = 21
    largest: int = 6
    beam: int = 10
    refined: int = 3
    responses: tuple[int, ...] = (48, 48, 24, 6)
    wide: int = 400
    record: int = 60
    keep: int = 2
    credible: float = 3.0
    near: float = 1.5
    behind: float = 100.0
    weight: float = 0.1
    many: int = 20
    simple: int = 220
    seconds: int = 1
    refined_seconds: int = 2
    iterations: int = 24
    descents: int = 3
    guides: tuple[int, ...] = (3, 5)
    guided: tuple[int, ...] = (4, 2)
    implicit: Implicit = field(default_factory=Implicit)
    linked: Implicit = field(default_factory=lambda: Implicit(sizes=(4, 6, 8, 10)))

    def limits(self, view: View, *, alone: bool) -> Limits:
        """How errors on a regression are weighed; the best alone counts where there is a shape already."""
        return Limits(
            view.kind == "response", len(view.targets), self.credible, self.near, self.behind, self.weight,
            self.keep, self.many if alone else 1,
        )  # fmt: skip


def shaped(
    problem: DiscoveryProblem, settings: Shaped, deadline: Deadline, shown: Sequence[View]
) -> Iterator[EquationCandidate]:
    """Candidates of all equations from all shapes, on the regressions and responses that are ``shown``."""
    smooth = problem.regression("derivative")
    every = (*shapes(smooth.states), *angles(smooth.states, smooth.targets))
    implicit: dict[str, list[Shape]] = {}
    scales: dict[str, float] = {}
    for view in shown:
        begun = [in_unit(shape, sorted(set(scales.values()))) for shape in every]
        tables = [Table.of(view, shape, sloped=view.kind == "response") for shape in begun]
        base = exponents(len(problem.names), _degree(len(problem.names), settings.most_monomials))
        for state in problem.open:
            if deadline.passed():
                return
            equation = problem.names.index(state)
            if not view.is_of(equation):
                continue
            search = _Equation(view, equation, base, settings)
            if view.kind == "derivative":
                implicit[state] = _denominators(problem, view, equation, base, settings)
            simple = settings.simple // len(problem.names) // (1 if view.kind == "response" else 3)
            refined = settings.responses if view.kind == "response" else (settings.refined,)
            ones = search.candidates(tables, None, refined, settings.descents, simple)
            for best in _leading(ones, 1, len(view.targets)):
                if best.model.parts[0].shape.kind in OF_ANGLES:
                    scales[state] = abs(best.model.inner[0])  # may be what another equation lacks on the next view
            if own := [Table.of(view, shape) for shape in implicit.get(state, ())]:
                # Apart, as a fraction with many constants imitates any shape and would take its place.
                ones += search.candidates(own, None, (settings.refined,), 1, settings.many)
            twos: list[Fitted] = []
            for first in _leading(ones, settings.seconds * (1 + 2 * (view.kind == "response")), len(view.targets)):
                others = [table for table in tables if len(table.shape.states) == 1]
                twos += search.candidates(others, first.model, (settings.refined_seconds,), 1, 0)
            for fitted in _once((*ones, *twos)):
                parts = fitted.model.parts
                source = parts[0].shape.name if len(parts) == 1 else "pairs"
                side = fitted.model.weighted_sum(problem.names, fitted.outer)
                yield EquationCandidate(state, side, f"structured:{source}")


def _denominators(
    problem: DiscoveryProblem, view: View, equation: int, base: tuple[Powers, ...], settings: Shaped
) -> list[Shape]:
    """Those of implicit regressions in all variables, and where some are on circles in these alone."""
    found = denominators(view, equation, base, settings.implicit)
    if problem.circles:
        over, _ = on_circles(len(problem.names), problem.circles)
        found += denominators(view, equation, over, settings.linked, problem.circles)
    return found


def _once(found: Sequence[Fitted]) -> list[Fitted]:
    """Each model once: from other starts, and from descents, the same constants are reached again."""
    ends: dict[object, Fitted] = {}
    for one in found:
        parts = tuple([(id(part.shape), part.terms) for part in one.model.parts])
        inner = tuple([f"{constant:.4e}" for constant in one.model.inner])
        ends.setdefault((one.model.base, parts, inner, f"{one.error:.7e}"), one)
    return list(ends.values())


def _leading(found: Sequence[Fitted], count: int, rows: int) -> list[Fitted]:
    """The best models of few constants by N log error + P log N (Schwarz 1978), of different shapes and states."""
    best: dict[tuple[str, tuple[int, ...]], tuple[float, Fitted]] = {}
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
        self.rows = Rows(view, equation, base, settings.iterations)

    def scan(self, tables: Mapping[int, Table], first: Model | None) -> Scan:
        """For each shape and number of terms, the best supports over all starts."""
        if not self.target.any():
            return Scan.joined(())
        fixed = self.rows.plain.T
        if first is not None:
            shaped = self.view.operator(first.shaped(self.view.states, np.array(first.inner))) * self.weight
            fixed = np.hstack([fixed, shaped])
        return Scan.joined(
            [
                self._supports(number, table, fixed, first)
                for number, table in tables.items()
                if len(table.starts) and fixed.shape[1] + len(table.terms) <= MOST_COLUMNS
            ]
        )

    def _supports(self, number: int, table: Table, fixed: np.ndarray, first: Model | None) -> Scan:
        grams, total = normal_equations(fixed, table.columns * self.weight, self.target)
        count = grams.shape[1] - 1
        forced = np.arange(count) >= fixed.shape[1]
        beam = max(self.settings.beam, self.settings.wide // count)
        own = [1] * (count - len(self.base) - len(table.terms))  # of the first shape
        lengths = [1 + sum(m) for m in self.base] + own + [table.shape.length(*one) for one in table.terms]
        keep = max(beam, self.settings.record) if table.slopes is not None else beam
        masks, errors = supports(grams, forced, largest=self.settings.largest, beam=beam, keep=keep)
        if table.slopes is not None:
            slopes = table.slopes * self.weight
            step_ahead(grams, *products(fixed, table.columns * self.weight, slopes, self.target), masks, errors)
        limits = self.settings.limits(self.view, alone=first is None)
        return Scan.of(masks, errors * total, np.array(lengths), table.starts, limits, number)

    def _models(self, scan: Scan, tables: Mapping[int, Table], first: Model | None) -> Iterator[Model]:
        for mask, number, inner in zip(scan.masks, scan.tables.tolist(), scan.inner, strict=True):
            table = tables[number]
            model = self._model(members(mask), table, inner[: table.starts.shape[1]], first)
            if model is not None:
                yield model

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
        self, tables: Sequence[Table], first: Model | None, counts: Sequence[int], descents: int, simple: int
    ) -> list[Fitted]:
        """The best of each number of terms, refined; supports are looked for again where refinement leads.

        At the coarse starts another support may imitate the true one, but a model with terms to spare brings the inner
        constants to the right place.

        Args:
            first: model of another shape, beside which these are looked for.
            counts, descents, simple: models of each number of terms that are refined (the last is for all that follow),
                models that lose their terms one by one, and short models that are refined besides.
        """
        numbered = dict(enumerate(tables))
        found = latest = self.scan(numbered, first)
        for guided in self.settings.guided:
            again: dict[int, list[tuple[float, ...]]] = {}
            for size in self.settings.guides:
                for fitted in self.rows.fitted(self._models(latest.best(size, guided), numbered, first)):
                    part = fitted.model.parts[-1].shape
                    own = fitted.model.inner[fitted.model.slices()[-1]]
                    again.setdefault(next(k for k, table in numbered.items() if table.shape is part), []).append(own)
            moved = {k: numbered[k].at(self.view, np.array(starts)) for k, starts in sorted(again.items())}
            latest = self.scan(moved, first)
            found = Scan.joined([found, latest])
        fitted = list(self.rows.fitted(self._models(self._closer(found, counts, simple, numbered), numbered, first)))
        tops = list(self._models(found.best(self.settings.largest, descents), numbered, first))
        # The best of the next smaller sizes too, now that their inner constants are refined.
        for size in range(3, self.settings.largest):
            alike = [one for one in fitted if len(one.outer) == size]
            tops += [min(alike, key=lambda one: one.error).model] if alike else []
        return [*(one for top in tops for one in self.rows.descent(top)), *fitted]

    def _closer(self, found: Scan, counts: Sequence[int], simple: int, tables: Mapping[int, Table]) -> Scan:
        """The best ``counts`` for one term, two and so on, and ``simple`` short ones that are not ruled out."""
        distinct = found.distinct()
        chosen: list[int] = []
        for size in range(1, self.settings.largest + 1):
            count = counts[min(size, len(counts)) - 1]
            chosen += np.flatnonzero(distinct.sizes == size)[:count].tolist()
        if not simple or not chosen:
            return distinct.chosen(chosen)
        limits = self.settings.limits(self.view, alone=True)
        least = float(distinct.errors[chosen].min())
        near = np.flatnonzero(distinct.errors <= bound(limits, least))
        inside = np.array([tables[k].shape.effort for k in distinct.tables[near].tolist()])
        weighed = distinct.lengths[near] + inside + doubts(limits, distinct.errors[near], least)
        equal = {f"{distinct.errors[k]:.7e}" for k in chosen}
        for k in near[np.lexsort((distinct.errors[near], weighed))].tolist():
            # Equal errors mean equal functions: x^2/(k + x^2) beside a constant is 1/(k + x^2) beside another.
            if (error := f"{distinct.errors[k]:.7e}") not in equal:
                equal.add(error)
                chosen.append(k)
                simple -= 1
            if not simple:
                break
        return distinct.chosen(chosen)
