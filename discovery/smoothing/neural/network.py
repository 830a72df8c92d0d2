"""The perceptron as torch tensors: made, evaluated with gradients, turned into plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from discovery.smoothing.neural.scaling import Scaling
from discovery.smoothing.vector_field import PerceptronField


@dataclass(frozen=True)
class Network:
    """Parameters of dz/dt = rate * (skip z + out softplus(inner softplus(first z + b1) + b2) + b3), with gradients."""

    rate: Tensor
    skip: Tensor
    first: Tensor
    first_bias: Tensor
    inner: Tensor
    inner_bias: Tensor
    out: Tensor
    out_bias: Tensor

    def parameters(self) -> list[Tensor]:
        """What training changes."""
        return [self.skip, self.first, self.first_bias, self.inner, self.inner_bias, self.out, self.out_bias]

    def weights(self) -> list[Tensor]:
        """What weight decay shrinks: no bias, and not the linear part."""
        return [self.first, self.inner, self.out]

    def __call__(self, standard: Tensor) -> Tensor:
        """Time derivatives of standardised states, in the last axis."""
        softplus, linear = torch.nn.functional.softplus, torch.nn.functional.linear
        hidden = softplus(linear(standard, self.first, self.first_bias))
        hidden = softplus(linear(hidden, self.inner, self.inner_bias))
        return self.rate * (linear(hidden, self.out, self.out_bias) + linear(standard, self.skip))

    def frozen(self) -> Network:
        """A copy that later training does not change."""
        return Network(self.rate, *(parameter.detach().clone() for parameter in self.parameters()))

    def plain(self, scaling: Scaling, points: Float[np.ndarray, "sample state"]) -> PerceptronField:
        """The same function as plain arrays in the data's units."""
        arrays = [parameter.detach().numpy() for parameter in self.parameters()]
        skip, first, first_bias, inner, inner_bias, out, out_bias = arrays
        return PerceptronField(
            scaling.centre,
            scaling.unit,
            self.rate.numpy(),
            scaling.logarithm,
            skip,
            first,
            first_bias,
            inner,
            inner_bias,
            out,
            out_bias,
            points,
        )


def new_network(rate: Float[np.ndarray, " state"], width: int, rng: np.random.Generator) -> Network:
    """A network whose units start spread over the data and whose output starts near zero (Glorot & Bengio, 2010)."""
    dimension = len(rate)

    def normal(*shape: int, scale: float) -> Tensor:
        return torch.tensor(rng.standard_normal(shape) * scale, dtype=torch.float64, requires_grad=True)

    return Network(
        rate=torch.tensor(rate, dtype=torch.float64),
        skip=normal(dimension, dimension, scale=0.1),
        first=normal(width, dimension, scale=dimension**-0.5),
        first_bias=normal(width, scale=1.0),
        inner=normal(width, width, scale=width**-0.5),
        inner_bias=normal(width, scale=0.1),
        out=normal(dimension, width, scale=0.1 * width**-0.5),
        out_bias=normal(dimension, scale=0.01),
    )
