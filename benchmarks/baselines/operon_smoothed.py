"""PyOperon by its scikit-learn interface on smoothed derivatives, each state for itself."""

from __future__ import annotations

import numpy as np
import sympy as sp
from pyoperon.sklearn import SymbolicRegressor

from benchmarks.baselines.smooth_derivatives import points
from benchmarks.baselines.task import Equations, Task, answer
from discovery.symbolic.parse import parse
from discovery.types import symbol

SYMBOLS = "add,sub,mul,div,sin,cos,exp,log,constant,variable"
DECIMALS = 17
MAX_LENGTH = 30  # nodes; the laws of ODEBench have up to about that many


def solve(task: Task) -> Equations:
    """The model that Operon itself chooses from its front for each derivative."""
    states, slopes = points(task.runs)
    equations: dict[str, sp.Expr] = {}
    for index, name in enumerate(task.names):
        left = task.deadline.remaining() / (len(task.names) - index)
        regressor = SymbolicRegressor(
            allowed_symbols=SYMBOLS,
            objectives=["r2", "length"],
            model_selection_criterion="minimum_description_length",
            optimizer_iterations=5,
            max_length=MAX_LENGTH,
            max_time=max(1, int(left)),
            max_evaluations=1_000_000,
            generations=10_000,
            n_threads=1,
            random_state=task.seed,
        )
        regressor.fit(states, slopes[:, index])
        labels = [f"X{number + 1}" for number in range(len(task.names))]
        expression = parse(regressor.get_model_string(regressor.model_, DECIMALS), labels)
        back = {symbol(label): symbol(state) for label, state in zip(labels, task.names, strict=True)}
        equations[name] = expression.xreplace(back)
    return equations if all(np.isfinite(float(c)) for e in equations.values() for c in e.atoms(sp.Float)) else {}


if __name__ == "__main__":
    answer(solve)
