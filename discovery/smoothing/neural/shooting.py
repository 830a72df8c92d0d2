"""Multiple shooting: the field and the first state of every window are fitted to the samples, through the solver.

Sources: neural ODEs: Chen et al. (2018), solved by torchdiffeq; multiple shooting with continuity as a penalty: Turan &
Jäschke, Multiple shooting for training neural differential equations on time series (2022).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torchdiffeq import odeint

from discovery.protocols import Deadline
from discovery.smoothing.neural.descent import Descent, descend
from discovery.smoothing.neural.network import Network
from discovery.smoothing.neural.windows import Windows


@dataclass(frozen=True)
class Reading:
    """How samples are read off a window's uniform grid: by the cubic Hermite polynomial of the grid cell they lie in.

    Attributes:
        cells: left grid point of each sample's cell.
        phases: place inside the cell, from 0 to 1.
    """

    cells: Int[np.ndarray, "window sample"]
    phases: Float[np.ndarray, "window sample"]

    @property
    def aligned(self) -> bool:
        """Whether all samples lie on grid points."""
        return bool(np.all(self.phases < 1e-6))


def reading(places: Float[np.ndarray, "window sample"], steps: int) -> Reading:
    """Cells and phases of samples at ``places`` (0 to 1) on a grid of that many steps."""
    nearest = np.round(places * steps, 9)
    cells = np.minimum(nearest.astype(np.int64), steps)
    return Reading(cells, nearest - cells)


def solve(network: Network, starts: Tensor, durations: Tensor, steps: int) -> Tensor:
    """States of all windows on a uniform grid, by fourth-order Runge-Kutta; axes: grid point, window, state."""

    def field(_: Tensor, standard: Tensor) -> Tensor:
        return durations[:, None] * network(standard)

    moments = torch.linspace(0.0, 1.0, steps + 1, dtype=torch.float64)
    return cast(Tensor, odeint(field, starts, moments, method="rk4"))


def read(network: Network, solution: Tensor, durations: Tensor, steps: int, where: Reading) -> Tensor:
    """States at the samples; axes: window, sample, state."""
    window = torch.arange(solution.shape[1])[:, None]
    left = torch.as_tensor(where.cells)
    if where.aligned:
        return solution[left, window]
    slopes = durations[:, None] / steps * network(solution)
    right, s = torch.clamp(left + 1, max=steps), torch.as_tensor(where.phases)[:, :, None]
    keep, rise = (1.0 + 2.0 * s) * (1.0 - s) ** 2, s * (1.0 - s) ** 2
    gain, fall = s**2 * (3.0 - 2.0 * s), s**2 * (s - 1.0)
    states = keep * solution[left, window] + gain * solution[right, window]
    return states + rise * slopes[left, window] + fall * slopes[right, window]


@dataclass(frozen=True)
class Shooting:
    """One stage of shooting.

    Attributes:
        steps: of the solver in each window.
        iterations: of L-BFGS.
        continuity: deviation of the jump between windows, relative to the noise.
        decay: weight of the squared weights.
    """

    steps: int
    iterations: int
    continuity: float
    decay: float

    def run(self, network: Network, windows: Windows, deadline: Deadline, told: Callable[[float], None]) -> Descent:
        """Fits ``network`` to the windows; their first states are fitted with it, in units of the noise."""
        measured, weights = torch.tensor(windows.measured), torch.tensor(windows.weights)
        starts, durations = torch.tensor(windows.starts), torch.tensor(windows.durations)
        typical = _typical_noise(windows)
        shifts = torch.zeros_like(starts, requires_grad=True)
        where = reading(windows.places, self.steps)
        links = torch.as_tensor(windows.links)
        count = float(max(1, np.count_nonzero(windows.weights)))

        def loss() -> Tensor:
            begin = starts + typical * shifts
            states = read(network, solve(network, begin, durations, self.steps), durations, self.steps, where)
            misfit = torch.sum((weights * (states - measured)) ** 2) / count
            jumps = (states[links[:, 0], torch.as_tensor(windows.joints)] - begin[links[:, 1]]) / typical
            penalty = torch.sum(jumps**2) / count / self.continuity**2
            return misfit + penalty + self.decay * sum(torch.sum(one**2) for one in network.weights())

        return descend(loss, [*network.parameters(), shifts], self.iterations, deadline, told)


def _typical_noise(windows: Windows) -> Tensor:
    """Noise deviation of each state in standard units, the median over the samples."""
    known = np.where(windows.weights > 0.0, windows.weights, np.nan)
    return torch.tensor(1.0 / np.nanmedian(known.reshape(-1, known.shape[-1]), axis=0))
