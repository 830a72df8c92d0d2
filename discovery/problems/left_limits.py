"""Rows just before the switches of inputs that are held, at which nothing was measured.

A rate jumps where an input switches. What integrates rates from sample to sample, as the weak form and the samples'
responses do, takes the mean of both ends of a step: without the limit from the left a switch counts as if it had come
half a step before, and a chemostat's dilution was found a third as fast as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from discovery.types import Prediction, SmoothedTrajectory, Trajectory

# Share of the step before a switch that the row stands before it: a hundredth of the error that it is there to avoid.
BEFORE = 0.01

Curve = TypeVar("Curve", SmoothedTrajectory, Prediction, Trajectory)


def with_left_limits(runs: Sequence[Trajectory]) -> tuple[Trajectory, ...]:
    """The runs with a row before each switch: states missing, held inputs as they were, others on their way."""
    return tuple(_with_left_limits(run) if run.switched.any() else run for run in runs)


def _with_left_limits(run: Trajectory) -> Trajectory:
    rows = np.flatnonzero(run.switched)
    times = run.times[rows] - BEFORE * (run.times[rows] - run.times[rows - 1])
    apart = (run.times[rows - 1] < times) & (times < run.times[rows])  # in digits that a clock of seconds has
    rows, times = rows[apart], times[apart]
    going = run.inputs[rows] - BEFORE * (run.inputs[rows] - run.inputs[rows - 1])
    return replace(
        run,
        times=np.insert(run.times, rows, times),
        states=np.insert(run.states, rows, np.nan, axis=0),
        inputs=np.insert(run.inputs, rows, np.where(run.held, run.inputs[rows - 1], going), axis=0),
        errors=np.insert(run.errors, rows, 1.0, axis=0) if run.errors.size else run.errors,
    )


def at_samples(curves: Sequence[Curve], runs: Sequence[Trajectory]) -> tuple[Curve, ...]:
    """Curves, by the labels of their runs, without the rows that :func:`with_left_limits` put in."""
    added: dict[str, list[np.ndarray]] = {}
    for run, more in zip(runs, with_left_limits(runs), strict=True):
        added.setdefault(run.label, []).append(np.setdiff1d(more.times, run.times))
    return tuple(_of_rows(curve, ~np.isin(curve.times, np.concatenate(added[curve.label]))) for curve in curves)


def _of_rows(curve: Curve, rows: np.ndarray) -> Curve:
    if isinstance(curve, Trajectory):
        return curve.part(rows)
    columns = ("times", "states", "derivatives", "state_deviations", "derivative_deviations")
    return replace(curve, **{one: getattr(curve, one)[rows] for one in columns if hasattr(curve, one)})
