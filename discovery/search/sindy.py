"""SINDy by pysindy's optimizers: sparse regression on libraries, along a whole path of thresholds.

Source: Brunton, Proctor & Kutz (2016), PNAS 113:3932 (STLSQ); Champion et al. (2020), IEEE Access 8:169259 (SR3).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.dynamics.evaluate import values
from discovery.library.grammar import Library, polynomial, trigonometric
from discovery.protocols import NEVER, Deadline, Progress, silent
from discovery.types import DiscoveryProblem, EquationCandidate, Regression

PLUGIN = "SINDy"
REQUIRES = ("pysindy",)
CITES = ("Brunton2016", "Kaptanoglu2022", "Messenger2021")

# Values of terms beyond this are wild: their squares could overflow.
LARGEST = 1e120


@dataclass(frozen=True)
class SINDy:
    """Settings of the sparse regressions.

    Attributes:
        degrees: polynomial libraries, each alone.
        thresholds: share of the target's scale below which a scaled coefficient is cut, one regression for each;
            from keeping nearly all terms to keeping one or two.
        ridge: regularisation of STLSQ on unit columns; only there to keep nearly collinear terms finite.
        ensemble: subsamples of the rows whose median coefficients make one more candidate (bagging).
        bagged: the threshold of the ensemble.
        rows: rows used at most; more do not change the supports.
    """

    degrees: tuple[int, ...] = (2, 3)
    thresholds: tuple[float, ...] = (0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6)
    ridge: float = 1e-6
    ensemble: int = 10
    bagged: float = 0.04
    rows: int = 1000

    def search(
        self, problem: DiscoveryProblem, *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> tuple[EquationCandidate, ...]:
        """All points of all paths: every library, on derivatives and in weak form."""
        libraries = [polynomial(problem.names, degree) for degree in self.degrees] + [trigonometric(problem.names)]
        found: dict[tuple[str, sp.Expr], EquationCandidate] = {}
        for library in libraries:
            progress("search", f"sindy: {library.name} terms")
            for regression in problem.regressions:
                if deadline.passed():
                    break
                for candidate in self.path(problem, library, regression, seed):
                    found.setdefault((candidate.state, candidate.expression), candidate)
        return tuple(found.values())

    def path(
        self, problem: DiscoveryProblem, library: Library, regression: Regression, seed: int
    ) -> Iterator[EquationCandidate]:
        """Candidates of all equations at all thresholds, by STLSQ, by SR3, and by the median of an ensemble."""
        design = regression.operator(values(library.terms, problem.names, regression.states))
        usable = np.all(np.abs(design) < LARGEST, axis=0)
        rows = np.unique(np.linspace(0, len(design) - 1, min(len(design), self.rows)).round().astype(int))
        terms = [term for term, good in zip(library.terms, usable, strict=True) if good]
        for equation, state in enumerate(problem.names):
            weights = 1.0 / regression.deviations[rows, equation]
            weights /= weights.max()
            matrix = design[rows][:, usable] * weights[:, None]
            target = regression.targets[rows, equation] * weights
            scale, size = np.linalg.norm(matrix, axis=0), float(np.linalg.norm(target))
            if size == 0.0:
                continue
            scale = np.where(scale > 0.0, scale, 1.0)  # a term that is zero on the data gets the coefficient zero
            for source, coefficients in self._coefficients(matrix / scale, target / size, seed):
                expression = sp.Add(
                    *(
                        sp.Float(c * size / s) * t
                        for c, s, t in zip(coefficients, scale, terms, strict=True)
                        if c != 0.0
                    )
                )
                if expression != 0:
                    yield EquationCandidate(state, expression, f"sindy:{source}")

    def _coefficients(
        self, matrix: Float[np.ndarray, "row term"], target: Float[np.ndarray, " row"], seed: int
    ) -> Iterator[tuple[str, Float[np.ndarray, " term"]]]:
        from pysindy.optimizers import SR3, STLSQ

        for threshold in self.thresholds:
            stlsq = STLSQ(threshold=threshold, alpha=self.ridge)
            yield "stlsq", _fitted(stlsq, matrix, target)
            yield "sr3", _fitted(SR3(reg_weight_lam=threshold**2 / 2, relax_coeff_nu=1.0, unbias=True), matrix, target)
        rng = np.random.default_rng(seed)
        stlsq = STLSQ(threshold=self.bagged, alpha=self.ridge)
        samples = [rng.integers(0, len(target), len(target)) for _ in range(self.ensemble)]
        bagged = np.array([_fitted(stlsq, matrix[rows], target[rows]) for rows in samples])
        yield "ensemble", np.where(np.mean(bagged != 0.0, axis=0) > 0.5, np.median(bagged, axis=0), 0.0)


def _fitted(
    optimizer: object, matrix: Float[np.ndarray, "row term"], target: Float[np.ndarray, " row"]
) -> Float[np.ndarray, " term"]:
    """Coefficients by one optimizer of pysindy; it warns where a threshold removes all, which is the path's end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        optimizer.fit(matrix, target[:, None])  # pyright: ignore[reportAttributeAccessIssue]
    return np.asarray(optimizer.coef_, dtype=np.float64)[0]  # pyright: ignore[reportAttributeAccessIssue]
