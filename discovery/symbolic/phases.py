"""Numbers in the arguments of sines and cosines: phases, known but for whole turns, and digits that a wave needs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import sympy as sp

from discovery.samples import symbol

# Radians by which the rounding of its numbers may change the argument of a wave: a tenth of what an eye sees in a plot.
ROUNDED = 0.01


def phases(skeletons: Sequence[sp.Expr], constants: int, marks: frozenset[str] = frozenset()) -> tuple[int, ...]:
    """Which of the constants c0, c1, ... only add to arguments of sines and cosines, a whole number of times.

    Args:
        marks: inputs that are whole numbers, as those that tell groups of runs apart.
    """
    waves = [wave for side in skeletons for wave in side.atoms(sp.sin, sp.cos)]
    if not waves:
        return ()
    outside: set[sp.Basic] = set()
    for side in skeletons:
        plain = side.replace(lambda node: isinstance(node, (sp.sin, sp.cos)), lambda _: sp.S.One)
        outside |= plain.free_symbols
    found: list[int] = []
    for number in range(constants):
        one = symbol(f"c{number}")
        slopes = [cast("sp.Expr", wave.args[0]).diff(one) for wave in waves if wave.has(one)]
        if slopes and one not in outside and all(slope.is_Integer or str(slope) in marks for slope in slopes):
            found.append(number)
    return tuple(found)


def decimals(
    sides: Sequence[sp.Expr], times: Sequence[float], values: Mapping[sp.Expr, float] | None = None
) -> dict[sp.Expr, int]:
    """Decimal places that numbers in waves of time need, for the arguments to be right to :data:`ROUNDED`.

    Args:
        sides: expressions with numbers, or with symbols for some of them.
        times: at which the waves have to be right; the first and last of a record.
        values: of these symbols.
    """
    known = values or {}
    found: dict[sp.Expr, int] = {}
    for side in sides:
        for wave in side.atoms(sp.sin, sp.cos):
            argument = cast("sp.Expr", wave.args[0])
            if symbol("t") not in argument.free_symbols:
                continue
            slopes = dict(_slopes(argument, times, known))
            for leaf, slope in slopes.items():
                places = math.ceil(math.log10(0.5 * len(slopes) * slope / ROUNDED))
                found[leaf] = max(found.get(leaf, 0), places)
    return found


def _slopes(
    argument: sp.Expr, times: Sequence[float], values: Mapping[sp.Expr, float]
) -> Iterator[tuple[sp.Expr, float]]:
    """Numbers of an argument, and by how much it changes with each at the most; none for those of states."""
    put: dict[sp.Expr, sp.Expr] = {leaf: sp.Float(value) for leaf, value in values.items()}
    for leaf in sorted(argument.atoms(sp.Float) | (argument.free_symbols & set(values)), key=str):
        free = sp.Dummy()
        slope = cast("sp.Expr", argument.xreplace({leaf: free})).diff(free).xreplace({free: leaf}).xreplace(put)
        if slope.free_symbols <= {symbol("t")} and slope != 0:
            there = [cast("sp.Expr", slope.xreplace({symbol("t"): sp.Float(time)})) for time in times]
            most = max(abs(complex(one)) for one in there)
            if 0.0 < most < math.inf:
                yield cast("sp.Expr", leaf), most


def digits(value: float, places: int, least: int) -> int:
    """Significant digits of a number that is written to so many decimal places, and to ``least`` digits anyway."""
    return least if value == 0.0 else max(least, places + 1 + math.floor(math.log10(abs(value))))
