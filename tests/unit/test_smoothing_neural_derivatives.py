"""Derivatives by a network as plain arrays, and their deviations."""

import numpy as np
import pytest
import torch

from discovery.smoothing.neural import network as module
from discovery.smoothing.neural.network import Network, derivatives, deviations, new_network

POINTS = np.random.default_rng(0).standard_normal((7, 2))
NOTHING = np.empty((7, 0))


def network() -> Network:
    """A small one."""
    return new_network(np.array([1.0, 2.0]), np.zeros((2, 2)), 0, 3, np.random.default_rng(1))


def covariance() -> torch.Tensor:
    """Of the parameters, small and full."""
    half = 0.01 * np.random.default_rng(2).standard_normal((len(network().parameters),) * 2)
    return torch.tensor(half @ half.T)


def test_deviations_are_those_of_fields_drawn_from_the_covariance() -> None:
    """Four thousand fields whose parameters scatter so little that they are linear in them."""
    scatter = np.random.default_rng(3).multivariate_normal(np.zeros(len(covariance())), covariance().numpy(), 4000)
    drawn = [derivatives(network().at(network().parameters + 0.1 * torch.tensor(s)), POINTS, NOTHING) for s in scatter]
    found = deviations(network(), 0.01 * covariance(), POINTS, NOTHING)
    np.testing.assert_allclose(found, np.std(drawn, axis=0), rtol=0.06)


def test_batches_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor do no points."""
    whole = deviations(network(), covariance(), POINTS, NOTHING)
    monkeypatch.setattr(module, "BATCH", 3)
    np.testing.assert_allclose(deviations(network(), covariance(), POINTS, NOTHING), whole, rtol=1e-12)
    assert (0, 2) == deviations(network(), covariance(), POINTS[:0], NOTHING[:0]).shape
