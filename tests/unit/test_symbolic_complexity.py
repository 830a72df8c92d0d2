"""Size and description length."""

import pytest
import sympy as sp

from discovery.symbolic.complexity import description_length, node_count
from discovery.symbolic.parse import parse
from discovery.types import symbol


@pytest.mark.parametrize(
    ("text", "nodes"),
    [("x", 1), ("2.5", 1), ("-x", 1), ("2*x", 3), ("-2*x", 3), ("x + y", 3), ("x - y", 3), ("x**2", 3), ("sin(x)", 2),
     ("x*y - 1.5*x", 7), ("x/(1 + x)", 7)],
)  # fmt: skip
def test_nodes_are_counted_from_root_to_leaves(text: str, nodes: int) -> None:
    """A number counts one, a minus sign nothing."""
    assert nodes == node_count(parse(text))


def test_numbers_count_one_however_they_are_written() -> None:
    """Exact numbers that take several nodes in SymPy are constants here, and 1.0 as a factor is none."""
    x = symbol("x")
    assert node_count(2 * x) == node_count(sp.sqrt(2) * sp.pi * x)
    assert node_count(sp.Float(-1.0) * x) == 1


@pytest.mark.parametrize(
    ("text", "surcharge"),
    [("x**2 + y", 0.0), ("sin(x)", 4.0), ("x**1.5", 4.0), ("1/x", 2.0), ("x/(2 + exp(x))", 6.0), ("x**y", 4.0),
     ("abs(x)*x", 0.0), ("x/3", 0.0), ("x**-1.5", 6.0)],
)  # fmt: skip
def test_functions_and_denominators_cost_extra(text: str, surcharge: float) -> None:
    """Half a nat for a node, four for a transcendental function or broken power, two for a denominator."""
    expression = parse(text)
    assert node_count(expression) / 2 + surcharge == description_length(expression)
