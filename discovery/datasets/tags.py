"""Tags that can be read off the equations, so that a system's file cannot claim other ones.

The rest, ``chaotic``, ``stiff`` and ``conservative``, is behaviour: it is stated in the file, from the source.
"""

from __future__ import annotations

import sympy as sp

from discovery.datasets.system import TIME, System
from discovery.types import symbol

BEHAVIOUR = ("chaotic", "stiff", "conservative")
MANY = 4  # states from which a system counts as high-dimensional: the largest systems of ODEBench have four

_BY_FUNCTION: tuple[tuple[str, tuple[type[sp.Basic], ...]], ...] = (
    ("trigonometric", (sp.sin, sp.cos, sp.tan, sp.cot, sp.asin, sp.acos, sp.atan)),
    ("exponential", (sp.exp, sp.sinh, sp.cosh, sp.tanh)),
    ("logarithmic", (sp.log,)),
    ("discontinuous", (sp.sign,)),
)


def structural_tags(system: System) -> frozenset[str]:
    """The tags that follow from the equations of ``system``, at its constants' values."""
    states = [symbol(name) for name in system.names]
    equations = tuple(system.expressions.values())
    tags = {tag for tag, kinds in _BY_FUNCTION if any(equation.has(*kinds) for equation in equations)}
    if all(equation.is_polynomial(*states) for equation in equations):
        tags.add("polynomial")
    powers = [power for equation in equations for power in equation.atoms(sp.Pow) if power.base.has(*states)]
    if any(power.exp.is_negative for power in powers):
        tags.add("rational")
    if any(not power.exp.is_integer for power in powers) or any(equation.has(sp.Abs) for equation in equations):
        tags.add("power")
    if any(equation.has(symbol(TIME)) for equation in equations):
        tags.add("forced")
    if system.dimension >= MANY:
        tags.add("high-dimensional")
    return frozenset(tags)
