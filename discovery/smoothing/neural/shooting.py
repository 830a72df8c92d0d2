"""Multiple shooting: the field and the first state of every window are fitted to the samples, through the solver.

A window's end and the next one's start may differ by a jump of given deviation. As the steps are Gauss-Newton's, the
deviation can be small, which makes many short windows as informative as one long one, and as stable as short ones.

Source: Bock, Recent advances in parameter identification techniques for ODE (1983); for neural ODEs: Turan & Jäschke,
Multiple shooting for training neural differential equations on time series (2022).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from discovery.smoothing.neural.collocation import Collocation
from discovery.smoothing.neural.network import Learnable
from discovery.smoothing.neural.solving import Solution, Stepper, solve, solve_with_slopes
from discovery.smoothing.neural.windows import Windows

Solver = Callable[[Learnable, Tensor, Windows, Stepper], Solution]


@dataclass(frozen=True)
class Shooting:
    """Squares of misfits to the samples, of jumps between windows, and of departures from the classical derivatives.

    The unknowns are the first states of all windows and the network's parameters. The normal matrix is summed over
    batches of windows, so that memory does not grow with their number.

    Attributes:
        stepper: how the solver crosses a cell.
        continuity: deviation of the jumps, relative to the noise.
        anchor: holds the field where the samples say little about it, at the ends of runs.
        numbers: in the derivatives of a batch of windows at most.
    """

    network: Learnable
    windows: Windows
    stepper: Stepper
    continuity: float
    anchor: Collocation
    numbers: int

    def split(self, unknowns: Tensor) -> tuple[Tensor, Tensor]:
        """First states and parameters."""
        size = self.windows.starts.size
        return unknowns[:size].view(self.windows.starts.shape), unknowns[size:]

    def states(self, unknowns: Tensor) -> np.ndarray:
        """States at the samples; axes: window, cell, sample, state."""
        starts, parameters = self.split(unknowns)
        parts = [
            solve(self.network.at(parameters), starts[rows], windows, self.stepper).states
            for rows, windows in self._batches()
        ]
        return torch.cat(parts).numpy()

    def cost(self, unknowns: Tensor) -> tuple[float, float]:
        """Sum of squares, and mean square of the hidden samples."""
        starts, parameters = self.split(unknowns)
        total, held_out, count = self.anchor.cost(parameters)[0], 0.0, 0
        ends: list[Tensor] = []
        for rows, windows in self._batches():
            solution = solve(self.network.at(parameters), starts[rows], windows, self.stepper)
            misses = torch.tensor(windows.weights) * (solution.states - torch.tensor(windows.measured))
            hidden = torch.tensor(windows.hidden)
            total += float(torch.sum(misses[~hidden] ** 2))
            held_out += float(torch.sum(misses[hidden] ** 2))
            count += int(hidden.sum())
            ends.append(solution.ends)
        total += float(torch.sum(self._jumps(torch.cat(ends), starts) ** 2))
        return (total if np.isfinite(total) else float("inf")), held_out / count if count else float("nan")

    def squares(self, unknowns: Tensor, solver: Solver) -> Tensor:
        """Sum of squares as a tensor with gradients, the windows solved by ``solver`` at once."""
        starts, parameters = self.split(unknowns)
        windows = self.windows
        solution = solver(self.network.at(parameters), starts, windows, self.stepper)
        weights = torch.tensor(np.where(windows.hidden, 0.0, windows.weights))
        misses = weights * (solution.states - torch.tensor(windows.measured))
        jumps = self._jumps(solution.ends, starts)
        return torch.sum(misses**2) + torch.sum(jumps**2) + self.anchor.squares(parameters)

    @property
    def oversized(self) -> bool:
        """Whether the derivatives of a single window would take more memory than a batch may."""
        return self._each > self.numbers

    def normal(self, unknowns: Tensor) -> tuple[Tensor, Tensor]:
        """Gauss-Newton matrix and half the gradient."""
        starts, parameters = self.split(unknowns)
        count, dimension = starts.shape
        network, size, width = self.network.at(parameters), starts.numel(), len(parameters)
        normal = torch.zeros(size + width, size + width, dtype=torch.float64)
        gradient = torch.zeros(size + width, dtype=torch.float64)
        block = normal[:size, :size].view(count, dimension, count, dimension)
        border = normal[:size, size:].view(count, dimension, width)
        normal[size:, size:], gradient[size:] = self.anchor.normal(parameters)
        ends: list[Solution] = []
        for rows, windows in self._batches():
            solution = solve_with_slopes(network, starts[rows], windows, self.stepper)
            weights = torch.tensor(np.where(windows.hidden, 0.0, windows.weights))
            misses = (weights * (solution.states - torch.tensor(windows.measured))).flatten(1)
            slopes = (weights[..., None] * solution.slopes).flatten(1, 3)
            own, shared = slopes[..., :dimension], slopes[..., dimension:]
            here = torch.arange(rows.start, rows.stop)
            block[here, :, here, :] += own.transpose(1, 2) @ own
            border[here] += own.transpose(1, 2) @ shared
            gradient[:size].view(count, dimension)[here] += (own.transpose(1, 2) @ misses[..., None])[..., 0]
            flat = shared.flatten(0, 1)
            normal[size:, size:] += flat.T @ flat
            gradient[size:] += flat.T @ misses.flatten()
            ends.append(Solution(solution.ends, misses[:0], solution.end_slopes, misses[:0]))
        self._link(normal, gradient, starts, ends)
        normal[size:, :size] = normal[:size, size:].T
        return normal, gradient

    def _link(self, normal: Tensor, gradient: Tensor, starts: Tensor, parts: list[Solution]) -> None:
        """Adds the jumps between windows, in place; the border below the diagonal is left to the caller."""
        if len(self.windows.links) == 0:
            return
        count, dimension = starts.shape
        size, width = starts.numel(), normal.shape[0] - starts.numel()
        block = normal[:size, :size].view(count, dimension, count, dimension)
        border = normal[:size, size:].view(count, dimension, width)
        left = gradient[:size].view(count, dimension)
        before, after = self.windows.links.T
        stiffness = self._stiffness
        jumps = self._jumps(torch.cat([part.ends for part in parts]), starts)
        slopes = stiffness[:, None] * torch.cat([part.end_slopes for part in parts])[before]
        own, shared = slopes[..., :dimension], slopes[..., dimension:]
        block[before, :, before, :] += own.transpose(1, 2) @ own
        block[after, :, after, :] += torch.diag(stiffness**2)
        crossed = -own.transpose(1, 2) * stiffness
        block[before, :, after, :] += crossed
        block[after, :, before, :] += crossed.transpose(1, 2)
        border[before] += own.transpose(1, 2) @ shared
        border[after] -= stiffness[:, None] * shared
        left[before] += (own.transpose(1, 2) @ jumps[..., None])[..., 0]
        left[after] -= stiffness * jumps
        flat = shared.flatten(0, 1)
        normal[size:, size:] += flat.T @ flat
        gradient[size:] += flat.T @ jumps.flatten()

    @property
    def _stiffness(self) -> Tensor:
        return torch.tensor(1.0 / (self.continuity * self.windows.typical))

    def _jumps(self, ends: Tensor, starts: Tensor) -> Tensor:
        """Jumps between windows in their deviations."""
        before, after = self.windows.links.T
        return self._stiffness * (ends[before] - starts[after])

    @property
    def _each(self) -> int:
        """Numbers in the derivatives of one window."""
        _, cells, samples, dimension = self.windows.measured.shape
        return (cells + 1) * (samples + 1) * dimension * (dimension + len(self.network.parameters))

    def _batches(self) -> Iterator[tuple[slice, Windows]]:
        """Windows in batches whose derivatives fit in memory."""
        size = max(1, self.numbers // self._each)
        for start in range(0, len(self.windows), size):
            rows = slice(start, min(start + size, len(self.windows)))
            yield rows, self.windows.part(rows)
