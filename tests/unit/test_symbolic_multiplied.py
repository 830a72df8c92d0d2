"""Products multiplied out, evaluation and fingerprints."""

import numpy as np
import pytest
import sympy as sp

from discovery.errors import ExpressionError
from discovery.symbolic.evaluate import evaluate
from discovery.symbolic.fingerprint import first_equal
from discovery.symbolic.multiplied import expanded
from discovery.symbolic.parse import parse
from discovery.types import symbol

NAMES = ("x", "y")
ROUND_OFF = 1e-9
POINTS = np.random.default_rng(0).uniform(0.1, 2.0, (40, 2))


@pytest.mark.parametrize(
    "text", ["(1 + x)**90*(1 + y)**90", "(x + y + 1)**60", "+".join(f"x**{i}*y" for i in range(2, 101))]
)
def test_large_expressions_are_not_expanded(text: str) -> None:
    """Where expanding would give more than 200 terms, or the text is long, nothing is done."""
    expression = parse(text)
    assert expression == expanded(expression)


@pytest.mark.parametrize(
    "text",
    ["x", "3", "x*y - 2*x/y", "sqrt(x) + x**1.7 + x**-2 + 1/sqrt(y)", "x**5 + x**-3", "sin(x)*cos(y) + tan(x) + cot(y)",
     "exp(-x) + log(y) + abs(x - y) + sign(x - y)", "sinh(x) + cosh(y) + tanh(x) + atan(x)", "x**y + pi*x"],
)  # fmt: skip
def test_values_are_those_of_sympy(text: str) -> None:
    """The instruction list agrees with SymPy's own evaluation at each point."""
    expression = parse(text)
    expected = [float(expression.xreplace({symbol("x"): sp.Float(a), symbol("y"): sp.Float(b)})) for a, b in POINTS]
    np.testing.assert_allclose(evaluate(expression, NAMES, POINTS), expected, rtol=1e-12)


def test_undefined_values_are_nan() -> None:
    """Poles, logarithms of negative numbers, overflow and complex numbers give NaN and no warning."""
    states = np.array([[0.0, -1.0], [1.0, 1.0], [800.0, 1.0]])
    for text, expected in [("1/x", [np.nan, 1.0, 1 / 800]), ("log(y)", [np.nan, 0.0, 0.0]), ("y**1.5", [np.nan, 1, 1])]:
        np.testing.assert_array_equal(expected, evaluate(parse(text), NAMES, states))
    np.testing.assert_array_equal([1.0, np.exp(1.0), np.nan], evaluate(parse("exp(x)"), NAMES, states))
    assert np.isnan(evaluate(sp.I * symbol("x"), NAMES, states)).all()
    assert np.isnan(evaluate(sp.zoo, NAMES, states)).all()


def test_symbols_and_functions_without_values_are_named() -> None:
    """The message says which symbol or function is not known."""
    with pytest.raises(ExpressionError, match="Symbol 'z' has no value; the names given are x, y"):
        evaluate(parse("x + z"), NAMES, POINTS)
    with pytest.raises(ExpressionError, match="gamma cannot be evaluated; the functions are"):
        evaluate(sp.gamma(symbol("x")), NAMES, POINTS)


def test_fingerprints_merge_equal_expressions() -> None:
    """Equal values, not equal writing, make two candidates one."""
    texts = ["x/(1 + x)", "2*x", "1 - 1/(1 + x)", "x + x*1.0001", "x + x", "log(x - 9)", "sqrt(-x)", "2*x + 1e-3"]
    expressions = [parse(text) for text in texts]
    assert first_equal(expressions, NAMES, POINTS, tolerance=ROUND_OFF).tolist() == [0, 1, 0, 3, 1, 5, 5, 7]


def test_all_equal_expressions_name_the_first() -> None:
    """Round-off puts equal expressions in any order; all of them name the earliest."""
    texts = ["x*0.1*3", "x*0.3", "0.1*x + 0.2*x", "3*x/10", "x*0.6/2", "0.9*x - 0.6*x"]
    assert first_equal([parse(text) for text in texts], NAMES, POINTS, tolerance=ROUND_OFF).tolist() == [0] * 6
    shifted = [parse(f"x + {k}e-12") for k in (5, 3, 4, 1, 2, 0)]
    assert first_equal(shifted, NAMES, POINTS, tolerance=ROUND_OFF).tolist() == [0] * 6
    assert first_equal(shifted[::-1], NAMES, POINTS, tolerance=ROUND_OFF).tolist() == [0] * 6


def test_no_expressions_have_no_fingerprints() -> None:
    """An empty pool is merged to an empty pool."""
    assert first_equal([], NAMES, POINTS, tolerance=ROUND_OFF).tolist() == []


def test_powers_that_open_roots_of_sums_are_not_multiplied_out() -> None:
    """Of 52 terms a fifth hold powers of the inner sum, which has a thousand terms then; a short one is."""
    long = parse("((y - z - 0.4*x)**0.2/3 - x)**51")
    assert long == expanded(long)
    assert parse("x + y + 2*sqrt(x + y) + 1") == expanded(parse("(1 + sqrt(x + y))**2"))
