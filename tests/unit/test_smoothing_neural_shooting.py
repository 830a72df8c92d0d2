"""Multiple shooting: the normal equations are those of the sum of squares."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from discovery.smoothing.neural.collocation import Collocation
from discovery.smoothing.neural.network import new_network
from discovery.smoothing.neural.scaling import Samples
from discovery.smoothing.neural.shooting import Shooting
from discovery.smoothing.neural.solving import Stepper, solve
from discovery.smoothing.neural.windows import gather, places

SamplesOf = Callable[..., Samples]
NUMBERS = 10**7


def problem(samples_of: SamplesOf, *, stiff: bool = False, stride: int = 1, numbers: int = NUMBERS) -> Shooting:
    """Two runs with missing and hidden samples and a drive, a field far from both."""
    rng = np.random.default_rng(0)
    parts: list[Samples] = []
    for length in (23, 10):
        times = np.linspace(0.0, 0.1 * length, length)
        curve = np.column_stack([np.sin(times), np.cos(times)])
        measured = curve + 0.1 * rng.standard_normal(curve.shape)
        measured[4, 1] = np.nan
        hidden = np.zeros(curve.shape, dtype=bool)
        hidden[6] = True
        parts.append(samples_of(times, curve, measured=measured, hidden=hidden, drives=np.cos(2.0 * times)[:, None]))
    network = new_network(np.array([1.0, 1.5]), np.zeros((2, 2)), 1, 3, rng)
    network = network.at(0.2 * torch.tensor(rng.standard_normal(len(network.parameters))))
    windows = gather(parts, places(parts, 5, stride), 5, stride)
    return Shooting(network, windows, Stepper(1, stiff), 0.3, Collocation.of(network, parts, 0.1), numbers)


def unknowns(shooting: Shooting) -> torch.Tensor:
    """Starts off the curve, so that there are jumps, and the network's parameters."""
    starts = torch.tensor(shooting.windows.starts).flatten()
    off = 0.1 * torch.tensor(np.random.default_rng(2).standard_normal(len(starts)))
    return torch.cat([starts + off, shooting.network.parameters])


@pytest.mark.parametrize("stiff", [False, True])
@pytest.mark.parametrize("stride", [1, 2])
def test_the_gradient_is_that_of_the_sum_of_squares(samples_of: SamplesOf, stiff: bool, stride: int) -> None:
    """Of misfits, jumps and anchor; by automatic differentiation through the solver."""
    shooting = problem(samples_of, stiff=stiff, stride=stride)
    point = unknowns(shooting).requires_grad_(True)
    total = shooting.squares(point, solve)
    total.backward()
    assert point.grad is not None
    _, gradient = shooting.normal(point.detach())
    torch.testing.assert_close(2.0 * gradient, point.grad, rtol=1e-8, atol=1e-8)
    assert shooting.cost(point.detach())[0] == pytest.approx(float(total.detach()), rel=1e-12)


@pytest.mark.parametrize("stiff", [False, True])
def test_the_normal_matrix_is_the_hessian_where_nothing_is_missed(samples_of: SamplesOf, stiff: bool) -> None:
    """Samples and starts on one solution leave no second derivatives; the anchor, which is missed, is left out."""
    shooting = problem(samples_of, stiff=stiff)
    shooting = replace(shooting, anchor=replace(shooting.anchor, weights=0.0 * shooting.anchor.weights))
    windows, starts = shooting.windows, shooting.windows.starts.copy()
    for one, other in windows.links:  # every window starts where the one before it ends
        starts[other] = solve(shooting.network, torch.tensor(starts), windows, shooting.stepper).ends[one]
    point = torch.cat([torch.tensor(starts).flatten(), shooting.network.parameters])
    shooting = replace(shooting, windows=replace(windows, measured=shooting.states(point)))
    normal, gradient = shooting.normal(point)
    np.testing.assert_allclose(gradient, 0.0, atol=1e-9)
    for row in range(0, len(point), 3):
        step = torch.zeros_like(point)
        step[row] = 1e-5
        up, down = (shooting.normal(point + sign * step)[1] for sign in (1.0, -1.0))
        np.testing.assert_allclose(normal[row], (up - down) / 2e-5, atol=1e-6 * float(normal.abs().max()))


@pytest.mark.parametrize("numbers", [1, 3000, 20000])
def test_batches_of_any_size_give_the_same_equations(samples_of: SamplesOf, numbers: int) -> None:
    """Memory limits the windows that are solved at once, nothing else."""
    one, other = problem(samples_of), problem(samples_of, numbers=numbers)
    point = unknowns(one)
    for expected, actual in zip(one.normal(point), other.normal(point), strict=True):
        torch.testing.assert_close(actual, expected, rtol=1e-10, atol=1e-8)
    np.testing.assert_allclose(other.cost(point), one.cost(point), rtol=1e-12)


def test_a_window_that_does_not_fit_in_memory_is_oversized(samples_of: SamplesOf) -> None:
    """Its gradient has to come from elsewhere."""
    assert [False, True] == [problem(samples_of, numbers=numbers).oversized for numbers in (NUMBERS, 100)]


def test_the_normal_matrix_is_symmetric(samples_of: SamplesOf) -> None:
    """Both borders and the blocks of neighbouring windows are filled."""
    normal, _ = problem(samples_of).normal(unknowns(problem(samples_of)))
    torch.testing.assert_close(normal, normal.T, rtol=1e-12, atol=1e-10)


def test_jumps_cost_in_their_deviations(samples_of: SamplesOf) -> None:
    """A window that starts off by s adds (s / (continuity noise))^2; starts of runs are free."""
    shooting = problem(samples_of)
    blank = replace(shooting.windows, weights=np.zeros_like(shooting.windows.weights))
    shooting = replace(shooting, windows=blank)
    starts = shooting.windows.starts.copy()
    before, after = shooting.windows.links.T
    for one, other in zip(before, after, strict=True):  # every window starts where the one before it ended
        starts[other] = solve(shooting.network, torch.tensor(starts), blank, shooting.stepper).ends[one]
    anchor = shooting.anchor.cost(shooting.network.parameters)[0]

    def cost() -> float:
        return shooting.cost(torch.cat([torch.tensor(starts).flatten(), shooting.network.parameters]))[0] - anchor

    assert cost() == pytest.approx(0.0, abs=1e-8)
    starts[after[-1], 0] += 0.06
    assert cost() == pytest.approx((0.06 / (0.3 * 0.1)) ** 2, rel=1e-6)


def test_hidden_samples_are_scored_and_not_fitted(samples_of: SamplesOf) -> None:
    """Moving them changes the held-out misfit alone."""
    shooting = problem(samples_of)
    windows = shooting.windows
    moved = replace(windows, measured=np.where(windows.hidden, windows.measured + 1.0, windows.measured))
    cost, held_out = shooting.cost(unknowns(shooting))
    other, worse = replace(shooting, windows=moved).cost(unknowns(shooting))
    assert other == pytest.approx(cost, rel=1e-12)
    assert worse > 10.0 * held_out
    assert np.isnan(replace(shooting, windows=windows.revealed()).cost(unknowns(shooting))[1])


def test_a_field_that_runs_off_costs_infinitely_much(samples_of: SamplesOf) -> None:
    """No step is taken there."""
    shooting = problem(samples_of)
    point = unknowns(shooting)
    point[shooting.windows.starts.size :] = 1e6
    assert float("inf") == shooting.cost(point)[0]
