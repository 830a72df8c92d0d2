"""Constants of a law in words."""

from collections.abc import Callable

import sympy as sp

from discovery.selection.in_words import named, told
from discovery.types import Law, symbol


def test_constants_of_alike_terms_are_told_apart(law_of: Callable[..., Law]) -> None:
    """By the values of those inside of them, which else are left out."""
    twice = law_of({"x": "c0*x**c1 + c2*x**c3"}, 2.0, 1.4, -2.0, 0.6)
    assert ["the constant inside x**1.4 in x'", "the constant inside x**0.6 in x'"] == [named(twice, p) for p in (1, 3)]
    tied = told(twice, 2, -symbol("c0"), -2.1, -1.9)
    assert "the constant of x**0.6 in x' is minus the constant of x**1.4 in x'" == tied


def test_only_the_usual_one_of_a_logistic_function_is_no_news(law_of: Callable[..., Law]) -> None:
    """That its slope is 1 is told."""
    logistic = law_of({"x": "c0/(c2 + exp(c1*x))"}, 2.0, 1.01, 1.02)
    assert "" == told(logistic, 2, sp.S.One, 0.9, 1.1)
    assert "is 1 (0.95 … 1.05 if free)" in told(logistic, 1, sp.S.One, 0.95, 1.05)


def test_an_exponent_is_told_as_one(law_of: Callable[..., Law]) -> None:
    """With its term where that has more than the power."""
    law = law_of({"x": "c0*x*y**c1", "y": "c2*x**c3"}, 1.1, 0.5, 1.2, 0.7)
    assert ["the exponent of y in x*y**0.5 in x'", "the exponent of x in y'"] == [named(law, place) for place in (1, 3)]


def test_constants_of_a_fraction_of_sums_are_told_by_their_own_term(law_of: Callable[..., Law]) -> None:
    """Above and below the line; where an equation has further terms the fraction is named too."""
    law = law_of({"x": "(c0*x + c1*sin(y))/(1 + c2*sin(y)**2)", "y": "x - y/(c3 + y)"}, 1.1, 1.2, 1.3, 1.4)
    assert [named(law, place) for place in range(4)] == [
        "the constant of x in the numerator of x'",
        "the constant of sin(y) in the numerator of x'",
        "the constant of sin(y)**2 in the denominator of x'",
        "the constant term in the denominator of y/(y + 1.4) in y'",
    ]


def test_other_constants_of_a_term_are_told_by_their_values(law_of: Callable[..., Law]) -> None:
    """Of three digits; a 1 in their place would be another term."""
    law = law_of({"x": "c0*x*y/(x + c1)", "y": "c2*x*y/(x + c1) - c3*exp(c4*x)"}, -1.08, 11.7412, 0.55, 0.25, -2.0)
    assert [named(law, place) for place in (0, 1, 2, 3)] == [
        "the constant of x*y/(x + 11.7) in x'",
        "the constant inside x*y/(x + 11.7) in x'",
        "the constant of x*y/(x + 11.7) in y'",
        "the constant of exp(-2*x) in y'",
    ]
