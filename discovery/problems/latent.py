"""States of first order that no column has, but whose equation's form was told: first curves of theirs.

Their constants and first values are those with which the other equations, unknown functions flexible, fit the smoothed
derivatives best. Selection then fits all of it to the samples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import sympy as sp
from jaxtyping import Float
from scipy.interpolate import CubicHermiteSpline

from discovery.dynamics.simulate import FEW_STEPS, simulate
from discovery.dynamics.windows import UNSURE
from discovery.errors import DataError
from discovery.knowledge.knowledge import Hidden
from discovery.laws import Frame, Start, Told, told_symbol
from discovery.problems.closed_loop import closed_loop
from discovery.problems.flexible import MOST, Flexible, linear_places
from discovery.problems.grids import GRID, axis, between
from discovery.problems.hidden import extended, wider, with_columns
from discovery.problems.points import Points
from discovery.protocols import NEVER, Deadline, Progress, silent
from discovery.types import Drive, Law, SmoothedTrajectory, Smoothing, Trajectory, drive_columns, symbol

# A course that changes by less than this share of its size, and of what a measured state moves, does what a constant
# would, and no state is wanted for it.
STILL = 0.01
# First values that are tried, in units of the largest measured state, and pace of the constants, in changes by the run.
FIRST = (0.1, 1.0, 10.0)
PACES = (0.3, 1.0, 3.0, 10.0, 30.0)
TRIED, REFINED = 400, 4
# Combinations of which an order is drawn; of more, combinations are drawn themselves.
LISTED = 1_000_000
BETWEEN = 4  # points between samples at which the other states are known to the integration
# Highest degree of the unknown functions meanwhile, of which only the terms that pay their way are kept: on the one
# curve that was measured, a polynomial with all its terms fits with nearly any course.
DEGREE = 2


@dataclass(frozen=True)
class Latent:
    """The search for the course of latent states.

    Attributes:
        frame: what was told, with reciprocals in the places of constants that only divide.
        law: their equations in their own constants, driven by the other states and the inputs.
        told: the constants that are looked for with the courses: those of the law, then those that the other equations
            are not linear in.
        turned: names of the constants in whose places reciprocals are.
    """

    frame: Frame
    hidden: tuple[Hidden, ...]
    runs: tuple[Trajectory, ...]
    smoothing: Smoothing
    law: Law
    told: tuple[Told, ...]
    turned: tuple[str, ...] = ()

    @classmethod
    def of(cls, frame: Frame, hidden: Sequence[Hidden], runs: tuple[Trajectory, ...], smoothing: Smoothing) -> Latent:
        """The search of a frame in which the equations of latent states were told in full."""
        rows = {one.name: frame.templates[frame.states.index(one.name)] for one in hidden}
        frame, turned = _multiplied(frame, tuple(rows.values()))
        marks = [one for one in frame.constants if any(row.has(told_symbol(one.name)) for row in rows.values())]
        number: dict[sp.Basic, sp.Basic] = {told_symbol(one.name): symbol(f"c{i}") for i, one in enumerate(marks)}
        others = tuple(name for name in (*frame.states, *frame.inputs) if name not in rows)
        skeletons: list[sp.Expr] = []
        for row in rows.values():
            written = row.xreplace(number)
            assert isinstance(written, sp.Expr)
            skeletons.append(written)
        driven = Frame(tuple(rows), tuple(skeletons), inputs=others)
        law = Law(tuple(rows), tuple(skeletons), (1.0,) * len(marks), (), driven)
        return cls(frame, tuple(hidden), runs, smoothing, law, (*marks, *_inner(frame, marks)), turned)

    def found(
        self, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> tuple[tuple[Trajectory, ...], Smoothing, tuple[float, ...]]:
        """The runs and curves with the latent states, the best of those that there was time to try.

        And all told constants as they were with these; none where functions are open, or values of some are not known.

        Raises:
            DataError: none of the courses that were tried fits the other equations.
        """
        tried = self._tried(seed, deadline, progress)
        best = closed_loop(self, tried, deadline) or tried[0]
        for misfit, one in tried[:REFINED] if best is tried[0] else ():
            if math.isfinite(misfit) and not deadline.passed():
                progress("smoothing", "constants and first values of hidden states")
                best = min(best, self._improved(one, deadline))
        if not math.isfinite(best[0]):
            names = ", ".join(one.header for one in self.hidden)
            raise DataError(
                f"No course of {names} was found that goes with what was told. Give bounds for the constants."
            )
        curves = self.curves(best[1])
        names = [one.name for one in self.hidden]
        runs = tuple(with_columns(run, names) for run in self.runs)
        smoothing = replace(self.smoothing, trajectories=curves, noise=wider(self.smoothing.noise, curves))
        return runs, smoothing, _constants(self, best[1], runs, curves)

    def _tried(self, seed: int, deadline: Deadline, progress: Progress) -> list[tuple[float, tuple[float, ...]]]:
        """Misfits of a grid of constants and first values, the best first; of one that can be followed in any case."""
        grid = self._grid(seed)
        tried: list[tuple[float, tuple[float, ...]]] = []
        for i, one in enumerate(grid):
            if deadline.passed() and any(math.isfinite(misfit) for misfit, _ in tried):
                break
            progress("smoothing", f"courses of hidden states, {i + 1} of {len(grid)}", i / len(grid))
            tried.append((self.misfit(one), one))
        return sorted(tried, key=lambda pair: pair[0])

    def _improved(self, values: tuple[float, ...], deadline: Deadline) -> tuple[float, tuple[float, ...]]:
        """The nearest best constants and first values, with their misfit."""
        from scipy.optimize import minimize

        size = np.maximum(np.abs(values), 1e-6)

        def misfit(x: Float[np.ndarray, " value"]) -> float:
            return 1e6 if deadline.passed() else min(self.misfit(tuple(x * size)), 1e6)

        found = minimize(misfit, np.array(values) / size, method="Nelder-Mead", options={"maxfev": 80 * len(values)})
        better = tuple(found.x * size)
        return self.misfit(better), better

    def misfit(self, values: Sequence[float]) -> float:
        """Description length of the other equations in nats; infinite where the course cannot be followed."""
        constants = values[: len(self.told)]
        if any(not one.low <= value <= one.high for one, value in zip(self.told, constants, strict=True)):
            return math.inf
        curves = self.curves(values)
        if _rests(np.vstack([curve.states for curve in curves]), len(self.hidden)):
            return math.inf
        runs = [with_columns(run, [one.name for one in self.hidden]) for run in self.runs]
        points = Points.of(self.frame, runs, curves, MOST)
        # With all their constants written in, the measured states' equations still judge the course.
        judged = tuple(i for i, name in enumerate(self.frame.states) if name not in self.law.states)
        length = replace(Flexible.of(self.fixed(constants), points), rows=judged).briefest(DEGREE)
        belief = sum(((v - one.mean) / one.deviation) ** 2 for one, v in zip(self.told, constants, strict=True))
        return length + 0.5 * belief

    def fixed(self, constants: Sequence[float]) -> Frame:
        """The frame with the constants that are looked for written in."""
        change: dict[sp.Basic, sp.Basic] = {
            told_symbol(one.name): sp.Float(value) for one, value in zip(self.told, constants, strict=True)
        }
        names = {one.name for one in self.told}
        left = tuple(one for one in self.frame.constants if one.name not in names)
        return replace(self.frame.changed(change), constants=left)

    def curves(self, values: Sequence[float]) -> tuple[SmoothedTrajectory, ...]:
        """The curves with the latent states at constants and first values."""
        law = self.law.with_constants(tuple(values[: len(self.law.constants)]))
        firsts = _firsts(values[len(self.told) :], self.frame.starts, self.hidden, self.runs)
        return tuple(
            self._extended(law, first, run, curve)
            for first, run, curve in zip(firsts, self.runs, self.smoothing.trajectories, strict=True)
        )

    def _extended(
        self, law: Law, first: Float[np.ndarray, " latent"], run: Trajectory, curve: SmoothedTrajectory
    ) -> SmoothedTrajectory:
        fine = np.unique(
            np.concatenate([np.linspace(a, b, BETWEEN + 1) for a, b in zip(curve.times, curve.times[1:], strict=False)])
        )
        others = CubicHermiteSpline(curve.times, curve.states, curve.derivatives)(fine)
        drive = Drive(fine, np.column_stack([others, *drive_columns(run.drive, fine)]))
        states = simulate(law, first, curve.times, rtol=1e-6, drive=drive, max_steps=FEW_STEPS)
        slopes = np.gradient(states, curve.times, axis=0, edge_order=2)
        spread = np.maximum(np.std(states, axis=0), np.maximum(UNSURE * np.max(np.abs(states), axis=0), 1e-12))
        for i, one in enumerate(self.hidden):
            unsure = np.full(len(curve.times), 0.01 * spread[i])
            rough = np.maximum(0.01 * np.sqrt(np.mean(slopes[:, i] ** 2)), 1e-300)
            curve = extended(curve, one.name, states[:, i], slopes[:, i], unsure, np.full(len(unsure), rough))
        return curve

    def _grid(self, seed: int) -> list[tuple[float, ...]]:
        largest = max(float(np.nanmax(np.abs(run.states))) for run in self.runs)
        span = max(float(np.ptp(run.times)) for run in self.runs)
        told = {one.state: one.value for one in self.frame.starts}
        scales = {1.0, largest, *(abs(value) for value in told.values() if value)}
        rates = sorted({pace / span / size for pace in PACES for size in scales} | set(GRID))
        own = len(self.law.constants)
        axes = [_tried_of(self, one, rates) for one in self.told[:own]]
        measured = tuple(name for name in self.frame.states if name not in self.law.states)
        points = Points.of(replace(self.frame, states=measured), self.runs, self.smoothing.trajectories, MOST)
        axes += [np.clip(axis(one, self.frame, points), one.low, one.high).tolist() for one in self.told[own:]]
        axes += [[told[one.name]] if one.name in told else [largest * x for x in FIRST] for one in self.hidden]
        shape = tuple(map(len, axes))
        total, rng = math.prod(shape), np.random.default_rng(seed)
        rows = np.arange(total) if total <= TRIED else rng.permutation(total)[:TRIED] if total <= LISTED else None
        drawn = (
            rng.integers(0, shape, (TRIED, len(shape))) if rows is None else np.transpose(np.unravel_index(rows, shape))
        )
        every = [tuple(axis[i] for axis, i in zip(axes, places, strict=True)) for places in drawn]
        known, count = len(self.told), len(self.runs)
        return [(*one[:known], *(one[known:] * count)) for one in every]


def _tried_of(latent: Latent, one: Told, rates: Sequence[float]) -> list[float]:
    """Values that are tried of a constant of the equations of the latent states.

    One that these only divide by is a time, or a size by a rate: the same paces, the other way up.
    """
    mark, own = told_symbol(one.name), latent.law.states
    rows = [side for name, side in zip(latent.frame.states, latent.frame.templates, strict=True) if name in own]
    divides = not any(row.xreplace({1 / mark: sp.Integer(1)}).has(mark) for row in rows)
    sizes = [1.0 / rate for rate in rates] if divides else rates
    return [
        value for sign in (1.0, -1.0) for size in sizes if one.low <= (value := sign * size) <= one.high
    ] or between(one.low, one.high)


def _constants(
    latent: Latent, values: Sequence[float], runs: Sequence[Trajectory], curves: Sequence[SmoothedTrajectory]
) -> tuple[float, ...]:
    """All constants as they were told, by their order, with which a law that was told in full has such courses."""
    frame = latent.fixed(values[: len(latent.told)])
    solved = Flexible.of(frame, Points.of(frame, runs, curves, MOST)).solved(())
    if frame.unknowns or solved is None:
        return ()
    found = dict(zip([one.name for one in latent.told], values, strict=False))
    found |= dict(zip([one.name for one in frame.constants], solved.values, strict=True))
    if any(not found[name] for name in latent.turned):
        return ()
    every = [one.name for one in latent.frame.constants]
    return tuple(1.0 / found[name] if name in latent.turned else found[name] for name in every)


def _rests(states: Float[np.ndarray, "sample state"], hidden: int) -> bool:
    """Whether one of the last states cannot be followed, or does what a constant would."""
    if not np.all(np.isfinite(states)):
        return True
    moves, sizes = np.ptp(states, axis=0), np.max(np.abs(states), axis=0)
    still = np.minimum(STILL * sizes[-hidden:], STILL * np.max(moves[:-hidden]))
    return bool(np.any(moves[-hidden:] <= still))


def _firsts(
    values: Sequence[float], starts: Sequence[Start], hidden: Sequence[Hidden], runs: Sequence[Trajectory]
) -> Float[np.ndarray, "run latent"]:
    """First values of latent states, run by run, with those that were told in their places."""
    firsts = np.array(values).reshape(len(runs), len(hidden))
    column = {one.name: place for place, one in enumerate(hidden)}
    for row, run in enumerate(runs):
        for one in starts:
            if one.state in column and one.tells_of(float(run.times[0])):
                firsts[row, column[one.state]] = one.value
    return firsts


def _multiplied(frame: Frame, rows: Sequence[sp.Expr]) -> tuple[Frame, tuple[str, ...]]:
    """The frame with the reciprocals of constants that only divide in their places, which it is linear in; and these.

    No course depends on how a constant is written. Those in the ``rows`` of latent states stay, as their bounds count.
    """
    names: list[str] = []
    for one in frame.constants:
        mark = told_symbol(one.name)
        if any(row.has(mark) for row in rows) or not any(row.has(1 / mark) for row in frame.templates):
            continue
        turned = frame.changed({mark: 1 / mark})
        if len(linear_places(turned)) > len(linear_places(frame)):
            others = tuple(Told(one.name) if other is one else other for other in frame.constants)
            frame = replace(turned, constants=others)
            names.append(one.name)
    return frame, tuple(names)


def _inner(frame: Frame, known: Sequence[Told]) -> list[Told]:
    """Constants that stand inside of functions where others are ``known``."""
    left = [one for one in frame.constants if one not in known]
    linear = linear_places(replace(frame, constants=tuple(left)))
    return [one for i, one in enumerate(left) if i not in linear]
