"""What was told of constants and starts, in a fit: bounds that steps keep, and beliefs as further residuals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from discovery.dynamics.windows import Windows
from discovery.symbolic.domain import Edge, edges, has_value
from discovery.types import Law

# Share of the way to a bound that a step goes at most, so that a constant stays inside.
REACH = 0.9
# A start at a pole, or the edge of where the law has a value, where slopes may have none, is held to this share of its
# state's spread, as is each start of a step; others begin where they were told if that was told better than this.
EXACT = 1e-4
# A start told to this share of its value, or to its square of the state's spread, is held: round-off is as large.
HELD = 1e-12
# Deviations of the noise that a sample has to be beyond an edge, past the largest that so many have by chance: where a
# state that is nowhere negative rests at zero for long, noise alone takes samples below it.
BEYOND = 3.0


@dataclass(frozen=True)
class Beliefs:
    """Of the first constants of a law, those that a user named.

    Attributes:
        precisions: one over the variance of what is believed; 0 where nothing is.
    """

    lows: Float[np.ndarray, " told"]
    highs: Float[np.ndarray, " told"]
    means: Float[np.ndarray, " told"]
    precisions: Float[np.ndarray, " told"]

    @classmethod
    def of(cls, law: Law) -> Beliefs | None:
        """None where nothing was told."""
        by_name = {one.name: one for one in law.frame.constants} if law.frame else {}
        told = [by_name[name] for name in law.told if name in by_name]
        if not any(np.isfinite([one.low, one.high, one.deviation]).any() for one in told):
            return None
        return cls(
            np.array([one.low for one in told]),
            np.array([one.high for one in told]),
            np.array([one.mean for one in told]),
            np.array([one.deviation for one in told]) ** -2.0,
        )

    def inside(
        self,
        constants: Float[np.ndarray, " constant"],
        change: Float[np.ndarray, " constant"],
        fixed: Sequence[int] = (),
    ) -> Float[np.ndarray, " constant"]:
        """The constants after a step, each of which stays within its bounds, or where it is if it is fixed."""
        after = constants + change
        count = len(self.lows)
        here = constants[:count]
        low = np.where(np.isfinite(self.lows), here - REACH * (here - self.lows), -np.inf)
        high = np.where(np.isfinite(self.highs), here + REACH * (self.highs - here), np.inf)
        after[:count] = np.clip(after[:count], low, high)
        after[list(fixed)] = constants[list(fixed)]
        return after

    def cost(self, constants: Float[np.ndarray, " constant"]) -> float:
        """Squared departures from what is believed, in deviations."""
        departure = np.sqrt(self.precisions) * (constants[: len(self.means)] - self.means)
        with np.errstate(over="ignore"):  # of a step that goes beyond all numbers
            return float(np.sum(departure**2))

    def slope(self, constants: Float[np.ndarray, " constant"]) -> Float[np.ndarray, " constant"]:
        """Half the gradient of the cost."""
        slope = np.zeros(len(constants))
        slope[: len(self.means)] = self.precisions * (constants[: len(self.means)] - self.means)
        return slope

    def curvature(self, number: int) -> Float[np.ndarray, "constant constant"]:
        """Half the second derivatives of the cost."""
        diagonal = np.zeros(number)
        diagonal[: len(self.precisions)] = self.precisions
        return np.diag(diagonal)


@dataclass(frozen=True)
class Anchors:
    """What is believed of the starts of windows.

    Attributes:
        precisions: one over the variance of what is believed; 0 where nothing is, and where starts are held.
        held: starts that were told exactly, which stay there. However small a floor of their deviation is beside the
            state's spread, it may be large beside the start: of 1e8 infected cells, the first infects one.
    """

    means: Float[np.ndarray, "window state"]
    precisions: Float[np.ndarray, "window state"]
    held: Bool[np.ndarray, "window state"]

    @classmethod
    def of(cls, law: Law, windows: Windows) -> Anchors | None:
        """None where nothing is known of starts that these windows have."""
        held = np.zeros(windows.starts.shape, dtype=np.bool_)
        if windows.steps:
            return cls(windows.starts, np.tile((EXACT * windows.spread) ** -2.0, (len(windows.starts), 1)), held)
        if law.frame is None or not law.frame.starts:
            return None
        means, precisions, limits = np.zeros(held.shape), np.zeros(held.shape), Edges.of(law, windows)
        for row, ((_, first), place) in enumerate(zip(windows.places, windows.offsets[:-1], strict=True)):
            for one in law.frame.starts:
                if first == 0 and one.tells_of(float(windows.times[place])):
                    state = law.states.index(one.state)
                    means[row, state], spread = one.value, float(windows.spread[state])
                    open_ended = limits is not None and limits.reached(state, one.value)
                    open_ended = open_ended or not has_value(law.frame.templates, one.state, one.value)
                    least = EXACT * spread if open_ended else 0.0
                    deviation = max(one.deviation, least)
                    held[row, state] = deviation <= HELD * max(abs(one.value), HELD * spread)
                    precisions[row, state] = 0.0 if held[row, state] else deviation**-2.0
        return cls(means, precisions, held) if precisions.any() or held.any() else None

    def placed(
        self, starts: Float[np.ndarray, "window state"], spread: Float[np.ndarray, " state"]
    ) -> Float[np.ndarray, "window state"]:
        """The starts, of which those that are known far better than samples tell are where they were told."""
        return np.where(self.held | (self.precisions > (0.5 * EXACT * spread) ** -2.0), self.means, starts)

    def cost(self, starts: Float[np.ndarray, "window state"]) -> float:
        """Squared departures from what is believed, in deviations."""
        return float(np.sum(self.precisions * (starts - self.means) ** 2))

    def slope(self, starts: Float[np.ndarray, "window state"]) -> Float[np.ndarray, "window state"]:
        """Half the gradient of the cost."""
        return self.precisions * (starts - self.means)


@dataclass(frozen=True)
class Edges:
    """Where states may be for a told law to have a value: a root of alpha has none below zero.

    There it cannot be followed at all, so that a fit whose steps went beyond would be damped until it rests.
    """

    lows: Float[np.ndarray, " state"]
    highs: Float[np.ndarray, " state"]

    @classmethod
    def of(cls, law: Law, windows: Windows) -> Edges | None:
        """None where the law has a value everywhere, or that depends on more than one state.

        Below a free exponent there is no edge if a sample is clearly beyond it: a whole one has a value there.
        """
        if law.frame is None:
            return None
        lows, highs = np.full(len(law.states), -np.inf), np.full(len(law.states), np.inf)
        for one in edges(law.frame.templates, law.states):
            if one.free and _crossed(one, windows):
                continue
            if one.above:
                lows[one.state] = max(lows[one.state], one.at)
            else:
                highs[one.state] = min(highs[one.state], one.at)
        return cls(lows, highs) if np.isfinite([lows, highs]).any() else None

    def reached(self, state: int, value: float) -> bool:
        """Whether a state is at an edge, or beyond."""
        return not self.lows[state] < value < self.highs[state]

    def inside(
        self, starts: Float[np.ndarray, "window state"], change: Float[np.ndarray, "window state"]
    ) -> Float[np.ndarray, "window state"]:
        """The starts after a step, each of which stays on its side of the edges if it is there."""
        low = np.where(starts > self.lows, starts - REACH * (starts - self.lows), -np.inf)
        high = np.where(starts < self.highs, starts + REACH * (self.highs - starts), np.inf)
        return np.clip(starts + change, low, high)


def _crossed(edge: Edge, windows: Windows) -> bool:
    """Whether a sample lies beyond an edge by more than noise."""
    there = windows.weights[:, edge.state] > 0.0
    values, deviations = windows.values[there, edge.state], 1.0 / windows.weights[there, edge.state]
    if windows.logarithmic:
        values = windows.units[edge.state] * np.exp(values)
        deviations = deviations * values
    beyond = edge.at - values if edge.above else values - edge.at
    by_chance = math.sqrt(2.0 * math.log(max(len(values), 1)))
    return bool(np.any(beyond > (BEYOND + by_chance) * deviations))
