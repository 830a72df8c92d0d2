"""Samples of one state in standard units, which all priors and noise models see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from discovery.errors import DataError
from discovery.samples import binary_units
from discovery.types import NoiseKind, Trajectory

FEWEST = 4  # samples of a state that a curve with three derivatives needs


@dataclass(frozen=True)
class Grid:
    """The sampling of one run: its distinct gaps, in spacings, and which of them each step takes.

    Attributes:
        kinks: how far an input switches at the end of each gap, see :mod:`discovery.smoothing.kinks`.
    """

    gaps: Float[np.ndarray, " gap"]
    steps: Int[np.ndarray, " step"]
    kinks: Float[np.ndarray, " gap"]


@dataclass(frozen=True)
class Units:
    """Standard units of one state: x = centre + unit * z, or the logarithm of x / base where the noise is log-normal.

    The base is a power of two of the size of the state, so that no digit depends on the state's own unit.
    """

    centre: float
    unit: float
    logarithm: bool = False
    base: float = 1.0

    def standard(self, values: Float[np.ndarray, " time"]) -> Float[np.ndarray, " time"]:
        """``values`` in standard units."""
        raw = np.log(values / self.base) if self.logarithm else values
        return (raw - self.centre) / self.unit

    def stretch(self, values: Float[np.ndarray, " time"]) -> float:
        """Logarithm of the base's volume over the standard one: likelihoods of all kinds of noise become comparable."""
        known = values[np.isfinite(values)]
        if self.logarithm:
            return len(known) * float(np.log(self.unit)) + float(np.sum(np.log(known / self.base)))
        return len(known) * float(np.log(self.unit / self.base))


@dataclass(frozen=True)
class Series:
    """One state of one run in standard units; NaN where missing.

    Attributes:
        weights: deviation of each sample's noise, relative to the noise hyper-parameter.
        jump: the first derivative that jumps where inputs switch; 0 where none does.
    """

    values: Float[np.ndarray, " time"]
    weights: Float[np.ndarray, " time"]
    grid: Grid
    jump: int = 0


def check(trajectories: Sequence[Trajectory]) -> None:
    """Raises DataError where the runs cannot be smoothed together."""
    if not trajectories:
        raise DataError("Smoothing got no trajectory. Pass at least one.")
    names = trajectories[0].names
    for trajectory in trajectories:
        if trajectory.names != names:
            raise DataError(
                f"Trajectories have the states {names} and {trajectory.names}. "
                "Smoothing needs the same states in the same order in all of them: reorder the columns."
            )
    if len({run.inputs.shape[1] for run in trajectories}) > 1:
        raise DataError(
            f"Trajectories have {sorted({run.inputs.shape[1] for run in trajectories})} inputs. "
            "Smoothing needs the same inputs in the same order in all of them: add the missing columns."
        )
    for column, name in enumerate(names):
        known = sum(int(np.isfinite(trajectory.states[:, column]).sum()) for trajectory in trajectories)
        if known < FEWEST:
            raise DataError(
                f"State {name!r} has {known} measured samples. "
                f"Smoothing needs at least {FEWEST}: add samples or drop the state."
            )


def spacing(trajectories: Sequence[Trajectory]) -> float:
    """Median time between samples; the unit of time of all priors."""
    gaps = [np.diff(trajectory.times) for trajectory in trajectories if len(trajectory) > 1]
    return float(np.median(np.concatenate(gaps))) if gaps else 1.0


def grid(times: Float[np.ndarray, " time"], unit: float, kinks: Float[np.ndarray, " step"] | None = None) -> Grid:
    """The distinct gaps of ``times``, and the ``kinks`` at their ends; those equal to nine digits are one."""
    gaps = np.diff(times) / unit
    ends = np.zeros_like(gaps) if kinks is None else kinks
    pairs, steps = np.unique(np.round(np.column_stack([gaps, ends]), 9), axis=0, return_inverse=True)
    return Grid(np.maximum(pairs[:, 0], 1e-9), steps.astype(np.int64), pairs[:, 1])


def units(trajectories: Sequence[Trajectory], column: int, kind: NoiseKind) -> Units:
    """Mean and deviation of a state, or of its logarithm.

    Raises:
        DataError: the noise is log-normal and a value is not positive.
    """
    values = np.concatenate([trajectory.states[:, column] for trajectory in trajectories])
    values = values[np.isfinite(values)]
    base = float(binary_units(np.max(np.abs(values), initial=0.0, keepdims=True))[0])
    if kind == "lognormal":
        if np.any(values <= 0.0):
            raise DataError(
                f"State {trajectories[0].names[column]!r} has the value {values.min():g}. "
                "Log-normal noise needs positive values: choose additive or proportional noise, or remove those rows."
            )
        values = np.log(values / base)
    deviation = float(np.std(values))
    return Units(float(np.mean(values)), deviation if deviation > 0.0 else 1.0, kind == "lognormal", base)


def excerpt(trajectories: Sequence[Trajectory], limit: int, pieces: int = 4) -> tuple[Trajectory, ...]:
    """Contiguous blocks of samples, about ``limit`` in all, spread evenly over the runs.

    Hyper-parameters that are tuned on them cost the same however long the data are.
    """
    total = sum(len(trajectory) for trajectory in trajectories)
    if total <= limit:
        return tuple(trajectories)
    if len(trajectories) >= pieces:
        stride = max(1.0, total / limit)
        kept = [trajectories[int(i)] for i in np.arange(0, len(trajectories), stride)]
        return excerpt(kept, limit, pieces) if len(kept) < pieces else tuple(kept)
    blocks: list[Trajectory] = []
    for trajectory in trajectories:
        length = max(FEWEST, limit * len(trajectory) // (total * pieces))
        for start in np.linspace(0, max(0, len(trajectory) - length), pieces).astype(int):
            rows = slice(int(start), int(start) + length)
            blocks.append(trajectory.part(rows))
    return tuple(blocks)
