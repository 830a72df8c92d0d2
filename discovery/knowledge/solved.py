"""Equations as textbooks write them, ``m*x'' + c*x' + k*x = F``: solved for their derivatives of highest order.

Where several stand in one equation, as in those that Lagrange's formalism gives, the sentences are solved together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

import sympy as sp
from sympy.core.function import AppliedUndef

from discovery.errors import ExpressionError, UsageError
from discovery.knowledge.statements import NORM, PARTS, Equation, Implicit, Statement
from discovery.symbolic.limited import limited
from discovery.wording import listed

_RATE = re.compile(r"([^\W\d]\w*)('+)")
MOST = 4  # derivatives that are solved for together: determinants of more have hundreds of terms


def rates(side: sp.Expr) -> list[str]:
    """The derivatives in it, the highest order first."""
    found = {str(name) for name in side.free_symbols if _RATE.fullmatch(str(name))}
    return sorted(found, key=lambda name: (-name.count("'"), name))


def solved(left: sp.Expr, right: sp.Expr, sentence: str) -> Equation | Implicit:
    """The equation of the highest derivative in ``left = right``, or what is left to be solved where there are several.

    Raises:
        ExpressionError: there is none, or it stands within a function, a power or a product of unknown functions; the
            message ends without a colon, for the caller points at ``sentence``.
    """
    difference = left - right
    highest = _highest(difference)
    if not highest:
        raise ExpressionError("No derivative is left here, as they cancel; write x' = ...")
    factors, rest = _parts(difference, highest)
    if len(highest) > 1:
        return Implicit(difference, sentence)
    return _equation(highest[0], sp.Add(*(-term / factors[0] for term in sp.Add.make_args(rest))), sentence)


def together(statements: Sequence[Statement]) -> list[Statement]:
    """The statements, with an equation for each derivative in the place of those that have several.

    Source: Cramer's rule.

    Raises:
        UsageError: there are more derivatives than sentences, or fewer, or the sentences repeat each other.
    """
    open_ones = [one for one in statements if isinstance(one, Implicit)]
    if not open_ones:
        return list(statements)
    highest = sorted({name for one in open_ones for name in _highest(one.difference)})
    told = {_left(one): one for one in statements if isinstance(one, Equation)}
    others = [told[name] for name in highest if name in told]
    sentences = [one.sentence for one in (*open_ones, *others)]
    said = f"{listed([repr(one) for one in sentences])} tell{'s' * (len(sentences) == 1)} {listed(highest)} together"
    if len(sentences) != len(highest):
        raise UsageError(f"{said}: as many sentences are needed as derivatives of the highest order stand in them.")
    if len(highest) > MOST:
        raise UsageError(f"{said}, which are too many; at most {MOST} are solved for. Write {highest[0]} = ...")
    rows = [one.difference for one in open_ones]
    rows += [sp.Symbol(_left(one), real=True) - one.side for one in others]
    parts = [_parts(row, highest) for row in rows]
    matrix, right = sp.Matrix([factors for factors, _ in parts]), sp.Matrix([-rest for _, rest in parts])
    sides = limited(lambda: _by_determinants(matrix, right))
    if sides is None:
        raise UsageError(f"{said}, in more terms than can be solved for here. Write {highest[0]} = ...")
    if not sides:
        raise UsageError(f"{said}, but do not tell them apart: one of the sentences follows from the others.")
    found = [_equation(*each) for each in zip(highest, sides, sentences, strict=True)]
    return [*(one for one in statements if one not in (*open_ones, *others)), *found]


def _by_determinants(matrix: sp.Matrix, right: sp.Matrix) -> list[sp.Expr]:
    """The solution by Cramer's rule, one fraction for each unknown; nothing if there is not one solution."""
    whole = sp.expand(matrix.det(method="berkowitz"))
    if whole == 0:
        return []
    sign = -1 if whole.could_extract_minus_sign() else 1  # fractions are read more easily with a plus below the line
    found: list[sp.Expr] = []
    for place in range(len(right)):
        changed = matrix.copy()
        changed[:, place] = right
        above = cast("sp.Expr", changed.det(method="berkowitz"))
        found.append(sp.expand(sign * above) / sp.expand(sign * whole))
    return found


def _left(one: Equation) -> str:
    """The derivative that an equation gives, as it is written."""
    return one.state + "'" * one.order


def _highest(difference: sp.Expr) -> list[str]:
    """The derivatives of the highest order in it."""
    found = rates(difference)
    return [name for name in found if name.count("'") == found[0].count("'")]


def _parts(difference: sp.Expr, names: Sequence[str]) -> tuple[list[sp.Expr], sp.Expr]:
    """What multiplies each of these derivatives, and the rest.

    Raises:
        ExpressionError: the equation is not linear in them, or has an unknown function before one.
    """
    marks = [sp.Symbol(name, real=True) for name in names]
    factors = [cast("sp.Expr", sp.diff(difference, mark)) for mark in marks]
    rest = cast("sp.Expr", difference.xreplace(dict.fromkeys(marks, sp.S.Zero)))
    within = {mark for call in difference.atoms(AppliedUndef) for mark in marks if call.has(mark)}
    for name, mark in zip(names, marks, strict=True):
        if mark in within or any(factor.has(mark) for factor in factors):
            raise ExpressionError(f"{name} has to stand in sums and be multiplied by what is known of it; solve for it")
    for name, factor in zip(names, factors, strict=True):
        if any(str(call.func) not in (NORM, PARTS) for call in factor.atoms(AppliedUndef)):
            raise ExpressionError(f"An unknown function multiplies {name}; divide the equation by it")
    return factors, rest


def _equation(name: str, side: sp.Expr, sentence: str) -> Equation:
    found = _RATE.fullmatch(name)
    assert found is not None
    return Equation(found[1], len(found[2]), side, sentence)
