"""Where a told law has a value: what its roots, powers and logarithms are of is not negative there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import sympy as sp

from discovery.laws import Frame
from discovery.problems.points import evaluated
from discovery.symbolic.domain import arguments
from discovery.symbolic.evaluate import slope
from discovery.types import SmoothedTrajectory, Smoothing, Trajectory, symbol

# Deviations of the noise that a sample may be below zero and still be of what is positive.
NOISY = 3.0


def within(frame: Frame, runs: Sequence[Trajectory], smoothing: Smoothing) -> Smoothing:
    """The curves where the law has a value, if the samples are: by their own error curves may leave it alone.

    What is not positive there becomes one deviation of the curve, about the mean of what is positive with that
    deviation about zero. Below free exponents samples may be below zero by noise, as whole numbers among those that
    are tried have a value there and nothing is refused.
    """
    curves = smoothing.trajectories
    for one in arguments(frame.templates):
        names = (*frame.states, *frame.inputs, "t")
        if not one.value.free_symbols <= set(map(symbol, names)):
            continue
        rows = (one.value, *(slope(one.value, symbol(name)) for name in frame.states))
        least = min(_least(rows, names, run, curve, smoothing) for run, curve in zip(runs, curves, strict=True))
        if least >= (-NOISY if one.free else 0.0):
            curves = tuple(_moved(rows, names, run, curve) for run, curve in zip(runs, curves, strict=True))
    return smoothing if curves is smoothing.trajectories else replace(smoothing, trajectories=curves)


def _least(
    rows: Sequence[sp.Expr], names: Sequence[str], run: Trajectory, curve: SmoothedTrajectory, smoothing: Smoothing
) -> float:
    """The least argument at the samples of a run, in deviations of its noise where below zero."""
    values = evaluated(rows, names, np.column_stack([run.states, run.inputs, run.times]), (), ())
    noise = np.linalg.norm(values[:, 1:] * smoothing.noise.deviation(curve.states, run.errors), axis=1)
    return float(np.nanmin(values[:, 0] / np.maximum(noise, 1e-300), initial=np.inf))


def _moved(
    rows: Sequence[sp.Expr], names: Sequence[str], run: Trajectory, curve: SmoothedTrajectory
) -> SmoothedTrajectory:
    """The curve with its states moved, the least certain most, where the argument is not positive."""
    values = evaluated(rows, names, np.column_stack([curve.states, run.inputs, curve.times]), (), ())
    moves = values[:, 1:] * curve.state_deviations**2
    variance = np.sum(values[:, 1:] * moves, axis=1)
    outside = (values[:, 0] <= 0.0) & (variance > 0.0) & np.isfinite(variance)
    if not outside.any():
        return curve
    missing = np.where(outside, (np.sqrt(variance) - values[:, 0]) / np.where(outside, variance, 1.0), 0.0)
    return replace(curve, states=curve.states + np.where(outside[:, None], moves * missing[:, None], 0.0))
