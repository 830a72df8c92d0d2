"""Shooting over windows so long that the derivatives of one would not fit in memory: gradients by the adjoint equation.

The adjoint is integrated backwards from the samples, so that memory holds one state of it, whatever the number of
parameters and the length of the window. Gradients are all it gives; L-BFGS takes the place of Gauss-Newton steps.

Source: Chen, Rubanova, Bettencourt & Duvenaud, Neural ordinary differential equations (2018), algorithm 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor
from torchdiffeq import odeint_adjoint

from discovery.protocols import Deadline
from discovery.smoothing.neural.evidence import Prior
from discovery.smoothing.neural.levenberg import PLATEAU, Descent
from discovery.smoothing.neural.network import Learnable
from discovery.smoothing.neural.shooting import Shooting
from discovery.smoothing.neural.solving import Clock, Solution, Stepper, at_samples
from discovery.smoothing.neural.windows import Windows

BURST = 5  # iterations of L-BFGS between looks at the clock
HISTORY = 20  # steps that it remembers


def solve_by_adjoint(network: Learnable, starts: Tensor, windows: Windows, stepper: Stepper) -> Solution:
    """States of all windows, with gradients by ``starts`` and the network's parameters that cost no memory."""
    clock, cells = Clock.of(windows), windows.lengths.shape[1] - 1

    def field(moment: Tensor, standard: Tensor) -> Tensor:
        length, drives = clock.at(float(moment.detach()))
        return length[:, None] * network(standard, drives)

    moments = torch.linspace(0.0, float(cells), cells * stepper.substeps + 1, dtype=torch.float64)
    found = odeint_adjoint(
        field, starts, moments, method="rk4", options={"perturb": True}, adjoint_params=(network.parameters,)
    )
    path = cast(Tensor, found)[:: stepper.substeps].transpose(0, 1)
    return at_samples(network, windows, clock, path)


def descend_by_adjoint(
    problem: Shooting,
    start: Tensor,
    prior: Prior,
    iterations: int,
    deadline: Deadline,
    told: Callable[[float, float, float], None],
    *,
    covariance: Tensor,
) -> Descent:
    """Lowers the sum of squares and the penalty by L-BFGS; the prior and the covariance stay what they were."""
    count = len(prior.groups)
    unknowns = start.clone().requires_grad_(True)
    optimizer = torch.optim.LBFGS(
        [unknowns], max_iter=BURST, history_size=HISTORY, line_search_fn="strong_wolfe", tolerance_change=0.0
    )

    def loss() -> Tensor:
        return problem.squares(unknowns, solve_by_adjoint) + torch.sum(prior.weights * unknowns[-count:] ** 2)

    def closure() -> Tensor:
        optimizer.zero_grad()
        value = loss()
        value.backward()
        return value

    cost, held_out = problem.cost(start)
    best = Descent(start, prior, covariance, cost + prior.penalty(start[-count:]), held_out)
    for done in range(0, iterations, BURST):
        if deadline.passed():
            break
        optimizer.step(cast(Any, closure))
        now = unknowns.detach().clone()
        cost, held_out = problem.cost(now)
        before, value = best.cost, cost + prior.penalty(now[-count:])
        if not value < before:
            break
        best = Descent(now, prior, covariance, value, held_out)
        told(min(1.0, (done + BURST) / iterations), value, held_out)
        if before - value < PLATEAU * before:
            break
    return best
