"""The field as torch tensors, with its derivatives by states and by parameters in closed form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, Protocol, Self

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from discovery.smoothing.neural.monomials import Monomials
from discovery.smoothing.neural.scaling import Scaling
from discovery.smoothing.vector_field import PerceptronField

BATCH = 2000  # points at once, where deviations are worked out


@dataclass(frozen=True)
class Linearised:
    """The field near some points; axes: point, state, and state or parameter.

    Attributes:
        values: time derivatives.
        by_states, by_parameters: their derivatives.
    """

    values: Tensor
    by_states: Tensor
    by_parameters: Tensor


class Learnable(Protocol):
    """A field of standardised states that is trained: a network, or a law with networks in it."""

    @property
    def rate(self) -> Tensor:
        """Typical size of each learned derivative; the last states are learned."""
        ...

    @property
    def parameters(self) -> Tensor:
        """What is learned, as one vector."""
        ...

    @property
    def states(self) -> int:
        """Number of states."""
        ...

    def at(self, parameters: Tensor) -> Self:
        """The same field with other parameters."""
        ...

    def __call__(self, standard: Tensor, drives: Tensor) -> Tensor:
        """Time derivatives of standardised states, in the last axis."""
        ...

    def linearise(self, standard: Tensor, drives: Tensor, *, parameters: bool = True) -> Linearised:
        """The field and its derivatives at a batch of points; by parameters only where asked for."""
        ...


class _Inside(NamedTuple):
    """What a network's output is the sum of: its arguments, factors of their monomials, all features, hidden units."""

    arguments: Tensor
    factors: tuple[Tensor, ...]
    features: Tensor
    hidden: Tensor


@dataclass(frozen=True)
class Network:
    """dz/dt = known z + rate * (outer [monomials(a), 1, tanh(inner a + bias)]), a being z and what drives it.

    Where the field gives accelerations, ``known`` holds "the derivative of a position is its velocity", and the rest
    fills the last half of the states.

    Attributes:
        rate: typical size of each learned derivative.
        known: the linear part that is not learned.
        monomials: of states and drives.
        width: number of hidden units.
        parameters: outer, inner and bias, one after the other.
    """

    rate: Tensor
    known: Tensor
    monomials: Monomials
    width: int
    parameters: Tensor

    @property
    def states(self) -> int:
        """Number of states."""
        return self.known.shape[0]

    @property
    def features(self) -> int:
        """Columns of ``outer``."""
        return len(self.monomials) + 1 + self.width

    @property
    def groups(self) -> Int[np.ndarray, " parameter"]:
        """Parameters that share a prior: monomials of each degree, constants, outer, inner, biases."""
        learned = len(self.rate)
        row = np.concatenate([self.monomials.degrees - 1, [3], np.full(self.width, 4)])
        inner = np.full(self.width * self.monomials.arguments, 5)
        return np.concatenate([np.tile(row, learned), inner, np.full(self.width, 6)])

    def at(self, parameters: Tensor) -> Network:
        """The same network with other parameters."""
        return replace(self, parameters=parameters)

    def __call__(self, standard: Tensor, drives: Tensor) -> Tensor:
        """Time derivatives of standardised states, in the last axis; ``drives`` has no columns where nothing drives."""
        outer, _, _ = self._parts()
        return self._complete(standard, self.rate * (self._forward(standard, drives).features @ outer.T))

    def linearise(self, standard: Tensor, drives: Tensor, *, parameters: bool = True) -> Linearised:
        """The field and its derivatives at a batch of points; by parameters only where asked for."""
        outer, inner, _ = self._parts()
        inside = self._forward(standard, drives)
        arguments, features = inside.arguments, inside.features
        count, learned, width = len(self.monomials), len(self.rate), self.width
        bends = 1.0 - inside.hidden**2
        slopes = self.monomials.slopes(inside.factors, self.states)
        weighed = (self.rate[:, None] * outer[:, count + 1 :]) * bends[:, None, :]  # point, learned, unit
        steep = self.rate[:, None] * (outer[:, :count] @ slopes) + weighed @ inner[:, : self.states]
        by_states = self.known.expand(len(standard), -1, -1).clone()
        by_states[:, self.states - learned :] += steep
        size = len(self.parameters) if parameters else 0
        by_parameters = torch.zeros(len(standard), self.states, size, dtype=torch.float64)
        if parameters:
            lower = by_parameters[:, self.states - learned :]
            for row in range(learned):
                lower[:, row, row * self.features : (row + 1) * self.features] = self.rate[row] * features
            first = learned * self.features
            last = first + width * self.monomials.arguments
            lower[:, :, first:last] = (weighed[..., None] * arguments[:, None, None, :]).flatten(2)
            lower[:, :, last:] = weighed
        return Linearised(self._complete(standard, self.rate * (features @ outer.T)), by_states, by_parameters)

    def plain(
        self,
        scaling: Scaling,
        points: Float[np.ndarray, "sample state"],
        units: tuple[Float[np.ndarray, " drive"], Float[np.ndarray, " drive"]],
        clock: Float[np.ndarray, " 2"],
    ) -> PerceptronField:
        """The same function as plain arrays in the data's units.

        Args:
            units: standardise what drives the states.
            clock: first time and offset of a logarithmic clock, see `PerceptronField`.
        """
        outer, inner, bias = (part.numpy() for part in self._parts())
        return PerceptronField(
            scaling.centre,
            scaling.unit,
            scaling.logarithm,
            self.rate.numpy(),
            self.known.numpy(),
            self.monomials.table,
            outer,
            inner,
            bias,
            *units,
            points,
            clock,
        )

    def _parts(self) -> tuple[Tensor, Tensor, Tensor]:
        """Outer, inner and bias; anew where gradients are wanted, as passes that follow none leave parts without."""
        return self._split() if self.parameters.requires_grad else self._kept

    @cached_property
    def _kept(self) -> tuple[Tensor, Tensor, Tensor]:
        return self._split()

    def _split(self) -> tuple[Tensor, Tensor, Tensor]:
        learned, arguments = len(self.rate), self.monomials.arguments
        sizes = [learned * self.features, self.width * arguments, self.width]
        outer, inner, bias = torch.split(self.parameters, sizes)
        return outer.view(learned, self.features), inner.view(self.width, arguments), bias

    def _forward(self, standard: Tensor, drives: Tensor) -> _Inside:
        """What the output is the sum of."""
        _, inner, bias = self._parts()
        arguments = torch.cat([standard, drives], dim=-1) if drives.shape[-1] else standard
        hidden = torch.tanh(arguments @ inner.T + bias)
        factors = self.monomials.factors(arguments)
        features = torch.cat([self.monomials.values(factors), torch.ones_like(arguments[..., :1]), hidden], dim=-1)
        return _Inside(arguments, factors, features, hidden)

    def _complete(self, standard: Tensor, learned: Tensor) -> Tensor:
        """The known part and, in the last states, the learned one."""
        known = standard @ self.known.T
        above = self.states - len(self.rate)
        if above == 0:
            return known + learned
        return torch.cat([known[..., :above], known[..., above:] + learned], dim=-1)


def new_network(
    rate: Float[np.ndarray, " learned"],
    known: Float[np.ndarray, "state state"],
    drives: int,
    width: int,
    rng: np.random.Generator,
) -> Network:
    """A network whose units are spread over the data and whose output is near zero (Glorot & Bengio, 2010)."""
    monomials = Monomials.of(len(known) + drives)
    outer = np.zeros((len(rate), len(monomials) + 1 + width))
    outer[:, len(monomials) + 1 :] = 0.1 * width**-0.5 * rng.standard_normal((len(rate), width))
    inner = monomials.arguments**-0.5 * rng.standard_normal((width, monomials.arguments))
    bias = rng.standard_normal(width)
    parameters = np.concatenate([outer.ravel(), inner.ravel(), bias])
    return Network(torch.tensor(rate), torch.tensor(known), monomials, width, torch.tensor(parameters))


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
