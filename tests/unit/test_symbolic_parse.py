"""Reading expressions: what is read, what is refused, and where the message points."""

import pytest
import sympy as sp

from discovery.errors import ExpressionError
from discovery.symbolic.parse import FUNCTIONS, parse
from discovery.types import symbol

x, y = symbol("x"), symbol("y")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x^2", x**2),
        ("-x**2", -(x**2)),
        ("x - y - 1", x - y - 1),
        ("x/y/2", x / (2 * y)),
        ("x/(y*2)", x / (2 * y)),
        ("2**-1*x", x / 2),
        ("+x", x),
        ("sqrt(x)", sp.sqrt(x)),
        ("pi*x/2", sp.pi * x / 2),
        ("1.5e-3*x", sp.Float(0.0015) * x),
        ("abs(x) + Abs(y)", sp.Abs(x) + sp.Abs(y)),
        ("x\n + y", x + y),
        ("cube(x) + square(y)", x**3 + y**2),
        ("-(x + 1)*(y + 1)", sp.Mul(-1, x + 1, y + 1)),
        ("2*y*(x + 1)", 2 * y * (x + 1)),
        ("5*(y**0.0 - x)", 5 * (1 - x)),
        ("1/3", sp.Rational(1, 3)),
    ],
)
def test_reads_the_grammar(text: str, expected: sp.Expr) -> None:
    """Operators, precedence, functions and numbers mean what they mean in mathematics."""
    assert expected == parse(text)


@pytest.mark.parametrize("text", ["0.0*x + 2.0*y", "2.0*y - x*0.0", "1e-400*x + 2.0*y", "exp(-1000)*x + 2.0*y"])
def test_terms_of_a_float_that_is_zero_are_none(text: str) -> None:
    """Nor is a sum of nothing else more than a number."""
    assert 2.0 * y == parse(text)
    assert parse("0.0*x").is_zero


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_reads_every_function_on_the_list(name: str) -> None:
    """Each function of the list can be called with one argument."""
    assert {x} == parse(f"{name}(x)").free_symbols


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("sin(1)", 0.8414709848),
        ("2**0.5", 1.4142135624),
        ("exp(2)", 7.389056099),
        ("(2*pi)**2", 39.4784176044),
        ("9**-pi", 0.0010049831),
        ("pi**(pi/2)", 6.0383904815),
    ],
)
def test_numbers_that_are_not_rational_become_floats(text: str, value: float) -> None:
    """SymPy is never left with an exact number that takes work to evaluate."""
    result = parse(text)
    assert result.is_Float
    assert value == pytest.approx(float(result))


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('id')",
        "x.__class__",
        "().__class__.__bases__[0]",
        "lambda: 1",
        "[x for x in y]",
        "f'{x}'",
        "'x'",
        "x if y else 1",
        "x < y",
        "x := 1",
        "x; y",
        "x, y",
        "{x: y}",
        "not x",
        "x @ y",
        "x // y",
        "x % y",
        "1j*x",
        "True",
        "None",
        "...",
        "factorial(3)",
        "sin(x, y)",
        "sin(x=1)",
        "sin(*x)",
        "sin",
        "pi(x)",
        "",
        "   ",
        "#",
        "x #",
        "x\0",
        "x\u2028y",
        "\ufeffx",
        "x\\\ny",
        "x²",
        "١",
        "1or 2",
        "0xfor x",
        "eval('1')",
    ],
)
def test_refuses_what_is_not_an_expression(text: str) -> None:
    """Everything off the list is refused with the one error type."""
    with pytest.raises(ExpressionError):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "1/0",
        "0/0",
        "x/0",
        "x/(1 - 1)",
        "log(0)",
        "sqrt(-1)",
        "(-8)**(1/3)",
        "asin(2)",
        "1e400",
        "1e308*10",
        "1e300*x*1e300",
        "9" * 400,
        "1" * 5000,
        "exp(1000)",
        "exp(exp(exp(100)))",
        "(((2**100)**100)**100)*x",
    ],
)
def test_refuses_values_that_are_not_finite_and_real(text: str) -> None:
    """No infinity, NaN, complex number or number beyond double precision gets in."""
    with pytest.raises(ExpressionError, match=r"finite real value|This is not an expression"):
        parse(text)


@pytest.mark.parametrize("text", ["9**9**9**9", "x**9**9", "x**101", "2**(10**9)", "(x**50)**50", "((x**99)**99)**99"])
def test_refuses_exponents_that_would_fill_the_memory(text: str) -> None:
    """Towers of powers are refused before they are computed."""
    with pytest.raises(ExpressionError, match="Exponents beyond 100 are not allowed"):
        parse(text)


@pytest.mark.parametrize("text", ["(" * 101 + "x" + ")" * 101, "-" * 101 + "x", "(" * 9_000, "[" * 9_000, "- " * 9_000])
def test_refuses_deep_nesting(text: str) -> None:
    """Nesting is bounded before Python's parser sees it."""
    with pytest.raises(ExpressionError, match="nested deeper than 100 levels"):
        parse(text)


@pytest.mark.parametrize("text", ["log(2*" * 20 + "x" + ")" * 20, "**".join(["x"] * 90), "1/(1+" * 12 + "x" + ")" * 12])
def test_refuses_towers_of_functions(text: str) -> None:
    """SymPy's time doubles with each function inside a function, so their depth is bounded."""
    with pytest.raises(ExpressionError, match="More than 10 functions, powers or fractions within one another"):
        parse(text)


def test_refuses_long_texts() -> None:
    """Length is checked first."""
    with pytest.raises(ExpressionError, match="has 20001 characters; at most 20000 are read"):
        parse("x" * 20_001)
    with pytest.raises(ExpressionError, match="has 7999 parts; at most 5000 are read"):
        parse("+".join(["x"] * 2_000))


def test_reads_long_sums_and_products() -> None:
    """Chains of one operator are not nested, so that machine-made laws can be long."""
    names = [f"a{i}" for i in range(1_200)]
    assert sp.Add(*map(symbol, names)) == parse("+".join(names))
    assert sp.Mul(*map(symbol, names)) == parse("*".join(names))


@pytest.mark.parametrize(
    ("text", "offset", "what"),
    [
        ("2x", 1, "A product is written with"),
        ("x + 3.5y", 7, "A product is written with"),
        ("x + )", 4, "This is not an expression"),
        ("x + foo(y)", 4, "Unknown function 'foo'"),
        ("x + y.z", 4, "Only numbers, names"),
        ("x + y % 2", 4, "Only \\+ - \\* / and \\*\\* are allowed"),
        ("x + 1/0", 4, "has no finite real value"),
    ],
)
def test_messages_point_at_the_place(text: str, offset: int, what: str) -> None:
    """The last line of the message has a caret under the offending character."""
    with pytest.raises(ExpressionError, match=what) as caught:
        parse(text)
    assert ["  " + text, "  " + " " * offset + "^"] == str(caught.value).splitlines()[-2:]


def test_names_are_checked_where_they_are_given() -> None:
    """Unknown names are refused with the list of known ones; a given name wins over a constant's."""
    with pytest.raises(ExpressionError, match="Unknown name 'z'; the names here are x, y"):
        parse("x + z", ["x", "y"])
    assert symbol("pi") == parse("pi", ["pi"])


def test_a_function_without_brackets_is_explained() -> None:
    """The message says that the name is a function's."""
    with pytest.raises(ExpressionError, match="sin is a function and needs an argument in brackets"):
        parse("2*sin")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(1e-200*x)**3 + y", "y"),  # 1e-600 is none
        ("1e-200*(1e-200*x + y)", "1e-200*y"),
        ("(0.5*x)**43", "1.1368683772161603e-13*x**43"),
    ],
)
def test_numbers_that_come_about_are_doubles_too(text: str, expected: str) -> None:
    """A power of a product takes a power of its number, and a factor is multiplied into a sum."""
    assert parse(expected) == parse(text)


@pytest.mark.parametrize("text", ["(1e200*x)**3", "1e200*(1e200*x + 1)", "y + 1e308*10*x"])
def test_refuses_numbers_that_come_about_and_are_too_large(text: str) -> None:
    """No double holds them."""
    with pytest.raises(ExpressionError, match="too large"):
        parse(text)
