"""The functions of the states whose combinations a law may conserve."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement
from typing import cast

import sympy as sp


def candidates(
    states: Sequence[sp.Symbol], field: Sequence[sp.Expr], positive: Sequence[bool], degree: int
) -> tuple[sp.Expr, ...]:
    """Functions from simple to complex: monomials; from degree 2 on also those of the law itself and logarithms.

    Args:
        field: right-hand sides; their sines, powers and fractions give further functions.
        positive: which states have only positive values, and so logarithms.
        degree: of the monomials.
    """
    monomials = _monomials(states, degree)
    if degree == 1:
        return monomials
    logarithms = [sp.log(x) for x, has_one in zip(states, positive, strict=True) if has_one]
    own = _own(states, field)
    periodic = [one for one in own if isinstance(one, sp.sin | sp.cos)]
    # Squares of sines are those of cosines.
    products = [one * other for one, other in combinations_with_replacement(periodic, 2) if other.func is sp.cos]
    if degree > 2:
        products += [one * monomial for one in periodic for monomial in _monomials(states, 2)]
    return tuple(dict.fromkeys([*monomials, *own, *logarithms, *products]))


def _monomials(states: Sequence[sp.Symbol], degree: int) -> tuple[sp.Expr, ...]:
    chosen = (factors for d in range(1, degree + 1) for factors in combinations_with_replacement(states, d))
    return tuple(sp.Mul(*factors) for factors in chosen)


def _own(states: Sequence[sp.Symbol], field: Sequence[sp.Expr]) -> list[sp.Expr]:
    """Functions in the law, and those of which they are derivatives."""
    found: list[sp.Expr] = []
    nodes = {node for rhs in field for node in sp.preorder_traversal(rhs) if node.has(*states)}
    for node in sorted(nodes, key=lambda node: node.sort_key()):
        if isinstance(node, sp.sin | sp.cos):
            found += [sp.sin(node.args[0]), sp.cos(node.args[0])]
        elif isinstance(node, sp.exp | sp.log):
            found.append(node)
        elif isinstance(node, sp.Pow) and node.exp == -1:
            found.append(sp.log(node.base))
        elif isinstance(node, sp.Pow) and not (node.exp.is_Integer and node.exp.is_positive):
            found += [cast("sp.Expr", node), node.base ** (node.exp + 1)]
    return [one for one in dict.fromkeys(found) if not one.is_polynomial(*states)]
