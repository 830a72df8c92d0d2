"""Fitting a field to given derivatives."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from discovery.smoothing.neural.collocation import Collocation
from discovery.smoothing.neural.network import new_network
from discovery.smoothing.neural.scaling import Samples, with_velocities

SamplesOf = Callable[..., Samples]
TIMES = np.linspace(0.0, 6.0, 61)


def test_the_gradient_is_that_of_the_sum_of_squares(samples_of: SamplesOf) -> None:
    """By automatic differentiation."""
    network = new_network(np.ones(1), np.zeros((1, 1)), 0, 4, np.random.default_rng(0))
    collocation = Collocation.of(network, [samples_of(TIMES)], 0.1)
    point = network.parameters.clone().requires_grad_(True)
    total = collocation.squares(point)
    total.backward()
    assert point.grad is not None
    torch.testing.assert_close(2.0 * collocation.normal(point.detach())[1], point.grad, rtol=1e-10, atol=1e-10)
    assert collocation.cost(point.detach())[0] == pytest.approx(float(total.detach()), rel=1e-14)


def test_thinning_keeps_the_weight_of_the_whole(samples_of: SamplesOf) -> None:
    """Fewer points count for more each."""
    network = new_network(np.ones(1), np.zeros((1, 1)), 0, 4, np.random.default_rng(0))
    every, some = (Collocation.of(network, [samples_of(TIMES)], 0.1, most) for most in (100, 21))
    assert [61, 21] == [len(every.points), len(some.points)]
    assert float(torch.sum(some.weights**2)) == pytest.approx(float(torch.sum(every.weights**2)), rel=1e-12)


def test_only_what_is_learned_is_fitted(samples_of: SamplesOf) -> None:
    """Of a second-order field that are the accelerations: exact ones of a sine cost nothing."""
    part = with_velocities(samples_of(TIMES), np.ones(1))
    network = new_network(np.ones(1), np.array([[0.0, 1.0], [0.0, 0.0]]), 0, 2, np.random.default_rng(0))
    collocation = Collocation.of(network, [part], 1.0)
    parameters = torch.zeros_like(network.parameters)
    parameters[0] = -1.0  # the first monomial is the position
    assert (61, 1) == tuple(collocation.slopes.shape)
    assert collocation.cost(parameters)[0] < 0.05 * collocation.cost(torch.zeros_like(parameters))[0]
