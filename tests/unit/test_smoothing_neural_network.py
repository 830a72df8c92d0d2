"""The field as torch tensors, its derivatives, and the same function as plain arrays."""

import numpy as np
import pytest
import torch
from torch.func import jacrev

from discovery.smoothing.neural.network import Network, new_network
from discovery.smoothing.neural.scaling import Scaling

PACE = np.array([2.0, 0.5])
# known linear part, number of drives
KINDS = {
    "first order": (np.zeros((2, 2)), 0),
    "second order": (np.block([[np.zeros((2, 2)), np.diag([0.7, 1.3])], [np.zeros((2, 4))]]), 0),
    "driven": (np.zeros((2, 2)), 2),
    "second order, driven": (np.block([[np.zeros((2, 2)), np.diag([0.7, 1.3])], [np.zeros((2, 4))]]), 1),
}


def drawn(kind: str) -> tuple[Network, torch.Tensor, torch.Tensor]:
    """A network whose parameters are all far from zero, points and drives."""
    known, drives = KINDS[kind]
    rng = np.random.default_rng(0)
    network = new_network(PACE, known, drives, 5, rng)
    network = network.at(0.5 * torch.tensor(rng.standard_normal(len(network.parameters))))
    return network, torch.tensor(rng.standard_normal((6, len(known)))), torch.tensor(rng.standard_normal((6, drives)))


@pytest.mark.parametrize("kind", KINDS)
def test_linearise_gives_the_value_of_the_field(kind: str) -> None:
    """What is linearised is what is integrated, whether or not derivatives by parameters are asked for."""
    network, points, drives = drawn(kind)
    for wanted in (True, False):
        near = network.linearise(points, drives, parameters=wanted)
        torch.testing.assert_close(near.values, network(points, drives), rtol=1e-13, atol=1e-13)
    assert 0 == near.by_parameters.shape[-1]


@pytest.mark.parametrize("kind", KINDS)
def test_derivatives_are_those_of_automatic_differentiation(kind: str) -> None:
    """By states and by parameters."""
    network, points, drives = drawn(kind)
    near = network.linearise(points, drives)
    for row in range(len(points)):

        def field(state: torch.Tensor, parameters: torch.Tensor, row: int = row) -> torch.Tensor:
            return network.at(parameters)(state[None], drives[row : row + 1])[0]

        by_states, by_parameters = jacrev(field, argnums=(0, 1))(points[row], network.parameters)
        torch.testing.assert_close(near.by_states[row], by_states, rtol=1e-10, atol=1e-12)
        torch.testing.assert_close(near.by_parameters[row], by_parameters, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_torch_and_plain_field_agree(kind: str) -> None:
    """The plain arrays compute, in the data's units, what the network computes."""
    network, points, drives = drawn(kind)
    count = network.states
    scaling = Scaling(np.linspace(1.0, 2.0, count), np.linspace(0.5, 3.0, count), np.arange(count) == 1)
    units = np.full(drives.shape[1], 0.3), np.full(drives.shape[1], 2.0)
    plain = network.plain(scaling, points.numpy(), units, np.zeros(2))
    states, given = scaling.states(points.numpy()), units[0] + units[1] * drives.numpy()
    expected = network(points, drives).numpy() / scaling.per_unit(states)
    np.testing.assert_allclose(plain(states, given), expected, rtol=1e-10)


def test_a_position_s_derivative_is_its_velocity() -> None:
    """In a second-order field nothing is learned of it."""
    network, points, drives = drawn("second order")
    np.testing.assert_allclose(network(points, drives)[:, :2], points[:, 2:].numpy() * [0.7, 1.3], rtol=1e-14)


def test_every_parameter_is_in_a_group() -> None:
    """Monomials by degree, constants, outer, inner, biases."""
    network, _, _ = drawn("driven")
    sizes = np.bincount(network.groups, minlength=7)
    assert [2 * 4, 2 * 10, 2 * 20, 2, 2 * 5, 5 * 4, 5] == sizes.tolist()
    assert len(network.parameters) == len(network.groups)


def test_a_new_network_is_near_zero_and_one_seed_gives_one() -> None:
    """Its derivatives are a fraction of the rate."""
    one, other = (new_network(PACE, np.zeros((2, 2)), 0, 24, np.random.default_rng(7)) for _ in range(2))
    assert torch.equal(one.parameters, other.parameters)
    points = torch.tensor(np.random.default_rng(0).standard_normal((50, 2)))
    assert float((one(points, points[:, :0]) / one.rate).abs().max()) < 0.5
