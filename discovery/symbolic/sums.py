"""Many expressions as sums of the terms that they share: what is asked of a term is asked once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import sympy as sp
from jaxtyping import Bool, Float
from scipy import sparse

from discovery.symbolic.complexity import has_constants, is_constant
from discovery.symbolic.constants import parts, real_value
from discovery.symbolic.multiplied import expanded
from discovery.symbolic.writing import WeightedSum


@dataclass(frozen=True)
class Sums:
    """Expressions as coefficients of terms.

    Attributes:
        terms: products without the number in front, each once.
        coefficients: one row for each expression, one column for each term.
    """

    terms: tuple[sp.Expr, ...]
    coefficients: sparse.csr_array

    def row(self, index: int) -> tuple[tuple[int, ...], tuple[float, ...]]:
        """Terms of an expression, and their coefficients."""
        place = slice(*self.coefficients.indptr[index : index + 2])
        return tuple(self.coefficients.indices[place].tolist()), tuple(self.coefficients.data[place].tolist())

    def using(self, terms: Bool[np.ndarray, " term"]) -> Bool[np.ndarray, " expression"]:
        """Which expressions have one of these terms."""
        return abs(self.coefficients) @ terms > 0

    def beside(self, other: Sums) -> Sums:
        """The expressions of both, whose terms are the same."""
        both = sparse.csr_array(sparse.vstack([self.coefficients, other.coefficients], format="csr"))
        return Sums(self.terms, both)

    def shares(self, values: Float[np.ndarray, "point term"]) -> sparse.csr_array:
        """Root mean square of each term over that of its expression, where both are used; in place of coefficients.

        Zero where an expression is too large to tell.

        Args:
            values: of the terms; finite.
        """
        # Divided by the largest first, so that squares stay finite.
        scales = np.maximum(np.abs(values).max(axis=0, initial=0.0), 1e-300)
        scaled = sparse.csr_array(self.coefficients * scales)
        with np.errstate(over="ignore", invalid="ignore"):
            size = np.sqrt(np.mean((scaled @ (values / scales).T) ** 2, axis=1))
        size[~np.isfinite(size)] = np.inf
        sizes = np.sqrt(np.mean((values / scales) ** 2, axis=0))
        rows = np.repeat(np.arange(len(size)), np.diff(scaled.indptr))
        scaled.data = np.abs(scaled.data) * sizes[scaled.indices] / np.maximum(size[rows], 1e-300)
        return scaled

    def without_tiny(self, shares: sparse.csr_array, threshold: float) -> Sums:
        """Without the terms whose share is below ``threshold`` and above zero."""
        kept = self.coefficients.copy()
        kept.data[(shares.data > 0.0) & (shares.data < threshold)] = 0.0
        kept.eliminate_zeros()
        return Sums(self.terms, kept)


def sums_of(expressions: Sequence[sp.Expr | WeightedSum]) -> Sums:
    """Products of sums are multiplied out, within the bounds of :func:`expanded`."""
    terms: dict[sp.Expr, int] = {}
    known: dict[tuple[sp.Expr, ...], tuple[tuple[int, float], ...]] = {}
    rows: list[int] = []
    columns: list[int] = []
    numbers: list[float] = []
    for row, expression in enumerate(expressions):
        for coefficient, factors in _weighted(expression):
            if factors not in known:
                inner = _products(expanded(sp.Mul(*factors, evaluate=False)))
                known[factors] = tuple(
                    (terms.setdefault(sp.Mul(*some, evaluate=False), len(terms)), number) for number, some in inner
                )
            for column, number in known[factors]:
                rows.append(row)
                columns.append(column)
                numbers.append(coefficient * number)
    shape = (len(expressions), len(terms))
    coefficients = sparse.coo_array((numbers, (rows, columns)), shape=shape).tocsr()  # adds up equal terms
    coefficients.eliminate_zeros()
    coefficients.sort_indices()
    return Sums(tuple(terms), coefficients)


def weighted_sum_of(skeleton: sp.Expr, constants: Sequence[float]) -> WeightedSum | None:
    """The sum of terms that have a constant ``c0``, ``c1``, ... in front each and no other number; None of others.

    Terms whose constant is 0 are left out, as SymPy leaves them out.
    """
    products = [_in_front(term) for term in sp.Add.make_args(skeleton)]
    found = [(constants[one[0]], one[1]) for one in products if one]
    if len(found) < len(products):
        return None
    kept = [(number, term) for number, term in found if number != 0.0]
    return WeightedSum(tuple([number for number, _ in kept]), tuple([term for _, term in kept]))


@lru_cache(maxsize=1 << 14)  # laws of one path have their terms in common
def _in_front(product: sp.Expr) -> tuple[int, sp.Expr] | None:
    """The number of the constant in front of a product, and the other factors; None if there is another number."""
    factors = sp.Mul.make_args(product)
    constants = [one for one in factors if isinstance(one, sp.Symbol) and is_constant(one.name)]
    rest = sp.Mul(*[one for one in factors if one not in constants])
    if len(constants) != 1 or rest.is_Add or rest.as_coeff_Mul()[0] != 1 or has_constants(rest):
        return None
    return int(constants[0].name[1:]), rest


def _weighted(expression: sp.Expr | WeightedSum) -> Iterable[tuple[float, tuple[sp.Expr, ...]]]:
    if isinstance(expression, WeightedSum):
        return zip(expression.numbers, map(_factors, expression.terms), strict=True)
    return _products(expression)


def _factors(term: sp.Expr) -> tuple[sp.Expr, ...]:
    """Those of a term without a number in front."""
    if term.is_Mul:
        return parts(term)
    return () if term is sp.S.One else (term,)


def _products(expression: sp.Expr) -> Iterator[tuple[float, tuple[sp.Expr, ...]]]:
    """The terms of a sum, each as the number in front and the other factors."""
    for term in sp.Add.make_args(expression):
        factors = parts(term) if term.is_Mul else (term,)
        if factors[0].is_Number:
            yield real_value(factors[0]), factors[1:]
        else:
            yield 1.0, factors
