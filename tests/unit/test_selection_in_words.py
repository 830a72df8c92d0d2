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
