"""Which columns are the derivatives of others: they sweep what these change by, as the trapezoid rule shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from discovery.types import Trajectory

if TYPE_CHECKING:
    from discovery.knowledge.dimensions import Exponents

# A column is the derivative of another where the other's steps are its integral: with a factor this near to 1, and all
# but this share of the variance explained, over more than so many steps.
FACTOR, UNEXPLAINED, ENOUGH = 0.03, 0.02, 10
# Longest runs, in units of time, whose integrals can be computed.
TINY, HUGE = 1e-100, 1e100

Table = Float[np.ndarray, "position velocity"]


@dataclass(frozen=True)
class Multiple:
    """A column that is a multiple of another's derivative, by their units.

    Attributes:
        factor: what the derivative is multiplied by.
    """

    position: str
    velocity: str
    factor: float


@dataclass(frozen=True)
class Swept:
    """Mean squares over the steps at whose ends both columns are measured, for each pair of them.

    Attributes:
        changed: of the changes of the one.
        sweeping: of what the other sweeps.
        shared: their mean product.
        noise: what the noise of the one makes of its changes.
        enough: whether there are enough of such steps.
    """

    changed: Table
    sweeping: Table
    shared: Table
    noise: Float[np.ndarray, "position 1"]
    enough: np.ndarray

    def explained(self, factor: float | Table) -> np.ndarray:
        """Of which pairs what the second sweeps, times a factor, is all that the first changes by, but for noise."""
        left = self.changed - 2.0 * factor * self.shared + factor**2 * self.sweeping - self.noise
        found = (left < UNEXPLAINED * self.changed) & (factor**2 * self.sweeping > self.noise) & self.enough
        np.fill_diagonal(found, False)
        return found

    @property
    def factors(self) -> Table:
        """The factors with which most is explained."""
        return self.shared / np.maximum(self.sweeping, 1e-300)


def swept(runs: Sequence[Trajectory], noises: Sequence[float]) -> Swept | None:
    """All pairs of states at once; None where runs are too long or short to be integrated.

    Args:
        noises: deviation of each state's noise.
    """
    longest = max(float(run.times[-1] - run.times[0]) for run in runs)
    if not TINY < longest < HUGE:
        return None
    change = np.concatenate([np.diff(run.states, axis=0) for run in runs])
    areas = np.concatenate([np.diff(run.times)[:, None] * (run.states[1:] + run.states[:-1]) / 2.0 for run in runs])
    moved, driven = np.isfinite(change).astype(np.float64), np.isfinite(areas).astype(np.float64)
    change, areas = np.nan_to_num(change), np.nan_to_num(areas)
    count = np.maximum(moved.T @ driven, 1.0)
    noise = 2.0 * np.nan_to_num(np.array(noises), nan=0.0, posinf=np.inf)[:, None] ** 2
    return Swept(
        (change**2).T @ driven / count, moved.T @ areas**2 / count, change.T @ areas / count, noise, count > ENOUGH
    )


def velocities(pairs: Swept | None, names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Pairs x, v with x' = v."""
    if pairs is None:
        return ()
    found = pairs.explained(1.0) & (np.abs(pairs.factors - 1.0) < FACTOR)
    return tuple((names[i], names[j]) for i, j in np.argwhere(found).tolist())


def multiples(pairs: Swept | None, headers: Mapping[str, str], time_name: str) -> tuple[Multiple, ...]:
    """Pairs x, v with x' = v but for a factor that follows from the units in their headers and in that of time."""
    if pairs is None:
        return ()
    names, ratios = list(headers), pairs.factors
    likely = np.argwhere(pairs.explained(ratios) & (ratios > 0.0) & (np.abs(ratios - 1.0) >= FACTOR))
    if not len(likely):
        return ()
    from discovery.knowledge.dimensions import FACTOR as SCALE  # SymPy and pint take a second to load
    from discovery.knowledge.units import units_of

    involved = {names[i]: headers[names[i]] for i in np.unique(likely).tolist()}
    dimensions = units_of({**involved, "t": time_name}, {}, "auto").dimensions
    found: list[Multiple] = []
    for i, j in likely.tolist():
        told = _told(*(dimensions.get(name) for name in (names[i], names[j], "t")), scale=SCALE)
        if told is not None and abs(float(ratios[i, j]) / told - 1.0) < FACTOR:
            found.append(Multiple(names[i], names[j], 1.0 / told))
    return tuple(found)


def _told(
    position: Exponents | None, velocity: Exponents | None, time: Exponents | None, *, scale: str
) -> float | None:
    """What a velocity is multiplied by to be the rate of a position, by their units; None where they do not tell."""
    if position is None or velocity is None or time is None:
        return None
    powers = {*position, *velocity, *time}
    total = {name: velocity.get(name, 0) + time.get(name, 0) - position.get(name, 0) for name in powers}
    logarithm = float(total.pop(scale, 0))
    return None if any(total.values()) else 10.0**logarithm
