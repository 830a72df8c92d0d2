"""Shapes of angles that share one unit: products of their waves, cotangents, waves over a positive state.

Angles of one system are counted in one unit, be it radians or not: a common scale is the only inner constant. Where
angles go round more than once, a scale that is a tenth off fits nothing, and the search could try but few: it starts
from those that suit the slopes of all states best, of many that are looked at here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, permutations

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.library.functions import Kind
from discovery.library.shapes import Constants, Powers, Shape, States, exponents, spread
from discovery.symbolic.writing import one_over, scaled, times

# States up to which functions of two angles are offered; beyond, the pairs would be too many.
MOST_STATES = 3
# Scales that are looked at, over the spread of the angles: from a twentieth of a turn to five turns. A fifth of a
# radian apart at the mean deviation, none is further from the right one than a fit can go.
SCALES = (*np.geomspace(0.1, 1.0, 8), *np.arange(1.4, 10.0, 0.4))
# So many of these are starts of the search, beside 1, as angles come in radians.
STARTS = 3
ROWS = 200
OF_ANGLES = (Kind.ANGLES, Kind.COTANGENT, Kind.OVER)
RIDGE = 1e-9


def angles(states: States, slopes: States) -> tuple[Shape, ...]:
    """All shapes of angles for these data, those of two states where there are two or three.

    Args:
        slopes: of the states, by which the starts are chosen.
    """
    dimension = states.shape[1]
    found: list[Shape] = []
    if dimension == 1:
        found += [_cotangent((0,), states, order) for order in (1, 2)]
    elif dimension <= MOST_STATES:
        found += [_products(i, j, states) for i, j in combinations(range(dimension), 2)]
        for i, j in permutations(range(dimension), 2):
            found += [_cotangent((i, j), states, order) for order in (1, 2)]
            found += [_over(i, j, states)] if float(states[:, i].min()) > 0.0 else []
    step = max(1, len(states) // ROWS)
    return tuple(_begun(shape, states[::step], slopes[::step]) for shape in found)


def in_unit(shape: Shape, scales: Sequence[float]) -> Shape:
    """The shape with these scales as further starts if it is one of angles, which share a unit; else as it is."""
    if shape.kind not in OF_ANGLES or not scales:
        return shape
    return replace(shape, starts=np.vstack([shape.starts, np.array(scales)[:, None]]))


def _starts(columns: States) -> Float[np.ndarray, "start constant"]:
    """Scales to look at: radians, then by the spread of what varies most."""
    widest = max(spread(column) for column in columns.T)
    return np.array([1.0, *(share / widest for share in SCALES)])[:, None]


def _begun(shape: Shape, states: States, slopes: States) -> Shape:
    """The shape with the few starts at which all its functions beside quadratics are nearest to the slopes."""
    beside, others = (_monomials(states, some) for some in (exponents(states.shape[1], 2), shape.multipliers))
    errors = np.full(len(shape.starts), np.inf)
    for k, start in enumerate(shape.starts):
        functions = shape.value(states, start)
        if np.all(np.isfinite(functions)):
            columns = (functions[:, :, None] * others[:, None, :]).reshape(len(states), -1)
            errors[k] = _misfit(np.hstack([beside, columns]), slopes)
    rest = errors[1:]
    before, after = np.r_[np.inf, rest[:-1]], np.r_[rest[1:], np.inf]
    lowest = np.flatnonzero(np.isfinite(rest) & (rest <= before) & (rest <= after))
    chosen = lowest[np.argsort(rest[lowest], kind="stable")][:STARTS]
    return replace(shape, starts=shape.starts[[0, *(chosen + 1)]])


def _monomials(states: States, powers: Sequence[Powers]) -> Float[np.ndarray, "point monomial"]:
    return np.stack([np.prod(states**one, axis=1) for one in powers], axis=1)


def _misfit(columns: Float[np.ndarray, "point column"], slopes: States) -> float:
    """Sum of the logarithms of what a least-squares fit leaves of each state's slopes."""
    size = np.linalg.norm(columns, axis=0)
    columns = columns / np.where(size > 0.0, size, 1.0)
    total = np.linalg.norm(slopes, axis=0)
    shares = slopes / np.where(total > 0.0, total, 1.0)
    right = columns.T @ shares
    solved = np.linalg.solve(columns.T @ columns + RIDGE * np.eye(len(size)), right)
    left = np.linalg.norm(shares - columns @ solved, axis=0) ** 2
    return float(np.log(left + RIDGE).sum())


def _others(used: Sequence[int], dimension: int) -> tuple[Powers, ...]:
    """1 and each state that is none of those."""
    return tuple(tuple(int(k == one) for k in range(dimension)) for one in (None, *range(dimension)) if one not in used)


def _two(angle: sp.Expr, scale: float) -> tuple[sp.Expr, sp.Expr]:
    """Sine and cosine."""
    turned = angle if scale == 1.0 else scaled(scale, angle)
    return sp.sin(turned, evaluate=False), sp.cos(turned, evaluate=False)


def _products(i: int, j: int, states: States) -> Shape:
    """Waves of two angles and of their doubles, and products of these."""

    def write(s: Sequence[sp.Expr], c: Constants) -> tuple[sp.Expr, ...]:
        one, other = _two(s[i], abs(c[0])), _two(s[j], abs(c[0]))
        doubles = [(wave[0] ** 2, times(wave)) for wave in (one, other)]
        mixed = [(one, other), (one, doubles[1]), (doubles[0], other)]
        return (*one, *other, *doubles[0], *doubles[1], *(times((f, g)) for a, b in mixed for f in a for g in b))

    return Shape(
        "angles", (i, j), _starts(states[:, [i, j]]),
        Kind.ANGLES, write, _others(range(states.shape[1]), states.shape[1]),
        count=20,
        factors=(1,) * 4 + (2,) * 8 + (3,) * 8,
    )  # fmt: skip


def _cotangent(of: tuple[int, ...], states: States, order: int) -> Shape:
    """1/sin x and cot x, or 1/cos x and tan x, waves of another angle, and products with these."""

    def write(s: Sequence[sp.Expr], c: Constants) -> tuple[sp.Expr, ...]:
        waves = _two(s[of[0]], c[0])
        below, above = waves if order == 1 else waves[::-1]
        over = (one_over(below), times((above, one_over(below))))
        return (*over, *_beside(over, s[of[1]], c[0])) if len(of) > 1 else over

    return Shape(
        ("cotangent", "tangent")[order - 1], of, _starts(states[:, list(of)]),
        Kind.COTANGENT, write, _others(of, states.shape[1]),
        orders=(order, 1),
        count=8 if len(of) > 1 else 2,
        factors=(1, 1, 1, 1, 2, 2, 2, 2),
    )  # fmt: skip


def _over(i: int, j: int, states: States) -> Shape:
    """1/x, waves of another state, and these over x."""
    return Shape(
        "wave_over", (i, j), _starts(states[:, [j]]),
        Kind.OVER,
        lambda s, c: (one_over(s[i]), *_beside((one_over(s[i]),), s[j], c[0])),
        _others((i, j), states.shape[1]),
        count=5,
        factors=(1, 1, 1, 2, 2),
    )  # fmt: skip


def _beside(over: Sequence[sp.Expr], angle: sp.Expr, scale: float) -> list[sp.Expr]:
    """Waves of the angle, and these times each function."""
    waves = _two(angle, scale)
    return [*waves, *(times((f, wave)) for f in over for wave in waves)]
