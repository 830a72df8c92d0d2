"""One cheap form for many writings of an expression, and what to leave out of it.

Everything here is bounded: an expression that is large, or that would become large, comes back as it is. What the
canonical form does not see (``x/(1 + x)`` against ``1 - 1/(1 + x)``) the fingerprint does, by values.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.symbolic.complexity import node_count
from discovery.symbolic.constants import gathered, parts, term_of
from discovery.symbolic.evaluate import compiled
from discovery.symbolic.expansion import is_short

# Beyond this, expanding takes longer than the candidate is worth (a law of 50 terms has about 300 nodes).
MAX_NODES = 400


def canonical(expression: sp.Expr) -> sp.Expr:
    """Expanded, terms over one denominator gathered, each denominator with a coefficient of 1, numbers as floats.

    Returns:
        An expression of equal value; the same for most writings that differ by expanding, by the scale of a fraction
        or by ``2`` against ``2.0``. Fractions are not brought over a common denominator: that would hide the terms.
        A large expression, or one whose scales overflow, comes back as it is.
    """
    if node_count(expression) > MAX_NODES:
        return expression
    try:
        return gathered([term_of(term) for term in sp.Add.make_args(expanded(expression))]).written()
    except (OverflowError, ZeroDivisionError):
        return expression


@lru_cache(maxsize=1 << 14)  # the same terms come again, in one candidate after another
def expanded(expression: sp.Expr) -> sp.Expr:
    """Products of sums multiplied out, unless the whole then has more than 200 terms or 1500 nodes."""
    if not _multiplies_sums(expression) or node_count(expression) > MAX_NODES:
        return expression
    if not is_short(expression):
        return expression
    return sp.expand(expression, trig=False, log=False, power_base=False, power_exp=False)


def _multiplies_sums(expression: sp.Expr) -> bool:
    """Whether multiplying out would change anything; most candidates are plain sums of terms."""
    if isinstance(expression, sp.Mul) and any(isinstance(factor, sp.Add) for factor in expression.args):
        return True
    if isinstance(expression, sp.Pow) and expression.base.is_Add and expression.exp.is_Integer and expression.exp > 0:
        return True
    return any(_multiplies_sums(argument) for argument in parts(expression))


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
