"""Laws as programs for registers."""

import numpy as np
import pytest
import sympy as sp

from discovery.dynamics.evaluate import gradients, jacobians, values
from discovery.dynamics.tape import Op, tape_of
from discovery.errors import ExpressionError
from discovery.symbolic.parse import parse
from discovery.types import Law, symbol

POINTS = np.array([[0.3, -1.2], [-2.0, 0.7], [0.9, 0.4]])


def operations(text: str) -> list[Op]:
    """The instructions of a right-hand side of x."""
    return [Op(row[0]) for row in tape_of(Law(("x", "y"), (parse(text), parse("x")), ())).code]


def test_equal_subexpressions_are_computed_once() -> None:
    """The sine that two equations share is one instruction."""
    law = Law(("x", "y"), (parse("sin(x*y) + y"), parse("x*sin(x*y)")), ())
    assert 1 == [Op(row[0]) for row in tape_of(law).code].count(Op.SIN)


def test_a_state_alone_needs_no_instruction() -> None:
    """The derivative of x is the register of y."""
    tape = tape_of(Law(("x", "y"), (symbol("y"), symbol("x")), ()))
    assert 0 == len(tape.code)
    assert [1, 0] == tape.outputs.tolist()


def test_negative_powers_are_divisions() -> None:
    """Denominators are divided by, not raised to negative powers."""
    assert [Op.POWER_INTEGER, Op.DIVIDE] == operations("y/x**2")
    assert [Op.DIVIDE] == operations("1/x")


def test_minus_signs_are_subtractions() -> None:
    """No product by -1 is made for a term that is taken away."""
    assert [Op.SUBTRACT] == operations("x - y")


def test_square_roots_have_their_own_instruction() -> None:
    """The exponent 1/2 is a square root, above or below."""
    assert [Op.SQRT] == operations("sqrt(x)")
    assert [Op.SQRT, Op.DIVIDE] == operations("y/sqrt(x)")


def test_tapes_of_one_skeleton_are_shared_whatever_the_constants() -> None:
    """Refitting a law does not translate it again."""
    law = Law(("x",), (parse("c0*x"),), (1.0,))
    assert tape_of(law) is tape_of(law.with_constants((2.0,)))


def test_functions_outside_the_grammar_are_refused() -> None:
    """A function without an instruction is named."""
    with pytest.raises(ExpressionError, match=r"gamma\(x\) cannot be simulated: gamma is not a known function"):
        tape_of(Law(("x",), (sp.gamma(symbol("x")),), ()))


def test_symbols_that_are_neither_state_nor_constant_are_refused() -> None:
    """A constant without a value cannot be simulated."""
    with pytest.raises(ExpressionError, match=r"c1 cannot be simulated: the law has no state or constant of that name"):
        tape_of(Law(("x",), (parse("c0*x + c1"),), (1.0,)))


@pytest.mark.parametrize(
    "text",
    [
        *("exp(x)", "log(x + 3)", "sin(x)", "cos(x)", "tan(x)", "tanh(x)", "sinh(x)", "cosh(x)", "Abs(x)", "sign(x)"),
        *("atan(x)", "asin(x/3)", "acos(x/3)", "sqrt(x + 3)", "(x + 3)**1.7", "x**5", "x**-3", "(x + 3)**y", "pi*x"),
    ],
)
def test_every_function_has_sympy_s_value(text: str) -> None:
    """Each instruction computes what its name says."""
    expression = parse(text)
    expected = [float(expression.subs({symbol("x"): x, symbol("y"): y})) for x, y in POINTS]
    np.testing.assert_allclose(values([expression], ("x", "y"), POINTS)[:, 0], expected, rtol=1e-12)


@pytest.mark.parametrize(("text", "point"), [("log(x)", -1.0), ("sqrt(x)", -1.0), ("1/x", 0.0), ("asin(x)", 1.1)])
def test_values_outside_the_domain_are_not_finite(text: str, point: float) -> None:
    """Nothing is raised and no warning is given where an expression is undefined."""
    assert not np.isfinite(values([parse(text)], ("x",), np.array([[point]]))[0, 0])


@pytest.mark.parametrize(
    "name", ["exp", "log", "sin", "cos", "tan", "tanh", "sinh", "cosh", "Abs", "sign", "atan", "asin", "acos", "sqrt"]
)
def test_what_is_undefined_stays_undefined(name: str) -> None:
    """No function makes a number of the root of a negative one, so that the whole is no number either."""
    text = f"1/(1 + {name}(sqrt(x)))"
    assert np.isnan(values([parse(text)], ("x",), np.array([[-1.0]]))[0, 0])


def test_overflow_keeps_its_sign() -> None:
    """The hyperbolic sine of a large negative number is below every bound."""
    found = values([parse("sinh(x)"), parse("cosh(x)")], ("x",), np.array([[-800.0], [800.0]]))
    np.testing.assert_array_equal(found, [[-np.inf, np.inf], [np.inf, np.inf]])


@pytest.mark.parametrize("power", [64, 65, 66, 100, -65, -66])
def test_whole_powers_of_negative_numbers_have_values(power: int) -> None:
    """However high, also where the power is a constant, and with their slope."""
    points = np.array([[-1.02], [-0.98], [1.02]])
    found = values([parse(f"x**({power})"), parse("x**c0")], ("x",), points, (float(power),))
    np.testing.assert_allclose(found, np.tile(points ** float(power), 2), rtol=1e-13)
    slopes = jacobians([parse(f"x**({power})")], ("x",), points)[:, :, 0]
    np.testing.assert_allclose(slopes, power * points ** float(power - 1), rtol=1e-13)


@pytest.mark.parametrize("text", ["x**1.5", "exp(-x)", "x*exp(x)"])
def test_values_too_large_are_infinite(text: str) -> None:
    """Overflow gives infinity or NaN, not an exception."""
    assert not np.all(np.isfinite(values([parse(text)], ("x",), np.array([[1e300], [-1e300]]))))


def test_derivatives_of_absolute_values_and_signs() -> None:
    """d|c x| = sign(c x) x dc, and a sign does not change."""
    _, slopes = gradients([parse("Abs(c0*x)"), parse("sign(c0*x)")], ("x", "y"), POINTS, (-2.0,))
    np.testing.assert_allclose(slopes[:, 0, 0], np.sign(-2.0 * POINTS[:, 0]) * POINTS[:, 0])
    np.testing.assert_array_equal(slopes[:, 1, 0], 0.0)


def test_derivative_by_an_exponent() -> None:
    """D x^c = x^c log x dc."""
    points = np.array([[0.5], [2.0]])
    _, slopes = gradients([parse("x**c0")], ("x",), points, (1.3,))
    np.testing.assert_allclose(slopes[:, 0, 0], points[:, 0] ** 1.3 * np.log(points[:, 0]), rtol=1e-13)


@pytest.mark.parametrize("text", ["c0*sqrt(x)", "c0*x**0.3", "c0*x**c1"])
def test_what_a_root_does_not_depend_on_has_no_slope_at_its_edge(text: str) -> None:
    """At zero, where the slope by the state is infinite, those by the constants are zero."""
    _, slopes = gradients([parse(text)], ("x",), np.zeros((1, 1)), (2.0, 0.5))
    np.testing.assert_array_equal(slopes, 0.0)


@pytest.mark.parametrize("text", ["1/(1 + 1/x)", "exp(-1/x)", "tanh(1/x)", "y + x/(1 + 1/x)"])
def test_slopes_that_are_not_defined_are_not_zero(text: str) -> None:
    """What is divided by zero may be finite in the end; its slope is not known, that by another state is."""
    (slopes,) = jacobians([parse(text)], ("x", "y"), np.array([[0.0, 2.0]]))[0]
    assert not np.isfinite(slopes[0])
    assert float("y" in text) == slopes[1]


def test_a_cotangent_is_one_over_a_tangent() -> None:
    """It can be read, and so it can be followed."""
    law = Law(("x", "y"), (parse("cot(x)"), parse("y")), ())
    np.testing.assert_allclose(1.0 / np.tan(POINTS[:, 0]), values(law.skeletons, law.states, POINTS)[:, 0])
