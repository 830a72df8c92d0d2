"""Columns that are linear in time: second clocks and counters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from discovery.types import Trajectory

# A column is a clock where a straight line in time leaves this share of its deviation.
STRAIGHT = 1e-6


def straight(runs: Sequence[Trajectory], index: int, deviation: float) -> bool:
    """Whether a state is a linear function of time, the same in all runs."""
    times = np.concatenate([run.times for run in runs])
    values = np.concatenate([run.states[:, index] for run in runs])
    there = np.isfinite(values)
    if np.count_nonzero(there) < 3 or deviation == 0.0:
        return False
    ahead = (times[there] - times[there].mean()) / max(float(np.ptp(times[there])), 1e-300)
    above = values[there] - values[there].mean()
    slope = float(ahead @ above) / max(float(ahead @ ahead), 1e-300)
    return bool(np.max(np.abs(above - slope * ahead)) <= STRAIGHT * deviation)
