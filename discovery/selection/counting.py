"""In which units the states of a law are counted, as far as its own conversions show it.

x' = 1000 v says that numbers of x are a thousand times those of v: x in millimetres, v in metres a second. What is one
constant in equal units, as of v and x^2 v, is one times a power of ten then, and which power that is the law has said.
"""

from __future__ import annotations

from typing import cast

import sympy as sp

from discovery.symbolic.complexity import converts
from discovery.symbolic.constants import power_of_ten
from discovery.types import Law

Scale = dict[str, int]


def scales(law: Law) -> list[Scale]:
    """Powers of ten by which each state's numbers are larger, one for each state that may be counted in ones.

    A state that no conversion ties to that one is counted in ones as well. Empty where the law has no conversions.
    """
    steps = [
        (state, str(other), power_of_ten(float(number)))
        for state, skeleton in zip(law.states, law.skeletons, strict=True)
        for term in sp.Add.make_args(skeleton)
        if converts(term)
        for number, other in [term.as_coeff_Mul()]
        if str(other) in law.states
    ]
    found: list[Scale] = []
    for one in dict.fromkeys(state for step in steps for state in step[:2]):
        scale = {one: 0}
        for _ in law.states:  # as far as a chain of conversions can lead
            for state, other, power in steps:
                if other in scale:
                    scale.setdefault(state, scale[other] + power)
                elif state in scale:
                    scale[other] = scale[state] - power
        scale = {state: scale.get(state, 0) for state in law.states}
        found += [scale] if scale not in found else []
    return found


def power_of_unit(scale: Scale, state: str, term: sp.Expr) -> int | None:
    """The power of ten of a coefficient that is one in equal units; None if the term is no product of states."""
    power = scale[state]
    for base, exponent in cast("dict[sp.Expr, sp.Expr]", term.as_powers_dict()).items():
        if base == 1:
            continue
        if str(base) not in scale or not exponent.is_Integer:
            return None
        power -= int(exponent) * scale[str(base)]
    return power
