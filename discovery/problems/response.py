"""What the samples say of a right-hand side: their response to it, to first order about the smoothed curve.

A regression on smoothed derivatives weighs errors that are alike from row to row, and carries the smoother's bias.
Here the rows are the samples themselves. Where a law leaves the smoothed curve s by δ, then δ' = J δ + f(s) - s', so
that the samples x in a window with a free start are s + δ, linear in f(s): one Gauss-Newton step of multiple shooting,
for every law at once. Residuals are independent, chi-squared means what it says, and low frequencies, which hold most
of what the data know, are in it.

Source: Bock (1983) for multiple shooting; Ramsay & Hooker (2017), Dynamic Data Analysis, ch. 8, for linearisation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import sympy as sp
from jaxtyping import Float
from scipy.linalg import block_diag

from discovery.problems.jacobians import likely_jacobians
from discovery.protocols import NEVER, Deadline
from discovery.samples import binary_units
from discovery.types import DiscoveryProblem, NoiseModel, SmoothedTrajectory, Smoothing, Trajectory

# Samples of all runs together; more are averaged over neighbours, of which the smoothed curve leaves residuals only.
MAX_SAMPLES = 256
# Fewest samples of a window.
SHORTEST = 5
# Windows in which a deviation grows more than this are halved: there the linearisation fails. On ODEBench at 5 % noise
# chi-squared of the true laws is then about one by degree of freedom, and 1.5 to 30 at ten times the growth (Lorenz,
# Roessler, Aizawa).
GROWN = 3.0
# They are halved too where a deviation turns by more than about once: phases are beyond a Jacobian that errs. At twice
# that, chi-squared of the true double well is 7 instead of 1.7.
TURNED = 6.0
# Directions whose response is below this share of the largest say nothing.
FAINT = 1e-3
# Directions of a window's start that move the samples by less than this share of the most are round-off, and not free.
UNMOVED = 1e-6
# Deviations below this share of a state's spread are not believed: smoothed curves are not exact.
FLOOR = 1e-3


@dataclass(frozen=True)
class Response:
    """Rows of a regression for one state's right-hand side f: targets = operator @ f(states), errors of unit variance.

    Attributes:
        states: points at which terms are evaluated.
        operator: maps values of terms at ``states`` to rows.
        rest: chi-squared that no right-hand side changes.
        count: measured values less free starts of windows.
    """

    state: str
    states: Float[np.ndarray, "point state"]
    targets: Float[np.ndarray, " row"]
    operator: Float[np.ndarray, "row point"]
    rest: float
    count: int


@dataclass(frozen=True)
class Path:
    """One run, its samples perhaps averaged: the smoothed curve, its Jacobian, and residuals with their weights.

    States are counted in units of their own, powers of two, so that no digit depends on the unit of a column.
    """

    times: Float[np.ndarray, " time"]
    states: Float[np.ndarray, "time state"]
    derivatives: Float[np.ndarray, "time state"]
    jacobians: Float[np.ndarray, "time state state"]
    residuals: Float[np.ndarray, "time state"]
    weights: Float[np.ndarray, "time state"]


def responses(
    trajectories: Sequence[Trajectory],
    smoothing: Smoothing,
    laws: Mapping[str, sp.Expr] | None = None,
    deadline: Deadline = NEVER,
    *,
    floor: float = FLOOR,
) -> tuple[Response, ...]:
    """The response to each state's equation, on windows as long as the linearisation allows.

    Args:
        trajectories: the runs as they were measured.
        laws: likely right-hand sides, by state, whose derivatives are the Jacobian; else a polynomial's are.
        deadline: leaves out the equations that it overtakes; of eight states each can take seconds.
        floor: share of a state's spread below which deviations are not believed.
    """
    if trajectories[0].discrete:
        return ()  # a map leaves a curve at once, and has no derivative to be linear in
    windows, units = windows_of(trajectories, smoothing, laws or {}, floor)
    names = enumerate(trajectories[0].names) if windows else ()
    return tuple(_response(name, i, windows, units) for i, name in names if not deadline.passed())


def windows_of(
    trajectories: Sequence[Trajectory], smoothing: Smoothing, laws: Mapping[str, sp.Expr], floor: float
) -> tuple[list[Path], Float[np.ndarray, " state"]]:
    """Windows as long as the linearisation allows, and the units in which they count the states."""
    units = _units(smoothing.trajectories)
    paths = _paths(trajectories, smoothing, laws, units, floor)
    spread = np.vstack([path.states for path in paths]).std(axis=0) if paths else units
    return [window for path in paths for window in _steady(path, spread)], units


def responses_of(
    problem: DiscoveryProblem, laws: Mapping[str, sp.Expr], deadline: Deadline = NEVER
) -> tuple[Response, ...]:
    """As :func:`responses` of a problem, whole or part."""
    if problem.respond is not None:
        return problem.respond(laws)
    return responses(problem.trajectories, problem.smoothing, laws, deadline)


def _steady(path: Path, spread: Float[np.ndarray, " state"]) -> Iterator[Path]:
    """The path, halved again and again where a deviation grows out of bounds."""
    middle = len(path.times) // 2
    if middle < SHORTEST or (_growth(path, spread) <= GROWN and _turn(path, spread) <= TURNED):
        yield path
        return
    for part in (slice(None, middle), slice(middle, None)):
        half = Path(
            path.times[part], path.states[part], path.derivatives[part], path.jacobians[part], path.residuals[part],
            path.weights[part],
        )  # fmt: skip
        yield from _steady(half, spread)


def _turn(window: Path, spread: Float[np.ndarray, " state"]) -> float:
    """The integral of the Jacobian's norm over the window: how far a deviation turns, in radians if it turns."""
    scaled = window.jacobians * spread / np.maximum(spread, 1e-300)[:, None]
    sizes = np.linalg.norm(np.where(np.isfinite(scaled), scaled, 0.0), 2, axis=(1, 2))
    return float(np.trapezoid(sizes, window.times))


def _growth(window: Path, spread: Float[np.ndarray, " state"]) -> float:
    """How many times a deviation from the curve becomes larger, in units of the states' spread."""
    scaled = freely(window) * spread / np.maximum(spread, 1e-300)[:, None]
    return float(np.linalg.norm(np.where(np.isfinite(scaled), scaled, 1e300), 2, axis=(1, 2)).max())


def _spread(smoothed: Sequence[SmoothedTrajectory]) -> Float[np.ndarray, " state"]:
    return np.vstack([run.states for run in smoothed]).std(axis=0)


def _units(smoothed: Sequence[SmoothedTrajectory]) -> Float[np.ndarray, " state"]:
    return binary_units(_spread(smoothed))


def _paths(
    trajectories: Sequence[Trajectory],
    smoothing: Smoothing,
    laws: Mapping[str, sp.Expr],
    units: Float[np.ndarray, " state"],
    least: float,
) -> list[Path]:
    smoothed = smoothing.trajectories
    floor = least * np.maximum(_spread(smoothed), 1e-300)
    jacobians = likely_jacobians(smoothed, laws)
    share = MAX_SAMPLES / sum(len(run.times) for run in smoothed)
    paths: list[Path] = []
    for trajectory, run, slopes in zip(trajectories, smoothed, jacobians, strict=True):
        count = min(len(run.times), max(SHORTEST, math.ceil(share * len(run.times))))
        if count >= 2:
            paths.append(_averaged(trajectory, run, slopes, smoothing.noise, floor, count, units))
    return paths


def _averaged(
    trajectory: Trajectory,
    run: SmoothedTrajectory,
    jacobians: Float[np.ndarray, "time state state"],
    noise: NoiseModel,
    floor: Float[np.ndarray, " state"],
    count: int,
    units: Float[np.ndarray, " state"],
) -> Path:
    """The run with its residuals averaged over ``count`` groups of neighbours, each at the time in its middle."""
    edges = np.linspace(0, len(run.times), count + 1).round().astype(int)
    middle = (edges[:-1] + edges[1:] - 1) // 2
    measured = np.isfinite(trajectory.states)
    precision = np.where(measured, np.maximum(noise.deviation(run.states, trajectory.errors), floor) ** -2.0, 0.0)
    missed = np.where(measured, trajectory.states - run.states, 0.0)
    total = np.add.reduceat(precision, edges[:-1], axis=0)
    mean = np.add.reduceat(precision * missed, edges[:-1], axis=0) / np.maximum(total, 1e-300)
    return Path(
        run.times[middle], run.states[middle] / units, run.derivatives[middle] / units,
        jacobians[middle] * units / units[:, None], mean / units, np.sqrt(total) * units,
    )  # fmt: skip


@dataclass(frozen=True)
class Driven:
    """How an unknown function drives one run, at each of its samples.

    Attributes:
        arguments: of the function.
        factors: what the derivative of each state has the function times; 0 where it has not.
        rests: what is left of these derivatives where all else is taken away; 0 for the others.
        free: what they have times constants that are not known either, and are fitted meanwhile.
    """

    arguments: Float[np.ndarray, "time argument"]
    factors: Float[np.ndarray, "time state"]
    rests: Float[np.ndarray, "time state"]
    jacobians: Float[np.ndarray, "time state state"]
    free: Float[np.ndarray, "time state constant"]


def driven_response(
    name: str, trajectories: Sequence[Trajectory], smoothing: Smoothing, driven: Sequence[Driven]
) -> Response | None:
    """The response to a function that stands in several equations, or is multiplied by what is known.

    None where the runs are too short.
    """
    spread, units = _spread(smoothing.trajectories), _units(smoothing.trajectories)
    floor = FLOOR * np.maximum(spread, 1e-300)
    share = MAX_SAMPLES / sum(len(run.times) for run in smoothing.trajectories)
    found: list[tuple[np.ndarray, tuple[np.ndarray, np.ndarray, np.ndarray, float, int]]] = []
    values = 0
    for trajectory, run, one in zip(trajectories, smoothing.trajectories, driven, strict=True):
        count = min(len(run.times), max(SHORTEST, math.ceil(share * len(run.times))))
        if count < 2:
            continue
        path = _averaged(trajectory, run, one.jacobians, smoothing.noise, floor, count, units)
        for window in _steady(path, spread / units):
            rows = np.searchsorted(run.times, window.times)
            values += int(np.count_nonzero(window.weights))
            parts = _factored(
                window, one.factors[rows] / units, one.rests[rows] / units, one.free[rows] / units[:, None]
            )
            found.append((one.arguments[rows], parts))
    if not found:
        return None
    blocks, targets, constants, rests, free = zip(*[parts for _, parts in found], strict=True)
    states = np.vstack([arguments for arguments, _ in found])
    without = projector(np.vstack(constants))
    return Response(
        name, states, without(np.concatenate(targets)), without(np.asarray(block_diag(*blocks))), sum(rests),
        values - sum(free),
    )  # fmt: skip


def projector(
    columns: Float[np.ndarray, "row column"],
) -> Callable[[np.ndarray], np.ndarray]:
    """Takes off what columns can explain, so that their coefficients need not be known."""
    sizes = np.linalg.norm(columns, axis=0)
    basis, lengths, _ = np.linalg.svd(columns[:, sizes > 0.0] / sizes[sizes > 0.0], full_matrices=False)
    basis = basis[:, lengths > FAINT * max(float(lengths.max(initial=0.0)), 1e-300)]
    return lambda values: values - basis @ (basis.T @ values)


def _factored(
    window: Path,
    factors: Float[np.ndarray, "time state"],
    rests: Float[np.ndarray, "time state"],
    constants: Float[np.ndarray, "time state constant"],
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float, int]:
    """As :func:`_compressed`, of a function that drives the states by ``factors``; and the response to constants."""
    weights = window.weights.ravel()
    without, free = without_start(window)
    count, dimension = window.states.shape
    driven = np.zeros((count, dimension, count))
    forced = np.concatenate([rests[:, :, None], constants], axis=2)
    moved = np.zeros(forced.shape)
    for k, (implicit, explicit) in enumerate(_steps(window)):
        half = 0.5 * (window.times[k + 1] - window.times[k])
        driven[k + 1] = explicit @ driven[k]
        driven[k + 1, :, k : k + 2] += half * implicit @ factors[k : k + 2].T
        moved[k + 1] = explicit @ moved[k] + half * implicit @ (forced[k] + forced[k + 1])
    matrix = without(driven.reshape(len(weights), -1) * weights[:, None])
    moved = moved * window.weights[:, :, None]
    moved[:, :, 0] += window.residuals * window.weights
    moved = without(moved.reshape(len(weights), -1))
    operator, basis = _short(matrix)
    seen = basis.T @ moved
    return operator, seen[:, 0], seen[:, 1:], _unseen(moved[:, 0], seen[:, 0]), free


def _response(name: str, equation: int, windows: Sequence[Path], units: Float[np.ndarray, " state"]) -> Response:
    blocks, targets, rests, free = zip(*[_compressed(window, equation) for window in windows], strict=True)
    count = sum(int(np.count_nonzero(window.weights)) for window in windows) - sum(free)
    states = np.vstack([window.states for window in windows]) * units
    operator = np.asarray(block_diag(*blocks)) / units[equation]
    return Response(name, states, np.concatenate(targets), operator, sum(rests), count)


def _compressed(window: Path, equation: int) -> tuple[np.ndarray, np.ndarray, float, int]:
    """Rows of one window with its start eliminated: operator, targets, chi-squared outside of them, free numbers."""
    weights = window.weights.ravel()
    without, free = without_start(window)
    driven = without(driven_by(window, equation).reshape(len(weights), -1) * weights[:, None])
    target = without((window.residuals * window.weights).ravel()) + driven @ window.derivatives[:, equation]
    operator, basis = _short(driven)
    seen = basis.T @ target
    return operator, seen, _unseen(target, seen), free


def without_start(window: Path) -> tuple[Callable[[np.ndarray], np.ndarray], int]:
    """Takes off weighed rows of a window what its start can explain; and of how many numbers of it that are free."""
    weights = window.weights.ravel()
    free = freely(window).reshape(len(weights), -1) * weights[:, None]
    basis, sizes, _ = np.linalg.svd(free, full_matrices=False)
    basis = basis[:, sizes > UNMOVED * max(float(sizes[0]), 1e-300)]
    return lambda values: values - basis @ (basis.T @ values), basis.shape[1]


def _short(operator: Float[np.ndarray, "row point"]) -> tuple[np.ndarray, np.ndarray]:
    """The operator in as few rows as it has directions that say something, and the basis of these."""
    left, sizes, right = np.linalg.svd(operator, full_matrices=False)
    kept = sizes > FAINT * max(float(sizes[0]), 1e-300)
    return sizes[kept, None] * right[kept], left[:, kept]


def _unseen(target: Float[np.ndarray, " row"], seen: Float[np.ndarray, " direction"]) -> float:
    """Chi-squared of what lies outside of the directions that are kept."""
    return max(float(target @ target - seen @ seen), 0.0)


def freely(window: Path) -> Float[np.ndarray, "time state start"]:
    """δ at all times and states for a unit start in each state."""
    count, dimension = window.states.shape
    free = np.empty((count, dimension, dimension))
    free[0] = np.eye(dimension)
    for k, (implicit, explicit) in enumerate(_steps(window)):
        del implicit
        free[k + 1] = explicit @ free[k]
    return free


def driven_by(window: Path, equation: int) -> Float[np.ndarray, "time state driver"]:
    """δ at all times and states for a unit of f - s' at each time."""
    count, dimension = window.states.shape
    driven = np.zeros((count, dimension, count))
    for k, (implicit, explicit) in enumerate(_steps(window)):
        half = 0.5 * (window.times[k + 1] - window.times[k])
        driven[k + 1] = explicit @ driven[k]
        driven[k + 1, :, k : k + 2] += half * implicit[:, equation, None]
    return driven


def _steps(window: Path) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For each step of the trapezoid rule the inverse of its implicit half, and the whole step of δ.

    The rule is stable for decaying directions, however fast.
    """
    identity = np.eye(window.states.shape[1])
    halves = 0.25 * np.diff(window.times)[:, None, None] * (window.jacobians[1:] + window.jacobians[:-1])
    implicit = np.linalg.inv(identity - halves)
    yield from zip(implicit, implicit @ (identity + halves), strict=True)
