"""Constants that stand before an exponential or a power with a constant in its exponent, and steps along their valley.

Where the exponent changes, such an amplitude has to change by a factor to keep the product what it is amid the data:
the cost has a valley that is straight in its logarithm and bends in itself, the more, the further the data are from
where the exponent is zero. Straight steps leave it at once, and a fit ends where it began.

Source: Ratkowsky (1983), Nonlinear Regression Modeling, ch. 2, for what a parametrisation does to the curvature.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.types import Law, symbol

# Logarithm of the largest factor of one step: beyond it an amplitude is no number soon.
LARGEST = 100.0
# Share of what an amplitude's change alone would do to the solutions, squared, below which exponents make up for it.
MADE_UP = 0.25


# Places of amplitudes, and of the constants in the exponents beside all of them.
Valley = tuple[tuple[int, ...], tuple[int, ...]]


def amplitudes(law: Law) -> tuple[Valley, ...]:
    """Places of such constants by what stands in the exponents; those of groups that have their own are together."""
    return _amplitudes(law.skeletons, len(law.constants))


@lru_cache(maxsize=4096)
def _amplitudes(skeletons: tuple[sp.Expr, ...], count: int) -> tuple[Valley, ...]:
    places: dict[sp.Basic, int] = {symbol(f"c{place}"): place for place in range(count)}
    found: dict[tuple[int, ...], set[int]] = {}
    for product in (one for side in skeletons for one in sp.preorder_traversal(side) if isinstance(one, sp.Mul)):
        pairs = [factor.as_base_exp() for factor in product.args]
        inside = {places[one] for _, exponent in pairs for one in exponent.free_symbols if one in places}
        plain = [base for base, exponent in pairs if exponent.is_number and inside]
        sums = [term for base in plain if base in product.args for term in sp.Add.make_args(base)]
        before = {*plain, *(factor.as_base_exp()[0] for term in sums for factor in sp.Mul.make_args(term))}
        if there := {places[one] for one in before if one in places} - inside:
            found.setdefault(tuple(sorted(inside)), set()).update(there)
    return tuple((tuple(sorted(there)), inside) for inside, there in sorted(found.items()))


def along(
    constants: Float[np.ndarray, " constant"],
    change: Float[np.ndarray, " constant"],
    curvature: Float[np.ndarray, "constant constant"],
    valleys: Sequence[Valley],
) -> Float[np.ndarray, " constant"]:
    """A step in which amplitudes change by a factor where the exponents beside them make up for it.

    To first order it is the straight one. Amplitudes whose change nothing makes up for go straight: they may have to
    change their sign, and where the law is linear in them the straight step is exact.

    Args:
        curvature: of the cost.
    """
    bent = change.copy()
    for before, inside in valleys:
        alone, whole = np.zeros_like(change), np.zeros_like(change)
        alone[[*before]] = change[[*before]]
        whole[[*before, *inside]] = change[[*before, *inside]]
        with np.errstate(over="ignore", invalid="ignore"):  # of a step that goes beyond all numbers
            follows = whole @ curvature @ whole < MADE_UP * (alone @ curvature @ alone)
        for place in before if follows else ():
            if constants[place] != 0.0:
                with np.errstate(over="ignore"):
                    share = np.clip(change[place] / constants[place], -LARGEST, LARGEST)
                bent[place] = constants[place] * np.expm1(share)
    return bent
