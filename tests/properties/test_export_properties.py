"""Random expressions, written for other languages and read back."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discovery.export import julia, matlab, modelica, python, r
from discovery.export.infix import Dialect
from discovery.symbolic.evaluate import evaluate
from discovery.symbolic.parse import parse
from discovery.types import symbol

NAMES = ("x", "y")
POINTS = np.random.default_rng(1).uniform(0.2, 1.5, (12, 2))
QUICK = settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
# What our own reader calls what the languages have other names for.
OURS = {"math.pow": "pow", "math.": "", "realpow": "pow", "reallog": "log", "realsqrt": "sqrt", "...\n": "\n"}

numbers = st.one_of(
    st.integers(-9, 9).filter(bool).map(sp.Integer),
    st.fractions(-3, 3, max_denominator=7).map(lambda value: sp.Rational(value.numerator, value.denominator)),
    st.floats(0.05, 50.0).map(lambda value: sp.Float(round(value, 4))),
)
leaves = st.one_of(st.sampled_from(NAMES).map(symbol), numbers, st.just(sp.pi))
functions = st.sampled_from([sp.sin, sp.cot, sp.exp, sp.tanh, sp.atan, sp.Abs, sp.sign])


def _larger(parts: st.SearchStrategy[sp.Expr]) -> st.SearchStrategy[sp.Expr]:
    return st.one_of(
        st.tuples(parts, parts).map(lambda pair: pair[0] + pair[1]),
        st.tuples(parts, parts).map(lambda pair: pair[0] * pair[1]),
        st.tuples(parts, parts).map(lambda pair: sp.Mul(*pair, evaluate=False)),
        st.tuples(parts, st.sampled_from([-1, 2, 3, -2, sp.S.Half, sp.Rational(-3, 2)])).map(
            lambda pair: sp.Pow(*pair)
        ),
        st.tuples(functions, parts).map(lambda pair: pair[0](pair[1])),
    )


def _is_ordinary(expression: sp.Expr) -> bool:
    if expression.has(sp.zoo, sp.nan, sp.oo, sp.I):
        return False
    values = evaluate(expression, NAMES, POINTS)
    return bool(np.all(np.isfinite(values)) and np.abs(values).max() < 1e6)


expressions = st.recursive(leaves, _larger, max_leaves=10).filter(_is_ordinary)


@pytest.mark.parametrize(
    "dialect", [python.DIALECT, julia.DIALECT, matlab.DIALECT, r.DIALECT, modelica.DIALECT], ids=lambda d: d.language
)
@QUICK
@given(expression=expressions)
def test_what_is_written_has_the_same_values(dialect: Dialect, expression: sp.Expr) -> None:
    """Brackets stand where they are needed, and no sign is lost."""
    text = dialect.expression(expression, {name: name for name in NAMES})
    for theirs, ours in OURS.items():
        text = text.replace(theirs, ours)
    back = parse(_without_pow(text), NAMES)
    expected = evaluate(expression, NAMES, POINTS)
    np.testing.assert_allclose(evaluate(back, NAMES, POINTS), expected, rtol=1e-9, atol=1e-9)


def _without_pow(text: str) -> str:
    """``pow(a, b)`` as ``(a)**(b)``, from the inside out."""
    while (start := text.rfind("pow(")) >= 0:
        depth, comma, place = 1, 0, start + 4
        while depth:
            depth += {"(": 1, ")": -1}.get(text[place], 0)
            comma = place if text[place] == "," and depth == 1 else comma
            place += 1
        text = f"{text[:start]}(({text[start + 4 : comma]})**({text[comma + 1 : place - 1]})){text[place:]}"
    return text
