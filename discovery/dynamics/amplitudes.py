"""Constants that stand before an exponential or a power with a constant in its exponent, and steps along their valley.

Where the exponent changes, such an amplitude has to change by a factor to keep the product what it is amid the data:
the cost has a valley that is straight in its logarithm and bends in itself, the more, the further the data are from
where the exponent is zero. Straight steps leave it at once, and a fit ends where it began.

Source: Ratkowsky (1983), Nonlinear Regression Modeling, ch. 2, for what a parametrisation does to the curvature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.types import Law, symbol

# Logarithm of the largest factor of one step: beyond it an amplitude is no number soon.
LARGEST = 100.0
# Share of what an amplitude's change alone would do to the solutions, squared, below which exponents make up for it.
MADE_UP = 0.25


def amplitudes(law: Law) -> dict[int, tuple[int, ...]]:
    """Places of such constants, with those that stand in the exponents beside them."""
    return dict(_amplitudes(law.skeletons, len(law.constants)))


@lru_cache(maxsize=4096)
def _amplitudes(skeletons: tuple[sp.Expr, ...], count: int) -> tuple[tuple[int, tuple[int, ...]], ...]:
    places: dict[sp.Basic, int] = {symbol(f"c{place}"): place for place in range(count)}
    found: dict[int, set[int]] = {}
    for product in (one for side in skeletons for one in sp.preorder_traversal(side) if isinstance(one, sp.Mul)):
        pairs = [factor.as_base_exp() for factor in product.args]
        inside = {places[one] for _, exponent in pairs for one in exponent.free_symbols if one in places}
        for base, _ in pairs if inside else ():
            if base in places:
                found.setdefault(places[base], set()).update(inside - {places[base]})
    return tuple((place, tuple(sorted(inside))) for place, inside in sorted(found.items()) if inside)


def along(
    constants: Float[np.ndarray, " constant"],
    change: Float[np.ndarray, " constant"],
    curvature: Float[np.ndarray, "constant constant"],
    places: Mapping[int, Sequence[int]],
) -> Float[np.ndarray, " constant"]:
    """A step in which amplitudes change by a factor where the exponents beside them make up for it.

    To first order it is the straight one. An amplitude whose change nothing makes up for goes straight: it may have to
    change its sign, and where the law is linear in it the straight step is exact.

    Args:
        curvature: of the cost.
        places: of amplitudes and of their exponents.
    """
    bent = change.copy()
    for place, inside in places.items():
        if constants[place] == 0.0:
            continue
        whole = np.zeros_like(change)
        whole[[place, *inside]] = change[[place, *inside]]
        with np.errstate(over="ignore", invalid="ignore"):  # of a step that goes beyond all numbers
            follows = whole @ curvature @ whole < MADE_UP * change[place] ** 2 * curvature[place, place]
            share = np.clip(change[place] / constants[place], -LARGEST, LARGEST)
        if follows:
            bent[place] = constants[place] * np.expm1(share)
    return bent
