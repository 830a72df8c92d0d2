"""How strongly each group of parameters is held near zero, by the evidence for these data.

Each group g has a Gaussian prior of precision a_g. At the optimum gamma_g = n_g - a_g trace(inverse Hessian over g) of
its parameters are determined by the data, and the likeliest precision is a_g = gamma_g / |parameters of g|^2. A field
that a few monomials describe loses its hidden units this way, and noise is not fitted: no weight decay is to be tuned.

Source: MacKay, Bayesian interpolation (1992), equations 4.8 and 4.9; for networks trained by Gauss-Newton steps:
Foresee & Hagan, Gauss-Newton approximation to Bayesian learning (1997).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

# Monomials of degree 1, 2, 3, constants, outer, inner, biases: higher degrees start nearer to zero. After ten steps the
# start is forgotten; these were as good as any tried.
FIRST = (0.1, 0.3, 1.0, 0.1, 0.1, 0.1, 0.1)
LOWEST, HIGHEST = 1e-4, 1e8  # precisions: beyond them a group is free, or gone


@dataclass(frozen=True)
class Prior:
    """Precisions of the groups, and which group each parameter is in.

    Attributes:
        kept: first groups whose precision stays as it is.
    """

    groups: Int[np.ndarray, " parameter"]
    precisions: Float[np.ndarray, " group"]
    kept: int = 0

    @classmethod
    def first(cls, groups: Int[np.ndarray, " parameter"]) -> Prior:
        """The prior that training starts with."""
        return cls(groups, np.array(FIRST))

    @property
    def weights(self) -> Tensor:
        """Precision of each parameter."""
        return torch.tensor(self.precisions[self.groups])

    def penalty(self, parameters: Tensor) -> float:
        """Twice the negative logarithm of the prior's density, up to a constant."""
        return float(torch.sum(self.weights * parameters**2))

    def renewed(self, parameters: Tensor, covariance: Tensor) -> Prior:
        """Half-way, in logarithms, to the likeliest precisions, so that they do not swing."""
        variances = torch.diagonal(covariance).numpy()
        squares = parameters.numpy() ** 2
        count = len(self.precisions)
        size = np.bincount(self.groups, minlength=count)
        lost = self.precisions * np.bincount(self.groups, variances, count)
        determined = np.clip(size - lost, 1e-3, np.maximum(size, 1e-3))
        wanted = determined / (np.bincount(self.groups, squares, count) + 1e-12)
        wanted[: self.kept] = self.precisions[: self.kept]
        return replace(self, precisions=np.sqrt(self.precisions * np.clip(wanted, LOWEST, HIGHEST)))
