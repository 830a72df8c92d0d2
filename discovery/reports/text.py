"""Equations as lines of text, as one types them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import sympy as sp

from discovery.symbolic.phases import decimals, digits
from discovery.types import Law


def right_hand_sides(law: Law, precision: int = 4, times: Sequence[float] = ()) -> tuple[str, ...]:
    """The right-hand side of each state's derivative, numbers rounded to ``precision`` significant digits.

    Args:
        times: at which waves of time hold as they are written, for which numbers get more digits.
    """
    sides = law.equations.values()
    places = decimals(tuple(sides), times) if times else {}
    return tuple(str(rounded(rhs, precision, places)) for rhs in sides)


def lines(law: Law, precision: int = 4, times: Sequence[float] = ()) -> tuple[str, ...]:
    """One equation a line, in the identifiers of the states."""
    pairs = zip(law.states, right_hand_sides(law, precision, times), strict=True)
    return tuple(f"next {state} = {side}" if law.discrete else f"({state})' = {side}" for state, side in pairs)


def rounded(expression: sp.Expr, precision: int = 4, places: Mapping[sp.Expr, int] | None = None) -> sp.Expr:
    """The expression with numbers of so many significant digits, or decimal places where they need these."""
    places = places or {}
    numbers: dict[sp.Basic, sp.Expr] = {}
    for number in expression.atoms(sp.Float):
        there = digits(float(number), places[number], precision) if number in places else precision
        numbers[number] = sp.Float(f"{float(number):.{there}g}", there)
    return cast("sp.Expr", expression.xreplace(numbers))
