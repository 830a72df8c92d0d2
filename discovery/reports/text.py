"""Equations as lines of text, as one types them."""

from __future__ import annotations

from typing import cast

import sympy as sp

from discovery.types import Law


def right_hand_sides(law: Law, precision: int = 4) -> tuple[str, ...]:
    """The right-hand side of each state's derivative, numbers rounded to ``precision`` significant digits."""
    return tuple(str(_rounded(rhs, precision)) for rhs in law.equations.values())


def lines(law: Law, precision: int = 4) -> tuple[str, ...]:
    """One equation a line, in the identifiers of the states."""
    pairs = zip(law.states, right_hand_sides(law, precision), strict=True)
    return tuple(f"next {state} = {side}" if law.discrete else f"({state})' = {side}" for state, side in pairs)


def _rounded(expression: sp.Expr, precision: int) -> sp.Expr:
    numbers = {number: sp.Float(f"{float(number):.{precision}g}", precision) for number in expression.atoms(sp.Float)}
    return cast("sp.Expr", expression.xreplace(numbers))
