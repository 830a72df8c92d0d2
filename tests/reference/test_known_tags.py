"""Tags of known systems: those that can be read off the equations are, so that a file cannot claim other ones."""

from collections.abc import Mapping

import pytest
import sympy as sp

from discovery.datasets import known
from discovery.datasets.system import TIME
from discovery.symbolic.parse import parse
from discovery.types import symbol

BEHAVIOUR = ("chaotic", "stiff", "conservative")  # stated in the file, from the source
MANY = 4  # states from which a system counts as high-dimensional: the largest systems of ODEBench have four

BY_FUNCTION = {
    "trigonometric": (sp.sin, sp.cos, sp.tan, sp.cot, sp.asin, sp.acos, sp.atan),
    "exponential": (sp.exp, sp.sinh, sp.cosh, sp.tanh),
    "logarithmic": (sp.log,),
    "discontinuous": (sp.sign,),
}


def structural_tags(expressions: Mapping[str, sp.Expr]) -> set[str]:
    """The tags that follow from the right-hand side of each state, at the constants' values."""
    states = [symbol(name) for name in expressions]
    equations = tuple(expressions.values())
    tags = {tag for tag, kinds in BY_FUNCTION.items() if any(equation.has(*kinds) for equation in equations)}
    powers = [power for equation in equations for power in equation.atoms(sp.Pow) if power.base.has(*states)]
    shown = {
        "polynomial": all(equation.is_polynomial(*states) for equation in equations),
        "rational": any(power.exp.is_negative for power in powers),
        "power": any(not power.exp.is_integer for power in powers) or any(one.has(sp.Abs) for one in equations),
        "forced": any(equation.has(symbol(TIME)) for equation in equations),
        "high-dimensional": len(states) >= MANY,
    }
    return tags | {tag for tag, holds in shown.items() if holds}


@pytest.mark.parametrize("name", known.names())
def test_tags_say_what_the_equations_are(name: str) -> None:
    """Structural tags are those that the equations show, and what is conservative names what it conserves."""
    system = known.load(name)
    assert structural_tags(system.expressions) == set(system.tags) - set(BEHAVIOUR)
    assert ("conservative" in system.tags) == bool(system.conserved)
    assert len(system.tags) == len(set(system.tags))


@pytest.mark.parametrize(
    ("equation", "tags"),
    [
        ("x*y - 2*x**3", {"polynomial"}),
        ("x/(1 + y)", {"rational"}),
        ("1/x**0.5", {"rational", "power"}),
        ("exp(-1/2)*x", {"polynomial"}),
        ("tanh(x)", {"exponential"}),
        ("log(x) + sin(y)", {"logarithmic", "trigonometric"}),
        ("x*abs(x)", {"power"}),
        ("sign(x)", {"discontinuous"}),
        ("x + cos(t)", {"polynomial", "forced", "trigonometric"}),
    ],
)
def test_structural_tags_are_read_off_the_equations(equation: str, tags: set[str]) -> None:
    """What a right-hand side contains decides its tags."""
    assert tags == structural_tags({"x": parse(equation), "y": parse("x")})
