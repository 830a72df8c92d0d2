"""How large an expression becomes that is multiplied out, without doing it."""

from __future__ import annotations

import math
from typing import NamedTuple, cast

import sympy as sp

# Beyond these, multiplying out takes longer than an expression is worth (a law of 50 terms has about 300 nodes).
MAX_TERMS = 200
MAX_NODES = 1500  # sums in denominators are copied into each term that stands above them


def is_short(expression: sp.Expr) -> bool:
    """Whether it has at most 200 terms and 1500 nodes when it is multiplied out."""
    size = _size(expression)
    return size.terms <= MAX_TERMS and size.nodes <= MAX_NODES


class _Size(NamedTuple):
    """Upper bounds of an expression that is multiplied out, inside of functions and denominators too.

    Attributes:
        below: terms of the largest denominator.
        opened: terms where a further power opens roots of sums, as the second does of 1 + sqrt(x + y).
    """

    terms: int
    nodes: int
    below: int = 1
    opened: int = 1


def _size(expression: sp.Expr) -> _Size:
    inner = [_size(argument) for argument in cast("tuple[sp.Expr, ...]", expression.args)]
    nodes = 1 + sum(one.nodes for one in inner)
    below = max((one.below for one in inner), default=1)
    if isinstance(expression, sp.Add):
        return _Size(sum(one.terms for one in inner), nodes, below, sum(one.opened for one in inner))
    if isinstance(expression, sp.Mul):
        product = math.prod(one.terms for one in inner)
        copied = product + sum(one.nodes * (product // one.terms) for one in inner)
        return _Size(product, copied, math.prod(one.below for one in inner), math.prod(one.opened for one in inner))
    if isinstance(expression, sp.Pow) and expression.exp.is_Integer:
        exponent, terms = min(abs(int(expression.exp)), MAX_TERMS), inner[0].opened
        powers, denominators = _powers(terms, exponent), _powers(below, exponent)
        factors = min(exponent, terms)  # of a product in the power, each as long as a term of the base is on average
        whole = powers + powers * factors * nodes // terms
        whole += powers * denominators if below > 1 else 0  # each term has a power of the denominator, multiplied out
        return _Size(powers, whole, denominators, powers) if expression.exp > 0 else _Size(1, whole, powers)
    if isinstance(expression, sp.Pow) and expression.exp.is_number and abs(expression.exp) < MAX_TERMS:
        return _Size(1, nodes, 1, _powers(inner[0].opened, math.ceil(abs(expression.exp))))
    return _Size(1, nodes)


def _powers(terms: int, exponent: int) -> int:
    """Terms of a power of a sum."""
    return math.comb(exponent + terms - 1, exponent)
