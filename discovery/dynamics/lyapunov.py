"""The largest Lyapunov exponent of a law: how fast two neighbouring solutions part on its attractor.

Source: Benettin, Galgani, Giorgilli & Strelcyn (1980), Meccanica 15:9, with one tangent vector that is integrated
beside the states and renormalised.
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float

from discovery.dynamics.follow import follow
from discovery.dynamics.iterate import MAP
from discovery.dynamics.tape import Tape, tape_of
from discovery.types import Law

# Renormalisations in each half of a run; the first half is for the transient and for the vector to turn.
STEPS = 60
# Growth of the vector's logarithm over the second half from which a solution is chaotic. On a limit cycle a vector
# grows in proportion to time at most, which is log 2 here.
CHAOTIC = 3.0
MAX_STEPS = 20_000
# Relative tolerance of the solver. On a chaotic attractor an error is soon as large as the attractor anyway; what is
# averaged is the growth along a solution that stays near it.
RTOL = 1e-6


def _growth(
    tape: Tape,
    start: Float[np.ndarray, " state"],
    vector: Float[np.ndarray, " state"],
    times: Float[np.ndarray, " time"],
    rtol: float,
    bound: Float[np.ndarray, " state"],
) -> Float[np.ndarray, " interval"]:
    """Logarithm of the growth of ``vector`` between the times, one value each; NaN from where it cannot be followed."""
    registers, none, dimension = np.array(tape.registers), np.empty(0), len(start)
    growth = np.full(len(times) - 1, np.nan)
    state, direction, stiff = start, vector, False
    for i in range(len(growth)):
        out = np.empty((2, dimension, 1 + dimension))
        reached, stiff = follow(
            tape, registers, none, state, times[i : i + 2], rtol=rtol, atol=1e-2 * rtol * bound, bound=bound,
            max_steps=MAX_STEPS // STEPS, out=out, stiff=stiff,
        )  # fmt: skip
        if reached < 2:
            return growth
        state, turned = out[1, :, 0].copy(), out[1, :, 1:] @ direction
        size = float(np.linalg.norm(turned / bound))
        if not size > 0.0 or not math.isfinite(size):
            return growth
        growth[i] = math.log(size)
        direction = turned / size
    return growth


def largest_exponent(
    law: Law,
    starts: Float[np.ndarray, "run state"],
    begin: float,
    duration: float,
    bound: Float[np.ndarray, " state"],
) -> float:
    """Mean exponent over the second halves of runs from ``starts``; NaN unless most of them are chaotic.

    Args:
        law: one without algebraic states.
        begin: time at which runs begin.
        duration: of each run.
        bound: largest magnitude of a state; solutions that leave it have no attractor here.
    """
    if not law.discrete and len(law.states) + (not law.autonomous) < 3:
        return math.nan  # Poincaré and Bendixson: no chaos in the plane
    rtol = MAP if law.discrete else RTOL
    numbers = law.numeric
    tape = tape_of(numbers)
    times = begin + np.linspace(0.0, duration, 2 * STEPS + 1)
    times = np.unique(np.round(times)) if law.discrete else times
    found: list[float] = []
    for start in np.array(starts, dtype=np.float64):
        vector = bound / np.linalg.norm(np.ones(len(bound)))
        growth = _growth(tape, start, vector, times, rtol, bound)
        total = float(growth[len(growth) // 2 :].sum())
        found.append(total / (0.5 * duration) if total > CHAOTIC else math.nan)
    chaotic = [one for one in found if math.isfinite(one)]
    return float(np.mean(chaotic)) if 2 * len(chaotic) > len(found) else math.nan
