"""The chosen law's own trajectories beside the measurements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from discovery.dynamics.shooting import Fit
from discovery.dynamics.simulate import simulate
from discovery.dynamics.windows import Windows, records
from discovery.types import Beginning, Prediction, Trajectory


def courses(fit: Fit, windows: Windows) -> list[Float[np.ndarray, "sample state"]]:
    """The law's states at the samples of each window, from its fitted start."""
    edges = zip(fit.starts, windows.edges, strict=True)
    return [
        simulate(
            fit.law, start, windows.times[low:high], rtol=windows.rtol, drive=windows.drive(low, high),
            spread=windows.spread,
        )
        for start, (low, high) in edges
    ]  # fmt: skip


def residuals_of(fit: Fit, windows: Windows) -> list[Float[np.ndarray, "sample state"]]:
    """Residuals of each window in standard deviations, NaN where nothing was measured; of steps, of each record."""
    found = _residuals(courses(fit, windows), windows)
    if not windows.steps:
        return found
    return [np.vstack([found[window][-1:] for window in some]) for some in records(windows)]


def reconstruct(
    fit: Fit, windows: Windows, trajectories: Sequence[Trajectory]
) -> tuple[tuple[Prediction, ...], Float[np.ndarray, "sample state"]]:
    """Simulated states of every window, joined by trajectory, and all residuals in standard deviations.

    Residuals of missing values are NaN.
    """
    followed = courses(fit, windows)
    pieces: dict[int, list[tuple[np.ndarray, np.ndarray]]] = {}
    for (index, _), (low, high), states in zip(windows.places, windows.edges, followed, strict=True):
        pieces.setdefault(index, []).append((windows.times[low:high], states))
    predictions = tuple(
        Prediction(
            "fit", trajectories[index].label, np.concatenate([t for t, _ in parts]), np.vstack([x for _, x in parts])
        )
        for index, parts in pieces.items()
    )
    return predictions, np.vstack(_residuals(followed, windows))


def with_beginnings(
    fitted: Sequence[Prediction], beginnings: Sequence[Beginning], windows: Windows
) -> tuple[Prediction, ...]:
    """The courses of :func:`reconstruct`, each with what is known of the start of its first window.

    Args:
        beginnings: one for each window; none where that could not be told.
    """
    if not beginnings:
        return tuple(fitted)
    firsts: dict[int, Beginning] = {}
    for (index, _), beginning in zip(windows.places, beginnings, strict=True):
        firsts.setdefault(index, beginning)
    return tuple(replace(one, beginning=known) for one, known in zip(fitted, firsts.values(), strict=True))


def _residuals(followed: Sequence[np.ndarray], windows: Windows) -> list[np.ndarray]:
    found: list[np.ndarray] = []
    units = windows.units
    for states, (low, high) in zip(followed, windows.edges, strict=True):
        weights = windows.weights[low:high]
        positive = np.where(states > 0, states, np.nan)
        shown = np.log(positive / units) if windows.logarithmic else states
        found.append(np.where(weights > 0, weights * (shown - windows.values[low:high]), np.nan))
    return found
