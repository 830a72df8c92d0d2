"""Expressions put together in SymPy's own order, without asking it to simplify, which takes longer than a search.

What is returned equals what SymPy would make of it, as long as the parts share no power of a symbol. Products and sums
are put together by what SymPy's own functions end with: ``Mul(..., evaluate=False)`` asks each factor whether it
commutes, and takes twice as long.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from typing import cast

import numpy as np
import sympy as sp

# Bits of a number's mantissa, and two to that power.
BITS, WHOLE = 53, 2.0**53
# Key of SymPy's own order of terms and factors.
IN_ORDER = cmp_to_key(sp.Basic.compare)


@dataclass(frozen=True)
class WeightedSum:
    """Numbers times terms that are no sums; SymPy writes it only when the expression is asked for."""

    numbers: tuple[float, ...]
    terms: tuple[sp.Expr, ...]

    @property
    def expression(self) -> sp.Expr:
        """As SymPy has it; 0 of no terms."""
        return weighted_sum(self.numbers, self.terms) if self.terms else sp.S.Zero


def float_of(number: float) -> sp.Expr:
    """``sp.Float(number)``, from its bits in a quarter of the time."""
    if number == 0.0 or not math.isfinite(number):
        return sp.Float(number)
    share, power = math.frexp(abs(number))
    mantissa = int(share * WHOLE)
    spare = (mantissa & -mantissa).bit_length() - 1  # SymPy's mantissas are odd
    parts = (int(number < 0.0), mantissa >> spare, power - BITS + spare, BITS - spare)
    return cast(sp.Expr, sp.Float._new(parts, BITS))  # pyright: ignore[reportPrivateUsage]


def scaled(number: float, expression: sp.Expr) -> sp.Expr:
    """Number times an expression that has no number in front."""
    return _product((float_of(number), expression))


def times(factors: Iterable[sp.Expr]) -> sp.Expr:
    """The product of factors without numbers; 1 if there are none."""
    ordered = sorted((part for one in factors for part in sp.Mul.make_args(one) if part is not sp.S.One), key=IN_ORDER)
    return _product(ordered) if len(ordered) > 1 else (ordered or [sp.S.One])[0]


def plus(number: sp.Expr, terms: Iterable[sp.Expr]) -> sp.Expr:
    """A number and terms that are none."""
    return _sum((number, *sorted(terms, key=IN_ORDER)))


def one_over(expression: sp.Expr) -> sp.Expr:
    """1/(a sum)."""
    return sp.Pow(expression, -1, evaluate=False)


def weighted_sum(coefficients: Sequence[float] | np.ndarray, terms: Sequence[sp.Expr]) -> sp.Expr:
    """The sum of coefficients times terms that have no number in front and are no sums; a coefficient of 0 counts."""
    pairs = [(float_of(float(c)), term) for c, term in zip(coefficients, terms, strict=True)]
    numbers = [number for number, term in pairs if term is sp.S.One]
    products = sorted(
        (_product((number, *sp.Mul.make_args(term))) for number, term in pairs if term is not sp.S.One), key=IN_ORDER
    )
    parts = [*numbers, *products]
    return parts[0] if len(parts) == 1 else _sum(parts)


def _product(factors: Sequence[sp.Expr]) -> sp.Expr:
    return cast(sp.Expr, sp.Mul._from_args(factors, is_commutative=True))  # pyright: ignore[reportPrivateUsage]


def _sum(terms: Sequence[sp.Expr]) -> sp.Expr:
    return cast(sp.Expr, sp.Add._from_args(terms, is_commutative=True))  # pyright: ignore[reportPrivateUsage]
