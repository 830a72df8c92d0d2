"""Where told right-hand sides have a value: what their roots, powers and logarithms are of is not negative there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import sympy as sp

from discovery.types import symbol


@dataclass(frozen=True)
class Argument:
    """What a root, a power or a logarithm of a told law is of.

    Attributes:
        value: the argument.
        written: the function with it.
        free: whether it stands below free exponents alone.
    """

    value: sp.Expr
    written: str
    free: bool


def arguments(templates: Sequence[sp.Expr]) -> list[Argument]:
    """What roots, powers that are not of whole numbers, and logarithms are of."""
    found: dict[sp.Expr, Argument] = {}
    for template in templates:
        for one in sorted(template.atoms(sp.Pow, sp.log), key=str):
            free = isinstance(one, sp.Pow) and any(str(name).startswith("$") for name in one.exp.free_symbols)
            if isinstance(one, sp.log) or free or (one.exp.is_number and not one.exp.is_integer):
                value = one.args[0]
                assert isinstance(value, sp.Expr)
                before = found.get(value)
                if before is None or (before.free and not free):
                    found[value] = Argument(value, str(one).replace("$", ""), free)
    return list(found.values())


@lru_cache(maxsize=256)
def edges(templates: tuple[sp.Expr, ...], states: tuple[str, ...]) -> tuple[tuple[float, float], ...]:
    """The range of each state in which they have a value, by what is straight in that state and holds nothing else."""
    found: list[tuple[float, float]] = []
    for mark in map(symbol, states):
        low, high = -math.inf, math.inf
        for value in (one.value for one in arguments(templates) if one.value.free_symbols == {mark}):
            slope = value.diff(mark)
            if slope.is_number and slope.is_extended_real:
                edge = float(-value.subs(mark, 0) / slope)
                low, high = (max(low, edge), high) if slope > 0 else (low, min(high, edge))
        found.append((low, high))
    return tuple(found)
