"""Stiff systems measured over decades of time, smoothed at noise of one per cent.

Sources: Robertson (1966) and Schäfer's HIRES (1975), as in Hairer & Wanner, Solving Ordinary Differential Equations II
(1996), section IV.10.
"""

import numpy as np
import pytest

from discovery.datasets import known
from discovery.datasets.simulate import simulate
from discovery.smoothing.auto import Auto
from discovery.types import Trajectory

TIMES = {
    "robertson": np.r_[0.0, np.logspace(-5, 5, 200)],
    "hires": np.r_[0.0, np.logspace(-3, np.log10(321.8), 200)],
}


@pytest.mark.parametrize("name", TIMES)
def test_neural_states_of_stiff_systems_are_right(name: str) -> None:
    """Within 3 % of each state's deviation, from samples spread over the logarithm of time."""
    system = known.load(name)
    exact = simulate(system, system.initial_states[0], times=TIMES[name])
    rng = np.random.default_rng(0)
    run = Trajectory(TIMES[name], exact.states * (1.0 + 0.01 * rng.standard_normal(exact.states.shape)), exact.names)
    neural = next(one for one in Auto().rivals([run], seed=0) if one.method == "neural_ode")
    error = np.sqrt(np.mean((neural.trajectories[0].states - exact.states) ** 2, axis=0)) / exact.states.std(axis=0)
    assert np.all(error < 0.03)
