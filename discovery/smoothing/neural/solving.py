"""Solutions of all windows at once, with their derivatives by first states and parameters.

Explicit steps are torchdiffeq's; stiff fields take the implicit ones of `stiff.py`.

Sources: neural ODEs: Chen et al. (2018); derivatives by the variational equations: Hairer, Nørsett & Wanner, Solving
Ordinary Differential Equations I (1993), section I.14.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor
from torchdiffeq import odeint

from discovery.smoothing.neural.network import Learnable, Linearised
from discovery.smoothing.neural.stiff import Stepped, implicit_step
from discovery.smoothing.neural.windows import Windows


@dataclass(frozen=True)
class Stepper:
    """How a cell is crossed: in how many steps, and whether these are implicit."""

    substeps: int = 1
    stiff: bool = False


@dataclass(frozen=True)
class Solution:
    """States at the nodes and the samples of windows, and their derivatives where asked for.

    Attributes:
        ends: at the last node; axes: window, state.
        states: at the samples; axes: window, cell, sample, state.
        end_slopes, slopes: derivatives of both by the window's first state and the parameters, in a last axis.
    """

    ends: Tensor
    states: Tensor
    end_slopes: Tensor
    slopes: Tensor


@dataclass(frozen=True)
class Clock:
    """Time that advances by one from node to node: what a cell's length and its drives are at a moment of it."""

    lengths: Tensor
    drives: Tensor

    @classmethod
    def of(cls, windows: Windows) -> Clock:
        """The clock of some windows."""
        return cls(torch.tensor(windows.lengths), torch.tensor(windows.drives))

    def at(self, moment: float) -> tuple[Tensor, Tensor]:
        """Length of the cell under way, and drives, linear between nodes."""
        cell = min(int(moment), self.lengths.shape[1] - 2)
        return self.lengths[:, cell], self.inside(cell, moment - cell)

    def inside(self, cell: int, phase: float) -> Tensor:
        """Drives at a place of a cell."""
        if self.drives.shape[-1] == 0:
            return self.drives[:, cell]
        return (1.0 - phase) * self.drives[:, cell] + phase * self.drives[:, cell + 1]


def solve(network: Learnable, starts: Tensor, windows: Windows, stepper: Stepper) -> Solution:
    """States of all windows."""
    clock, cells = Clock.of(windows), windows.lengths.shape[1] - 1
    if stepper.stiff:
        path, _ = _implicit(network, Stepped(starts, starts[:, :, None][..., :0]), clock, stepper, False)
    else:

        def field(moment: Tensor, standard: Tensor) -> Tensor:
            length, drives = clock.at(float(moment))
            return length[:, None] * network(standard, drives)

        path = _explicit(field, starts, cells, stepper)
    return at_samples(network, windows, clock, path)


def at_samples(network: Learnable, windows: Windows, clock: Clock, path: Tensor) -> Solution:
    """States at the nodes read at the samples; axes of ``path``: window, node, state."""
    if windows.rows.shape[2] == 1:
        return Solution(path[:, -1], path[:, :, None], path[..., :0], path[..., :0])
    pace = network(path.flatten(0, 1), clock.drives.flatten(0, 1)).view_as(path)
    return Solution(path[:, -1], _hermite(windows, path, pace), path[..., :0], path[..., :0])


def solve_with_slopes(
    network: Learnable, starts: Tensor, windows: Windows, stepper: Stepper, *, parameters: bool = True
) -> Solution:
    """The same with derivatives by first states and, unless told not to, by the network's parameters."""
    clock, cells = Clock.of(windows), windows.lengths.shape[1] - 1
    count, dimension = starts.shape
    width = dimension + (len(network.parameters) if parameters else 0)
    first = torch.zeros(count, dimension, width, dtype=torch.float64)
    first[:, range(dimension), range(dimension)] = 1.0

    def tangent(standard: Tensor, slopes: Tensor, drives: Tensor) -> tuple[Tensor, Tensor]:
        near = network.linearise(standard, drives, parameters=parameters)
        moved = near.by_states @ slopes
        if parameters:
            moved[..., dimension:] += near.by_parameters
        return near.values, moved

    if stepper.stiff:
        path, slopes = _implicit(network, Stepped(starts, first), clock, stepper, parameters)
    else:

        def field(moment: Tensor, state: Tensor) -> Tensor:
            length, drives = clock.at(float(moment))
            values, moved = tangent(state[..., 0], state[..., 1:], drives)
            return length[:, None, None] * torch.cat([values[..., None], moved], dim=-1)

        both = _explicit(field, torch.cat([starts[..., None], first], dim=-1), cells, stepper)
        path, slopes = both[..., 0], both[..., 1:]
    if windows.rows.shape[2] == 1:
        return Solution(path[:, -1], path[:, :, None], slopes[:, -1], slopes[:, :, None])
    pace, swing = tangent(path.flatten(0, 1), slopes.flatten(0, 1), clock.drives.flatten(0, 1))
    states = _hermite(windows, path, pace.view_as(path))
    tilts = _hermite(windows, slopes.flatten(2), swing.view_as(slopes).flatten(2))
    return Solution(path[:, -1], states, slopes[:, -1], tilts.view(*states.shape, width))


def _explicit(field: Callable[[Tensor, Tensor], Tensor], start: Tensor, cells: int, stepper: Stepper) -> Tensor:
    """Values at the nodes, window first. Lengths jump there: each step sees its own side of them (``perturb``)."""
    moments = torch.linspace(0.0, float(cells), cells * stepper.substeps + 1, dtype=torch.float64)
    found = cast(Tensor, odeint(field, start, moments, method="rk4", options={"perturb": True}))
    return found[:: stepper.substeps].transpose(0, 1)


def _implicit(
    network: Learnable, start: Stepped, clock: Clock, stepper: Stepper, parameters: bool
) -> tuple[Tensor, Tensor]:
    """The same by implicit steps."""
    now, share = start, 1.0 / stepper.substeps
    path, slopes = [now.states], [now.slopes]
    for cell in range(clock.lengths.shape[1] - 1):
        length = share * clock.lengths[:, cell, None]
        for substep in range(stepper.substeps):

            def near(
                moment: float, states: Tensor, wanted: bool, cell: int = cell, step: int = substep, h: Tensor = length
            ) -> Linearised:
                found = network.linearise(states, clock.inside(cell, share * (step + moment)), parameters=wanted)
                h3 = h[..., None]
                return Linearised(h * found.values, h3 * found.by_states, h3 * found.by_parameters)

            now = implicit_step(near, now, parameters)
        path.append(now.states)
        slopes.append(now.slopes)
    return torch.stack(path, dim=1), torch.stack(slopes, dim=1)


def _hermite(windows: Windows, path: Tensor, pace: Tensor) -> Tensor:
    """Values at the samples by the cubic Hermite polynomial of their cells; axes: window, cell, sample, value."""
    s = torch.tensor(windows.phases)[..., None]
    length = torch.tensor(windows.lengths)[:, :, None, None]
    right, right_pace = (torch.cat([part[:, 1:], part[:, -1:]], dim=1) for part in (path, pace))
    near, far, near_pace, far_pace = (part[:, :, None] for part in (path, right, pace, right_pace))
    value = (1.0 + 2.0 * s) * (1.0 - s) ** 2 * near + s**2 * (3.0 - 2.0 * s) * far
    return value + length * (s * (1.0 - s) ** 2 * near_pace + s**2 * (s - 1.0) * far_pace)
