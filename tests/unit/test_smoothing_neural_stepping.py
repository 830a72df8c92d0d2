"""How cells are crossed."""

import numpy as np
import pytest

from discovery.protocols import NEVER, silent
from discovery.smoothing.neural.network import new_network
from discovery.smoothing.neural.solving import Stepper
from discovery.smoothing.neural.stepping import solver_step, steps_in_cells
from discovery.smoothing.neural.study import Study
from discovery.smoothing.starts import classical_start
from discovery.types import Trajectory


def study(times: np.ndarray, inputs: int = 0) -> Study:
    """A circle with noise."""
    drives = np.tile(np.cos(times)[:, None], (1, inputs))
    states = np.column_stack([3.0 + 2.0 * np.sin(times), np.cos(times)])
    noisy = states + 0.05 * np.random.default_rng(0).standard_normal(states.shape)
    run = Trajectory(times, noisy, ("x", "y"), inputs=drives)
    fit, _ = classical_start([run], "additive", seed=0, deadline=NEVER, progress=silent)
    return Study.of([run], fit, 0)


@pytest.fixture(scope="module")
def plain() -> Study:
    """Ten samples a unit of time."""
    return study(np.linspace(0.0, 12.0, 120))


def test_a_stiff_field_is_stepped_implicitly_and_others_not(plain: Study) -> None:
    """A decay of a hundred in a sampling interval asks for it."""
    network = new_network(np.ones(2), np.zeros((2, 2)), 0, 1, np.random.default_rng(0))
    decay = network.parameters * 0.0
    for rate, stiff in ((1.0, False), (100.0 / 0.1, True)):
        decay[0] = decay[network.features + 1] = -rate
        assert (1, stiff) == (
            steps_in_cells(network.at(decay), plain)[0],
            steps_in_cells(network.at(decay), plain)[1].stiff,
        )


def test_steps_are_as_long_as_the_field_allows(plain: Study) -> None:
    """A fast rotation takes many steps in a sampling interval, a slow one few over many."""
    network = new_network(np.ones(2), np.zeros((2, 2)), 0, 1, np.random.default_rng(0))
    turn = network.parameters * 0.0
    found: list[float] = []
    for rate in (0.1, 10.0, 40.0):
        turn[1], turn[network.features] = rate, -rate
        found.append(solver_step(network.at(turn), plain))
    assert sorted(found, reverse=True) == found
    assert [8.0, 0.25] == [found[0], found[2]]
    assert steps_in_cells(network.at(turn), plain)[1].substeps == 4


def test_long_runs_have_several_samples_in_a_cell() -> None:
    """As many as leave 250 cells, where the field is slow against the sampling."""
    found = study(np.linspace(0.0, 12.0, 1001))
    network = new_network(np.ones(2), np.zeros((2, 2)), 0, 1, np.random.default_rng(0))
    assert (4, Stepper(1)) == steps_in_cells(network.at(network.parameters * 0.0), found)


def test_runs_with_inputs_have_one_sample_in_a_cell() -> None:
    """Inputs are linear within a cell, so that no sample of them may be skipped."""
    found = study(np.linspace(0.0, 12.0, 1001), inputs=1)
    network = new_network(np.ones(2), np.zeros((2, 2)), 1, 1, np.random.default_rng(0))
    assert (1, Stepper(1)) == steps_in_cells(network.at(network.parameters * 0.0), found)
