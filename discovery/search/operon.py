"""Genetic search by PyOperon: a population of trees for each state and family of operators.

Operon evolves trees under two objectives, error and length (NSGA-II), and fits the constants of every tree by
Levenberg-Marquardt. What it chooses itself is ignored: the best trees of every size are returned.

Three properties of PyOperon 0.6.2 shape this file. It computes in single precision, so states and targets are scaled
by powers of two, which are undone exactly. Its errors take no weights, so points are resampled in proportion to
theirs. With more than one thread two runs of one seed differ, so each run has one, and runs go side by side: PyOperon
does not hold Python's lock while it evolves, so that they need no processes.

Where other engines left a short right-hand side for an equation, half of the work goes into trees for what that leaves,
which are returned beside its terms (``backfitting.py``): a polynomial with one function that no library has is a long
tree, of which the function is a short one.

Source: Burlacu, Kronberger, Kommenda, Operon C++ (2020), doi:10.1145/3377929.3398099.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.errors import ExpressionError, UsageError
from discovery.protocols import NEVER, Deadline, Progress, silent
from discovery.search.backfitting import Rest, rest_of, whole_of
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
# Trees for what a backbone leaves. By experiment on seven laws of two terms and one function (400 random points, 4
# seeds), errors of the function in two rounds of half the evaluations, trees half as long and half as many: 0.4 to 10 %
# where its size allows it, in one round 1.6 to 12 %; so many trees as usual are worse in two rounds.
ROUNDS, SHARE, SMALLER = 2, 2, 2
# Share of a budget that evaluations are to take, seconds to start PyOperon, and evaluations that count as a second.
# Measured on one core, at 800 points of one state: 60 000 to 70 000 where a run has 400 000, 80 000 to 130 000 where it
# has 25 000. They are computed from this and not from a clock, so that a seed has one answer; the deadline of a search,
# two fifths of the time left, guards where a machine is slower. A tenth of a budget of 120 s took 10 CPU s of each of
# 38 cases of ODEBench (noise of 5 %); 15 chosen laws had a part of it, and all had the same form without it.
BUDGET_SHARE, START, RATE = 0.05, 2.0, 50_000
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
        evaluations: bound on the work for an equation and family, the fits of constants included. By experiment: on 8
            systems of the design half (13 equations, noise of 5 %), 15 000 and 40 000 find 3 and 4 true structures in
            1.5 and 4.3 CPU seconds; these take about 2 for an equation, all families together. Where the run has a
            budget, so many that they fill a twentieth of it if that is more, by a nominal 50 000 a second.
        max_points: largest number of points that errors are computed at.
        population: number of trees. 500 of Operon's usual 1000: the runs are short.
        max_length: largest number of nodes of a tree.
        fit_iterations: Levenberg-Marquardt steps for each tree's constants.
        per_size: how many trees of one size are returned, the best first.
        threads: runs side by side; the result does not depend on it.
        budget: seconds that the whole run was given, which evaluations grow with; 0 where it may take what it needs.

    Raises:
        UsageError: a family that is not known, a count below one, or a budget below zero.
    """

    families: tuple[str, ...] = ("polynomial", "rational", "trigonometric", "transcendental")
    evaluations: int = 25_000
    max_points: int = 800
    population: int = 500
    max_length: int = 30
    fit_iterations: int = 5
    per_size: int = 1
    threads: int = 1
    budget: float = 0.0

    def __post_init__(self) -> None:
        if unknown := [family for family in self.families if family not in FAMILIES]:
            raise UsageError(
                f"Operon has no family of operators called {unknown[0]!r}. Choose from: {', '.join(FAMILIES)}."
            )
        for name in ("evaluations", "max_points", "population", "max_length", "fit_iterations", "per_size", "threads"):
            if getattr(self, name) < 1:
                raise UsageError(f"Operon got {name}={getattr(self, name)}. Pass at least 1.")
        if not 0 <= self.budget < np.inf:
            raise UsageError(f"Operon got budget={self.budget}. Pass seconds, or 0 for no budget.")

    def search(
        self, problem: DiscoveryProblem, *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> tuple[EquationCandidate, ...]:
        """The best trees of every size for each open state's derivative; what is there at the deadline.

        Every state is searched with one family before the next family begins, so that a deadline cuts all alike.
        """
        points = points_of(problem, self.max_points, seed)
        runs = tuple(self._runs(problem, points))

        def evolve(done: int) -> list[_Tree]:
            run = runs[done]
            what = "for the rest of" if run.rest else "for"
            progress("search", f"operon: {run.family} trees {what} {run.state}'", done / len(runs))
            number = problem.names.index(run.state)
            keys = [(seed, _NUMBERS[run.family], number, *([1 + i] if run.rest else [])) for i in range(ROUNDS)]
            seeds = [int(np.random.SeedSequence(key).generate_state(1)[0]) for key in keys]
            return self._beside(run, seeds, deadline) if run.rest else self._alone(run, seeds[0], deadline)

        _backend("pyoperon.sklearn")  # imported once, before threads ask for it
        with ThreadPoolExecutor(self.threads) as executor:
            evolved = list(executor.map(evolve, range(len(runs))))
        found = [
            EquationCandidate(run.state, expression, "operon:residual" if run.rest else f"operon:{run.family}")
            for run, trees in zip(runs, evolved, strict=True)
            for tree in trees
            for expression in _expressions(tree, run, problem.names)
        ]
        fixed = [
            EquationCandidate(state, sp.Float(chosen.targets[0] * chosen.target_scale), "operon")
            for state, chosen in points.items()
            if len(chosen.targets) and not _varies(chosen)
        ]
        return tuple(dict.fromkeys((*fixed, *found)))

    def _runs(self, problem: DiscoveryProblem, points: Mapping[str, WeightedPoints]) -> Iterator[_Run]:
        """Every state with one family before the next family begins, and what its backbone leaves after it."""
        # A derivative that does not vary is its own law, and is written once.
        states = [state for state in problem.open if _varies(points[state])]
        rests = {
            state: rest_of(points[state], problem.backbones[state], problem.names)
            for state in states
            if state in problem.backbones
        }
        evaluations = self._evaluations(len(states))
        for family in self.families:
            # Polynomials beside a polynomial are one, and other engines have tried it.
            left = {} if family == "polynomial" else {state: rest for state, rest in rests.items() if rest}
            for state in states:
                share = SHARE if state in left else 1
                yield _Run(family, state, points[state], None, max(1, evaluations // share))
            for state, rest in left.items():
                yield _Run(family, state, points[state], rest, max(1, evaluations // SHARE))

    def _evaluations(self, states: int) -> int:
        """For each of the open states and families; as many as are asked for, or as a budget has room for."""
        room = RATE * max(0.0, BUDGET_SHARE * self.budget - START)
        return max(self.evaluations, int(room / max(1, states * len(self.families))))

    def _alone(self, run: _Run, seed: int, deadline: Deadline) -> list[_Tree]:
        """Trees for the whole derivative."""
        model = self._evolved(run.points, FAMILIES[run.family], seed, deadline, run.evaluations)
        return [] if model is None else list(_best_of_each_size(_grown(model), self.per_size))

    def _beside(self, run: _Run, seeds: Sequence[int], deadline: Deadline) -> list[_Tree]:
        """Trees for what a backbone leaves: the best of all rounds, by their errors beside its terms."""
        assert run.rest is not None
        shorter = replace(self, population=-(-self.population // SMALLER), max_length=-(-self.max_length // SMALLER))
        evaluations = max(1, run.evaluations // ROUNDS)
        left, trees = run.rest.left(), list[_Tree]()
        for seed in seeds:
            model = shorter._evolved(left, FAMILIES[run.family], seed, deadline, evaluations)
            if model is None:
                break
            front = _best_of_each_size(_grown(model), self.per_size)
            trees += [replace(one, error=run.rest.error(one.values(run))) for one in front]
            best = min(trees, key=lambda one: (one.error, one.length), default=None)
            if best is not None and np.isfinite(best.error):
                left = run.rest.left(best.values(run))
        return list(_best_of_each_size([one for one in trees if np.isfinite(one.error)], self.per_size))

    def _evolved(self, points: WeightedPoints, operators: str, seed: int, deadline: Deadline, evaluations: int) -> Any:
        """PyOperon's regressor after one run; None if there is no time for any."""
        # PyOperon counts whole seconds, and with none of them it returns its random start.
        if deadline.remaining() < 1:
            return None
        model = _backend("pyoperon.sklearn").SymbolicRegressor(
            allowed_symbols=f"{operators},constant,variable",
            objectives=["nmse", "length"],
            population_size=self.population,
            max_evaluations=evaluations,
            generations=evaluations,  # never the bound
            epsilon=0.0,
            max_length=self.max_length,
            optimizer_iterations=self.fit_iterations,
            n_threads=1,
            random_state=seed,
            max_time=None if deadline == NEVER else int(deadline.remaining()),
        )
        return model.fit(points.states, points.targets)


@dataclass(frozen=True)
class _Run:
    """One population.

    Attributes:
        points: of the whole derivative.
        rest: what a backbone leaves of it, where that is the target.
    """

    family: str
    state: str
    points: WeightedPoints
    rest: Rest | None
    evaluations: int


@dataclass(frozen=True)
class _Tree:
    """A tree with the model that can evaluate it, and its error."""

    model: Any
    genotype: Any
    error: float

    @property
    def length(self) -> int:
        """Nodes."""
        return self.genotype.Length

    def values(self, run: _Run) -> Float[np.ndarray, " point"]:
        """At the points of a run."""
        return np.asarray(self.model.evaluate_model(self.genotype, run.points.states), dtype=np.float64)


def _varies(points: WeightedPoints) -> bool:
    """Whether there is anything to search in single precision."""
    return len(points.targets) > 0 and bool(np.ptp(points.targets.astype(np.float32)) > 0)


def _grown(model: Any) -> Iterator[_Tree]:
    """The population of a run, with Operon's errors.

    Behind it stand the last offspring, whose errors may not have been computed yet. A run that is cut off in its first
    generation leaves empty trees, which crash PyOperon's evaluation.
    """
    for one in model.individuals_[: model.population_size]:
        if one.Genotype.Length > 0:
            yield _Tree(model, one.Genotype, one.GetFitness(0))


def _best_of_each_size(trees: Iterable[_Tree], per_size: int) -> Iterator[_Tree]:
    """The front of error against size, and close to it the next best trees of each size.

    Errors that agree are taken for one function. A tree that is longer and clearly worse than another is left out.
    """
    size, taken, last, best = 0, 0, 0.0, np.inf
    for tree in sorted(trees, key=lambda one: (one.length, one.error)):
        if tree.length != size:
            size, taken, last = tree.length, 0, -np.inf
        if taken < per_size and last * (1 + SAME_ERROR) < tree.error <= best * CLOSE:
            taken, last, best = taken + 1, tree.error, min(tree.error, best)
            yield tree


def _expressions(tree: _Tree, run: _Run, names: Sequence[str]) -> Iterator[sp.Expr]:
    """``a·tree``, and ``a·tree + b`` where the intercept pays, in the data's units; beside a backbone's terms.

    Operon's error allows every tree a slope and an intercept of its own; few laws have the intercept, so it is left
    out, and added only to a second expression where it lowers N log(error) by more than log N (Schwarz 1978).
    """
    values = tree.values(run)
    if not np.isfinite(values).all() or not values.any():
        return
    labels: dict[int, str] = tree.model.variables_  # Operon's own names X1, X2, ..., by hash
    try:
        text = _backend("pyoperon").InfixFormatter.Format(tree.genotype, labels, DECIMALS)
        expression = parse(text, list(labels.values()))
    except ExpressionError:  # a constant that overflowed
        return
    points = run.points
    yield from (run.rest or whole_of(points)).whole(
        points.in_units_of_data(expression, list(labels.values()), names), values
    )


def _backend(name: str) -> Any:
    """PyOperon has no types and takes seconds to import with scikit-learn, so it is imported where it is used."""
    return importlib.import_module(name)
