"""A learned vector field as plain arrays: evaluated by numpy, stored without pickle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.spatial import KDTree

from discovery.errors import DataError
from discovery.types import read_only

NEAREST = 0.1  # in standard deviations: data are never trusted over a shorter distance than this; chosen by experiment


@dataclass(frozen=True)
class PerceptronField:
    """Monomials and hidden units, in the data's units.

    With z the standardised state (of its logarithm where ``logarithm`` is set) and a = (z, standardised drives):
    dz/dt = known z + rate * outer [monomials(a), 1, tanh(inner a + bias)], the learned part in the last states.

    Attributes:
        centre, unit: standardise a state, z = (x - centre) / unit.
        logarithm: which states are learned as logarithms; those must be positive.
        rate: scale of each learned derivative of z.
        known: linear part; how velocities enter the derivatives of positions.
        factors: arguments of each monomial, their number standing for one.
        drive_centre, drive_unit: standardise what drives the states, inputs and time; empty where nothing does.
        points: standardised states that the field was learned from; measure of trust.
        clock: first time and offset of the logarithmic clock that derivatives and the drive time are by; offset 0
            where they are by plain time.
    """

    centre: Float[np.ndarray, " state"]
    unit: Float[np.ndarray, " state"]
    logarithm: Bool[np.ndarray, " state"]
    rate: Float[np.ndarray, " learned"]
    known: Float[np.ndarray, "state state"]
    factors: Int[np.ndarray, "monomial 3"]
    outer: Float[np.ndarray, "learned feature"]
    inner: Float[np.ndarray, "hidden argument"]
    bias: Float[np.ndarray, " hidden"]
    drive_centre: Float[np.ndarray, " drive"]
    drive_unit: Float[np.ndarray, " drive"]
    points: Float[np.ndarray, "sample state"]
    clock: Float[np.ndarray, " 2"] = field(default_factory=lambda: np.zeros(2))

    def __post_init__(self) -> None:
        kinds = {"logarithm": bool, "factors": np.int64}
        for one in fields(self):
            value = read_only(getattr(self, one.name))
            object.__setattr__(self, one.name, value.astype(kinds.get(one.name, np.float64)))

    def __call__(
        self,
        states: Float[np.ndarray, "point state"],
        drives: Float[np.ndarray, "point drive"] | None = None,
        /,
    ) -> Float[np.ndarray, "point state"]:
        """Derivatives at ``states``, in the data's units; ``drives`` are inputs, then time, where the field has them.

        Raises:
            DataError: the field is driven and ``drives`` has not its number of columns.
        """
        slopes = self._in_time(self.standard(states), drives) * self.unit
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

    def _in_time(
        self, standard: Float[np.ndarray, "point state"], drives: Float[np.ndarray, "point drive"] | None
    ) -> Float[np.ndarray, "point state"]:
        """Derivatives of standardised states by the data's time."""
        first, offset = self.clock
        if offset == 0.0 or drives is None:
            return self.slopes(standard, drives)
        since = drives[:, -1:] - first
        shown = np.hstack([drives[:, :-1], np.log1p(since / offset)])
        return self.slopes(standard, shown) / (offset + since)

    def slopes(
        self, standard: Float[np.ndarray, "point state"], drives: Float[np.ndarray, "point drive"] | None = None
    ) -> Float[np.ndarray, "point state"]:
        """Derivatives of standardised states by the field's own clock."""
        wanted, given = len(self.drive_centre), 0 if drives is None else drives.shape[1]
        if wanted != given:
            raise DataError(
                f"The field is driven by {wanted} quantities (inputs, then time) but got {given}. "
                "Pass one column for each."
            )
        arguments = (
            standard if drives is None else np.hstack([standard, (drives - self.drive_centre) / self.drive_unit])
        )
        one = np.ones((len(standard), 1))
        monomials = np.prod(np.hstack([arguments, one])[:, self.factors], axis=2)
        features = np.hstack([monomials, one, np.tanh(arguments @ self.inner.T + self.bias)])
        learned = self.rate * (features @ self.outer.T)
        slopes = standard @ self.known.T
        slopes[:, len(self.centre) - len(self.rate) :] += learned
        return slopes

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
