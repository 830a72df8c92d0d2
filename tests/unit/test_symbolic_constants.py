"""Taking the adjustable numbers out of an expression."""

import pytest
import sympy as sp

from discovery.symbolic.constants import abstract, shape
from discovery.symbolic.parse import parse

WRITTEN = [
    ("x", "x", ()),
    ("-x", "-x", ()),
    ("2.5", "c0", (2.5,)),
    ("1.1*x - 0.4*x*y", "c0*x + c1*x*y", (1.1, -0.4)),
    ("x**2 + 3*sqrt(x)", "x**2 + c0*sqrt(x)", (3.0,)),
    ("x**1.5", "x**c0", (1.5,)),
    ("0.79*x*(1 - 0.5*x)", "c0*x*(1 + c1*x)", (0.79, -0.5)),
    ("x*(3 - 1.5*y)", "x*(c0 + c1*y)", (3.0, -1.5)),
    ("6*x/(2 + 3*x)", "c0*x/(1 + c1*x)", (3.0, 1.5)),
    ("0.4*x**5/(x**5 + 123)", "c0*x**5/(c1 + x**5)", (0.4, 123.0)),
    ("2*exp(log(3) + 0.5*x)", "c0*exp(c1*x)", (6.0, 0.5)),
    ("2**x", "exp(c0*x)", (0.6931471805599453,)),
    ("sin(2*x + 0.3) - 0.9*cos(x)", "c0*cos(x) + sin(c1 + c2*x)", (-0.9, 0.3, 2.0)),
    ("abs(2*x)", "c0*abs(x)", (2.0,)),
    ("(2 + 4*x)**1.5", "c0*(1 + c1*x)**c2", (2.8284271247461903, 2.0, 1.5)),
    ("x + pi", "c0 + x", (3.141592653589793,)),
]


@pytest.mark.parametrize(("text", "family", "values"), WRITTEN)
def test_written_numbers_become_constants(text: str, family: str, values: tuple[float, ...]) -> None:
    """Coefficients, offsets, scales and broken exponents are taken out; integer exponents and roots stay."""
    found, constants = abstract(parse(text))
    assert parse(family) == found
    assert values == pytest.approx(constants, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "family", "values"),
    [
        ("x", "c0*x", (1.0,)),
        ("sin(x)", "c0*sin(c1*x)", (1.0, 1.0)),
        ("y/(1 + y)", "c0*y/(c1*y + 1)", (1.0, 1.0)),
        ("exp(-x)", "c0*exp(c1*x)", (1.0, -1.0)),
        ("x*(1 - x)", "c0*x*(1 + c1*x)", (1.0, -1.0)),
        ("abs(x)*x", "c0*x*abs(x)", (1.0,)),
        ("1/(1 + exp(x))", "c0/(1 + c1*exp(c2*x))", (1.0, 1.0, 1.0)),
        ("x*(1 - y)**1.2", "c0*x*(1 + c1*y)**c2", (1.0, -1.0, 1.2)),
    ],
)
def test_implicit_numbers_become_constants_once(text: str, family: str, values: tuple[float, ...]) -> None:
    """Factors of 1 are constants too, but each product has one scale only."""
    found, constants = abstract(parse(text), implicit=True)
    assert parse(family) == found
    assert values == pytest.approx(constants)


def test_scales_inside_functions_can_be_left_out() -> None:
    """With ``inner=False`` the scale of a function's argument is a constant only if it was written."""
    found, _ = abstract(parse("sin(x) + cos(2*x)"), implicit=True, inner=False)
    assert parse("c0*cos(c1*x) + c2*sin(x)") == found


@pytest.mark.parametrize("text", [text for text, _, _ in WRITTEN])
@pytest.mark.parametrize("implicit", [False, True])
def test_the_values_give_the_expression_back(text: str, implicit: bool) -> None:
    """The family at its constants' values is the expression."""
    expression = parse(text)
    family, values = abstract(expression, implicit=implicit)
    point = {parse("x"): sp.Float(0.37), parse("y"): sp.Float(0.73)}
    back = family.xreplace({parse(f"c{i}"): sp.Float(value) for i, value in enumerate(values)})
    assert float(expression.xreplace(point)) == pytest.approx(float(back.xreplace(point)), rel=1e-12)


def test_numbering_starts_where_it_is_told() -> None:
    """The equations of a law number their constants through."""
    assert (parse("c7*x + c8*y"), (2.0, 3.0)) == abstract(parse("2*x + 3*y"), first=7)


def test_numbering_does_not_depend_on_the_values() -> None:
    """Laws that differ by constants only give the same family."""
    one, _ = abstract(parse("3*exp(-2*x) + 5*x/(7 + y) + 1.5*sin(0.1*y)"))
    two, _ = abstract(parse("1.5*exp(-9*x) + 0.1*x/(0.3 + y) + 77*sin(4*y)"))
    assert one == two


def test_families_are_not_over_parametrised() -> None:
    """The derivatives by the constants are linearly independent functions."""
    for text in ("6*x/(2 + 3*x)", "2*(3 + x)*(4 + 5*y)", "exp(1 + 2*x)*(3 + y)", "(2*x + 3)/(4*y + 5)"):
        family, values = abstract(parse(text), implicit=True)
        constants = [parse(f"c{i}") for i in range(len(values))]
        gradient = [sp.diff(family, c).subs(dict(zip(constants, values, strict=True))) for c in constants]
        points = [(0.1, 0.7), (0.5, 0.2), (0.9, 0.4), (1.3, 0.1), (0.3, 1.9), (1.7, 1.1)]
        rows = [
            [float(g.subs({"x": 0}).xreplace({parse("x"): sp.Float(a), parse("y"): sp.Float(b)})) for g in gradient]
            for a, b in points
        ]
        assert len(values) == sp.Matrix(rows).rank(iszerofunc=lambda v: abs(v) < 1e-9)


def test_overflowing_numbers_are_left_alone() -> None:
    """Where taking a scale out would overflow, the expression comes back as it is."""
    expression = parse("x/(1e-300 + 1e-299*x)**2")
    assert (expression, ()) == abstract(expression)


def test_shape_hides_all_values() -> None:
    """Members of one family have one shape; other functions or exponents give another."""
    assert shape(parse("x/(1 + x)")) == shape(parse("-3*x/(2 + 5*x)"))
    assert shape(parse("x**2")) != shape(parse("x**3"))
    assert shape(parse("sin(x)")) != shape(parse("cos(x)"))
