"""Where a law that was told in part is looked at: the samples' smoothed states with inputs and times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import sympy as sp
from jaxtyping import Float, Int

from discovery.laws import Frame, told_symbol, unknown_symbol
from discovery.symbolic.evaluate import Program, compiled
from discovery.types import SmoothedTrajectory, Trajectory


@dataclass(frozen=True)
class Points:
    """Smoothed samples of all runs.

    Attributes:
        columns: states, inputs and time.
        slopes, deviations: derivatives of the states, or values of algebraic ones, and how far they may be off.
        curves: of the runs, with all of their samples.
    """

    names: tuple[str, ...]
    columns: Float[np.ndarray, "point name"]
    slopes: Float[np.ndarray, "point state"]
    deviations: Float[np.ndarray, "point state"]
    curves: tuple[SmoothedTrajectory, ...] = ()

    @classmethod
    def of(
        cls, frame: Frame, trajectories: Sequence[Trajectory], curves: Sequence[SmoothedTrajectory], most: int = 0
    ) -> Points:
        """All samples, or ``most`` of them: one at random of each stretch, as even steps fold what is fast."""
        columns = [
            np.column_stack([curve.states, run.inputs, curve.times])
            for run, curve in zip(trajectories, curves, strict=True)
        ]
        everything = np.vstack(columns)
        rows = drawn(len(everything), most)
        slopes = np.vstack([curve.derivatives for curve in curves])[rows]
        deviations = np.vstack([curve.derivative_deviations for curve in curves])[rows]
        for place in map(frame.states.index, frame.algebraic):
            slopes[:, place], deviations[:, place] = _read(place, trajectories, curves, rows)
        floor = 1e-4 * np.maximum(slopes.std(axis=0), 1e-300)
        names = (*frame.states, *frame.inputs, "t")
        return cls(names, everything[rows], slopes, np.maximum(deviations, floor), tuple(curves))

    def values(
        self, expressions: Sequence[sp.Expr], told: Sequence[str], constants: Sequence[float]
    ) -> Float[np.ndarray, "point expression"]:
        """Expressions of a frame at the points; NaN where they are not defined."""
        return evaluated(expressions, self.names, self.columns, told, constants)


def drawn(count: int, most: int) -> Int[np.ndarray, " point"]:
    """Places of all of so many samples, or of ``most`` of them: one at random of each stretch; 0 stands for all."""
    if not most or count <= most:
        return np.arange(count)
    return ((np.arange(most) + np.random.default_rng(0).random(most)) * (count / most)).astype(int)


def _read(
    place: int, runs: Sequence[Trajectory], curves: Sequence[SmoothedTrajectory], rows: Int[np.ndarray, " point"]
) -> tuple[Float[np.ndarray, " point"], float]:
    """Values of an algebraic state and their deviation: as measured, since it jumps with an input, unlike its curve."""
    measured = np.concatenate([run.states[:, place] for run in runs])
    smooth = np.concatenate([curve.states[:, place] for curve in curves])
    return np.where(np.isfinite(measured), measured, smooth)[rows], float(np.nanstd(measured - smooth))


def evaluated(
    expressions: Sequence[sp.Expr],
    names: Sequence[str],
    columns: Float[np.ndarray, "point name"],
    told: Sequence[str],
    constants: Sequence[float],
) -> Float[np.ndarray, "point expression"]:
    """Expressions of a frame where its columns and told constants have some values."""
    labels = [str(told_symbol(name)) for name in told]
    program = _program(tuple(expressions), (*names, *labels))
    filled = np.broadcast_to(np.array(constants, dtype=np.float64), (len(columns), len(labels)))
    return program(np.hstack([columns, filled]))


@lru_cache(maxsize=256)
def _program(expressions: tuple[sp.Expr, ...], names: tuple[str, ...]) -> Program:
    """A grid asks for the same expressions a thousand times."""
    return compiled(expressions, names)


@dataclass(frozen=True)
class Split:
    """A template apart: what is known, and what each unknown function is multiplied by.

    Attributes:
        known: without the unknown functions.
        factors: by the name of the function.
    """

    known: sp.Expr
    factors: Mapping[str, sp.Expr]

    @classmethod
    def of(cls, template: sp.Expr, frame: Frame) -> Split:
        """The parts of a template, which is linear in each unknown function."""
        marks = {one.name: unknown_symbol(one.name) for one in frame.unknowns}
        factors: dict[str, sp.Expr] = {name: template.diff(mark) for name, mark in marks.items() if template.has(mark)}
        nothing: dict[sp.Basic, sp.Basic] = dict.fromkeys(marks.values(), sp.S.Zero)
        known = template.xreplace(nothing)
        assert isinstance(known, sp.Expr)
        return cls(known, factors)


def splits(frame: Frame) -> tuple[Split, ...]:
    """All templates apart."""
    return tuple(Split.of(template, frame) for template in frame.templates)


def names_of(frame: Frame) -> list[str]:
    """Names of the told constants."""
    return [one.name for one in frame.constants]
