"""Laws of the symbolic layer, on random expressions of the grammar."""

import numpy as np
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.pool_truth import canonical
from discovery.errors import ExpressionError
from discovery.symbolic.compare import compare
from discovery.symbolic.complexity import description_length, node_count
from discovery.symbolic.constants import abstract, shape
from discovery.symbolic.evaluate import evaluate
from discovery.symbolic.family import family_of
from discovery.symbolic.multiplied import expanded
from discovery.symbolic.parse import parse
from discovery.symbolic.stored import exact, stored
from discovery.types import symbol

NAMES = ("x", "y")
POINTS = np.random.default_rng(1).uniform(0.2, 1.5, (12, 2))
QUICK = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

numbers = st.one_of(
    st.integers(-9, 9).filter(bool).map(sp.Integer),
    st.floats(0.05, 50.0).map(lambda value: sp.Float(round(value, 4))),
)
leaves = st.one_of(st.sampled_from(NAMES).map(symbol), numbers)
functions = st.sampled_from([sp.sin, sp.cos, sp.exp, sp.tanh, sp.atan, sp.Abs])


def _larger(parts: st.SearchStrategy[sp.Expr]) -> st.SearchStrategy[sp.Expr]:
    return st.one_of(
        st.tuples(parts, parts).map(lambda pair: pair[0] + pair[1]),
        st.tuples(parts, parts).map(lambda pair: pair[0] * pair[1]),
        st.tuples(parts, st.sampled_from([-1, 2, 3])).map(lambda pair: sp.Pow(*pair)),
        st.tuples(functions, parts).map(lambda pair: pair[0](pair[1])),
    )


def _is_ordinary(expression: sp.Expr) -> bool:
    values = evaluate(expression, NAMES, POINTS)
    return bool(expression.free_symbols) and bool(np.all(np.isfinite(values)) and np.abs(values).max() < 1e6)


def _is_read_exactly(expression: sp.Expr) -> bool:
    """Numbers that are not rational are read as floats, and 15 printed digits do not tell all floats apart."""
    return all(part.is_Rational or part.is_Float for part in sp.preorder_traversal(expression) if part.is_number)


expressions = st.recursive(leaves, _larger, max_leaves=8).filter(_is_ordinary)
sums = st.tuples(st.one_of(st.just(sp.S.One), numbers), st.sampled_from(NAMES).map(symbol), numbers).map(
    lambda part: part[0] * part[1] + part[2]
)
products = st.lists(sums, min_size=2, max_size=3).map(lambda factors: sp.Mul(*factors))


@QUICK
@given(expressions.filter(_is_read_exactly))
def test_what_is_printed_is_read(expression: sp.Expr) -> None:
    """Reading the text of an expression gives its values, and printing that gives the text."""
    back = parse(str(expression), NAMES)
    np.testing.assert_allclose(evaluate(back, NAMES, POINTS), evaluate(expression, NAMES, POINTS), rtol=1e-9, atol=1e-9)
    again = parse(str(back), NAMES)
    assert str(back) == str(again)
    assert again == parse(str(again), NAMES)


@settings(QUICK, max_examples=200)
@given(expressions)
def test_what_is_stored_is_read_as_it_was(expression: sp.Expr) -> None:
    """Text for the disk and text for the eye give the same expression, which SymPy has nothing to do with any more."""
    held = parse(exact(expression), NAMES)
    assert sp.srepr(held) == sp.srepr(parse(stored(held), NAMES)) == sp.srepr(parse(exact(held), NAMES))
    assert sp.srepr(held) == sp.srepr(_made_again(held))


def test_one_over_pi_is_stored_as_such() -> None:
    """A number that is no float is not made one on the way to the disk."""
    held = parse("5*x/(pi*y**4) - sin(2*pi*x)/3")
    assert held == parse(stored(held))


def _made_again(expression: sp.Basic) -> sp.Basic:
    return expression.func(*map(_made_again, expression.args)) if expression.args else expression


@settings(QUICK, max_examples=400)
@given(
    st.one_of(st.text(max_size=60), st.text("xy0123456789.+-*/^() ,_eEjsincoplgqrt\"'[]{}:=<>!@#%&|~\\", max_size=60))
)
def test_random_text_is_read_or_refused(text: str) -> None:
    """No text raises anything but ExpressionError, and what is read is an expression of real symbols."""
    try:
        result = parse(text)
    except ExpressionError:
        return
    assert isinstance(result, sp.Expr)
    assert all(part.is_real for part in result.free_symbols)


@QUICK
@given(expressions, st.booleans())
def test_constants_written_back_give_the_expression(expression: sp.Expr, implicit: bool) -> None:
    """The family at the values taken out has the expression's values."""
    family, values = abstract(expression, implicit=implicit)
    back = family.xreplace({symbol(f"c{i}"): sp.Float(value) for i, value in enumerate(values)})
    expected = evaluate(expression, NAMES, POINTS)
    np.testing.assert_allclose(evaluate(back, NAMES, POINTS), expected, rtol=1e-7, atol=1e-7 * np.abs(expected).max())


@QUICK
@given(expressions)
def test_the_canonical_form_keeps_the_values(expression: sp.Expr) -> None:
    """Canonical form changes the writing only, and the form of a form is itself as far as its key tells."""
    form = canonical(expression)
    expected = evaluate(expression, NAMES, POINTS)
    np.testing.assert_allclose(evaluate(form, NAMES, POINTS), expected, rtol=1e-6, atol=1e-6 * np.abs(expected).max())
    assert shape(canonical(form)) == shape(canonical(canonical(form)))


@QUICK
@given(expressions)
def test_complexity_is_positive_and_blind_to_the_sign(expression: sp.Expr) -> None:
    """A law and its negative are as complex as one another where the sign is one factor."""
    assert node_count(expression) >= 1
    assert description_length(expression) >= 0.5
    if not expression.is_Add:
        assert node_count(expression) == node_count(-expression)


@settings(QUICK, max_examples=150)
@given(st.one_of(expressions, products))
def test_comparison_is_reflexive_and_blind_to_expansion(expression: sp.Expr) -> None:
    """A law is identical to itself, however it is written."""
    for other in (expression, canonical(expression), expanded(expression)):
        assert compare(other, expression, NAMES).verdict == "identical"


@settings(QUICK, max_examples=150)
@given(st.one_of(expressions, products), st.booleans())
def test_a_family_is_the_sum_of_its_columns(expression: sp.Expr, inner: bool) -> None:
    """Its linear constants times their columns have the values of the law, with nothing left over."""
    family = family_of(expression, NAMES, {}, inner=inner)
    constants = np.tile([family.values[i] for i in family.inner], (len(POINTS), 1))
    columns = family.program(np.hstack([POINTS, constants]))
    sums = columns @ [family.values[i] for i in family.linear]
    expected = evaluate(expression, NAMES, POINTS)
    np.testing.assert_allclose(sums, expected, rtol=1e-7, atol=1e-7 * np.abs(columns).max())


@settings(QUICK, max_examples=30)
@given(expressions)
def test_comparison_is_blind_to_names(expression: sp.Expr) -> None:
    """Renaming the variables of both laws does not change the verdict."""
    other = expression + symbol("x") ** 4 * symbol("y")
    renamed = {symbol("x"): symbol("u"), symbol("y"): symbol("c3")}
    before = compare(other, expression, NAMES).verdict
    assert before == compare(other.xreplace(renamed), expression.xreplace(renamed), ("u", "c3")).verdict
