"""Expressions put together in SymPy's own order, without asking it to simplify, which takes longer than a search.

What is returned equals what SymPy would make of it, as long as the parts share no power of a symbol.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cmp_to_key

import numpy as np
import sympy as sp

# Key of SymPy's own order of terms and factors.
IN_ORDER = cmp_to_key(sp.Basic.compare)


def scaled(number: float, expression: sp.Expr) -> sp.Expr:
    """Number times an expression that has no number in front."""
    return sp.Mul(sp.Float(number), expression, evaluate=False)


def times(factors: Iterable[sp.Expr]) -> sp.Expr:
    """The product of factors without numbers; 1 if there are none."""
    ordered = sorted((part for factor in factors for part in sp.Mul.make_args(factor) if part != 1), key=IN_ORDER)
    return sp.Mul(*ordered, evaluate=False) if len(ordered) > 1 else (ordered or [sp.S.One])[0]


def plus(number: sp.Expr, terms: Iterable[sp.Expr]) -> sp.Expr:
    """A number and terms that are none."""
    return sp.Add(number, *sorted(terms, key=IN_ORDER), evaluate=False)


def one_over(expression: sp.Expr) -> sp.Expr:
    """1/(a sum)."""
    return sp.Pow(expression, -1, evaluate=False)


def weighted_sum(coefficients: Sequence[float] | np.ndarray, terms: Sequence[sp.Expr]) -> sp.Expr:
    """The sum of coefficients times terms that have no number in front and are no sums; a coefficient of 0 counts."""
    pairs = [(float(c), term) for c, term in zip(coefficients, terms, strict=True)]
    numbers = [sp.Float(c) for c, term in pairs if term == 1]
    products = sorted(
        (sp.Mul(sp.Float(c), *sp.Mul.make_args(term), evaluate=False) for c, term in pairs if term != 1), key=IN_ORDER
    )
    parts = [*numbers, *products]
    return parts[0] if len(parts) == 1 else sp.Add(*parts, evaluate=False)
