"""Single steps of states on which chance acts: what a law expects of the next sample, and courses by chance."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from discovery.dynamics.simulate import FEW_STEPS, simulate
from discovery.types import Drive, Law, NoiseModel, Trajectory


def expected(law: Law, run: Trajectory) -> Float[np.ndarray, "time state"]:
    """What the law gives for each sample from the one before it; the first is as measured.

    NaN where a state was not measured before, or where the law cannot be followed.
    """
    found = np.full(run.states.shape, np.nan)
    found[0] = run.states[0]
    for row in np.flatnonzero(np.isfinite(run.states[:-1]).all(axis=1)).tolist():
        times = run.times[row : row + 2]
        found[row + 1] = simulate(law, run.states[row], times, rtol=1e-6, max_steps=FEW_STEPS, drive=run.drive)[1]
    return found


def by_chance(
    law: Law,
    start: Float[np.ndarray, " state"],
    times: Float[np.ndarray, " time"],
    noise: NoiseModel,
    step: float,
    rng: np.random.Generator,
    *,
    drive: Drive | None = None,
    least: Float[np.ndarray, " state"] | None = None,
) -> Float[np.ndarray, "time state"]:
    """A course in which chance acts on the states.

    Args:
        noise: of a step of the data.
        step: its length. Chance of a shorter time has a variance in proportion to it.
        least: values below which states do not fall.
    """
    states = np.full((len(times), len(start)), np.nan)
    states[0], now = simulate(law, start, times[:1], drive=drive)[0] if law.algebraic else start, start
    for row in range(1, len(times)):
        for begin, end in _within(float(times[row - 1]), float(times[row]), step):
            after = simulate(law, now, np.array([begin, end]), rtol=1e-6, max_steps=FEW_STEPS, drive=drive)[1]
            now = _scattered(after, noise, np.sqrt((end - begin) / step), rng)
            now = now if least is None else np.maximum(now, least)
        states[row] = now
        if not np.all(np.isfinite(now)):
            break
    return states


def _within(begin: float, end: float, step: float) -> list[tuple[float, float]]:
    """The time between two rows in parts that are no longer than a step."""
    count = max(1, int(np.ceil((end - begin) / step - 1e-9)))
    edges = np.linspace(begin, end, count + 1)
    return list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))


def _scattered(
    state: Float[np.ndarray, " state"], noise: NoiseModel, share: float, rng: np.random.Generator
) -> Float[np.ndarray, " state"]:
    chance = share * rng.standard_normal(len(state))
    if noise.kind == "lognormal":
        return state * np.exp(noise.scale * chance)
    return state + noise.deviation(state[None, :])[0] * chance
