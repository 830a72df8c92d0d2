"""Collocation: the field is fitted to the classical curve's derivative, without solving anything.

Source: Roesch, Rackauckas & Stumpf, Collocation based training of neural ordinary differential equations (2021).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from discovery.smoothing.neural.network import Learnable
from discovery.smoothing.neural.scaling import Samples

MOST = 1500  # points that the field is fitted to: the classical curve holds no more about it
SHARPEST = 0.01  # of a derivative's size: as if known no better, or the flanks of a spike would take all iterations
INDEPENDENT = 0.1  # of the samples: neighbours' classical derivatives err together, over about ten samples


@dataclass(frozen=True)
class Collocation:
    """Squares of what a field differs by from given derivatives, in their deviations.

    Attributes:
        points, drives: where the derivatives are given.
        slopes: the derivatives that are learned.
        weights: 1 / deviation.
    """

    network: Learnable
    points: Tensor
    drives: Tensor
    slopes: Tensor
    weights: Tensor

    @classmethod
    def of(cls, network: Learnable, parts: Sequence[Samples], share: float, most: int = MOST) -> Collocation:
        """The classical derivatives of some runs; each sample counts as ``share`` of an independent one."""
        names = ("curve", "slopes", "doubts")
        every = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
        drives = np.concatenate([part.drives for part in parts])
        rows = slice(None, None, max(1, -(-len(drives) // most)))
        kept = len(drives[rows])
        above, rate = network.states - len(network.rate), network.rate.numpy()
        spread = np.hypot(every["doubts"][rows, above:], SHARPEST * rate)
        weights = np.sqrt(share * len(drives) / kept) / spread
        return cls(
            network,
            torch.tensor(every["curve"][rows]),
            torch.tensor(drives[rows]),
            torch.tensor(every["slopes"][rows, above:]),
            torch.tensor(weights),
        )

    def squares(self, unknowns: Tensor) -> Tensor:
        """Sum of squares as a tensor with gradients."""
        values = self.network.at(unknowns)(self.points, self.drives)[:, -len(self.network.rate) :]
        return torch.sum((self.weights * (values - self.slopes)) ** 2)

    def cost(self, unknowns: Tensor) -> tuple[float, float]:
        """Sum of squares; nothing is held out."""
        total = float(self.squares(unknowns))
        return (total if np.isfinite(total) else float("inf")), float("nan")

    def normal(self, unknowns: Tensor) -> tuple[Tensor, Tensor]:
        """Gauss-Newton matrix and half the gradient."""
        near = self.network.at(unknowns).linearise(self.points, self.drives)
        learned = len(self.network.rate)
        misses = (self.weights * (near.values[:, -learned:] - self.slopes)).reshape(-1)
        jacobian = (self.weights[..., None] * near.by_parameters[:, -learned:]).flatten(0, 1)
        return jacobian.T @ jacobian, jacobian.T @ misses
