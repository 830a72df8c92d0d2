"""Standard units in which the network learns: states (or their logarithms) of mean 0 and deviation 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from discovery.smoothing.curves import Fit
from discovery.types import NoiseModel, SmoothedTrajectory, Trajectory


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
            np.array([u.centre for u in units]),
            np.array([u.unit for u in units]),
            np.array([u.logarithm for u in units]),
        )

    def standard(self, states: Float[np.ndarray, "time state"]) -> Float[np.ndarray, "time state"]:
        """Standardised states; NaN stays NaN."""
        raw = np.where(self.logarithm, np.log(np.where(self.logarithm, states, 1.0)), states)
        return (raw - self.centre) / self.unit

    def states(self, standard: Float[np.ndarray, "time state"]) -> Float[np.ndarray, "time state"]:
        """States in the data's units."""
        raw = self.centre + self.unit * standard
        return np.where(self.logarithm, np.exp(np.where(self.logarithm, raw, 0.0)), raw)


@dataclass(frozen=True)
class Samples:
    """One run in standard units.

    Attributes:
        measured: NaN where missing or left out.
        deviations: of the noise.
        curve, slopes, doubts: classical curve, its time derivative and the derivative's deviation.
    """

    times: Float[np.ndarray, " time"]
    measured: Float[np.ndarray, "time state"]
    deviations: Float[np.ndarray, "time state"]
    curve: Float[np.ndarray, "time state"]
    slopes: Float[np.ndarray, "time state"]
    doubts: Float[np.ndarray, "time state"]


def samples(scaling: Scaling, noise: NoiseModel, run: Trajectory, smooth: SmoothedTrajectory) -> Samples:
    """A run and its classical curve in standard units."""
    per_unit = 1.0 / scaling.unit / np.where(scaling.logarithm, smooth.states, 1.0)
    return Samples(
        run.times,
        scaling.standard(run.states),
        noise.deviation(smooth.states) * per_unit,
        scaling.standard(smooth.states),
        smooth.derivatives * per_unit,
        smooth.derivative_deviations * per_unit,
    )


def rates(parts: Sequence[Samples]) -> Float[np.ndarray, " state"]:
    """Root mean square of each state's standardised derivative; 1 where a state does not move."""
    sizes = np.sqrt(np.mean(np.concatenate([part.slopes for part in parts]) ** 2, axis=0))
    return np.where(sizes > 0.0, sizes, 1.0)
