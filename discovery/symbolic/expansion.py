"""How large an expression becomes that is multiplied out, without doing it."""

from __future__ import annotations

import math
from typing import cast

import sympy as sp

# Beyond these, multiplying out takes longer than an expression is worth (a law of 50 terms has about 300 nodes).
MAX_TERMS = 200
MAX_NODES = 1500  # sums in denominators are copied into each term that stands above them


def is_short(expression: sp.Expr) -> bool:
    """Whether it has at most 200 terms and 1500 nodes when it is multiplied out."""
    terms, nodes = _size(expression)
    return terms <= MAX_TERMS and nodes <= MAX_NODES


def _size(expression: sp.Expr) -> tuple[int, int]:
    """Upper bounds on the terms and the nodes that multiplying out gives, inside of functions and denominators too."""
    inner = [_size(argument) for argument in cast("tuple[sp.Expr, ...]", expression.args)]
    nodes = 1 + sum(own for _, own in inner)
    if isinstance(expression, sp.Add):
        return sum(terms for terms, _ in inner), nodes
    if isinstance(expression, sp.Mul):
        product = math.prod(terms for terms, _ in inner)
        return product, product + sum(own * (product // terms) for terms, own in inner)
    if isinstance(expression, sp.Pow) and expression.exp.is_Integer:
        exponent, terms = min(abs(int(expression.exp)), MAX_TERMS), inner[0][0]
        powers = math.comb(exponent + terms - 1, exponent)
        factors = min(exponent, terms)  # of a product in the power, each as long as a term of the base is on average
        return (powers if expression.exp > 0 else 1), powers + powers * factors * nodes // terms
    return 1, nodes
