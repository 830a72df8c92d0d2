"""Forecasts with a band: the law's solution, and where those of equally credible constants and starts lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from discovery.dynamics.simulate import FEW_STEPS, simulate, simulate_or_fail
from discovery.dynamics.single_steps import by_chance
from discovery.errors import UsageError
from discovery.types import Drive, Law, NoiseModel

LEVEL = 0.95
# With fewer solutions none lies outside either end, and the band would be of what happened to be drawn.
FEWEST = 40
ROUNDED = 1e-9  # 5 % of a number of solutions that should be a whole one


@dataclass(frozen=True)
class Forecast:
    """States at the times that were asked for.

    Attributes:
        states: of the law as it was fitted.
        lows, highs: between them lie 95 % of the solutions drawn, at each time apart; infinite where more of them than
            may lie outside cannot be followed so far.
    """

    states: Float[np.ndarray, "time state"]
    lows: Float[np.ndarray, "time state"]
    highs: Float[np.ndarray, "time state"]


@dataclass(frozen=True)
class Chance:
    """What acts on the states beside a law.

    Attributes:
        noise: of a step of the data, and its length.
        least: values below which states do not fall.
    """

    noise: NoiseModel
    step: float
    least: Float[np.ndarray, " state"]
    rng: np.random.Generator


def forecast(
    law: Law,
    start: Float[np.ndarray, " state"],
    times: Float[np.ndarray, " time"],
    *,
    constants: Float[np.ndarray, "draw constant"],
    starts: Float[np.ndarray, "draw state"],
    drive: Drive | None = None,
    chance: Chance | None = None,
) -> Forecast:
    """The solution from ``start`` at ``times[0]``, and a band of solutions with other constants and starts.

    Args:
        constants, starts: constants and an initial state for each draw, of which there are at least :data:`FEWEST`;
            none for no band.
        drive: the inputs of a law that has some.
        chance: what acts on the states in each solution, where something does.

    Raises:
        SimulationError: the law itself cannot be followed to the last time.
        UsageError: too few solutions are asked for.
    """
    if 0 < len(starts) < FEWEST:
        raise UsageError(
            f"A band of {len(starts)} solutions is asked for, but one in {FEWEST} lies beyond each of its ends. Ask "
            f"for at least {FEWEST}, or 0 for no band."
        )
    states = simulate_or_fail(law, start, times, drive=drive)
    solutions = [
        simulate(drawn, origin, times, rtol=1e-6, max_steps=FEW_STEPS, drive=drive)
        if chance is None
        else by_chance(drawn, origin, times, chance.noise, chance.step, chance.rng, drive=drive, least=chance.least)
        for drawn, origin in zip(map(law.with_constants, map(tuple, constants)), starts, strict=True)
    ]
    if not solutions:
        return Forecast(states, states, states)
    lows, highs = _ends(np.array(solutions))
    return Forecast(states, np.fmin(lows, states), np.fmax(highs, states))  # the fitted one is always inside


def _ends(
    solutions: Float[np.ndarray, "draw time state"],
) -> tuple[Float[np.ndarray, "time state"], Float[np.ndarray, "time state"]]:
    """Where the outermost of 95 % of the solutions lie.

    Solutions that were lost are among those outside, and as they may have gone either way, as many fewer are left out
    at both ends together; where they are more than may be outside, there is no end.
    """
    lost = np.sum(~np.isfinite(solutions), axis=0)
    outside = int((1.0 - LEVEL) * len(solutions) + ROUNDED)
    each = np.maximum(outside - lost, 0) // 2
    ordered = np.sort(np.where(np.isfinite(solutions), solutions, np.inf), axis=0)  # the lost come last
    lows, highs = (
        np.take_along_axis(ordered, place[None], axis=0)[0] for place in (each, len(solutions) - 1 - lost - each)
    )
    return np.where(lost > outside, -np.inf, lows), np.where(lost > outside, np.inf, highs)


def carried(
    law: Law,
    starts: Float[np.ndarray, "draw state"],
    constants: Float[np.ndarray, "draw constant"],
    times: Float[np.ndarray, " time"],
    drive: Drive | None,
) -> Float[np.ndarray, "draw state"]:
    """Where the solutions are at the last time that begin so at the first; NaN of those that cannot be followed."""
    ends = [
        simulate(law.with_constants(tuple(one)), start, times, rtol=1e-6, max_steps=FEW_STEPS, drive=drive)[-1]
        for one, start in zip(constants, starts, strict=True)
    ]
    return np.reshape(ends, starts.shape)
