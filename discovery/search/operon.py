"""Genetic search by PyOperon: a population of trees for each state and family of operators.

Operon evolves trees under two objectives, error and length (NSGA-II), and fits the constants of every tree by
Levenberg-Marquardt. What it chooses itself is ignored: the best trees of every size are returned.

Three properties of PyOperon 0.6.2 shape this file. It computes in single precision, so states and targets are scaled
by powers of two, which are undone exactly. Its errors take no weights, so points are resampled in proportion to
theirs. With more than one thread two runs of one seed differ, so each run has one, and runs go side by side: PyOperon
does not hold Python's lock while it evolves, so that they need no processes.

Source: Burlacu, Kronberger, Kommenda, Operon C++ (2020), doi:10.1145/3377929.3398099.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from discovery.errors import ExpressionError, UsageError
from discovery.protocols import NEVER, Deadline, Progress, silent
from discovery.search.genetic_points import WeightedPoints, points_of
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, EquationCandidate

PLUGIN = "Operon"
REQUIRES = ("pyoperon",)
CITES = ("Burlacu2020",)
APART = True

# The same for every system. Small alphabets first: a search over fewer operators goes deeper for its evaluations.
FAMILIES: Mapping[str, str] = {
    "polynomial": "add,sub,mul",
    "rational": "add,sub,mul,div",
    "trigonometric": "add,sub,mul,sin,cos",
    "transcendental": "add,sub,mul,div,sin,cos,exp,log,sqrt",
}
_NUMBERS: Mapping[str, int] = {family: number for number, family in enumerate(FAMILIES)}
# Two trees of one size whose errors agree to this fraction are one function written twice.
SAME_ERROR = 1e-3
# A tree may be longer than another and still be returned if its error is below this many times the other's.
CLOSE = 1.2
# Decimals of printed constants: enough for every digit of a single-precision number of size 1e-30.
DECIMALS = 40


@dataclass(frozen=True)
class Operon:
    """Search engine that evolves trees with PyOperon.

    Attributes:
        families: names out of ``FAMILIES``, searched one after another.
        evaluations: bound on the work of each run, the fits of constants included. By experiment: on 8 systems of
            the design half (13 equations, noise of 5 %), 15 000 and 40 000 find 3 and 4 true structures in 1.5 and
            4.3 CPU seconds; these take about 2 for an equation, all families together.
        max_points: largest number of points that errors are computed at.
        population: number of trees. 500 of Operon's usual 1000: the runs are short.
        max_length: largest number of nodes of a tree.
        fit_iterations: Levenberg-Marquardt steps for each tree's constants.
        per_size: how many trees of one size are returned, the best first.
        threads: runs side by side; the result does not depend on it.

    Raises:
        UsageError: a family that is not known, or a count below one.
    """

    families: tuple[str, ...] = ("polynomial", "rational", "trigonometric", "transcendental")
    evaluations: int = 25_000
    max_points: int = 800
    population: int = 500
    max_length: int = 30
    fit_iterations: int = 5
    per_size: int = 1
    threads: int = 1

    def __post_init__(self) -> None:
        if unknown := [family for family in self.families if family not in FAMILIES]:
            raise UsageError(
                f"Operon has no family of operators called {unknown[0]!r}. Choose from: {', '.join(FAMILIES)}."
            )
        for name in ("evaluations", "max_points", "population", "max_length", "fit_iterations", "per_size", "threads"):
            if getattr(self, name) < 1:
                raise UsageError(f"Operon got {name}={getattr(self, name)}. Pass at least 1.")

    def search(
        self, problem: DiscoveryProblem, *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> tuple[EquationCandidate, ...]:
        """The best trees of every size for each open state's derivative; what is there at the deadline.

        Every state is searched with one family before the next family begins, so that a deadline cuts all alike.
        """
        points = points_of(problem, self.max_points, seed)
        runs = [
            (family, state)
            for family in self.families
            for state in problem.open
            # A derivative that does not vary is its own law, and is written once.
            if _varies(points[state])
        ]

        def evolve(done: int) -> Any:
            family, state = runs[done]
            progress("search", f"operon: {family} trees for {state}'", done / len(runs))
            seeds = np.random.SeedSequence((seed, _NUMBERS[family], problem.names.index(state))).generate_state(1)
            return self._evolved(points[state], FAMILIES[family], int(seeds[0]), deadline)

        _backend("pyoperon.sklearn")  # imported once, before threads ask for it
        with ThreadPoolExecutor(self.threads) as executor:
            evolved = list(executor.map(evolve, range(len(runs))))
        found = [
            EquationCandidate(state, expression, f"operon:{family}")
            for (family, state), model in zip(runs, evolved, strict=True)
            if model is not None
            # Behind the population stand the last offspring, whose errors may not have been computed yet.
            for tree in _best_of_each_size(model.individuals_[: self.population], self.per_size)
            for expression in _expressions(model, tree, points[state], problem.names)
        ]
        fixed = [
            EquationCandidate(state, sp.Float(chosen.targets[0] * chosen.target_scale), "operon")
            for state, chosen in points.items()
            if len(chosen.targets) and not _varies(chosen)
        ]
        return tuple(dict.fromkeys((*fixed, *found)))

    def _evolved(self, points: WeightedPoints, operators: str, seed: int, deadline: Deadline) -> Any:
        """PyOperon's regressor after one run; None if there is no time for any."""
        # PyOperon counts whole seconds, and with none of them it returns its random start.
        if deadline.remaining() < 1:
            return None
        model = _backend("pyoperon.sklearn").SymbolicRegressor(
            allowed_symbols=f"{operators},constant,variable",
            objectives=["nmse", "length"],
            population_size=self.population,
            max_evaluations=self.evaluations,
            generations=self.evaluations,  # never the bound
            epsilon=0.0,
            max_length=self.max_length,
            optimizer_iterations=self.fit_iterations,
            n_threads=1,
            random_state=seed,
            max_time=None if deadline == NEVER else int(deadline.remaining()),
        )
        return model.fit(points.states, points.targets)


def _varies(points: WeightedPoints) -> bool:
    """Whether there is anything to search in single precision."""
    return len(points.targets) > 0 and bool(np.ptp(points.targets.astype(np.float32)) > 0)


def _best_of_each_size(individuals: Sequence[Any], per_size: int) -> Iterator[Any]:
    """The front of error against size, and close to it the next best trees of each size.

    Errors that agree are taken for one function. A tree that is longer and clearly worse than another is left out.
    """
    # A run that is cut off in its first generation leaves empty trees, which crash PyOperon's evaluation.
    grown = [individual for individual in individuals if individual.Genotype.Length > 0]
    ranked = sorted(grown, key=lambda individual: (individual.Genotype.Length, individual.GetFitness(0)))
    size, taken, last, best = 0, 0, 0.0, np.inf
    for individual in ranked:
        length, error = individual.Genotype.Length, individual.GetFitness(0)
        if length != size:
            size, taken, last = length, 0, -np.inf
        if taken < per_size and last * (1 + SAME_ERROR) < error <= best * CLOSE:
            taken, last, best = taken + 1, error, min(error, best)
            yield individual.Genotype


def _expressions(model: Any, tree: Any, points: WeightedPoints, names: Sequence[str]) -> Iterator[sp.Expr]:
    """``a·tree``, and ``a·tree + b`` where the intercept pays for itself, in the data's units.

    Operon's error allows every tree a slope and an intercept of its own; few laws have the intercept, so it is left
    out, and added only to a second expression where it lowers N log(error) by more than log N (Schwarz 1978).
    """
    values = np.asarray(model.evaluate_model(tree, points.states), dtype=np.float64)
    if not np.isfinite(values).all() or not values.any():
        return
    labels: dict[int, str] = model.variables_  # Operon's own names X1, X2, ..., by hash
    try:
        text = _backend("pyoperon").InfixFormatter.Format(tree, labels, DECIMALS)
        expression = parse(text, list(labels.values()))
    except ExpressionError:  # a constant that overflowed
        return
    expression = points.in_units_of_data(expression, list(labels.values()), names)
    slope = float(values @ points.targets / (values @ values))
    yield sp.Float(slope * points.target_scale) * expression
    if np.ptp(values) == 0:
        return
    design = np.column_stack((values, np.ones_like(values)))
    affine = np.linalg.lstsq(design, points.targets, rcond=None)[0]
    tiny = np.finfo(np.float64).tiny
    error = float(np.mean((points.targets - slope * values) ** 2)) + tiny
    affine_error = float(np.mean((points.targets - design @ affine) ** 2)) + tiny
    if len(values) * np.log(error / affine_error) > np.log(len(values)):
        a, b = (sp.Float(float(value) * points.target_scale) for value in affine)
        yield a * expression + b


def _backend(name: str) -> Any:
    """PyOperon has no types and takes seconds to import with scikit-learn, so it is imported where it is used."""
    return importlib.import_module(name)
