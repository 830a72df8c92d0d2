"""SINDy: sparse regression on libraries that grow by themselves, along whole paths of thresholds.

SR3 and MIOSR are pysindy's; one call of SR3 fits a whole path, as a threshold is the inverse scale of a target. STLSQ
is compiled (``thresholding.py``), for pysindy's takes milliseconds a point; its supports are those of pysindy's.

Sources: Brunton, Proctor & Kutz (2016), PNAS 113:3932 (STLSQ); Champion et al. (2020), IEEE Access 8:169259 (SR3);
Fasel et al. (2022), Proc. R. Soc. A 478:20210904 (ensembles); Bertsimas & Gurnee (2023), Nonlinear Dyn. 111:6585
(MIOSR).
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
import sympy as sp
from jaxtyping import Bool, Float

from discovery.library.grammar import Library, fractions, growth
from discovery.problems.regression import even_rows
from discovery.protocols import NEVER, Deadline, Progress, silent
from discovery.search.paths import Path
from discovery.search.rational import fraction_paths
from discovery.search.scaled import LARGEST, Scaled, scaled
from discovery.search.thresholding import refitted, supports
from discovery.symbolic.evaluate import compiled
from discovery.types import DiscoveryProblem, EquationCandidate, Regression

PLUGIN = "SINDy"
REQUIRES = ("pysindy",)
CITES = ("Brunton2016", "Champion2020", "Fasel2022", "Kaptanoglu2022", "Messenger2021")

# Ends of the path, as shares of the target that a term contributes: at 0.003 nearly all terms stay, at 1 one or two.
# On ODEBench's design half 16 thresholds between them found as many true equations as 40 from 0.001 to 3.
LOWEST, HIGHEST = 0.003, 1.0
# An equation is explained by a law of so few terms with at most this chi-squared by row on every regression. On
# ODEBench's design half that lost 1 of 71 true equations; laws of three terms lost 4, of any length 12.
SHORT, EXPLAINED = 2, 1.0
# Rows of data for each term of a library, and most terms of one: beyond, a step takes too long.
ROWS_PER_TERM, MOST_TERMS = 5, 60
# Share of the bags in which a term of the ensemble must be.
MAJORITY = 0.5
# Seconds that MIOSR may take for one support, and the terms of the libraries that it gets: its work grows with 2^terms.
# First guesses: Gurobi needs a licence and was not at hand.
MIOSR_SECONDS, MIOSR_TERMS = 5, 21


@dataclass(frozen=True)
class SINDy:
    """Settings of the sparse regressions.

    Attributes:
        thresholds: points of the path; its ends are fixed.
        ridge: regularisation of STLSQ on unit columns; only there to keep nearly collinear terms finite.
        bags: samples of the rows of which inclusion probabilities are made.
        blocks: of neighbouring rows, of which as many are drawn for a bag.
        rows: rows used at most; more do not change the supports.
        longest: terms of a candidate at most; of one with fractions, half as many.
        keep: supports of each size kept over all fractions.
        exact: terms up to which MIOSR looks for the best support, where its solver is installed.
    """

    thresholds: int = 16
    ridge: float = 1e-6
    bags: int = 20
    blocks: int = 20
    rows: int = 400
    longest: int = 16
    keep: int = 4
    exact: int = 6

    def search(
        self, problem: DiscoveryProblem, *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> tuple[EquationCandidate, ...]:
        """All points of all paths up to the longest; one support on one regression is one candidate."""
        found: dict[tuple[str, str, frozenset[sp.Expr]], EquationCandidate] = {}
        for path in self.paths(problem, seed=seed, deadline=deadline, progress=progress):
            for terms, candidate in path.candidates(self.longest):
                found.setdefault((path.state, path.kind, terms), candidate)
        return tuple(dict.fromkeys(found.values()))

    def paths(
        self, problem: DiscoveryProblem, *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> Iterator[Path]:
        """Paths of all equations on larger and larger libraries, until a short law explains an equation."""
        rng = np.random.default_rng(seed)
        names = problem.names
        left = {names.index(state) for state in problem.open}
        most = min(MOST_TERMS, sum(len(run) for run in problem.trajectories) // ROWS_PER_TERM)
        for library in growth(names, most):
            progress("search", f"sindy: {library.name} terms")
            explained = set(left)
            for regression in problem.regressions:
                if deadline.passed():
                    return
                for equation, path in self._of_library(library, names, regression, left, rng):
                    yield path
                    if deadline.passed():
                        return
                    if not path.explains(SHORT, EXPLAINED):
                        explained.discard(equation)
            left -= explained
        progress("search", "sindy: fractions")
        states = np.vstack([run.states for run in problem.smoothing.trajectories])
        groups = fractions(names, states, most)
        for regression in problem.regressions:
            if deadline.passed():
                return
            rows = even_rows(len(regression.targets), self.rows)
            yield from fraction_paths(
                groups, names, regression, rows, frozenset(left), self._path(), ridge=self.ridge,
                longest=self.longest // 2, keep=self.keep,
            )  # fmt: skip

    def _path(self) -> Float[np.ndarray, " threshold"]:
        return np.geomspace(LOWEST, HIGHEST, self.thresholds)

    def _of_library(
        self,
        library: Library,
        names: tuple[str, ...],
        regression: Regression,
        equations: set[int],
        rng: np.random.Generator,
    ) -> Iterator[tuple[int, Path]]:
        values = compiled(library.terms, names)(regression.states)
        usable = np.all(np.abs(values) < LARGEST, axis=0)
        rows = even_rows(len(regression.targets), self.rows)
        design = regression.operator(np.where(usable, values, 0.0))[rows][None]
        for equation in sorted(equations):
            one = scaled(design, regression.targets[rows, equation], regression.deviations[rows, equation])
            if one is not None:
                yield equation, self._of_equation(one, library, names[equation], regression.kind, rng)

    def _of_equation(self, one: Scaled, library: Library, state: str, kind: str, rng: np.random.Generator) -> Path:
        thresholds = self._path()
        gram = one.grams[0]
        inclusion = supports(one.bags(self.bags, self.blocks, rng), thresholds, ridge=self.ridge).mean(axis=0)
        points = {
            "stlsq": supports(gram[None], thresholds, ridge=self.ridge)[0],
            "sr3": _sr3(gram, thresholds),
            "ensemble": inclusion > MAJORITY,
        }
        if find_spec("gurobipy") and len(library.terms) <= MIOSR_TERMS:
            points |= _miosr(gram, min(self.exact, len(library.terms)), self.ridge)
        chosen = np.concatenate(list(points.values()))
        solved, errors = refitted(gram[None], chosen[None])
        sources = tuple(f"sindy:{method}" for method, found in points.items() for _ in found)
        coefficients = solved[0] * one.length / one.lengths[0]
        return Path(state, kind, library, sources, coefficients, one.misfits(errors[0]))


def _root(
    gram: Float[np.ndarray, "column column"],
) -> tuple[Float[np.ndarray, "row term"], Float[np.ndarray, " row"]]:
    """As few rows as have these normal equations: an estimator sees the same problem with no row too many."""
    squares, directions = np.linalg.eigh(gram[:-1, :-1])
    good = squares > 1e-12 * squares[-1]
    roots = np.sqrt(squares[good])
    return roots[:, None] * directions[:, good].T, directions[:, good].T @ gram[:-1, -1] / roots


def _sr3(
    gram: Float[np.ndarray, "column column"], thresholds: Float[np.ndarray, " threshold"]
) -> Bool[np.ndarray, "threshold term"]:
    """Supports by pysindy's SR3 with the L0 norm, all thresholds in one call: y and t are as y / t and 1."""
    from pysindy.optimizers import SR3

    terms, target = _root(gram)
    optimizer = SR3(reg_weight_lam=0.5, relax_coeff_nu=1.0)  # the threshold is sqrt(2 lambda nu)
    return _fitted(optimizer, terms, target[:, None] / thresholds) != 0.0


def _miosr(
    gram: Float[np.ndarray, "column column"], most: int, ridge: float
) -> dict[str, Bool[np.ndarray, "size term"]]:
    """Best supports of every size up to ``most``, by pysindy's MIOSR; nothing where its solver has no valid licence."""
    from pysindy.optimizers import MIOSR

    terms, target = _root(gram)
    try:
        with redirect_stdout(sys.stderr):  # the solver tells its licence, where a result may be piped
            found = [
                _fitted(
                    MIOSR(target_sparsity=size, alpha=ridge, regression_timeout=MIOSR_SECONDS), terms, target[:, None]
                )
                for size in range(1, most + 1)
            ]
    except Exception as error:  # the solver's own class, which cannot be imported where it is missing
        if type(error).__name__ != "GurobiError":
            raise
        return {}  # the other optimizers' work is worth keeping
    return {"miosr": np.concatenate(found) != 0.0}


def _fitted(
    optimizer: object, terms: Float[np.ndarray, "row term"], targets: Float[np.ndarray, "row target"]
) -> Float[np.ndarray, "target term"]:
    """Coefficients by one optimizer of pysindy; it warns where a threshold removes all, which is the path's end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        optimizer.fit(terms, targets)  # pyright: ignore[reportAttributeAccessIssue]
    return np.asarray(optimizer.coef_, dtype=np.float64)  # pyright: ignore[reportAttributeAccessIssue]
