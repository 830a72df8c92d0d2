"""A known law as fast functions of time and state, smooth on each side of its jumps.

A solver that steps across a jump of ``sign(g)`` or a kink of ``|g|`` loses its order. Here both are replaced by a
given side s = +1 or -1: ``sign(g)`` by s, ``|g|`` by s*g. Each side is smooth beyond the surface g = 0, so that the
solver meets no jump and finds the crossing by root finding (Hairer, Nørsett & Wanner, Solving Ordinary Differential
Equations I, section II.6, on discontinuous equations).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from discovery.datasets.system import TIME, System
from discovery.types import symbol

Values = Sequence[float]

# What Python's math module lacks.
_EXTRA: dict[str, Callable[[float], float]] = {
    "cot": lambda x: math.cos(x) / math.sin(x),
    "sign": lambda x: float((x > 0) - (x < 0)),
}


@dataclass(frozen=True)
class Field:
    """Right-hand side, its Jacobian, and the surfaces at which it jumps.

    Attributes:
        rates: derivatives of the states at (time, states, sides).
        jacobian: derivatives of ``rates`` by the states, one row for each rate.
        gaps: values of the event expressions at (time, states); zero on the surface of a jump.
        drifts: rates of change of ``gaps`` along the flow at (time, states, sides).
    """

    rates: Callable[[float, Values, Values], list[float]]
    jacobian: Callable[[float, Values, Values], list[list[float]]]
    gaps: Callable[[float, Values], list[float]]
    drifts: Callable[[float, Values, Values], list[float]]


def compile_field(system: System) -> Field:
    """The law of ``system`` as functions of plain numbers."""
    return field_of(system.names, tuple(system.expressions.values()), system.parsed(system.events))


def field_of(names: Sequence[str], equations: Sequence[sp.Expr], gaps: Sequence[sp.Expr] = ()) -> Field:
    """Right-hand sides in ``names`` and time as functions of plain numbers.

    Args:
        gaps: expressions at whose sign changes the right-hand sides jump.
    """
    time = symbol(TIME)
    states = [symbol(name) for name in names]
    sides = [sp.Symbol(f"side_{index}", real=True) for index in range(len(gaps))]
    frozen = {sp.sign(gap): side for gap, side in zip(gaps, sides, strict=True)}
    frozen |= {sp.Abs(gap): side * gap for gap, side in zip(gaps, sides, strict=True)}
    rates = [expression.xreplace(frozen) for expression in equations]
    drifts = [
        sp.Add(sp.diff(gap, time), *(sp.diff(gap, state) * rate for state, rate in zip(states, rates, strict=True)))
        for gap in gaps
    ]
    jacobian = [[sp.diff(rate, state) for state in states] for rate in rates]
    return Field(
        rates=_function((time, states, sides), rates),
        jacobian=_function((time, states, sides), jacobian),
        gaps=_function((time, states), list(gaps)),
        drifts=_function((time, states, sides), drifts),
    )


def _function(arguments: tuple[object, ...], expressions: Sequence[object]) -> Callable[..., Any]:
    return sp.lambdify(arguments, expressions, modules=[_EXTRA, "math"], cse=True)
