"""Measurements as they come from the world: noisy, coarse, with gaps, with states that nobody observed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from discovery.errors import DataError, UsageError
from discovery.types import Trajectory


@dataclass(frozen=True)
class Corruption:
    """What is done to a clean trajectory, in the order of the attributes.

    Inputs are set by the experimenter and have no noise. That of the states is drawn for each sample of the clean
    trajectory and each kind of corruption has its own stream of random numbers, so that with one seed a sample keeps
    its noise whatever else is switched on.

    Attributes:
        multiplicative: x becomes x (1 + s e) with e ~ N(0, 1), as in ODEBench (d'Ascoli et al. 2024, section 4).
        additive: noise of that many standard deviations of the clean state is added.
        every: only every so many-th sample is kept, from the first.
        drop: fraction of the samples left out at random.
        hide: names of states that were not observed.
    """

    multiplicative: float = 0.0
    additive: float = 0.0
    every: int = 1
    drop: float = 0.0
    hide: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("multiplicative", "additive"):
            value = getattr(self, name)
            if not 0.0 <= value < np.inf:
                raise UsageError(f"Corruption got {name}={value!r}. It needs a number of at least 0.")
        if not 0.0 <= self.drop < 1.0:
            raise UsageError(f"Corruption got drop={self.drop!r}. It needs a fraction of at least 0 and below 1.")
        if self.every < 1:
            raise UsageError(f"Corruption got every={self.every!r}. It needs a whole number of at least 1.")

    def apply(self, trajectory: Trajectory, seed: int) -> Trajectory:
        """A corrupted copy of ``trajectory``; the same seed gives the same copy.

        Raises:
            UsageError: a state to hide is not there, or none would be left.
            DataError: fewer than two samples would be left.
        """
        relative, absolute, scattered = (np.random.default_rng([seed, stream]) for stream in range(3))
        clean = trajectory.states
        states = clean * (1.0 + self.multiplicative * relative.standard_normal(clean.shape))
        states = states + self.additive * np.nanstd(clean, axis=0) * absolute.standard_normal(clean.shape)
        kept = np.arange(0, len(clean), self.every)
        kept = np.delete(kept, scattered.permutation(len(kept))[: round(self.drop * len(kept))])
        if len(kept) < 2:
            raise DataError(
                f"{self} leaves {len(kept)} of {len(clean)} samples; at least 2 are needed. Drop less, or sample more."
            )
        seen = self._observed(trajectory.names)
        names = tuple(trajectory.names[column] for column in seen)
        return replace(
            trajectory, times=trajectory.times[kept], states=states[kept][:, seen], names=names,
            inputs=trajectory.inputs[kept],
        )  # fmt: skip

    def _observed(self, names: tuple[str, ...]) -> list[int]:
        """Columns of the states that are not hidden."""
        for name in self.hide:
            if name not in names:
                raise UsageError(f"Corruption is to hide {name!r}, which is not a state. Choose from: {names}.")
        seen = [column for column, name in enumerate(names) if name not in self.hide]
        if not seen:
            raise UsageError(f"Corruption is to hide {self.hide}, which is every state. Leave at least one observed.")
        return seen
