"""The one test of PySR that needs Julia: it runs where Julia is, and is skipped with the reason where it is not."""

import numpy as np
import pytest

from discovery.search.pysr import PySR
from discovery.search.pysr_probe import available
from discovery.types import (
    DiscoveryProblem,
    NoiseModel,
    Regression,
    SmoothedTrajectory,
    Smoothing,
    Trajectory,
    symbol,
)


@pytest.mark.julia
@pytest.mark.slow
def test_pysr_finds_a_product_of_two_states() -> None:
    """x·y is among the candidates of x, with a coefficient of one."""
    answer = available()
    if not answer.ok:
        pytest.skip(f"{answer.why} Add with: {answer.command}")
    names = ("x", "y")
    times = np.linspace(0.0, 1.0, 100)
    states = np.random.default_rng(0).uniform(0.5, 3.0, size=(100, 2))
    derivatives = np.column_stack((states[:, 0] * states[:, 1], states[:, 0] - states[:, 1]))
    ones = np.ones_like(states)
    curve = SmoothedTrajectory(times, states, derivatives, ones, ones, names)
    smoothing = Smoothing((curve,), None, NoiseModel("additive", np.ones(2), np.ones(2)), 0.0, "exact")
    regression = Regression("derivative", states, derivatives, ones, lambda values: values)
    problem = DiscoveryProblem((Trajectory(times, states, names),), smoothing, (regression,))
    found = PySR(unary=(), iterations=5, max_size=9).search(problem, seed=0)
    ratios = [c.expression / (symbol("x") * symbol("y")) for c in found if c.state == "x"]
    assert any(ratio.is_number and abs(float(ratio) - 1.0) < 1e-4 for ratio in ratios)
