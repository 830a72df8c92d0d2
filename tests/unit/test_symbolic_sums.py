"""Expressions as coefficients of shared terms."""

import numpy as np

from discovery.symbolic.evaluate import compiled
from discovery.symbolic.parse import parse
from discovery.symbolic.sums import sums_of

NAMES = ("x", "y")
POINTS = np.random.default_rng(0).uniform(0.1, 2.0, (40, 2))


def test_coefficients_times_terms_are_the_values() -> None:
    """For sums, products of sums, numbers alone and zero."""
    expressions = [parse(text) for text in ("2*x - y/(1 + x)", "x*(1 - x)*(y + 2)", "3", "0", "-x*y", "pi*x + exp(y)")]
    sums = sums_of(expressions)
    found = sums.coefficients @ compiled(sums.terms, NAMES)(POINTS).T
    np.testing.assert_allclose(found, compiled(expressions, NAMES)(POINTS).T, rtol=1e-12)


def test_terms_are_listed_once() -> None:
    """Numbers in front and the order of writing make no other term; equal terms of one expression add up."""
    sums = sums_of([parse("2*x*y - x"), parse("0.5*y*x"), parse("x*(1 + y) + y*(3 - x)")])
    assert {parse("x*y"), parse("x"), parse("y")} == set(sums.terms)
    assert [2, 1, 2] == [len(sums.row(i)[0]) for i in range(3)]


def test_tiny_terms_go_by_their_share_of_the_root_mean_square() -> None:
    """Each expression is its own measure; one whose terms cancel or that is small as a whole loses none."""
    sums = sums_of([parse(text) for text in ("2*x + 1e-5*y**2", "1e-5*y**2", "x + 0.01*y", "1e-9*x - 1e-9*y", "0")])
    kept = sums.without_tiny(sums.shares(compiled(sums.terms, NAMES)(POINTS)), 1e-3)
    assert [1, 1, 2, 2, 0] == [len(kept.row(i)[0]) for i in range(5)]


def test_terms_that_cancel_have_large_shares() -> None:
    """1000 x - 999 x is strained by about a thousand; a single term not at all."""
    sums = sums_of([parse("1000*x - 999*x*cos(1e-9*x)"), parse("3*x*y")])
    shares = sums.shares(compiled(sums.terms, NAMES)(POINTS)).max(axis=1).toarray().ravel()
    np.testing.assert_allclose(shares, [1000.0, 1.0], rtol=1e-6)


def test_no_expressions_have_no_terms() -> None:
    """Nothing in, nothing out."""
    sums = sums_of([])
    assert ((), (0, 0)) == (sums.terms, sums.coefficients.shape)
