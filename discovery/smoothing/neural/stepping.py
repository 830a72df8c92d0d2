"""The step of the fixed-step solver: as long as its error stays small against the noise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from discovery.smoothing.neural.scaling import Samples
from discovery.smoothing.vector_field import PerceptronField

SHARE = 0.05  # of the noise that one step may err by: all of a window's then err less than its mean
LEAST = 1e-2  # standardised noise below which steps are made no finer; a field is learned no better than that
QUANTILE = 0.98  # of the states at which the error is small; on the rest, the flanks of a spike, it may be larger
FINEST, COARSEST = 0.25, 8.0  # sampling intervals


def solver_step(field: PerceptronField, parts: Sequence[Samples], spacing: float) -> float:
    """Longest step whose error is small against the noise at nearly all states, in sampling intervals of length
    ``spacing``.

    The error is the difference between one step and two of half the length, from states of the classical curves; it
    grows as the fifth power of the step.
    """
    states = np.concatenate([part.curve for part in parts])
    noise = np.maximum(np.median(np.concatenate([part.deviations for part in parts]), axis=0), LEAST)
    states = states[:: max(1, len(states) // 300)]
    step = 1.0
    for _ in range(3):
        h = step * spacing
        once = advance(field, states, h)
        twice = advance(field, advance(field, states, 0.5 * h), 0.5 * h)
        error = float(np.quantile(np.max(np.abs(once - twice) / noise, axis=1), QUANTILE))
        step *= float(np.clip((SHARE / max(error, 1e-12)) ** 0.2, 0.25, 4.0))
    return float(np.clip(step, FINEST, COARSEST))


def advance(
    field: PerceptronField, standard: Float[np.ndarray, "point state"], step: Float[np.ndarray, "point 1"] | float
) -> Float[np.ndarray, "point state"]:
    """Standardised states one step of the classical Runge-Kutta rule later."""
    k1 = field.slopes(standard)
    k2 = field.slopes(standard + 0.5 * step * k1)
    k3 = field.slopes(standard + 0.5 * step * k2)
    k4 = field.slopes(standard + step * k3)
    return standard + step / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
