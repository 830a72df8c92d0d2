"""One case of the pool's benchmark: candidates of one source for one system, and which equations are among them."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import sympy as sp

from benchmarks.odebench_best import problem_of
from benchmarks.pool_truth import Reference
from discovery.errors import DiscoveryError
from discovery.problems.settled import settled
from discovery.registry import load
from discovery.selection.gate import remaining
from discovery.selection.pool import pool, split
from discovery.symbolic.constants import substituted
from discovery.types import DiscoveryProblem, EquationCandidate, Trajectory, symbol
from pipelines.collecting import seldom_collected
from pipelines.validation_cases import Case
from pipelines.validation_jobs import Record
from pipelines.validation_truth import Truth
from pipelines.validation_truth import load as load_truth

MOST = 200  # candidates of an equation
BY_REGRESSION = 190  # of these; the rest is for equations of whole laws
SHORT = 0.9  # of those, the share for the shortest descriptions
PER_SIZE = 6
LEAST_RUN = 0.5  # CPU seconds for which PyOperon, which knows whole seconds, is started again
ENGINES = ("structured", "sindy")
OURS = ("pool", "genetic")
SMOOTHER = "auto"


def measure(case: Case, subjects: Sequence[str], seconds: float) -> dict[str, Record]:
    """The records of some subjects in one case, all on the same smoothed curves.

    Args:
        subjects: ``pool``, ``genetic`` (the same with genetic search for what is left, and the pool besides),
            ``pysindy`` or ``operon``.
        seconds: CPU seconds that a bounded peer is given for all equations; those of ours if it is among the subjects.
    """
    truth = load_truth(case.system).without_inputs()  # engines are asked for what depends on the states
    problem = problem_of(case, truth, SMOOTHER)
    references = references_of(truth)
    found: dict[str, Record] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if not set(OURS).isdisjoint(subjects):
            with seldom_collected():  # as in a run
                found = _ours(problem.settling(settled(problem)), references, case.seed, genetic="genetic" in subjects)
            seconds = found[max(found, key=OURS.index)]["seconds"]
        for subject in (name for name in PEERS if name in subjects):
            begin = time.process_time()
            equations = PEERS[subject](problem.trajectories, problem, case.seed, seconds)
            spent = time.process_time() - begin
            rows = [_row(one, [(e, subject) for e in equations.get(one.state, ())]) for one in references]
            found[subject] = {"seconds": spent, "equations": rows}
    return found


def references_of(truth: Truth) -> tuple[Reference, ...]:
    """The equations of a system with 200 of its clean states."""
    names = truth.seen[0].names
    states = np.vstack([run.states for run in truth.seen])
    states = states[:: max(1, len(states) // 200)]
    return tuple(Reference(name, equation, names, states, truth.region) for name, equation in truth.equations.items())


def _ours(problem: DiscoveryProblem, references: Sequence[Reference], seed: int, *, genetic: bool) -> dict[str, Record]:
    """The pool, and the pool with what genetic search adds to it: its seconds are those of both, merged twice."""
    candidates: list[Any] = [EquationCandidate(state, rhs, "settled") for state, rhs in problem.settled.items()]
    spent: dict[str, float] = {}
    for name in ENGINES:
        start = time.process_time()
        candidates += load("search", name)().search(problem, seed=seed)
        spent[name] = time.process_time() - start
    found = {"pool": _pooled(candidates, problem, references, spent)}
    if genetic:
        spent = dict(found["pool"]["spent"])
        start = time.process_time()
        left = remaining(candidates, problem)
        more = load("search", "operon")().search(left, seed=seed) if left.open else ()
        spent["operon"] = time.process_time() - start
        if more:
            found["genetic"] = _pooled([*candidates, *more], problem, references, spent)
        else:
            found["genetic"] = found["pool"] | {"seconds": sum(spent.values()), "spent": spent}
    return found


def _pooled(
    candidates: Sequence[Any], problem: DiscoveryProblem, references: Sequence[Reference], spent: Mapping[str, float]
) -> Record:
    """Which equations are in the pool of some candidates, that took so many seconds ``spent`` before."""
    start = time.process_time()
    pools = pool(candidates, problem, per_size=PER_SIZE, most=BY_REGRESSION, short=SHORT).entries
    merging = spent.get("pool", 0.0) + time.process_time() - start
    single = split(candidates)
    rows: list[Record] = []
    for one in references:
        entries = pools[one.state][:MOST]
        row = _row(one, [(entry.expression, " ".join(entry.sources)) for entry in entries])
        if not row["verdict"]:
            row["cut"] = one.first_true([c.expression for c in single if c.state == one.state]) is not None
        rows.append(row)
    spent = {**spent, "pool": merging}
    return {"seconds": sum(spent.values()), "spent": spent, "equations": rows}


def _row(reference: Reference, candidates: Sequence[tuple[sp.Expr, str]]) -> Record:
    found = reference.first_true([expression for expression, _ in candidates])
    row: Record = {"state": reference.state, "kind": reference.kind, "size": len(candidates), "verdict": ""}
    if found is None:
        return row
    return row | {"verdict": found[1], "rank": found[0], "sources": candidates[found[0]][1]}


Equations = Mapping[str, Sequence[sp.Expr]]


def _pysindy(runs: Sequence[Trajectory], problem: DiscoveryProblem, seed: int, seconds: float) -> Equations:
    """All models of the grid of thresholds, degrees and forms: what an oracle could choose from."""
    from benchmarks.baselines.pysindy_best import candidates
    from benchmarks.baselines.task import evenly

    del seed, seconds
    found: dict[str, list[sp.Expr]] = {name: [] for name in problem.names}
    for equations in candidates([evenly(run) for run in runs], problem.names):
        for name, rhs in equations.items():
            if rhs not in found[name]:
                found[name].append(rhs)
    return found


def _operon(runs: Sequence[Trajectory], problem: DiscoveryProblem, seed: int, seconds: float) -> Equations:
    """The fronts of runs for each equation on smoothed derivatives, all operators allowed.

    PyOperon counts seconds of the clock; where other work takes the cores, it runs again with another seed until it has
    had its CPU seconds.
    """
    from pyoperon.sklearn import SymbolicRegressor

    from benchmarks.baselines.operon_smoothed import DECIMALS, MAX_LENGTH, SYMBOLS
    from discovery.symbolic.parse import parse

    del runs
    regression = problem.regression("derivative")
    found: dict[str, list[sp.Expr]] = {}
    labels = [f"X{number + 1}" for number in range(len(problem.names))]
    back: dict[sp.Expr, sp.Expr] = {
        symbol(label): symbol(state) for label, state in zip(labels, problem.names, strict=True)
    }
    for index, name in enumerate(problem.names):
        found[name] = []
        end, run = time.process_time() + seconds / len(problem.names), 0
        while (left := end - time.process_time()) > LEAST_RUN or run == 0:
            regressor = SymbolicRegressor(
                allowed_symbols=SYMBOLS, objectives=["r2", "length"], optimizer_iterations=5, max_length=MAX_LENGTH,
                max_time=max(1, round(left)), max_evaluations=100_000_000, generations=10_000,
                n_threads=1, random_state=seed + 1000 * run,
            )  # fmt: skip
            regressor.fit(regression.states, regression.targets[:, index])
            run += 1
            for model in regressor.pareto_front_:
                try:
                    expression = parse(regressor.get_model_string(model["tree"], DECIMALS), labels)
                except DiscoveryError:
                    continue
                found[name].append(substituted(expression, back))
    return found


PEERS: Mapping[str, Callable[..., Equations]] = {"pysindy": _pysindy, "operon": _operon}
