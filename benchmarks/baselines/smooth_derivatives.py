"""Derivatives for genetic search: smoothing splines whose stiffness is chosen by generalised cross-validation."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import make_smoothing_spline

from discovery.types import Trajectory


def points(runs: tuple[Trajectory, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Smoothed states and derivatives of all runs, one below the other.

    Source: scipy's ``make_smoothing_spline`` (Woltring 1986).
    """
    states, slopes = [], []
    for run in runs:
        columns = []
        for column in run.states.T:
            known = np.isfinite(column)
            columns.append(make_smoothing_spline(run.times[known], column[known]))
        states.append(np.column_stack([spline(run.times) for spline in columns]))
        slopes.append(np.column_stack([spline.derivative()(run.times) for spline in columns]))
    return np.vstack(states), np.vstack(slopes)
