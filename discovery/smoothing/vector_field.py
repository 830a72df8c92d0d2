"""A learned vector field as plain arrays: evaluated by numpy, stored without pickle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float
from scipy.spatial import KDTree

from discovery.types import read_only

NEAREST = 0.1  # in standard deviations: data are never trusted over a shorter distance than this; chosen by experiment


@dataclass(frozen=True)
class PerceptronField:
    """A perceptron with two hidden layers of softplus units and a linear skip, in the data's units.

    With z the standardised state (of its logarithm where ``logarithm`` is set):
    dz/dt = rate * (skip z + out softplus(inner softplus(first z + first_bias) + inner_bias) + out_bias).

    Attributes:
        centre, unit: standardise a state, z = (x - centre) / unit.
        rate: scale of each derivative of z.
        logarithm: which states are learned as logarithms; those must be positive.
        points: standardised states that the field was learned from; measure of trust.
    """

    centre: Float[np.ndarray, " state"]
    unit: Float[np.ndarray, " state"]
    rate: Float[np.ndarray, " state"]
    logarithm: Bool[np.ndarray, " state"]
    skip: Float[np.ndarray, "state state"]
    first: Float[np.ndarray, "hidden state"]
    first_bias: Float[np.ndarray, " hidden"]
    inner: Float[np.ndarray, "hidden hidden"]
    inner_bias: Float[np.ndarray, " hidden"]
    out: Float[np.ndarray, "state hidden"]
    out_bias: Float[np.ndarray, " state"]
    points: Float[np.ndarray, "sample state"]

    def __post_init__(self) -> None:
        for one in fields(self):
            value = read_only(getattr(self, one.name))
            object.__setattr__(self, one.name, value if one.name != "logarithm" else value.astype(bool))

    def __call__(self, states: Float[np.ndarray, "point state"], /) -> Float[np.ndarray, "point state"]:
        """Derivatives at ``states``, in the data's units."""
        slopes = self.slopes(self.standard(states)) * self.unit
        return np.where(self.logarithm, states * slopes, slopes)

    def trust(self, states: Float[np.ndarray, "point state"], /) -> Float[np.ndarray, " point"]:
        """1 within twice the spacing of the data or a tenth of a deviation, falling to 0 as a Gaussian beyond."""
        standard = self.standard(states)
        usable = np.all(np.isfinite(standard), axis=1)
        distances = np.full(len(standard), np.inf)
        distances[usable] = _distances(self._tree, standard[usable], 1)
        beyond = np.minimum(np.maximum(distances / self._reach - 1.0, 0.0), 30.0)
        return np.where(usable, np.exp(-0.5 * beyond**2), 0.0)

    def standard(self, states: Float[np.ndarray, "point state"]) -> Float[np.ndarray, "point state"]:
        """Standardised states; NaN where a logarithm does not exist."""
        positive = np.where(self.logarithm & (states <= 0.0), np.nan, states)
        raw = np.where(self.logarithm, np.log(np.where(self.logarithm, positive, 1.0)), states)
        return (raw - self.centre) / self.unit

    def slopes(self, standard: Float[np.ndarray, "point state"]) -> Float[np.ndarray, "point state"]:
        """Time derivatives of standardised states."""
        hidden = np.logaddexp(0.0, standard @ self.first.T + self.first_bias)
        hidden = np.logaddexp(0.0, hidden @ self.inner.T + self.inner_bias)
        return self.rate * (standard @ self.skip.T + hidden @ self.out.T + self.out_bias)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """All that :meth:`from_arrays` needs, for ``np.savez``."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> PerceptronField:
        """The field that :meth:`to_arrays` described."""
        return cls(**{one.name: arrays[one.name] for one in fields(cls)})

    @cached_property
    def _tree(self) -> KDTree:
        return KDTree(self.points)

    @cached_property
    def _reach(self) -> float:
        """Distance from the data up to which the field is trusted fully."""
        if len(self.points) < 2:
            return NEAREST
        return max(NEAREST, 2.0 * float(np.quantile(_distances(self._tree, self.points, 2), 0.9)))


def _distances(tree: KDTree, points: Float[np.ndarray, "point state"], rank: int) -> Float[np.ndarray, " point"]:
    """Distance from each of ``points`` to its neighbour of that rank in ``tree``."""
    if len(points) == 0:
        return np.empty(0)
    found = tree.query(points, k=rank)
    return np.asarray(found[0], dtype=np.float64).reshape(len(points), rank)[:, -1]
