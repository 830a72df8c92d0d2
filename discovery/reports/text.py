"""Equations as lines of text, as one types them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import sympy as sp

from discovery.symbolic.phases import decimals, digits
from discovery.trajectories.names import read_as
from discovery.types import DiscoveryResult, Law, symbol


def right_hand_sides(
    law: Law, precision: int = 4, times: Sequence[float] = (), headers: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """The right-hand side of each state's derivative, numbers rounded to ``precision`` significant digits.

    Args:
        times: at which waves of time hold as they are written, for which numbers get more digits.
        headers: of the columns by identifier, where these are to be called as people call them, ``I`` for ``I_``.
    """
    sides = law.equations.values()
    places = decimals(tuple(sides), times) if times else {}
    return tuple(str(as_read(rounded(rhs, precision, places), headers or {})) for rhs in sides)


def lines(
    law: Law, precision: int = 4, times: Sequence[float] = (), headers: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """One equation a line, in the identifiers of the states, or as :func:`right_hand_sides` calls them."""
    words = read_as(headers or {})
    pairs = zip(law.states, right_hand_sides(law, precision, times, headers), strict=True)
    plain = (*law.algebraic, *(law.states if law.discrete else ()))
    named = ((state, words.get(state, state), side) for state, side in pairs)
    return tuple(
        f"{law.left(state, name) if state in plain else f'({name})' + chr(39)} = {side}" for state, name, side in named
    )


def columns_of(result: DiscoveryResult) -> Mapping[str, str]:
    """Headers of all that may stand in a formula, states and what drives them, by identifier."""
    return {**result.inputs, **result.headers}


def as_read(expression: sp.Expr, headers: Mapping[str, str]) -> sp.Expr:
    """An expression in the columns' own names where code needs others, as ``I`` for ``I_``."""
    names = {symbol(name): symbol(word) for name, word in read_as(headers).items()}
    return cast("sp.Expr", expression.xreplace(names)) if names else expression


def rounded(expression: sp.Expr, precision: int = 4, places: Mapping[sp.Expr, int] | None = None) -> sp.Expr:
    """The expression with numbers of so many significant digits, or decimal places where they need these."""
    places = places or {}
    numbers: dict[sp.Basic, sp.Expr] = {}
    for number in expression.atoms(sp.Float):
        there = digits(float(number), places[number], precision) if number in places else precision
        numbers[number] = sp.Float(f"{float(number):.{there}g}", there)
    return cast("sp.Expr", expression.xreplace(numbers))
