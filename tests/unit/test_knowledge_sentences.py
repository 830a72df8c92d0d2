"""Sentences: each kind is read, and whatever is wrong is pointed at."""

import math
import re

import pytest
import sympy as sp

from discovery.errors import ExpressionError
from discovery.knowledge.sentences import read_sentence
from discovery.knowledge.statements import (
    Bounds,
    Conserved,
    Definition,
    Equation,
    Prior,
    Shared,
    StartOf,
    Trend,
    Uses,
    Vector,
    Without,
)
from discovery.samples import symbol
from discovery.symbolic.parse import parse


def test_an_equation_is_read_with_primes_constants_and_unknown_functions() -> None:
    """Primes are parts of names on the right, and tell the order on the left."""
    found = read_sentence("theta'' = -k*sin(theta) + f(theta')")
    assert isinstance(found, Equation)
    call = sp.Function("f", real=True)(symbol("theta'"))
    assert ("theta", 2) == (found.state, found.order)
    assert -symbol("k") * sp.sin(symbol("theta")) + call == found.side


@pytest.mark.parametrize(
    "text", ["dx/dt = -x", "d(x)/dt = -x", "d/dt x = -x", "d/dt (x) = -x", "x' = -x", "x′ = -x", "  x'  =  -x "]
)
def test_a_derivative_may_be_written_in_several_ways(text: str) -> None:
    """What people type on different keyboards is the same."""
    found = read_sentence(text)
    assert isinstance(found, Equation)
    assert ("x", 1, -symbol("x")) == (found.state, found.order, found.side)


@pytest.mark.parametrize(
    "text", ["d^2x/dt^2 = -x", "d2x/dt2 = -x", "d²x/dt² = -x", "d**2 x / dt**2 = -x", "d^2/dt^2 x = -x"]
)
def test_a_second_derivative_may_be_a_fraction(text: str) -> None:
    """As it stands in books."""
    found = read_sentence(text)
    assert isinstance(found, Equation)
    assert ("x", 2, -symbol("x")) == (found.state, found.order, found.side)


@pytest.mark.parametrize(
    ("text", "state", "order", "side"),
    [
        ("m*x'' + c*x' + k*x = F", "x", 2, "-c*x_/m - k*x/m + F/m"),
        ("-k*x = m*d2x/dt2", "x", 2, "-k*x/m"),
        ("L*di/dt + R*i = V", "i", 1, "-R*i/L + V/L"),
        ("0 = x' + k*x", "x", 1, "-k*x"),
        ("2*y' - x' = y''/3", "y", 2, "6*y_ - 3*x_"),
        ("(M + m)*x'' = F", "x", 2, "F/(M + m)"),
        ("x' = k*dy/dt", "x", 1, "k*y_"),
    ],
)
def test_an_equation_is_solved_for_its_highest_derivative(text: str, state: str, order: int, side: str) -> None:
    """As textbooks write it; ``x_`` stands for x' here."""
    found = read_sentence(text)
    assert isinstance(found, Equation)
    assert (state, order) == (found.state, found.order)
    expected = parse(side).xreplace({symbol(f"{name}_"): symbol(f"{name}'") for name in "xy"})
    assert 0 == sp.expand(found.side - expected)


@pytest.mark.parametrize("text", ["x[n+1] = -x[n]", "x[k + 1] = -x [ k ]", "next x = -x", "x [n+1] = -x"])
def test_the_step_of_a_map_is_told_from_a_derivative(text: str) -> None:
    """The index is any name, and the same on both sides."""
    found = read_sentence(text)
    assert isinstance(found, Equation)
    assert ("x", 1, -symbol("x"), True) == (found.state, found.order, found.side, found.step)


def test_every_kind_of_sentence_is_read() -> None:
    """One of each."""
    x, y = symbol("x"), symbol("y")
    s = "r = (x, y, z)"
    assert Vector("r", ("x", "y", "z"), s) == read_sentence(s)
    assert Conserved(x + y, "x + y = const") == read_sentence("x + y = const")
    assert Bounds("a", 0.0, math.inf, "a > 0") == read_sentence("a > 0")
    assert Bounds("a", 0.0, 1.0, "0 < a < 1") == read_sentence("0 < a < 1")
    assert Bounds("a", -math.inf, 3.0, "3 >= a") == read_sentence("3 >= a")
    assert Definition("g", sp.Float(9.81), "g = 9.81") == read_sentence("g = 9.81")
    assert Prior("k", 1.2, 0.1, "k ~ 1.2 +- 0.1") == read_sentence("k ~ 1.2 +- 0.1")
    assert Prior("k", 1.2, 0.1, "k ~ 1.2 ± 0.1") == read_sentence("k ~ 1.2 ± 0.1")
    assert StartOf("S", 0.0, 990.0, 0.0, "S(0) = 990") == read_sentence("S(0) = 990")
    assert StartOf("x'", 1.5, -1.0, 0.1, "x'(1.5) ~ -1 +- 0.1") == read_sentence("x'(1.5) ~ -1 +- 0.1")
    assert Shared("beta", "beta same in all equations") == read_sentence("beta same in all equations")
    assert Trend("f", -1, "f decreasing") == read_sentence("f decreasing")
    assert Without("f", ("exp", "sin"), "f without exp, sin") == read_sentence("f without exp, sin")
    assert Uses("f", (x, symbol("y'")), "f uses x, y'") == read_sentence("f uses x, y'")


def test_a_negative_number_may_be_added_in_an_equation() -> None:
    """With a blank between, as programs print it."""
    found = read_sentence("x' = 1.2 + -0.3*x")
    assert isinstance(found, Equation)
    assert 1.2 - 0.3 * symbol("x") == found.side


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("x' = 2x", 6, "A product is written with"),
        ("x''' = 2", 3, "first or second order"),
        ("f witout exp", 2, "did you mean 'without'"),
        ("f without expp", 10, "did you mean 'exp'"),
        ("x' = = 3", 5, "One = is wanted"),
        ("k ~ 1", 4, "a number and its deviation"),
        ("k ~ 1 +- 0", 9, "A deviation is above zero"),
        ("k = 1.2 +- 0.1", 8, r"did you mean 'k ~ 1.2 \+- 0.1'\?"),
        ("k = 1.2 + - 0.1", 8, r"did you mean 'k ~ 1.2 \+ - 0.1'\?"),
        ("k = 1.2 ± 0.1", 8, "exact value of a constant; did you mean 'k ~ 1.2 ± 0.1'"),
        ("k = 1.2 +/- 0.1", 8, r"did you mean 'k ~ 1.2 \+/- 0.1'"),
        ("x' = (1.2 +- 0.1)*x", 10, "A deviation is told of a constant alone, with ~"),
        ("0 < a < 1 ± 0.1", 10, "A deviation is told of a constant alone"),
        ("k ~ 1 +- 0.3 +- 0.1", 13, "A deviation is told of a constant alone"),
        ("x' = -k*x +* y", 11, "This is not an expression"),
        ("x' = -k*x# y", 9, "cannot be read"),
        ("x' = -k*sim(x)", 8, "did you mean 'sin'"),
        ("x' = f()", 5, "f needs its arguments"),
        ("x' = |y", 5, "has no partner"),
        ("x' = ||/y", 5, "Nothing stands between"),
        ("x' = |x, y|", 5, "Only one thing may stand"),
        ("r'' = -k*|r'|^2*r' + g[0]", 21, "Names in laws have no brackets"),
        ("r'' = -k*|r'|*r' + 2r", 20, "A product is written with"),
        ("r = (x-u, y-v)", 4, "Name both vectors of a difference, A and B, and write A - B and .A-B. in the equation"),
        ("r = (x, 2*y)", 4, "A vector is named by its columns"),
        ("g = (0, -9.81)", 4, "another one stands in the equation of a vector"),
        ("g = 9.81 m/s^2", 8, "a number alone"),
        ("g = 9.81 [m/s^2]", 8, "a number alone"),
        ("x[n+1] = x[k]", 9, "Only numbers, names"),
        ("x[n+2] = x", 0, "On the left stands"),
        ("sin(x') = x", 0, "x' has to stand in sums"),
        ("x'*x' = x", 0, "x' has to stand in sums"),
        ("x' - x' = x", 0, "No derivative is left here"),
        ("f(x)*x' = x", 0, "An unknown function multiplies x'"),
        ("f(x') + x = 0", 0, "x' has to stand in sums"),
        ("m*x''' = x", 5, "of first or second order"),
        ("a*b = 3", 0, r"On the left stands .* S \+ I \+ R = const:"),
        ("Anti-RBD_IgG = x + y", 0, "If Anti-RBD_IgG is one column, write Anti_RBD_IgG: names in sentences are"),
        ("m x'' = x", 0, "If m x is one column, write m_x: names in sentences are one word, and factors have"),
        ("x'' = -w^2 x", 11, r"A sign such as \* is missing before this"),
        ("Cell count = n", 0, "If Cell count is one column, write Cell_count"),
        ("IL-6'' = x", 0, "If IL-6 is one column, write IL_6"),
        ("S + I + R = 1000", 0, r"conserved is said S \+ I \+ R = const"),
        ("S(0) = 1000 +- 10", 12, r"did you mean 'S\(0\) ~ 1000 \+- 10'"),
        ("S(0) = N", 7, "A number is wanted here"),
        ("S(0) ~ 1000", 7, "a number and its deviation"),
        ("x' = ", 4, "is empty"),
        ("3 > 2", 4, "with the constant alone"),
        ("2 < a < 1", 0, "No number is between"),
        ("f increasing fast", 13, "Nothing stands behind"),
    ],
)
def test_what_is_wrong_is_pointed_at(text: str, place: int, message: str) -> None:
    """The last line of the message has a caret below the character."""
    with pytest.raises(ExpressionError, match=message) as caught:
        read_sentence(text)
    line, caret = str(caught.value).split("\n")[-2:]
    assert text.strip().startswith(line.strip()[:4])
    assert place == caret.index("^") - 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x' = -q[0]*x", "a column q\\[0\\] is written q_0"),
        ("x' = -q[7]*x", "a column q\\[7\\] is written q_7"),
        ("k in[0,1]", "One = is wanted"),
        ("rho = 5 kg[1]", "A product is written with|a number alone"),
    ],
)
def test_only_an_array_among_the_columns_has_elements(text: str, message: str) -> None:
    """Intervals and units have brackets, too, and are no columns."""
    with pytest.raises(ExpressionError, match=message):
        read_sentence(text, ["x", "q_0", "q_1", "in_", "kg", "in_x"])


def test_a_sentence_that_says_nothing_is_refused() -> None:
    """Not even a caret has a place there."""
    with pytest.raises(ExpressionError, match="says nothing"):
        read_sentence("   ")


@pytest.mark.parametrize(
    ("text", "header", "name"),
    [
        ("q[0]' = -w*q", "q[0]", "q_0"),
        ("q_0' = -w*q[1]", "q[1]", "q_1"),
        ("P[0,1]' = f(x)", "P[0,1]", "P_0_1"),
        ("XKF1[0].VD' = g", "XKF1[0].VD", "XKF1_0_VD"),
    ],
)
def test_a_column_with_an_index_is_told_by_its_name_in_laws(text: str, header: str, name: str) -> None:
    """The error says what to write instead of the header."""
    with pytest.raises(ExpressionError, match=re.escape(f"a column {header} is written {name}")):
        read_sentence(text)
