"""Genetic search by PySR, in a process of its own.

PySR runs on Julia. Julia and torch crash in one process, so PySR lives in :mod:`discovery.search.pysr_worker`, and only
arrays and text pass between the two. Its whole hall of fame is returned; what PySR would choose itself is ignored.

Where other engines left a short right-hand side for an equation, trees for what that leaves are a task of their own
(``backfitting.py``), and all tasks have half of the iterations.

Source: Cranmer, Interpretable machine learning for science with PySR and SymbolicRegression.jl (2023),
arXiv:2305.01582.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import sympy as sp

from discovery.errors import BackendMissing, EngineError, ExpressionError, UsageError
from discovery.protocols import NEVER, Deadline, Progress, silent
from discovery.search.backfitting import Rest, rest_of
from discovery.search.genetic_points import WeightedPoints, points_of
from discovery.search.pysr_probe import available
from discovery.search.pysr_process import WORKER, Request, read_front, read_unfinished, run
from discovery.symbolic.evaluate import compiled
from discovery.symbolic.parse import FUNCTIONS, parse
from discovery.types import DiscoveryProblem, EquationCandidate

PLUGIN = "PySR"
REQUIRES = ("pysr",)
CITES = ("Cranmer2023",)
PROBE = "discovery.search.pysr_probe:available"

BINARY = ("+", "-", "*", "/", "^")


@dataclass(frozen=True)
class PySR:
    """Search engine that evolves expressions with PySR.

    Attributes:
        binary: operators of two arguments, out of + - * / ^. Exponents are single numbers or states.
        unary: functions of one argument, out of those that :func:`discovery.symbolic.parse.parse` reads.
        iterations: bound on the work for each state. 40 of PySR's usual 100, as it runs on one thread here.
        populations, population_size, max_size: PySR's own defaults.
        argument_size: largest complexity inside a function. Half of a typical law's, chosen without experiment.
        nesting: how many functions may stand inside a function; science writes none.
        max_points: largest number of points that errors are computed at.
        grace: seconds after the deadline at which the worker is killed, as PySR stops only between iterations.
        command: starts the worker, to which the request's folder is appended. Empty for this package's own worker,
            which is started only where Julia is found.

    Raises:
        UsageError: an operator whose output could not be read, or a count that is too small.
    """

    binary: tuple[str, ...] = ("+", "-", "*", "/")
    unary: tuple[str, ...] = ("sin", "cos", "exp", "log", "sqrt")
    iterations: int = 40
    populations: int = 31
    population_size: int = 27
    max_size: int = 30
    argument_size: int = 9
    nesting: int = 0
    max_points: int = 800
    grace: float = 5.0
    command: tuple[str, ...] = field(default=(), metadata={"program": True})

    def __post_init__(self) -> None:
        for given, known in ((self.binary, BINARY), (self.unary, tuple(FUNCTIONS))):
            if unknown := [operator for operator in given if operator not in known]:
                raise UsageError(f"PySR has no operator {unknown[0]!r} here. Choose from: {', '.join(known)}.")
        for name in ("iterations", "populations", "population_size", "max_size", "argument_size", "max_points"):
            if getattr(self, name) < 1:
                raise UsageError(f"PySR got {name}={getattr(self, name)}. Pass at least 1.")
        for name in ("nesting", "grace"):
            if getattr(self, name) < 0:
                raise UsageError(f"PySR got {name}={getattr(self, name)}. Pass at least 0.")

    def search(
        self, problem: DiscoveryProblem, *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> tuple[EquationCandidate, ...]:
        """The front of error against complexity for each open state's derivative; what there is if the time runs out.

        Raises:
            BackendMissing: Julia, or PySR's Julia packages, are not there. The message has the command that adds them.
            EngineError: the worker failed, or was killed before it had found anything.
        """
        if deadline.passed() or not problem.open:
            return ()
        if not self.command and not (found := available()).ok:
            raise BackendMissing(f"PySR cannot run here. {found.why} Add what is missing with: {found.command}")
        tasks = _tasks(problem, self.max_points, seed)
        labels = [f"u{index}" for index in range(len(problem.names))]  # PySR refuses names that SymPy defines
        progress("search", f"pysr: {len(tasks)} targets in a Julia process")
        points = {number: task.points for number, task in tasks.items()}
        shared = any(task.rest for task in tasks.values())
        with tempfile.TemporaryDirectory(prefix="discovery-pysr-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            Request(self.arguments(seed, shared=shared), labels, points).write(folder, deadline)
            seconds = None if deadline == NEVER else deadline.remaining() + self.grace
            finished = run(self.command or WORKER, folder, seconds)
            read = read_front if finished else read_unfinished
            texts = {task: read(folder, task) for task in tasks}
        if not finished and not any(texts.values()):
            raise EngineError(
                "PySR was killed at the deadline before it had found anything. Starting Julia takes up to a minute: "
                "give more time, or leave pysr out."
            )
        return _candidates(texts, tasks, labels, problem.names, progress)

    def arguments(self, seed: int, *, shared: bool = False) -> Mapping[str, object]:
        """Arguments of ``PySRRegressor`` that do not depend on the task, as JSON can hold them.

        One thread, and no batches: PySR gives one answer for one seed only then.

        Args:
            shared: whether the iterations are shared between derivatives and what backbones leave of them.
        """
        constraints: dict[str, object] = dict.fromkeys(self.unary, self.argument_size)
        if "^" in self.binary:
            constraints["^"] = (-1, 1)  # PySR's advice: any base, and an exponent of one node
        return {
            "binary_operators": list(self.binary),
            "unary_operators": list(self.unary),
            "niterations": max(1, self.iterations // 2) if shared else self.iterations,
            "populations": self.populations,
            "population_size": self.population_size,
            "maxsize": self.max_size,
            "constraints": constraints,
            "nested_constraints": {outer: dict.fromkeys(self.unary, self.nesting) for outer in self.unary},
            "precision": 64,
            "print_precision": 17,
            "batching": False,
            "parallelism": "serial",
            "deterministic": True,
            "random_state": int(np.random.SeedSequence(seed).generate_state(1)[0]),
            "temp_equation_file": False,
            "input_stream": "devnull",
            "progress": False,
            "verbosity": 0,
        }


@dataclass(frozen=True)
class _Task:
    """What is searched: a state's derivative, or what its backbone leaves of it.

    Attributes:
        points: with the target that PySR sees.
    """

    state: str
    points: WeightedPoints
    rest: Rest | None = None

    def whole(self, tree: sp.Expr, labels: Sequence[str], names: Sequence[str]) -> Iterator[sp.Expr]:
        """The right-hand side, in the data's units, of a tree in the scaled states ``labels``."""
        expression = self.points.in_units_of_data(tree, labels, names)
        if self.rest is None:
            yield sp.Float(self.points.target_scale) * expression
            return
        try:
            values = compiled([expression], names)(self.points.states * self.points.state_scales)[:, 0]
        except ExpressionError:
            return
        yield from self.rest.whole(expression, values)


def _tasks(problem: DiscoveryProblem, most: int, seed: int) -> dict[int, _Task]:
    """A task for each open state whose derivative is known anywhere, by the state's index; then those for rests."""
    points = {state: chosen for state, chosen in points_of(problem, most, seed).items() if len(chosen.targets)}
    tasks = {problem.names.index(state): _Task(state, chosen) for state, chosen in points.items()}
    for state, chosen in points.items():
        backbone = problem.backbones.get(state)
        if backbone is not None and (rest := rest_of(chosen, backbone, problem.names)) is not None:
            tasks[len(problem.names) + problem.names.index(state)] = _Task(state, rest.left(), rest)
    return tasks


def _candidates(
    texts: Mapping[int, list[str]],
    tasks: Mapping[int, _Task],
    labels: list[str],
    names: tuple[str, ...],
    progress: Progress,
) -> tuple[EquationCandidate, ...]:
    """Equations in the data's units; those that cannot be read are counted and left out."""
    found: list[EquationCandidate] = []
    unread = 0
    for number, equations in texts.items():
        task = tasks[number]
        source = "pysr:residual" if task.rest else "pysr"
        for equation in equations:
            try:
                tree = parse(equation, labels)
            except ExpressionError:
                unread += 1
                continue
            found += [EquationCandidate(task.state, rhs, source) for rhs in task.whole(tree, labels, names)]
    if unread:
        progress("search", f"pysr: {unread} equations could not be read and are left out")
    return tuple(dict.fromkeys(found))
