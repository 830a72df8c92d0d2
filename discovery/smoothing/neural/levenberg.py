"""Levenberg-Marquardt steps on a regularised least-squares problem, with the regularisation renewed on the way.

Sources: Moré, The Levenberg-Marquardt algorithm: implementation and theory (1978); the evidence as in `evidence.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import torch
from torch import Tensor

from discovery.protocols import Deadline
from discovery.smoothing.neural.evidence import Prior

DAMPING = 1e-3  # of the first step, relative to the diagonal
FACTOR = 8.0  # by which damping falls after a step that was taken and rises after one that was not
LIGHTEST = 1e-6  # damping
TRIES = 10  # rises of the damping before a point is taken to be the lowest
PLATEAU = 1e-4  # relative decrease of the cost of a step below which it stops
LEAST = 9  # steps before a plateau counts: the prior moves first
PATIENCE, WORSE = 5, 1.05  # steps in a row with a held-out misfit worse than the best by that factor, before it stops


class LeastSquares(Protocol):
    """Sums of squares whose last unknowns are a network's parameters."""

    def cost(self, unknowns: Tensor) -> tuple[float, float]:
        """Sum of squares, infinite where there is none, and mean square of what is held out (NaN if nothing is)."""
        ...

    def normal(self, unknowns: Tensor) -> tuple[Tensor, Tensor]:
        """Gauss-Newton approximation to half the Hessian, and half the gradient."""
        ...


@dataclass(frozen=True)
class Descent:
    """Where a descent ended.

    Attributes:
        covariance: of the parameters, given the data and the prior, the other unknowns integrated out.
        cost: sum of squares with the penalty; infinite if the start had none.
        held_out: mean square of what is held out.
    """

    unknowns: Tensor
    prior: Prior
    covariance: Tensor
    cost: float
    held_out: float


def descend(
    problem: LeastSquares,
    start: Tensor,
    prior: Prior,
    iterations: int,
    deadline: Deadline,
    told: Callable[[float, float, float], None],
    *,
    hold: int = 1,
) -> Descent:
    """At most that many steps; stops on a plateau, or where held-out samples say that it fits noise.

    Args:
        told: hears the share of the steps that is done, the cost and the held-out misfit.
        hold: steps before the prior moves.
    """
    count = len(prior.groups)
    cost, held_out = problem.cost(start)
    covariance = torch.diag(1.0 / prior.weights)
    best = last = Descent(start, prior, covariance, cost + prior.penalty(start[-count:]), held_out)
    if last.cost == float("inf"):
        return last
    damping, worse = DAMPING, 0
    for done in range(iterations):
        if deadline.passed() or worse == PATIENCE:
            break
        normal, gradient = problem.normal(last.unknowns)
        covariance = covariance_of(normal, last.prior)
        prior = last.prior.renewed(last.unknowns[-count:], covariance) if done >= hold else last.prior
        before = cost + prior.penalty(last.unknowns[-count:])
        stepped = _step(problem, last, prior, (normal, gradient), before, damping)
        if stepped is None:
            last = replace(last, covariance=covariance)
            break
        unknowns, cost, held_out, damping = stepped
        last = Descent(unknowns, prior, covariance, cost + prior.penalty(unknowns[-count:]), held_out)
        worse = worse + 1 if held_out > WORSE * best.held_out else 0
        best = best if held_out > best.held_out else last
        told((done + 1) / iterations, last.cost, held_out)
        if done >= LEAST and before - last.cost < PLATEAU * before:
            break
    return best if worse == PATIENCE else last


def _step(
    problem: LeastSquares, last: Descent, prior: Prior, quadratic: tuple[Tensor, Tensor], before: float, damping: float
) -> tuple[Tensor, float, float, float] | None:
    """The first damped step that lowers the cost: unknowns, cost, held-out misfit, next damping; None if none does."""
    normal, gradient = quadratic
    count = len(prior.groups)
    downhill = gradient.clone()
    downhill[-count:] += prior.weights * last.unknowns[-count:]
    hessian = _regularised(normal, prior)
    for _ in range(TRIES):
        damped = hessian + torch.diag(damping * torch.diagonal(hessian) + 1e-12)
        root, failed = torch.linalg.cholesky_ex(damped)
        if not int(failed):
            unknowns = last.unknowns - torch.cholesky_solve(downhill[:, None], root)[:, 0]
            cost, held_out = problem.cost(unknowns)
            if cost + prior.penalty(unknowns[-count:]) < before:
                return unknowns, cost, held_out, max(damping / FACTOR, LIGHTEST)
        damping = damping * FACTOR
    return None


def _regularised(normal: Tensor, prior: Prior) -> Tensor:
    """The normal matrix with the prior's precisions on the parameters."""
    hessian = normal.clone()
    torch.diagonal(hessian)[-len(prior.groups) :] += prior.weights
    return hessian


def covariance_of(normal: Tensor, prior: Prior) -> Tensor:
    """Covariance of the parameters, the last unknowns of a normal matrix, the other unknowns integrated out."""
    hessian = _regularised(normal, prior)
    torch.diagonal(hessian).mul_(1.0 + 1e-9)
    root, failed = torch.linalg.cholesky_ex(hessian)
    if int(failed):
        return torch.diag(1.0 / prior.weights)
    count = len(prior.groups)
    inverse = torch.cholesky_inverse(root)
    return inverse[-count:, -count:].clone()
