"""Collocation: the field is first fitted to the classical curve's derivative, without solving anything.

Source: Roesch, Rackauckas & Stumpf, Collocation based training of neural ordinary differential equations (2021).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from discovery.protocols import Deadline
from discovery.smoothing.neural.descent import Descent, descend
from discovery.smoothing.neural.network import Network
from discovery.smoothing.neural.scaling import Samples

MOST = 1500  # points that the field is fitted to: the classical curve holds no more about it


def collocate(
    network: Network,
    parts: Sequence[Samples],
    iterations: int,
    decay: float,
    rng: np.random.Generator,
    deadline: Deadline,
    told: Callable[[float], None],
) -> Descent:
    """Fits ``network`` to the classical derivatives, weighted by their deviations."""
    curve, slopes, doubts = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("curve", "slopes", "doubts")
    )
    if len(curve) > MOST:
        rows = np.sort(rng.choice(len(curve), MOST, replace=False))
        curve, slopes, doubts = curve[rows], slopes[rows], doubts[rows]
    rate = network.rate.numpy()
    # A derivative known to better than a hundredth of its size is fitted as if known to a hundredth: sharper weights
    # would spend all iterations on the few samples of a spike's flanks.
    spread = np.hypot(doubts / rate, 0.01)
    weights = torch.tensor(np.median(spread) / spread / rate)
    points, targets = torch.tensor(curve), torch.tensor(slopes)

    def loss() -> torch.Tensor:
        misfit = torch.mean((weights * (network(points) - targets)) ** 2)
        return misfit + decay * sum(torch.sum(one**2) for one in network.weights())

    return descend(loss, network.parameters(), iterations, deadline, told)
