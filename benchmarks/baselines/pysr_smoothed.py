"""PySR with its own choice from the front on smoothed derivatives; where Julia is missing it says so and stops."""

from __future__ import annotations

from typing import Any

from benchmarks.baselines.smooth_derivatives import points
from benchmarks.baselines.task import Equations, Task, answer
from discovery.errors import BackendMissing
from discovery.search.pysr_probe import available
from discovery.symbolic.parse import parse


def solve(task: Task) -> Equations:
    """PySR's ``best`` equation for each derivative.

    Raises:
        BackendMissing: Julia or PySR's packages are not there.
    """
    there = available()
    if not there.ok:
        raise BackendMissing(f"{there.why} Add it with: {there.command}")
    from pysr import PySRRegressor

    regressor: Any = PySRRegressor
    states, slopes = points(task.runs)
    equations = {}
    for index, name in enumerate(task.names):
        model = regressor(
            binary_operators=["+", "-", "*", "/"],
            unary_operators=["sin", "cos", "exp", "log"],
            timeout_in_seconds=max(1.0, task.deadline.remaining() / (len(task.names) - index)),
            parallelism="serial",
            deterministic=True,
            random_state=task.seed,
            verbosity=0,
            progress=False,
            temp_equation_file=True,
        )
        model.fit(states, slopes[:, index], variable_names=list(task.names))
        equations[name] = parse(str(model.get_best()["equation"]), task.names)
    return equations


if __name__ == "__main__":
    answer(solve)
