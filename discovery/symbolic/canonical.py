"""One cheap form for many writings of an expression, and what to leave out of it.

Everything here is bounded: an expression that is large, or that would become large, comes back as it is. What the
canonical form does not see (``x/(1 + x)`` against ``1 - 1/(1 + x)``) the fingerprint does, by values.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.symbolic.complexity import node_count
from discovery.symbolic.constants import exponent_kind, parts, real_value, shape
from discovery.symbolic.evaluate import compiled

# Beyond these, expanding takes longer than the candidate is worth (a law of 50 terms has about 300 nodes).
MAX_NODES = 400
MAX_TERMS = 200


def canonical(expression: sp.Expr) -> sp.Expr:
    """Expanded, terms over one denominator gathered, each denominator with a coefficient of 1, numbers as floats.

    Returns:
        An expression of equal value; the same for most writings that differ by expanding, by the scale of a fraction
        or by ``2`` against ``2.0``. Fractions are not brought over a common denominator: that would hide the terms.
    """
    if node_count(expression) > MAX_NODES:
        return expression
    plain = plain_numbers(expression)
    return plain_numbers(_over_denominators(expanded(plain)))


def skeleton_key(expression: sp.Expr) -> str:
    """A text that is equal for laws of one family, whatever the values and signs of the constants."""
    return shape(canonical(expression))


def expanded(expression: sp.Expr) -> sp.Expr:
    """Products of sums multiplied out, unless that gives more than 200 terms."""
    if not _multiplies_sums(expression):
        return expression
    if node_count(expression) > MAX_NODES or _expanded_size(expression) > MAX_TERMS:
        return expression
    return sp.expand(expression, trig=False, log=False, power_base=False, power_exp=False)


def _multiplies_sums(expression: sp.Expr) -> bool:
    """Whether multiplying out would change anything; most candidates are plain sums of terms."""
    if isinstance(expression, sp.Mul) and any(isinstance(factor, sp.Add) for factor in expression.args):
        return True
    if isinstance(expression, sp.Pow) and isinstance(expression.base, sp.Add) and bool(expression.exp.is_Integer):
        return True
    return any(_multiplies_sums(argument) for argument in parts(expression))


def plain_numbers(expression: sp.Expr) -> sp.Expr:
    """Numbers as floats; 1 and -1, integer exponents and square roots exact, so that equal numbers compare equal."""
    if expression.is_number:
        return _plain_number(expression)
    if not expression.args:
        return expression
    if isinstance(expression, sp.Pow):
        exact = exponent_kind(expression.exp)
        return plain_numbers(expression.base) ** (plain_numbers(expression.exp) if exact is None else exact)
    if isinstance(expression, sp.exp):
        offset, rest = parts(expression)[0].as_coeff_Add()
        return _plain_number(sp.exp(offset)) * sp.exp(plain_numbers(rest))
    return expression.func(*[plain_numbers(argument) for argument in parts(expression)])


def _plain_number(number: sp.Expr) -> sp.Expr:
    value = real_value(number)
    if math.isnan(value):
        return number
    return sp.Integer(int(value)) if value in (-1.0, 0.0, 1.0) else sp.Float(value)


def _expanded_size(expression: sp.Expr) -> int:
    """An upper bound on the terms that multiplying out gives, anywhere in the expression."""
    if isinstance(expression, sp.Add):
        return min(sum(_expanded_size(term) for term in parts(expression)), MAX_TERMS + 1)
    if isinstance(expression, sp.Mul):
        return min(math.prod(_expanded_size(factor) for factor in parts(expression)), MAX_TERMS + 1)
    if isinstance(expression, sp.Pow) and expression.exp.is_Integer:
        exponent, terms = min(abs(int(expression.exp)), MAX_TERMS), _expanded_size(expression.base)
        return min(math.comb(exponent + terms - 1, exponent), MAX_TERMS + 1)
    return max([MAX_TERMS + 1 if _expanded_size(part) > MAX_TERMS else 1 for part in parts(expression)], default=1)


def _over_denominators(expression: sp.Expr) -> sp.Expr:
    """Terms with the same denominator become one fraction."""
    numerators: dict[sp.Expr, list[sp.Expr]] = {}
    for term in sp.Add.make_args(expression):
        factors = sp.Mul.make_args(term)
        below = [factor for factor in factors if _is_fraction(factor)]
        scales, denominators = zip(*map(_unit_denominator, below), strict=True) if below else ((), ())
        numerator = sp.Mul(*scales, *[factor for factor in factors if not _is_fraction(factor)])
        numerators.setdefault(sp.Mul(*denominators), []).append(numerator)
    return sp.Add(*[denominator * sp.Add(*terms) for denominator, terms in numerators.items()])


def _is_fraction(factor: sp.Expr) -> bool:
    return isinstance(factor, sp.Pow) and bool(factor.exp.is_Integer) and factor.exp < 0 and factor.base.is_Add


def _unit_denominator(fraction: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """A factor, and the fraction whose denominator has the constant 1 (or, without constant, a coefficient 1)."""
    base, exponent = fraction.as_base_exp()
    terms = [term.as_coeff_Mul() for term in parts(base)]
    pivot = min(terms, key=lambda term: (term[1] is not sp.S.One, shape(term[1])))[0]
    scaled = sp.Add(*[coefficient / pivot * rest for coefficient, rest in terms])
    return pivot**exponent, plain_numbers(scaled) ** exponent


def drop_tiny(
    expression: sp.Expr, states: Float[np.ndarray, "point name"], names: Sequence[str], threshold: float = 1e-3
) -> sp.Expr:
    """Leaves out the terms that do nothing on the data.

    Args:
        states: where the law is used; points at which a term is undefined are passed over.
        threshold: a term is dropped if its RMS is below this fraction of the expression's RMS. The default removes
            the terms by which a fit without noise follows the integrator's error (1e-5) and keeps those that a
            trajectory can show.

    Returns:
        The expression as it came if nothing is dropped, else what is left of its expanded form.
    """
    whole = expanded(expression)
    terms = sp.Add.make_args(whole)
    if len(terms) < 2:
        return expression
    values = compiled([whole, *terms], names)(states)
    values = values[np.isfinite(values).all(axis=1)]
    if not len(values):
        return expression
    # Divided by the largest value first, so that squares of large numbers stay finite.
    largest = np.abs(values).max()
    sizes = np.sqrt(np.mean((values / largest) ** 2, axis=0)) if largest > 0 else np.zeros(len(terms) + 1)
    kept = [term for term, size in zip(terms, sizes[1:], strict=True) if size >= threshold * sizes[0]]
    return expression if len(kept) in (0, len(terms)) else sp.Add(*kept)
