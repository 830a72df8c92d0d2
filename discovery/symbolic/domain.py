"""Where told right-hand sides have a value: what their roots, powers and logarithms are of is not negative there."""

from __future__ import annotations

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


@dataclass(frozen=True)
class Edge:
    """Where the range of a state ends in which told right-hand sides have a value.

    Attributes:
        state: its place.
        at: the state there.
        above: whether they have one above it; else below.
        free: whether free exponents alone ask for it, of which whole ones have a value on both sides.
    """

    state: int
    at: float
    above: bool
    free: bool


@lru_cache(maxsize=256)
def edges(templates: tuple[sp.Expr, ...], states: tuple[str, ...]) -> tuple[Edge, ...]:
    """The edges of each state, by what is straight in that state and holds nothing else."""
    found: list[Edge] = []
    for place, mark in enumerate(map(symbol, states)):
        for one in arguments(templates):
            slope = one.value.diff(mark)
            if one.value.free_symbols == {mark} and slope.is_number and slope.is_extended_real:
                found.append(Edge(place, float(-one.value.subs(mark, 0) / slope), bool(slope > 0), one.free))
    return tuple(found)


@lru_cache(maxsize=256)
def has_value(templates: tuple[sp.Expr, ...], state: str, value: float) -> bool:
    """Whether told right-hand sides have one where a state has some value: P/v has none at rest, nor has log|v|."""
    there = [template.subs(symbol(state), sp.Float(value)) for template in templates]
    return not any(one.has(sp.zoo, sp.oo, -sp.oo, sp.nan) for one in there)


def positive(templates: tuple[sp.Expr, ...], states: tuple[str, ...]) -> tuple[bool, ...]:
    """Whether told right-hand sides have a value for positive values of a state alone, as of its logarithm."""
    above = {one.state for one in edges(templates, states) if one.above and one.at == 0.0 and not one.free}
    return tuple(place in above for place in range(len(states)))
