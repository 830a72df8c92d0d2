"""Expressions as coefficients of shared terms."""

import numpy as np
import pytest
import sympy as sp

from discovery.laws import EquationCandidate, Law
from discovery.symbolic.evaluate import compiled
from discovery.symbolic.parse import parse
from discovery.symbolic.sums import sums_of, weighted_sum_of
from discovery.symbolic.writing import WeightedSum

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


@pytest.mark.parametrize(
    "text",
    ["c0", "c0*x", "c0*x + c1*y**2 + c2", "c1*x/(2.0 + y) + c0*sin(x)*y", "c0*x*(1 + y) + c1", "c0*pi + c0*y"],
)
def test_families_with_a_constant_before_each_term_are_weighted_sums(text: str) -> None:
    """What they are written as is what SymPy makes of the family when it puts the numbers in."""
    numbers = (1.5, -2.0, 1.0)
    found = weighted_sum_of(parse(text), numbers)
    expected = Law(("x",), (parse(text),), numbers).equations["x"]
    assert found is not None
    assert (expected, hash(expected)) == (found.expression, hash(found.expression))


@pytest.mark.parametrize(
    "text",
    ["0", "x", "1.5*x", "-c0*x", "2*c0*x", "c0*c1*x", "c0**2*x", "c0*exp(c1*x)", "c0*(x + y)", "c0*x + y"],
)
def test_other_families_are_no_weighted_sums(text: str) -> None:
    """With other numbers, or with constants inside."""
    assert weighted_sum_of(parse(text), (1.5, -2.0)) is None


def test_weighted_sums_are_read_as_what_they_are_written_as() -> None:
    """Also where a term is 1, a product with a sum or with a number, or weighs nothing."""
    x, y = parse("x"), parse("y")
    every = [(sp.S.One, x, y), (x * y, x * (x + y), sp.sin(x)), (1 / x, 2 * x, y)]
    sides = [WeightedSum((), ()), *[WeightedSum((3.0, -2.0, 0.0), terms) for terms in every]]
    found, expected = sums_of(sides), sums_of([one.expression for one in sides])
    places = [expected.terms.index(term) for term in found.terms]
    np.testing.assert_array_equal(found.coefficients.toarray(), expected.coefficients.toarray()[:, places])


def test_a_candidate_is_written_when_it_is_asked_for() -> None:
    """Once, and no earlier."""
    x, y = parse("x"), parse("y")
    one = EquationCandidate("x", WeightedSum((1.0, 2.0), (x, y)), "engine")
    assert "expression" not in vars(one)
    assert sp.Float(1.0) * x + 2.0 * y == one.expression
    assert one.expression is one.expression
    assert EquationCandidate("x", WeightedSum((), ()), "engine").expression == 0
