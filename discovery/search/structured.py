"""Structured search: elimination on the trajectories, and best subsets of the grammar's libraries on regressions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import sympy as sp

from discovery.dynamics.evaluate import values
from discovery.library.grammar import Library, libraries
from discovery.protocols import NEVER, Deadline, Progress, silent
from discovery.search.elimination import Elimination, eliminate
from discovery.search.static_fit import refine
from discovery.search.subsets import best_subsets
from discovery.symbolic.constants import abstract, substituted
from discovery.types import DiscoveryProblem, EquationCandidate, Law, Regression, symbol

PLUGIN = "StructuredSearch"
CITES = ("Miller2002", "Messenger2021")


@dataclass(frozen=True)
class StructuredSearch:
    """Settings of the structured search.

    Attributes:
        largest: most terms of a right-hand side.
        beam: supports carried from one size to the next; 24 and 48 found the same laws (see benchmarks/acceptance.py).
        keep: supports returned of each size, library and regression.
        most_inner: terms with inner constants in one right-hand side.
    """

    largest: int = 7
    beam: int = 24
    keep: int = 2
    most_inner: int = 2
    elimination: Elimination = field(default_factory=Elimination)

    def search(
        self, problem: DiscoveryProblem, *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> tuple[EquationCandidate | Law, ...]:
        """Laws from the elimination, then candidates of single equations, library by library."""
        del seed  # deterministic
        progress("search", "structured: eliminating terms on the trajectories")
        found: list[EquationCandidate | Law] = list(eliminate(problem, self.elimination, deadline))
        for library in libraries(problem.names, problem.regression("derivative").states):
            progress("search", f"structured: {library.name} terms")
            for regression in problem.regressions:
                if deadline.passed():
                    return tuple(found)
                found += self.subsets(problem, library, regression)
        return tuple(found)

    def subsets(
        self, problem: DiscoveryProblem, library: Library, regression: Regression
    ) -> Iterator[EquationCandidate]:
        """Candidates for all equations from one library on one regression."""
        design = regression.operator(values(library.terms, problem.names, regression.states))
        inner = np.array([bool(term.atoms(sp.Float)) for term in library.terms])
        source = f"structured:{library.name}"
        for equation, state in enumerate(problem.names):
            target, deviation = regression.targets[:, equation], regression.deviations[:, equation]
            subsets = best_subsets(
                design / deviation[:, None], target / deviation, largest=self.largest, beam=self.beam,
                keep=self.keep, inner=inner, most_inner=self.most_inner,
            )  # fmt: skip
            if np.all(np.abs(target) <= deviation):  # a state that never changes
                yield EquationCandidate(state, sp.Integer(0), source)
            for subset in subsets:
                terms = [library.terms[i] for i in subset.support]
                expression = sp.Add(*(sp.Float(c) * t for c, t in zip(subset.coefficients, terms, strict=True)))
                if inner[list(subset.support)].any():
                    expression = _refined(expression, problem, regression, target, deviation)
                yield EquationCandidate(state, expression, source)


def _refined(
    expression: sp.Expr,
    problem: DiscoveryProblem,
    regression: Regression,
    target: np.ndarray,
    deviation: np.ndarray,
) -> sp.Expr:
    """The expression with inner and outer constants fitted together."""
    skeleton, constants = abstract(expression)
    constants, _ = refine(skeleton, constants, problem.names, regression, target, deviation)
    return substituted(skeleton, {symbol(f"c{i}"): sp.Float(c) for i, c in enumerate(constants)})
