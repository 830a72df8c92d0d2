"""Candidates of one state as sums of the terms that they share, with the values of these on the data.

What is asked of a term is asked once; coefficients are fitted to the samples for all candidates together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import sympy as sp
from jaxtyping import Bool, Float
from scipy import sparse

from discovery.problems.response import Response
from discovery.selection.refit import PerCandidate, chi_squared, refitted
from discovery.selection.score import residual_length
from discovery.symbolic.evaluate import Program, compiled
from discovery.symbolic.sums import Sums, sums_of
from discovery.symbolic.writing import WeightedSum
from discovery.types import DiscoveryProblem, EquationCandidate

# A term that contributes less than this share of the equation's root mean square is dropped: such terms fit the
# smoother's error (chosen by experiment on published systems without noise).
TINY = 1e-3
# Values beyond this are wild: the square of a residual could overflow.
LARGEST = 1e100
# Points at which terms are told from tiny ones.
POINTS = 300


@dataclass(frozen=True)
class Tested:
    """Candidates without tiny terms, then the same with their coefficients fitted to the samples.

    Attributes:
        errors: chi-squared by row on each regression; not finite where a candidate is undefined or wild.
        misfits: nats that it is behind the best fit to the samples; of the regressions where there are no responses.
        strains: root mean square of its largest term over that of the whole.
        leasts: chi-squared of the samples about the best of them; none where there are no responses.
    """

    sums: Sums
    errors: Float[np.ndarray, "candidate regression"]
    misfits: PerCandidate
    strains: PerCandidate
    leasts: tuple[float, ...] = ()

    def beside(self, other: Tested) -> Tested:
        """These, then those of another test of the same candidates."""
        return Tested(
            self.sums.beside(other.sums), np.vstack([self.errors, other.errors]),
            np.concatenate([self.misfits, other.misfits]), np.concatenate([self.strains, other.strains]),
            (*self.leasts, *other.leasts),
        )  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """Candidates of one state, and the values of their terms on each regression.

    Attributes:
        sources: which engine proposed each candidate.
        program: evaluates the terms.
        wild: terms that are undefined or too large somewhere; their values are 0 here.
    """

    problem: DiscoveryProblem
    equation: int
    sources: tuple[str, ...]
    sums: Sums
    program: Program
    views: tuple[Float[np.ndarray, "point term"], ...]
    wild: Bool[np.ndarray, " term"]

    @classmethod
    def of(cls, problem: DiscoveryProblem, candidates: Sequence[EquationCandidate]) -> Sheet:
        """The sheet of at least one candidate, all of one state."""
        sums = sums_of([one.side if isinstance(one.side, WeightedSum) else one.expression for one in candidates])
        program = compiled(sums.terms, problem.names)
        views = [program(regression.states) for regression in problem.regressions]
        wild = np.any([_wild(view) for view in views], axis=0)
        tame = tuple(np.where(wild, 0.0, view) for view in views)
        sources = tuple(one.source for one in candidates)
        return cls(problem, problem.names.index(candidates[0].state), sources, sums, program, tame, wild)

    def columns(self, response: Response) -> tuple[Float[np.ndarray, "row term"], Bool[np.ndarray, " term"]]:
        """What the samples would say of each term, and which are wild at them: their columns are 0."""
        sampled, wild = self.sampled(response.states)
        return response.operator @ sampled, wild

    def sampled(
        self, states: Float[np.ndarray, "point state"]
    ) -> tuple[Float[np.ndarray, "point term"], Bool[np.ndarray, " term"]]:
        """The values of its terms, and which are wild somewhere: theirs are 0."""
        sampled = self.program(states)
        wild = _wild(sampled)
        return np.where(wild, 0.0, sampled), wild

    def without_views(self) -> Sheet:
        """Without the values of its terms, which take much memory where there are many samples."""
        return replace(self, views=())

    def likely(self, response: Response) -> sp.Expr | None:
        """The candidate of the shortest description on the samples, with its coefficients fitted to them."""
        columns, wild = self.columns(response)
        sums = refitted(self.sums, columns, response.targets)
        costs = np.where(self.sums.using(self.wild | wild), np.inf, chi_squared(sums, columns, response.targets))
        if not np.any(np.isfinite(costs)):
            return None
        terms = np.diff(sums.coefficients.indptr)
        noise = noise_left(float(np.min(costs)), response)
        best = int(np.argmin(0.5 * costs / noise + 0.5 * terms * math.log(max(2, response.count))))
        support, numbers = sums.row(best)
        return WeightedSum(numbers, tuple([sums.terms[j] for j in support])).expression

    def tested(self, response: Response | None) -> Tested:
        """All candidates and their fits, tested on the regressions and on the samples."""
        columns, wild = self.columns(response) if response else (self.views[0][:0], self.wild)
        sums = self.sums.beside(refitted(self.sums, columns, response.targets)) if response else self.sums
        undefined = np.tile(self.sums.using(self.wild | wild), 2 if response else 1)
        shares = self.shares(sums)
        strains = shares.max(axis=1).toarray().ravel()
        sums = sums.without_tiny(shares, TINY)
        errors = self._errors(sums)
        errors[undefined] = np.inf
        if response is None:
            counts = [len(regression.targets) for regression in self.problem.regressions]
            nats = [min(residual_length(e * n, n) for e, n in zip(row, counts, strict=True)) for row in errors]
            return Tested(sums, errors, np.array(nats), strains)
        costs = np.where(undefined, np.inf, chi_squared(sums, columns, response.targets))
        least = float(np.min(costs))
        misfits = 0.5 * (costs - least) / noise_left(least, response) if np.isfinite(least) else costs
        return Tested(sums, errors, misfits, strains, (least,))

    def errors(self) -> Float[np.ndarray, "candidate regression"]:
        """Chi-squared by row of all candidates on each regression; infinite where one has a term that is wild."""
        errors = self._errors(self.sums)
        errors[self.sums.using(self.wild)] = np.inf
        return errors

    def shares(self, sums: Sums) -> sparse.csr_array:
        """What terms contribute at most, at some of the points where derivatives are known."""
        view = self.views[[regression.kind for regression in self.problem.regressions].index("derivative")]
        return sums.shares(view[:: max(1, len(view) // POINTS)])

    def _errors(self, sums: Sums) -> Float[np.ndarray, "candidate regression"]:
        errors: list[PerCandidate] = []
        for regression, view in zip(self.problem.regressions, self.views, strict=True):
            deviations = regression.deviations[:, self.equation]
            rows = regression.operator(view) / deviations[:, None]
            errors.append(chi_squared(sums, rows, regression.targets[:, self.equation] / deviations) / len(rows))
        return np.stack(errors, axis=1)


def noise_left(least: float, response: Response) -> float:
    """Chi-squared by value of the best candidate, if it is above 1: then the noise was underestimated."""
    return max(1.0, (least + response.rest) / max(1, response.count))


def _wild(values: Float[np.ndarray, "point term"]) -> Bool[np.ndarray, " term"]:
    return ~np.all(np.abs(values) < LARGEST, axis=0)
