"""An implicit solver for windows of stiff fields, with derivatives; torchdiffeq has none that can be differentiated.

A singly diagonally implicit Runge-Kutta method of three stages and third order, L-stable and stiffly accurate, all
windows at once. A stage solves z = base + h g f(z) by Newton's method; its derivatives solve
(1 - h g J) dz = d base + h g df/d parameters, with the same matrix.

Source: Alexander, Diagonally implicit Runge-Kutta methods for stiff ODEs (1977), theorem 5; Hairer & Wanner, Solving
Ordinary Differential Equations II (1996), section IV.6.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from discovery.smoothing.neural.network import Linearised

GAMMA = 0.4358665215084590  # root of g^3 - 3 g^2 + 3 g / 2 - 1/6 that makes the method L-stable
_B1 = -0.25 * (6.0 * GAMMA**2 - 16.0 * GAMMA + 1.0)
_B2 = 0.25 * (6.0 * GAMMA**2 - 20.0 * GAMMA + 5.0)
STAGES = ((), (0.5 * (1.0 - GAMMA),), (_B1, _B2))  # weights of the stages before
MOMENTS = (GAMMA, 0.5 * (1.0 + GAMMA), 1.0)
NEWTON = 4  # iterations: from the last stage's value, quadratic convergence leaves nothing of what a field errs by

Near = Callable[[float, Tensor, bool], Linearised]  # the field at a share of the step, times the step's length


@dataclass(frozen=True)
class Stepped:
    """States after a step, and their derivatives; the latter have no columns where none were asked for."""

    states: Tensor
    slopes: Tensor


def implicit_step(near: Near, before: Stepped, parameters: bool) -> Stepped:
    """One step of all windows.

    Args:
        near: the field, its Jacobian and, where asked for, its derivatives by the parameters, all times the length of
            the step.
        before: the slopes' first columns are by the first states, the rest by the parameters.
        parameters: whether there are columns by parameters.
    """
    size = before.states.shape[1]
    identity = torch.eye(size, dtype=torch.float64)
    paces: list[Tensor] = []
    swings: list[Tensor] = []
    states, slopes = before.states, before.slopes
    for weights, moment in zip(STAGES, MOMENTS, strict=True):
        base = before.states + sum((w * k for w, k in zip(weights, paces, strict=True)), torch.zeros(()))
        for _ in range(NEWTON):
            there = near(moment, states, False)
            miss = states - base - GAMMA * there.values
            states = states - torch.linalg.solve(identity - GAMMA * there.by_states, miss[..., None])[..., 0]
        there = near(moment, states, parameters)
        paces.append(there.values)
        if before.slopes.shape[2]:
            right = before.slopes + sum((w * k for w, k in zip(weights, swings, strict=True)), torch.zeros(()))
            if parameters:
                right = right.clone()
                right[..., size:] += GAMMA * there.by_parameters
            slopes = torch.linalg.solve(identity - GAMMA * there.by_states, right)
            swing = there.by_states @ slopes
            if parameters:
                swing[..., size:] += there.by_parameters
            swings.append(swing)
    return Stepped(states, slopes)
