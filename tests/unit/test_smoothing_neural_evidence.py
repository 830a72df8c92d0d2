"""The prior's precisions follow the evidence."""

import numpy as np
import pytest
import torch

from discovery.protocols import NEVER
from discovery.smoothing.neural.collocation import Collocation
from discovery.smoothing.neural.evidence import HIGHEST, LOWEST, Prior
from discovery.smoothing.neural.levenberg import Descent, descend
from discovery.smoothing.neural.network import Network, derivatives, deviations, new_network

SQUARE, CUBE = 1, 2  # groups
LINEAR, CUBIC = np.array([0.0, -1.0]), np.array([0.0, -1.0, 0.0, 1.0])
POINTS = np.linspace(-2.0, 2.0, 41)[:, None]


def fitted(law: np.ndarray, noise: float) -> tuple[Network, Descent]:
    """A network of one state after thirty steps towards noisy values of its derivative at 300 points."""
    network = new_network(np.ones(1), np.zeros((1, 1)), 0, 6, np.random.default_rng(0))
    points = np.linspace(-2.0, 2.0, 300)
    slopes = np.polynomial.polynomial.polyval(points, law) + noise * np.random.default_rng(1).standard_normal(300)
    weights = torch.full((300, 1), 1.0 / noise, dtype=torch.float64)
    collocation = Collocation(
        network, torch.tensor(points[:, None]), torch.empty(300, 0).double(), torch.tensor(slopes[:, None]), weights
    )
    start = Prior.first(network.groups)
    return network, descend(collocation, network.parameters, start, 30, NEVER, lambda *_: None, hold=3)


def errors(network: Network, found: Descent, law: np.ndarray) -> np.ndarray:
    """How far the field is from the law."""
    values = derivatives(network.at(found.unknowns), POINTS, np.empty((len(POINTS), 0)))
    return values - np.polynomial.polynomial.polyval(POINTS, law)


def test_a_linear_field_loses_all_that_bends() -> None:
    """Squares and cubes are gone, hidden units too flat to be seen: the field is straight to a fifth of the noise."""
    network, found = fitted(LINEAR, 0.1)
    assert found.prior.precisions[SQUARE] > 1e4
    assert found.prior.precisions[CUBE] > 1e4
    np.testing.assert_allclose(errors(network, found, LINEAR), 0.0, atol=0.02)
    bends = np.diff(errors(network, found, LINEAR), 2, axis=0)
    np.testing.assert_allclose(bends, 0.0, atol=1e-3)


def test_noise_is_not_fitted() -> None:
    """The misfit of 300 samples is what noise makes it, less about one for each parameter that the data determine."""
    network, found = fitted(LINEAR, 0.1)
    misfit = found.cost - found.prior.penalty(found.unknowns)
    noise = np.random.default_rng(1).standard_normal(300)
    assert 0.0 < np.sum(noise**2) - misfit < 8.0
    assert 22 == len(network.parameters)


def test_a_monomial_that_is_there_is_kept() -> None:
    """A cubic term of one has a precision of about one."""
    network, found = fitted(CUBIC, 0.1)
    assert found.unknowns[2] == pytest.approx(1.0, abs=0.05)
    assert 0.1 < found.prior.precisions[CUBE] < 10.0
    np.testing.assert_allclose(errors(network, found, CUBIC), 0.0, atol=0.1)


def test_deviations_of_the_field_are_of_the_size_of_its_errors() -> None:
    """By the covariance of the parameters, some of which the data hardly tell."""
    network, found = fitted(LINEAR, 0.1)
    doubts = deviations(network.at(found.unknowns), found.covariance, POINTS, np.empty((len(POINTS), 0)))
    ratio = np.sqrt(np.mean((errors(network, found, LINEAR) / doubts) ** 2))
    assert 0.3 < ratio < 2.0


@pytest.mark.parametrize("size", [0.0, 1e-9, 1e9])
def test_precisions_are_bounded(size: float) -> None:
    """However often they are renewed, for parameters of no size or of any, for certain ones and for unknown ones."""
    groups = np.array([0, 0, 1, 3, 4, 5, 6])  # no parameter is in group 2
    for variance in (0.0, 1.0, 1e12):
        prior = Prior.first(groups)
        for _ in range(60):
            prior = prior.renewed(torch.full((7,), size, dtype=torch.float64), variance * torch.eye(7).double())
        assert np.all(np.isfinite(prior.precisions))
        assert np.all(prior.precisions >= 0.9 * LOWEST)
        assert np.all(prior.precisions <= 1.1 * HIGHEST)


def test_the_penalty_is_the_weighted_sum_of_squares() -> None:
    """Each parameter by the precision of its group."""
    prior = Prior(np.array([0, 1, 1]), np.array([2.0, 3.0]))
    assert 2.0 * 1.0 + 3.0 * (4.0 + 9.0) == prior.penalty(torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64))
