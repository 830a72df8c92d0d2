"""A law's right-hand sides in the hands of somebody who goes on with SymPy."""

import sympy as sp

from discovery.laws import Frame, Law
from discovery.samples import symbol


def test_the_symbols_of_a_law_are_those_in_its_equations() -> None:
    """By them equations are solved, differentiated and given values; a symbol of the same name alone is another."""
    sides = (symbol("c0") * symbol("x") + symbol("valve") * sp.cos(symbol("t")),)
    law = Law(("x",), sides, (-0.8,), frame=Frame(("x",), sides, inputs=("valve",)))
    assert ["x", "valve", "t"] == list(law.symbols)
    (side,) = law.equations.values()
    assert side.free_symbols == set(law.symbols.values())
    assert side.diff(law.symbols["x"]) == sp.Float(-0.8)
    assert side.subs({law.symbols["x"]: 2, law.symbols["valve"]: 0}) == sp.Float(-1.6)
    assert sp.Symbol("x") not in side.free_symbols
