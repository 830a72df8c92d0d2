"""Forecasts with a band: the law's solution, and where those of equally credible constants and starts lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from discovery.dynamics.simulate import FEW_STEPS, simulate, simulate_or_fail
from discovery.dynamics.single_steps import by_chance
from discovery.errors import UsageError
from discovery.types import Beginning, Drive, Law, NoiseModel

LEVEL = 0.95
# With fewer solutions none lies outside either end, and the band would be of what happened to be drawn.
FEWEST = 40


@dataclass(frozen=True)
class Forecast:
    """States at the times that were asked for.

    Attributes:
        states: of the law as it was fitted.
        lows, highs: between them lie 95 % of the solutions drawn, at each time apart; infinite where too many of them
            cannot be followed so far.
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
    every = np.sort(np.where(np.isfinite(solutions), solutions, np.inf), axis=0)
    lost = np.sort(np.where(np.isfinite(solutions), solutions, -np.inf), axis=0)
    outside = int((1.0 - LEVEL) / 2 * len(solutions))
    # A solution that was lost may have gone either way, and the fitted one is always inside.
    return Forecast(states, np.minimum(lost[outside], states), np.maximum(every[len(solutions) - 1 - outside], states))


def measured_starts(
    start: Float[np.ndarray, " state"], noise: NoiseModel, *, draws: int, seed: int
) -> Float[np.ndarray, "draw state"]:
    """States that may have been measured as ``start``."""
    scatter = np.random.default_rng([seed, 1]).standard_normal((draws, len(start)))
    if noise.kind == "lognormal":
        return start * np.exp(noise.scale * scatter)
    return start + noise.deviation(start[None, :]) * scatter


def fitted_starts(
    start: Float[np.ndarray, " state"],
    beginning: Beginning,
    changes: Float[np.ndarray, "draw constant"],
    *,
    seed: int,
) -> Float[np.ndarray, "draw state"]:
    """States at which the run may have begun that ``start`` was fitted to, with constants that are off by so much.

    Of a fit, starts and constants are not known apart: where a hidden state began lower, it has to grow faster.
    """
    scatter = _normal(beginning.scatter, len(changes), np.random.default_rng([seed, 1]))
    return start + changes @ beginning.follows.T + scatter


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


def drawn_constants(
    law: Law, covariance: Sequence[Sequence[float]], *, draws: int, seed: int
) -> Float[np.ndarray, "draw constant"]:
    """Constants from their normal distribution.

    Args:
        covariance: of the law's constants; empty if they are certain.
        seed: same seed, same constants.
    """
    constants = np.array(law.constants)
    if not len(covariance):
        return np.tile(constants, (draws, 1))
    return constants + _normal(np.array(covariance), draws, np.random.default_rng(seed))


def _normal(
    covariance: Float[np.ndarray, "value value"], draws: int, generator: np.random.Generator
) -> Float[np.ndarray, "draw value"]:
    """Deviations of that covariance, by the principal axes of the correlations.

    Those of the covariance itself would mix rounding of the largest deviation into the smallest, of 1e-121 beside 200.
    """
    sizes = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    units = np.where(sizes > 0.0, sizes, 1.0)
    variances, axes = np.linalg.eigh(covariance / units[:, None] / units)
    standard = generator.standard_normal((draws, len(variances)))
    # The symmetric root: axes of constants that are hardly correlated hang on the last bits, and it does not.
    return standard @ (axes * np.sqrt(np.maximum(variances, 0.0)) @ axes.T) * sizes
