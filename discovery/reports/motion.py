"""A law evaluated for drawing: derivatives at given states, and smooth curves through few samples."""

from __future__ import annotations

import numpy as np
import sympy as sp
from jaxtyping import Float
from scipy.interpolate import CubicHermiteSpline

from discovery.reports.drawing import thin
from discovery.reports.snippets import without_cot
from discovery.types import Law, Prediction, symbol

_CURVE_POINTS = 500  # a curve through fewer samples would show its corners


def evaluate(
    law: Law, states: Float[np.ndarray, "point state"], times: Float[np.ndarray, " point"] | float = 0.0
) -> Float[np.ndarray, "point state"]:
    """Derivatives by the law at each of ``states``; not finite where the law has no value."""
    names = ("t", *law.states)
    right_hand_sides = [without_cot(rhs) for rhs in law.equations.values()]
    function = sp.lambdify([symbol(name) for name in names], right_hand_sides, "numpy")
    with np.errstate(all="ignore"):
        columns = function(times, *states.T)
    return np.stack([np.broadcast_to(np.asarray(column, dtype=float), len(states)) for column in columns], axis=1)


def depends_on_time(law: Law) -> bool:
    """Whether time itself stands in the law, or an input, so that there is no one vector field."""
    return bool(law.inputs) or any(symbol("t") in skeleton.free_symbols for skeleton in law.skeletons)


def curve(law: Law | None, prediction: Prediction) -> tuple[np.ndarray, np.ndarray]:
    """A prediction to draw: thinned, or, if sparse, cubic between its points with the slopes that the law has there."""
    kept = thin(len(prediction.times))
    times, states = prediction.times[kept], prediction.states[kept]
    if law is None or law.inputs or law.discrete or not 2 <= len(times) < _CURVE_POINTS:
        return times, states
    slopes = evaluate(law, states, times)
    if not (np.all(np.isfinite(slopes)) and np.all(np.isfinite(states))):
        return times, states
    fine = np.unique(np.concatenate([times, np.linspace(times[0], times[-1], _CURVE_POINTS)]))
    return fine, CubicHermiteSpline(times, states, slopes)(fine)
