"""Values that are tried first of a constant that stands inside of functions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import sympy as sp

from discovery.laws import Frame, Told, told_symbol
from discovery.problems.points import Points
from discovery.samples import symbol

# In units of one over what the constant is multiplied by.
GRID = (0.1, 0.3, 1.0, 3.0, 10.0)


def axis(one: Told, frame: Frame, points: Points) -> Sequence[float]:
    """Values that are tried of one constant."""
    if math.isfinite(one.deviation):
        return [one.mean + step * one.deviation for step in (-2.0, -1.0, 0.0, 1.0, 2.0)]
    times = points.columns[:, -1]
    span = float(np.ptp(times))
    if _is_frequency(one.name, frame):
        step = np.median(np.diff(np.unique(times)))
        # Frequencies half a turn apart over the record are told apart; beyond half the sampling rate they fold.
        lowest = max(math.pi / span, one.low if math.isfinite(one.low) else 0.0)
        highest = min(0.9 * math.pi / float(step), one.high)
        return np.arange(lowest, max(highest, 1.01 * lowest), 0.5 * math.pi / span).tolist()
    scale = _scale(one.name, frame, points)
    return [
        sign * size * scale for sign in (1.0, -1.0) for size in GRID if one.low <= sign * size * scale <= one.high
    ] or [0.5 * (max(one.low, -1.0) + min(one.high, 1.0))]


def _is_frequency(name: str, frame: Frame) -> bool:
    """Whether a constant stands only before time, within sines and cosines."""
    mark, found = told_symbol(name), False
    for expression in (*frame.templates, *(a for u in frame.unknowns for a in u.arguments)):
        rest = expression
        for wave in expression.atoms(sp.sin, sp.cos):
            slope = sp.diff(wave.args[0], mark)
            if slope != 0 and slope.free_symbols == {symbol("t")}:
                found = True
                rest = rest.subs(wave, sp.Dummy())
        if mark in rest.free_symbols:
            return False
    return found


def _scale(name: str, frame: Frame, points: Points) -> float:
    """About one over what the constant is multiplied by where it first stands; 1 where that cannot be told."""
    mark = told_symbol(name)
    for expression in (*frame.templates, *(a for u in frame.unknowns for a in u.arguments)):
        for part in sp.preorder_traversal(expression):
            if not isinstance(part, sp.Add | sp.Mul) or mark not in part.free_symbols:
                continue
            names = {str(one) for one in part.free_symbols - {mark}}
            if not names or not names <= set(points.names):
                continue
            beside = part.subs(mark, 0) if isinstance(part, sp.Add) else part / mark
            size = np.nanmax(np.abs(points.values([beside], (), ())), initial=0.0)
            if size > 0.0:
                return float(size if isinstance(part, sp.Add) else 1.0 / size)
    return 1.0


def inside(one: Told, value: float) -> float:
    """The number nearest to ``value`` that is well within bounds."""
    edge = one.low if value < one.low else one.high
    width = one.high - one.low
    step = 0.01 * width if math.isfinite(width) else max(0.01 * abs(value), 1e-6)
    return edge + step if value < one.low else edge - step
