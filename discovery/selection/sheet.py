"""Candidates of one state as sums of the terms that they share, with the values of these on the data.

What is asked of a term is asked once; coefficients are fitted to the samples for all candidates together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sympy as sp
from jaxtyping import Bool, Float

from discovery.problems.response import Response
from discovery.selection.refit import refitted
from discovery.selection.score import residual_length
from discovery.symbolic.evaluate import compiled
from discovery.symbolic.sums import Sums, sums_of
from discovery.symbolic.writing import weighted_sum
from discovery.types import DiscoveryProblem

# A term that contributes less than this share of the equation's root mean square is dropped: such terms fit the
# smoother's error (chosen by experiment on published systems without noise).
TINY = 1e-3
# Values beyond this are wild: the square of a residual could overflow.
LARGEST = 1e100

PerCandidate = Float[np.ndarray, " candidate"]


@dataclass(frozen=True)
class Tested:
    """Candidates without tiny terms, then the same with their coefficients fitted to the samples.

    Attributes:
        errors: chi-squared by row on each regression; not finite where a candidate is undefined or wild.
        misfits: nats that it is behind the best fit to the samples; of the regressions where there are no responses.
        strains: root mean square of its largest term over that of the whole.
    """

    sums: Sums
    errors: Float[np.ndarray, "candidate regression"]
    misfits: PerCandidate
    strains: PerCandidate


@dataclass(frozen=True)
class Sheet:
    """Candidates of one state, and the values of their terms on each regression and at the samples.

    Attributes:
        wild: terms that are undefined or too large somewhere; their values are 0 here.
    """

    problem: DiscoveryProblem
    equation: int
    sums: Sums
    views: tuple[Float[np.ndarray, "point term"], ...]
    sampled: Float[np.ndarray, "point term"]
    wild: Bool[np.ndarray, " term"]

    @classmethod
    def of(
        cls, problem: DiscoveryProblem, state: str, expressions: Sequence[sp.Expr], response: Response | None
    ) -> Sheet:
        """The sheet of some expressions; ``response`` says where the samples are."""
        sums = sums_of(expressions)
        program = compiled(sums.terms, problem.names)
        views = [program(regression.states) for regression in problem.regressions]
        sampled = program(response.states) if response else np.zeros((0, len(sums.terms)))
        wild = np.any([~np.all(np.abs(view) < LARGEST, axis=0) for view in (*views, sampled)], axis=0)
        tame = [np.where(wild, 0.0, view) for view in (*views, sampled)]
        return cls(problem, problem.names.index(state), sums, tuple(tame[:-1]), tame[-1], wild)

    @property
    def undefined(self) -> Bool[np.ndarray, " candidate"]:
        """Which candidates have a wild term."""
        return abs(self.sums.coefficients) @ self.wild > 0

    def likely(self, response: Response) -> sp.Expr | None:
        """The candidate of the shortest description on the samples, with its coefficients fitted to them."""
        columns = response.operator @ self.sampled
        sums = refitted(self.sums, columns, response.targets)
        costs = np.where(self.undefined, np.inf, chi_squared(sums, columns, response.targets))
        if not np.any(np.isfinite(costs)):
            return None
        terms = np.diff(sums.coefficients.indptr)
        noise = _noise(float(np.min(costs)), response)
        best = int(np.argmin(0.5 * costs / noise + 0.5 * terms * math.log(max(2, response.count))))
        support, numbers = sums.row(best)
        return weighted_sum(numbers, [sums.terms[j] for j in support]) if support else sp.S.Zero

    def tested(self, response: Response | None) -> Tested:
        """All candidates and their fits, tested on the regressions and on the samples."""
        columns = response.operator @ self.sampled if response else self.sampled
        sums = self.sums.beside(refitted(self.sums, columns, response.targets)) if response else self.sums
        undefined = np.tile(self.undefined, 2 if response else 1)
        where = [regression.kind for regression in self.problem.regressions].index("derivative")
        shares = sums.shares(self.views[where][:: max(1, len(self.views[where]) // 300)])
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
        misfits = 0.5 * (costs - least) / _noise(least, response) if np.isfinite(least) else costs
        return Tested(sums, errors, misfits, strains)

    def _errors(self, sums: Sums) -> Float[np.ndarray, "candidate regression"]:
        errors: list[PerCandidate] = []
        for regression, view in zip(self.problem.regressions, self.views, strict=True):
            deviations = regression.deviations[:, self.equation]
            rows = regression.operator(view) / deviations[:, None]
            errors.append(chi_squared(sums, rows, regression.targets[:, self.equation] / deviations) / len(rows))
        return np.stack(errors, axis=1)


def _noise(least: float, response: Response) -> float:
    """Chi-squared by value of the best candidate, if it is above 1: then the noise was underestimated."""
    return max(1.0, (least + response.rest) / max(1, response.count))


def chi_squared(sums: Sums, columns: Float[np.ndarray, "row term"], targets: Float[np.ndarray, " row"]) -> PerCandidate:
    """The squared errors of all sums."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.sum((sums.coefficients @ columns.T - targets) ** 2, axis=1)
