"""Equations as textbooks write them, ``m*x'' + c*x' + k*x = F``: solved for the one derivative of highest order."""

from __future__ import annotations

import re
from typing import cast

import sympy as sp
from sympy.core.function import AppliedUndef

from discovery.errors import ExpressionError
from discovery.knowledge.statements import NORM, PARTS, Equation

_RATE = re.compile(r"([^\W\d]\w*)('+)")


def rates(side: sp.Expr) -> list[str]:
    """The derivatives in it, the highest order first."""
    found = {str(name) for name in side.free_symbols if _RATE.fullmatch(str(name))}
    return sorted(found, key=lambda name: (-name.count("'"), name))


def solved(left: sp.Expr, right: sp.Expr, sentence: str) -> Equation:
    """The equation of the highest derivative in ``left = right``, where there is one.

    Raises:
        ExpressionError: there is none or there are two of that order, or it stands within a function, a power or a
            product of unknown functions; the message ends without a colon, for the caller points at ``sentence``.
    """
    difference = left - right
    first, *others = rates(difference) or [""]
    if not first:
        raise ExpressionError("No derivative is left here, as they cancel; write x' = ...")
    if twins := [name for name in others if name.count("'") == first.count("'")]:
        raise ExpressionError(
            f"Both {first} and {twins[0]} stand here; write one equation of each, as in {first} = ..."
        )
    name = sp.Symbol(first, real=True)
    factor = sp.diff(difference, name)
    rest = cast("sp.Expr", difference.xreplace({name: sp.S.Zero}))
    if factor.has(name) or factor.is_zero or any(call.has(name) for call in difference.atoms(AppliedUndef)):
        raise ExpressionError(f"{first} has to stand in sums and be multiplied by what is known of it; solve for it")
    if any(str(call.func) not in (NORM, PARTS) for call in factor.atoms(AppliedUndef)):
        raise ExpressionError(f"An unknown function multiplies {first}; divide the equation by it")
    side = sp.Add(*(-term / factor for term in sp.Add.make_args(rest)))
    found = _RATE.fullmatch(first)
    assert found is not None
    return Equation(found[1], len(found[2]), side, sentence)
