"""Products of sums multiplied out, within bounds: what is large, or would become large, comes back as it is."""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

from discovery.symbolic.complexity import node_count
from discovery.symbolic.constants import parts
from discovery.symbolic.expansion import is_short

# Beyond this, expanding takes longer than the candidate is worth (a law of 50 terms has about 300 nodes).
MAX_NODES = 400


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
