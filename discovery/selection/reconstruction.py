"""The chosen law's own trajectories beside the measurements."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from discovery.dynamics.shooting import Fit
from discovery.dynamics.simulate import simulate
from discovery.dynamics.windows import Windows
from discovery.types import Prediction, Trajectory


def reconstruct(
    fit: Fit, windows: Windows, trajectories: Sequence[Trajectory]
) -> tuple[tuple[Prediction, ...], Float[np.ndarray, "sample state"]]:
    """Simulated states of every window, joined by trajectory, and all residuals in standard deviations.

    Residuals of missing values are NaN.
    """
    pieces: dict[int, list[tuple[np.ndarray, np.ndarray]]] = {}
    residuals: list[np.ndarray] = []
    for window, (index, _) in enumerate(windows.places):
        rows = slice(windows.offsets[window], windows.offsets[window + 1])
        states = simulate(fit.law, fit.starts[window], windows.times[rows], drive=trajectories[index].drive)
        pieces.setdefault(index, []).append((windows.times[rows], states))
        shown = np.where(states > 0, np.log(np.maximum(states, 1e-300)), np.nan) if windows.logarithmic else states
        weights = windows.weights[rows]
        residuals.append(np.where(weights > 0, weights * (shown - windows.values[rows]), np.nan))
    predictions = tuple(
        Prediction(
            "fit", trajectories[index].label, np.concatenate([t for t, _ in parts]), np.vstack([x for _, x in parts])
        )
        for index, parts in pieces.items()
    )
    return predictions, np.vstack(residuals)


def residuals_of(fit: Fit, windows: Windows) -> list[Float[np.ndarray, "sample state"]]:
    """Residuals of each window in standard deviations, NaN where nothing was measured."""
    found: list[Float[np.ndarray, "sample state"]] = []
    for window, start in enumerate(fit.starts):
        low, high = int(windows.offsets[window]), int(windows.offsets[window + 1])
        states = simulate(fit.law, start, windows.times[low:high], rtol=windows.rtol, drive=windows.drive(low, high))
        weights = windows.weights[low:high]
        shown = np.where(states > 0, np.log(np.maximum(states, 1e-300)), np.nan) if windows.logarithmic else states
        found.append(np.where(weights > 0, weights * (shown - windows.values[low:high]), np.nan))
    return found
