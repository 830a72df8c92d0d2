"""Levenberg-Marquardt steps on toy problems."""

import numpy as np
import torch

from discovery.protocols import NEVER, Deadline
from discovery.smoothing.neural.evidence import Prior
from discovery.smoothing.neural.levenberg import LEAST, PATIENCE, Descent, descend

FIRST = torch.tensor([-1.2, 1.0], dtype=torch.float64)


class Rosenbrock:
    """Rosenbrock's valley (1960) as least squares; nothing is held out."""

    def cost(self, unknowns: torch.Tensor) -> tuple[float, float]:
        """The valley."""
        x, y = unknowns.tolist()
        return 100.0 * (y - x * x) ** 2 + (1.0 - x) ** 2, float("nan")

    def normal(self, unknowns: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """J'J and J'r."""
        x, y = unknowns.tolist()
        tilts = torch.tensor([[-20.0 * x, 10.0], [-1.0, 0.0]], dtype=torch.float64)
        return tilts.T @ tilts, tilts.T @ torch.tensor([10.0 * (y - x * x), 1.0 - x], dtype=torch.float64)


class Overfitted(Rosenbrock):
    """The same with held-out samples that are worse the further the cost is from 3."""

    def cost(self, unknowns: torch.Tensor) -> tuple[float, float]:
        """The valley, and how far it is from 3 in logarithms."""
        cost, _ = super().cost(unknowns)
        return cost, 1.0 + abs(np.log(cost / 3.0))


class Nowhere(Rosenbrock):
    """A problem without a finite cost."""

    def cost(self, unknowns: torch.Tensor) -> tuple[float, float]:
        """None."""
        return float("inf"), float("nan")


class Misjudged(Rosenbrock):
    """A bowl whose curvature is overstated outside a radius of one and understated within."""

    def cost(self, unknowns: torch.Tensor) -> tuple[float, float]:
        """The bowl."""
        return float(torch.sum(unknowns**2)), float("nan")

    def normal(self, unknowns: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Twenty times the curvature, or a tenth of it."""
        curvature = 20.0 if self.cost(unknowns)[0] > 1.0 else 0.1
        return curvature * torch.eye(2, dtype=torch.float64), unknowns.clone()


class Stuck(Rosenbrock):
    """A start that every step makes worse."""

    def cost(self, unknowns: torch.Tensor) -> tuple[float, float]:
        """None at the start, one elsewhere."""
        return float(not torch.equal(FIRST, unknowns)), float("nan")


def held_out(found: Descent) -> float:
    """The misfit that stops a descent."""
    return found.held_out


def free() -> Prior:
    """A prior that holds nothing, and moves only where asked to."""
    return Prior(np.array([0, 0]), np.array([1e-9]))


def down(problem: Rosenbrock, iterations: int, deadline: Deadline = NEVER) -> tuple[Descent, list[float]]:
    """The descent with a fixed prior, and the shares that were told."""
    shares: list[float] = []

    def told(share: float, cost: float, held_out: float) -> None:
        shares.append(share)

    return descend(problem, FIRST, free(), iterations, deadline, told, hold=10**6), shares


def test_the_bottom_of_a_curved_valley_is_found() -> None:
    """Where undamped steps leave the valley."""
    found, _ = down(Rosenbrock(), 60)
    np.testing.assert_allclose(found.unknowns, [1.0, 1.0], atol=1e-3)
    assert found.cost < 1e-6


def test_every_step_lowers_the_cost() -> None:
    """Costs after ever more steps fall."""
    costs = [down(Rosenbrock(), count)[0].cost for count in range(8)]
    assert sorted(costs, reverse=True) == costs
    assert len(set(costs)) == len(costs)


def test_it_stops_where_nothing_is_gained() -> None:
    """A hundred steps more are not taken at the bottom, and what is told ends early."""
    _, shares = down(Rosenbrock(), 1000)
    assert LEAST < len(shares) < 100
    assert shares[-1] < 0.1


def test_held_out_samples_that_get_worse_end_it_and_the_best_is_returned() -> None:
    """After five worse steps in a row the step with the smallest held-out misfit is the result."""
    stopped, shares = down(Overfitted(), 60)
    best = min((down(Overfitted(), count)[0] for count in range(len(shares) - PATIENCE + 1)), key=held_out)
    assert PATIENCE < len(shares) < 12
    assert held_out(best) == held_out(stopped)
    assert torch.equal(best.unknowns, stopped.unknowns)


def test_a_deadline_that_has_passed_leaves_the_start() -> None:
    """No step is taken."""
    found, shares = down(Rosenbrock(), 20, Deadline(0.0))
    assert torch.equal(FIRST, found.unknowns)
    assert [] == shares


def test_a_start_without_cost_is_returned() -> None:
    """Nothing can be compared with infinity."""
    found, shares = down(Nowhere(), 20)
    assert float("inf") == found.cost
    assert torch.equal(FIRST, found.unknowns)
    assert [] == shares


def test_a_strong_prior_holds_the_parameters_near_zero() -> None:
    """The penalty is part of the cost."""
    prior = Prior(np.array([0, 0]), np.array([1e6]))
    found = descend(Rosenbrock(), FIRST, prior, 20, NEVER, lambda *_: None, hold=10**6)
    np.testing.assert_allclose(found.unknowns, 0.0, atol=1e-4)
    np.testing.assert_allclose(found.covariance, 1e-6 * np.eye(2), rtol=0.01, atol=1e-8)


def test_a_point_far_from_the_minimum_does_not_pass_for_the_lowest() -> None:
    """Good steps make the damping light; where they end it rises as far as the next one needs."""
    found, shares = down(Misjudged(), 60)
    assert len(shares) > LEAST
    assert found.cost < 1e-6


def test_a_start_that_no_step_improves_has_the_covariance_of_the_data() -> None:
    """Not that of the prior, which holds nothing."""
    found, shares = down(Stuck(), 20)
    assert [] == shares
    assert torch.equal(FIRST, found.unknowns)
    np.testing.assert_allclose(found.covariance, torch.linalg.inv(Stuck().normal(FIRST)[0]), rtol=1e-4)
