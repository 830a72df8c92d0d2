"""pysindy as it comes: finite differences, quadratic library, STLSQ with threshold 0.1."""

from __future__ import annotations

import pysindy

from benchmarks.baselines.pysindy_fit import polynomial_equations
from benchmarks.baselines.task import Equations, Task, answer


def solve(task: Task) -> Equations:
    """The one model that ``pysindy.SINDy()`` gives."""
    model = pysindy.SINDy()
    model.fit([run.states for run in task.runs], t=[run.times for run in task.runs])
    return polynomial_equations(model, model.feature_library, task.names)


if __name__ == "__main__":
    answer(solve)
