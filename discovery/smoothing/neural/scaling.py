"""Standard units in which the network learns: states (or their logarithms) of mean 0 and deviation 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from jaxtyping import Bool, Float

from discovery.smoothing.curves import Fit
from discovery.types import NoiseModel, SmoothedTrajectory, Trajectory

LARGEST = 700.0  # logarithm of a state that is still a number, as is its product with a relative noise


@dataclass(frozen=True)
class Scaling:
    """z = (x - centre) / unit, of log x where ``logarithm`` is set."""

    centre: Float[np.ndarray, " state"]
    unit: Float[np.ndarray, " state"]
    logarithm: Bool[np.ndarray, " state"]

    @classmethod
    def of(cls, fit: Fit) -> Scaling:
        """The units of a classical fit."""
        units = [column.units for column in fit.columns]
        return cls(
            np.array([u.centre + (np.log(u.base) if u.logarithm else 0.0) for u in units]),
            np.array([u.unit for u in units]),
            np.array([u.logarithm for u in units]),
        )

    def with_velocities(self, units: Float[np.ndarray, " state"]) -> Self:
        """The same with as many velocities behind the states, in ``units`` and about zero."""
        return type(self)(
            np.concatenate([self.centre, np.zeros_like(units)]),
            np.concatenate([self.unit, units]),
            np.concatenate([self.logarithm, np.zeros(len(units), dtype=bool)]),
        )

    def standard(self, states: Float[np.ndarray, "time state"]) -> Float[np.ndarray, "time state"]:
        """Standardised states; NaN stays NaN."""
        raw = np.where(self.logarithm, np.log(np.where(self.logarithm, states, 1.0)), states)
        return (raw - self.centre) / self.unit

    def states(self, standard: Float[np.ndarray, "time state"]) -> Float[np.ndarray, "time state"]:
        """States in the data's units; those of a field that ran off are as large as numbers may be."""
        raw = self.centre + self.unit * standard
        return np.where(self.logarithm, np.exp(np.where(self.logarithm, np.minimum(raw, LARGEST), 0.0)), raw)

    def per_unit(self, states: Float[np.ndarray, "time state"]) -> Float[np.ndarray, "time state"]:
        """Derivative of the standardised state by the state; infinite where a field ran so low that nothing is left."""
        with np.errstate(divide="ignore"):
            return 1.0 / self.unit / np.where(self.logarithm, states, 1.0)


@dataclass(frozen=True)
class Samples:
    """One run in standard units.

    Attributes:
        measured: NaN where missing.
        hidden: samples that the field is not fitted to.
        deviations: of the noise.
        curve, slopes, doubts: classical curve without the hidden samples, its time derivative, the derivative's
            deviation.
        drives: standardised inputs and time; no columns where nothing drives the states.
    """

    times: Float[np.ndarray, " time"]
    measured: Float[np.ndarray, "time state"]
    hidden: Bool[np.ndarray, "time state"]
    deviations: Float[np.ndarray, "time state"]
    curve: Float[np.ndarray, "time state"]
    slopes: Float[np.ndarray, "time state"]
    doubts: Float[np.ndarray, "time state"]
    drives: Float[np.ndarray, "time drive"]

    def __len__(self) -> int:
        return len(self.times)

    def rows(self, rows: slice) -> Samples:
        """Some rows of the run."""
        return replace(self, **{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})


def samples(
    scaling: Scaling,
    noise: NoiseModel,
    run: Trajectory,
    hidden: Bool[np.ndarray, "time state"],
    smooth: SmoothedTrajectory,
    drives: Float[np.ndarray, "time drive"],
) -> Samples:
    """A run and its classical curve in standard units."""
    per_unit = scaling.per_unit(smooth.states)
    return Samples(
        run.times,
        scaling.standard(run.states),
        hidden,
        noise.deviation(smooth.states, run.errors) * per_unit,
        scaling.standard(smooth.states),
        smooth.derivatives * per_unit,
        smooth.derivative_deviations * per_unit,
        drives,
    )


def with_velocities(part: Samples, unit: Float[np.ndarray, " state"]) -> Samples:
    """The run with the velocities behind the positions: nobody measured them, the classical derivative is their start.

    Accelerations are differences of the classical derivative, known no better than a third of their size: they start
    the field, and the samples correct it.

    Args:
        unit: of the velocities, in standardised positions over time.
    """
    velocities = part.slopes / unit
    lone = len(part) < 2
    accelerations = np.zeros_like(velocities) if lone else np.gradient(velocities, part.times, axis=0)
    sizes = np.sqrt(np.mean(accelerations**2, axis=0))
    unmeasured = np.full_like(part.measured, np.nan)
    return replace(
        part,
        measured=np.hstack([part.measured, unmeasured]),
        hidden=np.hstack([part.hidden, np.zeros_like(part.hidden)]),
        deviations=np.hstack([part.deviations, part.doubts / unit]),
        curve=np.hstack([part.curve, part.slopes / unit]),
        slopes=np.hstack([part.slopes, accelerations]),
        doubts=np.hstack([part.doubts, np.broadcast_to(sizes / 3.0, accelerations.shape)]),
    )


def rates(parts: Sequence[Samples]) -> Float[np.ndarray, " state"]:
    """Root mean square of each state's standardised derivative; 1 where a state does not move."""
    sizes = np.sqrt(np.mean(np.concatenate([part.slopes for part in parts]) ** 2, axis=0))
    return np.where(sizes > 0.0, sizes, 1.0)
