"""States that no column has, beside those that were measured: without samples, with a curve and its derivative."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float
from scipy.interpolate import make_interp_spline

from discovery.knowledge.knowledge import Hidden
from discovery.types import (
    DiscoveryProblem,
    NoiseModel,
    Prediction,
    SmoothedTrajectory,
    Smoothing,
    Trajectory,
    growth,
    measured_states,
)

# A second derivative is less certain than the first in the measure in which that is less certain than the curve, and
# the spline through first derivatives adds to it.
MORE = 1.5
FLOOR = 1e-3  # as of smoothed derivatives: below lies what no smoother knows


def with_velocities(
    trajectories: Sequence[Trajectory], smoothing: Smoothing, hidden: Sequence[Hidden]
) -> tuple[tuple[Trajectory, ...], Smoothing]:
    """The runs with a column for each hidden velocity: the derivative of the smoothed position.

    Its own derivative is that of a quintic spline through it at the samples.
    """
    velocities = [one for one in hidden if one.velocity_of]
    curves = list(smoothing.trajectories)
    for one in velocities:
        curves = [_with_velocity(curve, one) for curve in curves]
    curves = _floored(curves, len(velocities))
    runs = tuple(with_columns(run, [one.name for one in velocities]) for run in trajectories)
    return runs, replace(smoothing, trajectories=tuple(curves), noise=wider(smoothing.noise, curves))


def with_columns(run: Trajectory, names: Sequence[str]) -> Trajectory:
    """The run with further states that were never measured."""
    missing = np.full((len(run), len(names)), np.nan)
    errors = np.hstack([run.errors, np.ones_like(missing)]) if run.errors.size else run.errors
    return replace(run, states=np.hstack([run.states, missing]), names=(*run.names, *names), errors=errors)


def followed(problem: DiscoveryProblem, predictions: Sequence[Prediction]) -> DiscoveryProblem:
    """The problem in which states that nothing measured have the course that a law gave them, in its unit."""
    hidden = ~measured_states(problem.trajectories)
    if not hidden.any():
        return problem
    courses = {(one.label, one.times.tobytes()): one.states for one in predictions}
    curves: list[SmoothedTrajectory] = []
    for curve in problem.smoothing.trajectories:
        course = courses.get((curve.label, curve.times.tobytes()))
        if course is not None and np.all(np.isfinite(course)):
            curve = replace(curve, states=np.where(hidden, course, curve.states))
        curves.append(curve)
    return replace(problem, smoothing=replace(problem.smoothing, trajectories=tuple(curves)))


def wider(noise: NoiseModel, curves: Sequence[SmoothedTrajectory]) -> NoiseModel:
    """The noise with a deviation for further states: that of their curves, as nothing measures them."""
    known = len(noise.scale)
    deviations = np.vstack([curve.state_deviations for curve in curves])[:, known:]
    states = np.vstack([curve.states for curve in curves])[:, known:]
    spread, usual = states.std(axis=0), np.sqrt(np.mean(states**2, axis=0))
    scale = np.maximum(np.median(deviations, axis=0), 1e-12 * usual + 1e-150)
    scale = scale / growth(noise.kind, np.maximum(usual, 1e-150))
    return replace(
        noise,
        scale=np.concatenate([noise.scale, scale]),
        floor=np.concatenate([noise.floor, np.maximum(FLOOR * spread, 1e-300)]),
        constant=np.concatenate([noise.constant, np.zeros(len(spread))]),
    )


def slopes(times: Float[np.ndarray, " time"], values: Float[np.ndarray, " time"]) -> Float[np.ndarray, " time"]:
    """The derivative of a smooth curve that is known at some times."""
    degree = min(5, (len(times) - 1) // 2 * 2 + (len(times) % 2 == 0))
    degree = max(1, degree if degree % 2 else degree - 1)
    return np.asarray(make_interp_spline(times, values, k=degree).derivative()(times))


def _with_velocity(curve: SmoothedTrajectory, one: Hidden) -> SmoothedTrajectory:
    place = curve.names.index(one.velocity_of)
    velocity, deviation = curve.derivatives[:, place], curve.derivative_deviations[:, place]
    acceleration = slopes(curve.times, velocity)
    loss = deviation / np.maximum(curve.state_deviations[:, place], 1e-300)
    pace = np.sqrt(np.mean(acceleration**2) / max(float(np.mean(velocity**2)), 1e-300))
    uncertain = MORE * np.maximum(np.median(loss), pace) * deviation
    return extended(curve, one.name, velocity, acceleration, deviation, uncertain)


def extended(
    curve: SmoothedTrajectory,
    name: str,
    states: Float[np.ndarray, " time"],
    derivatives: Float[np.ndarray, " time"],
    deviations: Float[np.ndarray, " time"],
    derivative_deviations: Float[np.ndarray, " time"],
) -> SmoothedTrajectory:
    """The curve with one more state."""
    return SmoothedTrajectory(
        curve.times,
        np.column_stack([curve.states, states]),
        np.column_stack([curve.derivatives, derivatives]),
        np.column_stack([curve.state_deviations, deviations]),
        np.column_stack([curve.derivative_deviations, derivative_deviations]),
        (*curve.names, name),
        curve.label,
    )


def _floored(curves: Sequence[SmoothedTrajectory], count: int) -> list[SmoothedTrajectory]:
    """Deviations of the last ``count`` derivatives no smaller than a thousandth of these."""
    every = np.vstack([curve.derivatives for curve in curves])
    floor = FLOOR * np.sqrt(np.mean(every**2, axis=0))
    floor[: len(floor) - count] = 0.0
    return [replace(curve, derivative_deviations=np.maximum(curve.derivative_deviations, floor)) for curve in curves]
