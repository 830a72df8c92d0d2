"""A law that was told in part, as one problem for each unknown function: what was told is taken off the targets.

An engine sees an equation like any other: the function stands in the place of the first variable's derivative. Where
it is multiplied by what is known the targets are divided by that; where it stands in several equations their rows are
stacked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.dynamics.evaluate import jacobians
from discovery.errors import DataError
from discovery.laws import Frame, Unknown, told_symbol, unknown_symbol
from discovery.problems.chords import chords
from discovery.problems.domain import within
from discovery.problems.flexible import MOST, Flexible, Start, alike
from discovery.problems.grids import within_bounds
from discovery.problems.jacobians import likely_jacobians
from discovery.problems.points import Points, Split, evaluated, names_of, splits
from discovery.problems.regression import MAX_ROWS, NARROWEST, even_rows, weak_regression
from discovery.problems.response import Driven, Response, driven_response, projector
from discovery.problems.resting import at_rest
from discovery.problems.undefined import said_of_negative
from discovery.problems.vectors import among
from discovery.protocols import NEVER, Deadline
from discovery.types import (
    DiscoveryProblem,
    Regression,
    SmoothedTrajectory,
    Smoothing,
    Trajectory,
    symbol,
)

# Starts of the told constants that are kept: as many as a few basins of attraction.
STARTS = 6
BARE = 2  # of these by chords of the samples, which are another view of the same law
# Share of the largest factor of a function below which a row says nothing of it.
FAINT = 1e-3
# Values that are wanted for each function and each constant that is to be found. Where the form is told, and constants
# alone are left, two: of as many degrees of freedom as are fitted, the residuals tell the noise.
WANTED, WANTED_IF_TOLD = 5, 2


def framed(
    frame: Frame,
    trajectories: tuple[Trajectory, ...],
    smoothing: Smoothing,
    regressions: tuple[Regression, ...],
    seed: int,
    likely: Sequence[float] = (),
    deadline: Deadline = NEVER,
) -> DiscoveryProblem:
    """The problem of finding what a frame leaves open.

    Args:
        likely: values of all told constants from which those that stand inside of functions are taken first, if known.
        deadline: after which no second look is taken for other starts.

    Raises:
        DataError: there are fewer samples than it takes, or the frame has no value on the data.
    """
    ensure_enough(frame, trajectories)
    smoothing = within(frame, trajectories, smoothing)
    points = Points.of(frame, trajectories, smoothing.trajectories, MOST)
    flexible = Flexible.of(frame, points)
    first = [within_bounds(frame.constants[i], likely[i]) for i in flexible.inner] if likely else []
    known = flexible.solved(first) if first else None
    starts = (*((known,) if known else ()), *flexible.starts(STARTS, seed))
    if flexible.inner and not deadline.passed() and (bare := chords(frame, trajectories, smoothing)):
        others = replace(flexible, points=bare).starts(BARE, seed)
        starts += tuple(one for one in others if not any(alike(one, known) for known in starts))
    if not starts and frame.unknowns + frame.constants:
        raise DataError(
            "What was told has no value on the data: a root or logarithm of what is negative, or a division by zero. "
            f"{said_of_negative(frame, points) or 'Correct the sentences, or give bounds for their constants.'}"
        )
    told = tuple(one.values for one in starts) or ((),)
    linear = tuple(told_symbol(names_of(frame)[i]) for i in flexible.linear)
    posed = _Posed(frame, trajectories, smoothing, told[0], splits(frame), linear)
    parts = {one.name: posed.part(one, starts[0]) for one in frame.unknowns}
    return DiscoveryProblem(trajectories, smoothing, regressions, frame=frame, told=told, parts=parts)


def ensure_enough(frame: Frame, trajectories: Sequence[Trajectory]) -> None:
    """Before anything is computed: there are values for what is to be found.

    Raises:
        DataError: there are fewer than it takes.
    """
    values = sum(int(np.isfinite(run.states).sum()) for run in trajectories)
    functions, constants = len(frame.unknowns), len(frame.constants)
    wanted = WANTED * (functions + constants) if functions else WANTED_IF_TOLD * constants
    if values < wanted:
        left = f"{functions} functions and {constants} constants" if functions else f"{constants} constants"
        raise DataError(
            f"The sentences leave {left} to be found, for which at least {wanted} values are wanted; the data have "
            f"{values}. Measure more, or tell more."
        )


@dataclass(frozen=True)
class _Posed:
    """A frame at some values of its told constants, on the data.

    Attributes:
        linear: constants that every template is linear in; in weak form and at the samples they stay free.
    """

    frame: Frame
    trajectories: tuple[Trajectory, ...]
    smoothing: Smoothing
    told: tuple[float, ...]
    splits: tuple[Split, ...]
    linear: tuple[sp.Symbol, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.frame.states, *self.frame.inputs, "t")

    def columns(self, run: Trajectory, curve: SmoothedTrajectory) -> Float[np.ndarray, "time name"]:
        return np.column_stack([curve.states, run.inputs, curve.times])

    def at(self, expressions: Sequence[sp.Expr], columns: np.ndarray) -> np.ndarray:
        """Expressions of the frame where its columns have some values; 0 where they have none."""
        return np.nan_to_num(
            evaluated(expressions, self.names, columns, names_of(self.frame), self.told), posinf=0.0, neginf=0.0
        )

    def part(self, unknown: Unknown, start: Start) -> DiscoveryProblem:
        """The problem of finding one function; the others are as flexible as they were for the start."""
        others = _Others.of(self, unknown, start)
        driven = tuple(
            self.driven(unknown, run, curve, others)
            for run, curve in zip(self.trajectories, self.smoothing.trajectories, strict=True)
        )
        first, *rest = unknown.variables
        weak = self.weak(unknown, driven)
        regressions = (self.pointwise(unknown, driven), *(() if weak is None else (weak,)))
        runs = tuple(
            Trajectory(run.times, one.arguments, unknown.variables, run.label)
            for run, one in zip(self.trajectories, driven, strict=True)
        )
        return DiscoveryProblem(
            runs, self.shown(unknown, driven), regressions, dict.fromkeys(rest, sp.S.Zero),
            respond=partial(self.respond, unknown, driven, first), circles=unknown.circles,
            vectors=among(self.frame, unknown),
        )  # fmt: skip

    def driven(self, unknown: Unknown, run: Trajectory, curve: SmoothedTrajectory, others: _Others) -> Driven:
        columns = self.columns(run, at_rest(curve))
        factors = self.at([one.factors.get(unknown.name, sp.S.Zero) for one in self.splits], columns)
        known = self.at([one.known for one in self.splits], columns) + others.values(columns)
        rests = np.where([unknown.name in one.factors for one in self.splits], curve.derivatives - known, 0.0)
        own = [unknown.name in one.factors for one in self.splits]
        slopes = [
            one.known.diff(mark) if mine else sp.S.Zero
            for one, mine in zip(self.splits, own, strict=True)
            for mark in self.linear
        ]
        free = self.at(slopes, columns).reshape(len(columns), len(own), len(self.linear))
        none = np.empty((len(columns), 0, 0))
        return Driven(self.at(unknown.arguments, columns), factors, rests, none, free)

    def shown(self, unknown: Unknown, driven: Sequence[Driven]) -> Smoothing:
        """The smoothing as the part sees it: its states are the arguments."""
        curves = tuple(
            SmoothedTrajectory(
                curve.times, one.arguments, np.zeros_like(one.arguments), np.zeros_like(one.arguments),
                np.ones_like(one.arguments), unknown.variables, curve.label,
            )
            for curve, one in zip(self.smoothing.trajectories, driven, strict=True)
        )  # fmt: skip
        width = len(unknown.variables)
        ones, none = np.ones(width), np.zeros(width)
        noise = replace(self.smoothing.noise, kind="additive", scale=ones, floor=none, constant=none)
        return replace(self.smoothing, trajectories=curves, field=None, noise=noise)

    def pointwise(self, unknown: Unknown, driven: Sequence[Driven]) -> Regression:
        """Smoothed derivatives less what is known, over what the function is multiplied by."""
        arguments, targets, deviations = [], [], []
        factors = np.vstack([one.factors for one in driven])
        rests = np.vstack([one.rests for one in driven])
        uncertain = np.vstack([curve.derivative_deviations for curve in self.smoothing.trajectories])
        every = np.vstack([one.arguments for one in driven])
        for i in range(len(self.splits)):
            size = np.abs(factors[:, i])
            there = size > FAINT * max(float(size.max(initial=0.0)), 1e-300)
            if unknown.name in self.splits[i].factors and there.any():
                arguments.append(every[there])
                targets.append(rests[there, i] / factors[there, i])
                deviations.append(uncertain[there, i] / size[there])
        target = np.concatenate(targets)
        rows = even_rows(len(target), MAX_ROWS)
        deviation = np.maximum(np.concatenate(deviations), 1e-4 * max(float(target.std()), 1e-300))
        return Regression(
            "derivative", np.vstack(arguments)[rows], _first(target[rows], unknown, 0.0),
            _first(deviation[rows], unknown, 1.0), lambda terms: terms,
        )  # fmt: skip

    def weak(self, unknown: Unknown, driven: Sequence[Driven]) -> Regression | None:
        """The weak form of all equations that have the function, stacked; a map has none."""
        if self.trajectories[0].discrete:
            return None
        whole = weak_regression(self.trajectories, self.smoothing)
        if whole is None:
            return None
        long = [len(curve.times) >= 2 * NARROWEST + 1 for curve in self.smoothing.trajectories]
        used = [one for one, there in zip(driven, long, strict=True) if there]
        curves = [curve for curve, there in zip(self.smoothing.trajectories, long, strict=True) if there]
        factors = np.vstack([one.factors for one in used])
        known = np.vstack([curve.derivatives - one.rests for curve, one in zip(curves, used, strict=True)])
        places = [i for i, one in enumerate(self.splits) if unknown.name in one.factors]
        targets = np.concatenate([whole.targets[:, i] - whole.operator(known[:, [i]])[:, 0] for i in places])
        deviations = np.concatenate([whole.deviations[:, i] for i in places])
        free = np.vstack([one.free for one in used])
        columns = np.vstack([whole.operator(free[:, i]) for i in places])
        without = projector(columns / deviations[:, None])
        return Regression(
            "weak", np.vstack([one.arguments for one in used]),
            _first(deviations * without(targets / deviations), unknown, 0.0), _first(deviations, unknown, 1.0),
            _stacked(whole.operator, [factors[:, [i]] for i in places], deviations[:, None], without),
        )  # fmt: skip

    def respond(
        self, unknown: Unknown, driven: Sequence[Driven], first: str, likely: Mapping[str, sp.Expr]
    ) -> tuple[Response, ...]:
        """The samples' response to the function about a likely expression of it; a map has none."""
        if self.trajectories[0].discrete:
            return ()
        slopes = _slopes(self, unknown, likely.get(first))
        whole = [replace(one, jacobians=jacobian) for one, jacobian in zip(driven, slopes, strict=True)]
        found = driven_response(first, self.trajectories, self.smoothing, whole)
        return () if found is None else (found,)


@dataclass(frozen=True)
class _Others:
    """What the other unknown functions add to each equation, flexible as they are: nearest points of the start."""

    posed: _Posed
    names: tuple[str, ...]
    tables: tuple[tuple[np.ndarray, np.ndarray], ...]

    @classmethod
    def of(cls, posed: _Posed, unknown: Unknown, start: Start) -> _Others:
        together = {
            name for one in posed.splits if unknown.name in one.factors for name in one.factors if name != unknown.name
        }
        points = Points.of(posed.frame, posed.trajectories, posed.smoothing.trajectories, MOST)
        tables: list[tuple[np.ndarray, np.ndarray]] = []
        names: list[str] = []
        for i, other in enumerate(posed.frame.unknowns):
            if other.name in together:
                arguments = points.values(other.arguments, names_of(posed.frame), posed.told)
                names.append(other.name)
                tables.append((arguments, start.functions[:, i]))
        return cls(posed, tuple(names), tuple(tables))

    def values(self, columns: np.ndarray) -> np.ndarray:
        from scipy.spatial import KDTree

        total = np.zeros((len(columns), len(self.posed.splits)))
        by_name = {one.name: one for one in self.posed.frame.unknowns}
        for name, (arguments, functions) in zip(self.names, self.tables, strict=True):
            asked = self.posed.at(by_name[name].arguments, columns)
            scale = np.maximum(arguments.std(axis=0), 1e-300)
            _, nearest = KDTree(arguments / scale).query(asked / scale)
            factors = self.posed.at([one.factors.get(name, sp.S.Zero) for one in self.posed.splits], columns)
            total += factors * functions[nearest][:, None]
        return total


def _slopes(posed: _Posed, unknown: Unknown, likely: sp.Expr | None) -> list[np.ndarray]:
    """Jacobians by the states along the curves: of what is known, else of a polynomial."""
    names, curves = posed.names, []
    pairs = list(zip(posed.trajectories, posed.smoothing.trajectories, strict=True))
    every = [posed.columns(run, curve) for run, curve in pairs]
    # An input that rests in one run may change in another.
    keep = np.any([_changing(columns, len(posed.frame.states)) for columns in every], axis=0)
    for (_, curve), columns in zip(pairs, every, strict=True):
        extra = np.zeros((len(columns), len(names) - len(posed.frame.states)))
        moving = np.hstack([curve.derivatives, extra])
        unsure = np.hstack([curve.derivative_deviations, extra + 1.0])
        curves.append(
            SmoothedTrajectory(
                curve.times,
                columns[:, keep],
                moving[:, keep],
                unsure[:, keep],
                unsure[:, keep],
                tuple(np.array(names)[keep]),
            )
        )
    dimension = len(posed.frame.states)
    found = [one[:, :dimension, :dimension].copy() for one in likely_jacobians(curves, {})]
    exact = _exact(posed, unknown, likely)
    for run, curve, slope in zip(posed.trajectories, posed.smoothing.trajectories, found, strict=True):
        columns = posed.columns(run, curve)
        for i, side in exact.items():
            one = jacobians([side], (*posed.names[:-1], "t_"), columns)[:, 0, :dimension]
            if np.all(np.isfinite(one)):
                slope[:, i] = one
    return found


def _exact(posed: _Posed, unknown: Unknown, likely: sp.Expr | None) -> dict[int, sp.Expr]:
    """Right-hand sides of the equations in which nothing else is unknown."""
    change: dict[sp.Basic, sp.Basic] = {
        told_symbol(name): sp.Float(value) for name, value in zip(names_of(posed.frame), posed.told, strict=True)
    }
    if likely is not None:
        stands: dict[sp.Basic, sp.Basic] = dict(zip(map(symbol, unknown.variables), unknown.arguments, strict=True))
        change[unknown_symbol(unknown.name)] = likely.xreplace(stands).xreplace(change)
    change[symbol("t")] = symbol("t_")
    sides = {i: one.xreplace(change).xreplace(change) for i, one in enumerate(posed.frame.templates)}
    known = {symbol(name) for name in (*posed.names[:-1], "t_")}
    return {i: side for i, side in sides.items() if isinstance(side, sp.Expr) and side.free_symbols <= known}


def _first(values: np.ndarray, unknown: Unknown, others: float) -> np.ndarray:
    """A column for each variable; the function's is the first."""
    table = np.full((len(values), len(unknown.variables)), others)
    table[:, 0] = values
    return table


def _stacked(
    operator: Callable[[np.ndarray], np.ndarray],
    factors: Sequence[np.ndarray],
    deviations: np.ndarray,
    without: Callable[[np.ndarray], np.ndarray],
) -> Callable[[np.ndarray], np.ndarray]:
    """Rows of all equations, less what free constants can explain."""

    def stacked(terms: np.ndarray) -> np.ndarray:
        return deviations * without(np.vstack([operator(factor * terms) for factor in factors]) / deviations)

    return stacked


def _changing(columns: np.ndarray, first: int) -> np.ndarray:
    """The first columns, and those of the others that are not constant; time itself drives nothing."""
    keep = columns.std(axis=0) > 0.0
    keep[:first], keep[-1] = True, False
    return keep
