"""Points of a regression as the genetic engines see them: few, of unit size, repeated in proportion to their weight.

Power-of-two scales are undone exactly, so that nothing is lost; products of states stay in range of single precision,
and the constants of an expression are of the size that a genetic search starts from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.types import DiscoveryProblem, symbol

# One point counts at most this many times as much as another, as deviations of derivatives are estimates themselves.
WEIGHT_RANGE = 100.0


@dataclass(frozen=True)
class WeightedPoints:
    """Points of a regression in units of their scales, which are powers of two."""

    states: Float[np.ndarray, "point state"]
    targets: Float[np.ndarray, " point"]
    state_scales: Float[np.ndarray, " state"]
    target_scale: float

    def in_units_of_data(self, expression: sp.Expr, labels: Sequence[str], names: Sequence[str]) -> sp.Expr:
        """An expression in the scaled states ``labels``, rewritten in the states ``names``; its value stays scaled."""
        scales = zip(labels, names, self.state_scales, strict=True)
        back = {symbol(label): symbol(name) / sp.Float(scale) for label, name, scale in scales}
        rewritten = expression.xreplace(back)
        assert isinstance(rewritten, sp.Expr)
        return rewritten


def points_of(problem: DiscoveryProblem, most: int) -> dict[str, WeightedPoints]:
    """Points for the derivative of each open state."""
    regression = problem.regression("derivative")
    columns = {name: problem.names.index(name) for name in problem.open}
    return {
        name: weighted_points(regression.states, regression.targets[:, i], regression.deviations[:, i], most)
        for name, i in columns.items()
    }


def weighted_points(
    states: Float[np.ndarray, "point state"],
    targets: Float[np.ndarray, " point"],
    deviations: Float[np.ndarray, " point"],
    most: int,
) -> WeightedPoints:
    """At most ``most`` points in order, each in proportion to its weight 1 / deviation².

    Systematic resampling without its random start: the points at equal steps of the cumulated weight. With equal
    deviations it takes every k-th point, or each point once. Source: Kitagawa, J. Comp. Graph. Stat. 5 (1996) 1.
    """
    kept = np.isfinite(states).all(axis=1) & np.isfinite(targets)
    states, targets, deviations = states[kept], targets[kept], deviations[kept]
    count = min(len(targets), most)
    believed = np.isfinite(deviations) & (deviations > 0)
    typical = float(np.median(deviations[believed])) if believed.any() else 1.0
    relative = np.where(believed, deviations, typical) / typical
    weights = np.clip(relative, WEIGHT_RANGE**-0.25, WEIGHT_RANGE**0.25) ** -2
    steps = (np.arange(count) + 0.5) / max(count, 1) * weights.sum()
    rows = np.searchsorted(np.cumsum(weights), steps)
    states, targets = states[rows], targets[rows]
    state_scales = np.array([_scale(column) for column in states.T])
    target_scale = _scale(targets)
    return WeightedPoints(states / state_scales, targets / target_scale, state_scales, target_scale)


def _scale(values: Float[np.ndarray, " point"]) -> float:
    """The power of two next to the root mean square; 1 for zeros."""
    largest = float(np.max(np.abs(values), initial=0.0))
    if largest == 0:
        return 1.0
    size = largest * float(np.sqrt(np.mean((values / largest) ** 2)))
    return float(2.0 ** np.round(np.log2(size)))
