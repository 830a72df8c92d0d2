"""Smoothed finite differences of pysindy (Kaptanoglu et al. 2022): a Savitzky-Golay filter, then central differences.

The filter counts samples and takes them for even, so that uneven ones are brought to even times by linear
interpolation.
"""

from __future__ import annotations

import numpy as np

from benchmarks.differentiators.attempt import Attempt, Series, back, by_state, evenly
from benchmarks.differentiators.held_out import filled_error
from discovery.types import Trajectory

DEFAULT = (11, 3)  # window and order that pysindy takes where none are given
WINDOWS = (5, 7, 11, 15, 21, 31, 45, 65, 91, 131)
ORDERS = (2, 3, 4, 5)


def default(run: Trajectory, seconds: float, seed: int) -> tuple[Attempt, ...]:
    """The settings that pysindy has without being asked."""
    del seconds, seed
    return (_attempt(run, *DEFAULT, judged=False),)


def tuned(run: Trajectory, seconds: float, seed: int) -> tuple[Attempt, ...]:
    """All windows and orders of the filter."""
    del seconds, seed
    settings = [(window, order) for window in WINDOWS for order in ORDERS if order < window <= len(run)]
    return tuple(_attempt(run, window, order, judged=True) for window, order in settings)


def _attempt(run: Trajectory, window: int, order: int, *, judged: bool) -> Attempt:
    import pysindy
    from scipy.signal import savgol_filter

    times, states = evenly(run)

    def differentiate(state: int) -> tuple[Series, float]:
        settings = {"window_length": window, "polyorder": order}
        differences = pysindy.SmoothedFiniteDifference(smoother_kws=settings)
        slopes = np.asarray(differences(states[:, [state]], times))[:, 0]

        def smooth(values: Series) -> Series:
            return savgol_filter(values, window, order)

        loss = filled_error(times, states[:, state], smooth) if judged else 0.0
        return back(run, times, slopes), loss

    return by_state(f"window {window}, order {order}", run, differentiate)
