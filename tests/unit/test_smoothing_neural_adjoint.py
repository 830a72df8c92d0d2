"""Gradients by the adjoint equation."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from discovery.protocols import NEVER, Deadline
from discovery.smoothing.neural.adjoint import descend_by_adjoint, solve_by_adjoint
from discovery.smoothing.neural.collocation import Collocation
from discovery.smoothing.neural.evidence import Prior
from discovery.smoothing.neural.network import Network, new_network
from discovery.smoothing.neural.scaling import Samples
from discovery.smoothing.neural.shooting import Shooting
from discovery.smoothing.neural.solving import Stepper, solve
from discovery.smoothing.neural.windows import gather, places

SamplesOf, NetworkOf = Callable[..., Samples], Callable[..., Network]
TIMES = np.linspace(0.0, 4.0, 41) + np.random.default_rng(1).uniform(-0.03, 0.03, 41)


def problem(
    samples_of: SamplesOf, network: Network, *, stride: int = 1, drives: bool = False, steps: int = 4
) -> Shooting:
    """A circle in windows of ten cells."""
    curve = np.column_stack([np.cos(TIMES), -np.sin(TIMES)])
    part = samples_of(TIMES, curve, drives=np.cos(2.0 * TIMES)[:, None] if drives else None)
    windows = gather([part], places([part], 10, stride), 10, stride)
    return Shooting(network, windows, Stepper(steps), 0.3, Collocation.of(network, [part], 0.1), 10**7)


@pytest.mark.parametrize(("stride", "drives"), [(1, False), (2, True)])
def test_its_gradient_is_that_of_the_gauss_newton_equations(samples_of: SamplesOf, stride: int, drives: bool) -> None:
    """By first states and by parameters, to the errors of both integrations."""
    rng = np.random.default_rng(0)
    network = new_network(np.array([1.0, 1.5]), np.zeros((2, 2)), int(drives), 3, rng)
    network = network.at(0.2 * torch.tensor(rng.standard_normal(len(network.parameters))))
    shooting = problem(samples_of, network, stride=stride, drives=drives)
    point = torch.cat([torch.tensor(shooting.windows.starts).flatten(), network.parameters]).requires_grad_(True)
    shooting.squares(point, solve_by_adjoint).backward()
    assert point.grad is not None
    _, gradient = shooting.normal(point.detach())
    np.testing.assert_allclose(2.0 * gradient, point.grad, atol=1e-5 * float(point.grad.abs().max()))


def test_its_states_are_those_of_the_other_solver(samples_of: SamplesOf, network_of: NetworkOf) -> None:
    """Only the way of the gradients differs."""
    shooting = problem(samples_of, network_of({(1,): 1.0}, {(0,): -1.0}), stride=2)
    starts = torch.tensor(shooting.windows.starts)
    one, other = (by(shooting.network, starts, shooting.windows, shooting.stepper) for by in (solve, solve_by_adjoint))
    torch.testing.assert_close(other.states, one.states, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(other.ends, one.ends, rtol=1e-12, atol=1e-12)


def test_the_descent_finds_the_field(samples_of: SamplesOf, network_of: NetworkOf) -> None:
    """From half the speed of a circle to the whole."""
    shooting = problem(samples_of, network_of({(1,): 0.5}, {(0,): -0.5}), steps=1)
    shooting = replace(shooting, anchor=replace(shooting.anchor, weights=0.0 * shooting.anchor.weights))
    prior = Prior(shooting.network.groups, np.full(7, 1e-3))
    start = torch.cat([torch.tensor(shooting.windows.starts).flatten(), shooting.network.parameters])
    heard: list[tuple[float, float]] = []

    def told(share: float, cost: float, held_out: float) -> None:
        assert np.isnan(held_out)
        heard.append((share, cost))

    covariance = torch.eye(7, dtype=torch.float64)
    found = descend_by_adjoint(shooting, start, prior, 40, NEVER, told, covariance=covariance)
    assert torch.equal(covariance, found.covariance)
    assert sorted(heard, key=lambda one: -one[1]) == heard
    assert found.cost < 0.01 * shooting.cost(start)[0]
    points = torch.tensor(np.column_stack([np.cos(TIMES), -np.sin(TIMES)]))
    field = shooting.network.at(shooting.split(found.unknowns)[1])
    np.testing.assert_allclose(field(points, points[:, :0]), np.column_stack([points[:, 1], -points[:, 0]]), atol=0.05)


def test_a_deadline_that_has_passed_leaves_the_start(samples_of: SamplesOf, network_of: NetworkOf) -> None:
    """No step is taken."""
    shooting = problem(samples_of, network_of({(1,): 0.5}, {(0,): -0.5}))
    start = torch.cat([torch.tensor(shooting.windows.starts).flatten(), shooting.network.parameters])
    prior = Prior.first(shooting.network.groups)
    covariance = torch.eye(len(prior.groups), dtype=torch.float64)
    found = descend_by_adjoint(shooting, start, prior, 60, Deadline(0.0), lambda *_: None, covariance=covariance)
    assert torch.equal(start, found.unknowns)
    assert torch.equal(covariance, found.covariance)


def test_the_share_that_is_done_is_never_more_than_one(samples_of: SamplesOf, network_of: NetworkOf) -> None:
    """Also where the iterations are no multiple of those between looks at the clock."""
    shooting = problem(samples_of, network_of({(1,): 0.5}, {(0,): -0.5}), steps=1)
    start = torch.cat([torch.tensor(shooting.windows.starts).flatten(), shooting.network.parameters])
    prior, shares = Prior.first(shooting.network.groups), list[float]()
    covariance = torch.eye(len(prior.groups), dtype=torch.float64)
    descend_by_adjoint(shooting, start, prior, 6, NEVER, lambda share, *_: shares.append(share), covariance=covariance)
    assert [5.0 / 6.0, 1.0] == shares
