"""Description length: what it pays for and what it does not reward."""

import math

import pytest

from discovery.selection.score import residual_length, score
from discovery.symbolic.parse import parse

LINE = [parse("c0*x")]


def test_larger_residuals_make_a_longer_description() -> None:
    """The score rises with chi-squared."""
    scores = [score(LINE, 1, cost, 100) for cost in (0.0, 1.0, 50.0, 100.0, 1e3, 1e9)]
    assert scores == sorted(scores)
    assert len(set(scores)) == len(scores)


def test_constants_cost_more_the_more_values_there_are() -> None:
    """Each constant is stated to the precision that the data give."""
    few, many = (score(LINE, 2, count, count) - score(LINE, 1, count, count) for count in (100, 10_000))
    assert 0.0 < few < many
    assert math.isclose(2.0 * few, many)


def test_longer_expressions_make_a_longer_description() -> None:
    """At equal fit and number of constants, the law of fewer nodes wins."""
    scores = [score([parse(text)], 1, 100.0, 100) for text in ("c0*x", "c0*x + x**2", "c0*sin(x) + x**2/(1 + x)")]
    assert scores == sorted(scores)
    assert len(set(scores)) == 3


def test_equations_add_up() -> None:
    """Two equations are stated one after the other."""
    one = score(LINE, 0, 100.0, 100)
    assert math.isclose(2.0 * one, score([*LINE, *LINE], 0, 100.0, 100))


def test_a_cost_that_is_not_finite_is_infinitely_long() -> None:
    """A law that could not be simulated is never chosen."""
    assert math.inf == score(LINE, 1, math.inf, 100) == score(LINE, 1, math.nan, 100)


def test_residuals_at_noise_level_have_no_length() -> None:
    """Chi-squared by value of 1 is the zero point."""
    assert 0.0 == residual_length(250.0, 250)


@pytest.mark.parametrize("count", [50, 5000])
def test_halving_small_residuals_gains_little(count: int) -> None:
    """Below noise level there is at most log 2 to gain for each value, so over-fitting is not rewarded for ever."""
    gains = [residual_length(c * count, count) - residual_length(c * count / 2, count) for c in (1e3, 1.0, 1e-3)]
    assert gains == sorted(gains, reverse=True)
    assert gains[-1] < 1e-3 * count
