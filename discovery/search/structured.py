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
from discovery.search.shaped import Shaped, shaped
from discovery.search.subsets import best_subsets
from discovery.symbolic.writing import weighted_sum
from discovery.types import DiscoveryProblem, EquationCandidate, Law, Regression

PLUGIN = "StructuredSearch"
CITES = ("Miller2002", "Messenger2021", "Sanathanan1963")


@dataclass(frozen=True)
class StructuredSearch:
    """Settings of the structured search.

    Attributes:
        largest: most terms of a right-hand side.
        beam: supports carried from one size to the next; 24 and 48 found the same laws (see benchmarks/acceptance.py).
        keep: supports returned of each size, library and regression.
        whole: at least this number over that of the library's terms are returned, as few-termed libraries have few.
    """

    largest: int = 9
    beam: int = 24
    keep: int = 3
    whole: int = 60
    elimination: Elimination = field(default_factory=Elimination)
    shaped: Shaped = field(default_factory=Shaped)

    def search(
        self, problem: DiscoveryProblem, *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> tuple[EquationCandidate | Law, ...]:
        """Laws from the elimination, then candidates of single equations, library by library."""
        del seed  # deterministic
        progress("search", "structured: eliminating terms on the trajectories")
        found: list[EquationCandidate | Law] = list(eliminate(problem, self.elimination, deadline))
        for library in libraries(problem.names):
            progress("search", f"structured: {library.name} terms")
            for regression in problem.regressions:
                if deadline.passed():
                    return tuple(found)
                found += self.subsets(problem, library, regression)
        progress("search", "structured: shapes with inner constants")
        found += shaped(problem, self.shaped, deadline)
        return tuple(found)

    def subsets(
        self, problem: DiscoveryProblem, library: Library, regression: Regression
    ) -> Iterator[EquationCandidate]:
        """Candidates for all equations from one library on one regression."""
        design = regression.operator(values(library.terms, problem.names, regression.states))
        source = f"structured:{library.name}"
        for state in problem.open:
            equation = problem.names.index(state)
            target, deviation = regression.targets[:, equation], regression.deviations[:, equation]
            count = len(library.terms)
            keep = max(self.keep, self.whole // count)
            subsets = best_subsets(
                design / deviation[:, None], target / deviation, largest=self.largest, beam=max(self.beam, keep),
                keep=keep,
            )  # fmt: skip
            if np.all(np.abs(target) <= deviation):  # a state that never changes
                yield EquationCandidate(state, sp.Integer(0), source)
            for subset in subsets:
                terms = [library.terms[i] for i in subset.support]
                yield EquationCandidate(state, weighted_sum(subset.coefficients, terms), source)
