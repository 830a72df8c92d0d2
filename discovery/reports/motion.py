"""A law evaluated for drawing: derivatives at given states, and smooth curves through few samples."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.interpolate import CubicHermiteSpline

from discovery.reports.drawing import thin
from discovery.symbolic.evaluate import compiled
from discovery.types import Law, Prediction

_CURVE_POINTS = 500  # a curve through fewer samples would show its corners


def evaluate(
    law: Law, states: Float[np.ndarray, "point state"], times: Float[np.ndarray, " point"] | float = 0.0
) -> Float[np.ndarray, "point state"]:
    """Derivatives by the law at each of ``states``; not finite where the law has no value."""
    table = np.column_stack([np.broadcast_to(times, len(states)), states])
    return compiled(tuple(law.equations.values()), ("t", *law.states))(table)


def curve(law: Law | None, prediction: Prediction) -> tuple[np.ndarray, np.ndarray]:
    """A prediction to draw: thinned, or, if sparse, cubic between its points with the slopes that the law has there."""
    kept = thin(len(prediction.times))
    times, states = prediction.times[kept], prediction.states[kept]
    if law is None or law.inputs or law.algebraic or law.discrete or not 2 <= len(times) < _CURVE_POINTS:
        return times, states
    slopes = evaluate(law, states, times)
    if not (np.all(np.isfinite(slopes)) and np.all(np.isfinite(states))):
        return times, states
    fine = np.unique(np.concatenate([times, np.linspace(times[0], times[-1], _CURVE_POINTS)]))
    return fine, CubicHermiteSpline(times, states, slopes)(fine)
