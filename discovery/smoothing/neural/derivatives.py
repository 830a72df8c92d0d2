"""Derivatives by a trained network as plain arrays, and how uncertain they are."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from discovery.smoothing.neural.network import Learnable

BATCH = 2000  # points at once


def derivatives(
    network: Learnable, standard: Float[np.ndarray, "point state"], drives: Float[np.ndarray, "point drive"]
) -> Float[np.ndarray, "point state"]:
    """Derivatives of standardised states."""
    return network(torch.tensor(standard), torch.tensor(drives)).numpy()


def deviations(
    network: Learnable,
    covariance: Tensor,
    standard: Float[np.ndarray, "point state"],
    drives: Float[np.ndarray, "point drive"],
) -> Float[np.ndarray, "point state"]:
    """Their deviations by the ``covariance`` of the parameters.

    Source: Laplace's approximation, as in MacKay, A practical Bayesian framework for backpropagation networks (1992).
    """
    found = [np.empty((0, standard.shape[1]))]
    for first in range(0, len(standard), BATCH):
        rows = slice(first, first + BATCH)
        near = network.linearise(torch.tensor(standard[rows]), torch.tensor(drives[rows])).by_parameters
        spread = torch.sum((near @ covariance) * near, dim=-1)
        found.append(torch.sqrt(torch.clamp(spread, min=0.0)).numpy())
    return np.concatenate(found)
