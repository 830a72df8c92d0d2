"""The grammar of term shapes."""

import math

import numpy as np
import pytest
import sympy as sp

from discovery.dynamics.evaluate import values
from discovery.library.grammar import (
    Library,
    fractions,
    growth,
    libraries,
    monomials,
    polynomial_degree,
    trigonometric,
)
from discovery.search.sweep import MOST_COLUMNS
from discovery.symbolic.parse import parse
from discovery.types import symbol

RNG = np.random.default_rng(0)
DATA = {
    "one positive": RNG.uniform(0.1, 5.0, (60, 1)),
    "two of both signs": RNG.normal(0.0, 3.0, (60, 2)),
    "three of unequal size": RNG.uniform(0.5, 1.0, (60, 3)) * [1e-4, 1.0, 1e5],
    "four far from zero": RNG.normal(300.0, 0.2, (60, 4)),
    "negative, far from zero": RNG.uniform(-1000.0, -999.9, (60, 2)),
    "six": RNG.uniform(-1.0, 2.0, (60, 6)),
    "a constant and a zero": np.tile([2.0, 0.0], (60, 1)),
}
NAMES = ("u", "v", "w", "x", "y", "z")


@pytest.fixture(params=DATA)
def data(request: pytest.FixtureRequest) -> np.ndarray:
    """States of very different ranges."""
    return DATA[request.param]


@pytest.fixture
def every(data: np.ndarray) -> tuple[Library, ...]:
    """All libraries for the states."""
    return libraries(NAMES[: data.shape[1]], data)


def test_terms_are_finite_on_the_data(data: np.ndarray, every: tuple[Library, ...]) -> None:
    """No pole lies on the data and no exponential overflows, products of squares included."""
    for library in every:
        found = values(library.terms, NAMES[: data.shape[1]], data)
        assert np.all(np.abs(found) < 1e100), library.name


def test_no_term_occurs_twice(every: tuple[Library, ...]) -> None:
    """A column that stands twice in a regression makes it singular."""
    for library in every:
        assert len(set(library.terms)) == len(library.terms), library.name


def test_terms_are_of_the_states_alone(data: np.ndarray, every: tuple[Library, ...]) -> None:
    """No symbol but the states occurs in a term."""
    states = {symbol(name) for name in NAMES[: data.shape[1]]}
    for library in every:
        assert set().union(*(term.free_symbols for term in library.terms)) <= states


def test_sizes_are_bounded(every: tuple[Library, ...]) -> None:
    """Polynomials stay within about 60 terms, the others within what a support can be chosen from."""
    for library in every:
        most = 60 if library.name.startswith("polynomial") else MOST_COLUMNS
        assert 1 < len(library.terms) <= most, library.name


def test_of_many_states_the_longest_terms_are_left_out() -> None:
    """Six have 21 angles: their waves stay, and the products of waves go."""
    library = next(one for one in libraries(NAMES, DATA["six"]) if one.name == "trigonometric")
    assert MOST_COLUMNS == len(library.terms)
    assert {parse("cos(y - z)"), parse("sin(z)**2")} <= set(library.terms)
    assert parse("sin(x)*sin(y)") not in library.terms


def test_names_tell_libraries_apart(every: tuple[Library, ...]) -> None:
    """Sources of candidates name their library."""
    assert len({library.name for library in every}) == len(every)
    assert every[0].name == "polynomial2"


@pytest.mark.parametrize(("dimension", "degree"), [(1, 5), (2, 3), (3, 4), (6, 2)])
def test_monomials_are_all_products(dimension: int, degree: int) -> None:
    """Their number is the binomial of degree + dimension over degree."""
    found = monomials(NAMES[:dimension], degree)
    assert math.comb(dimension + degree, degree) == len(found) == len(set(found))
    assert sp.Integer(1) == found[0]


def test_monomials_may_begin_at_a_degree() -> None:
    """Products of two states alone."""
    assert {parse("x**2"), parse("x*y"), parse("y**2")} == set(monomials(("x", "y"), 2, lowest=2))


@pytest.mark.parametrize("dimension", range(1, 10))
def test_the_highest_degree_keeps_polynomials_small(dimension: int) -> None:
    """At most 60 terms (55 for nine states at degree two)."""
    assert math.comb(dimension + polynomial_degree(dimension), dimension) <= 60


def test_pendulum_and_phases_are_in_the_trigonometric_library() -> None:
    """Sines of angles, of their doubles and differences, and products of waves; a double is of the same angle."""
    found = set(trigonometric(("x", "y")).terms)
    texts = ("sin(x)", "sin(x)*cos(x)", "sin(x)**2", "sin(x - y)", "y*cos(x)", "sin(x)*sin(y)")
    assert {parse(text) for text in texts} <= found
    assert parse("sin(2*x)") not in found


@pytest.mark.parametrize("most", [10, 60])
def test_growth_begins_with_quadratics_and_keeps_to_a_number_of_terms(data: np.ndarray, most: int) -> None:
    """Larger libraries have no more terms than was asked for, none twice, and the order is from simple to rich."""
    every = growth(NAMES[: data.shape[1]], most)
    assert "polynomial2" == every[0].name
    assert all(len(library.terms) <= most for library in every[1:])
    assert all(len(set(library.terms)) == len(library.terms) for library in every)


def test_growth_of_two_states_has_all_kinds() -> None:
    """Degree five, waves, exponentials, logarithms and products with them fit into sixty terms."""
    found = {library.name: set(library.terms) for library in growth(("x", "y"), 60)}
    expected = {
        "polynomial5": "x**3*y**2", "trigonometric": "y*cos(x)", "exponential": "x*exp(-y)", "logarithmic": "x*log(y)",
        "products": "x*y*sin(x)",
    }  # fmt: skip
    for name, text in expected.items():
        assert parse(text) in found[name]


def test_denominators_keep_clear_of_zero(data: np.ndarray) -> None:
    """No term of a fraction is wild on the data, whatever its denominator."""
    names = NAMES[: data.shape[1]]
    for group in fractions(names, data, 60):
        count = len(group.whole) + len(group.numerators)
        for number in range(len(group.constants)):
            found = values(group.chosen(number, range(count)).terms, names, data)
            assert np.all(np.abs(found) < 1e100), group.name


def test_terms_of_a_fraction_are_independent() -> None:
    """No term is a sum of others, which would leave the coefficients undetermined."""
    states = np.random.default_rng(0).uniform(0.1, 3.0, (200, 2))
    for group in fractions(("x", "y"), states, 60):
        count = len(group.whole) + len(group.numerators)
        found = values(group.chosen(3, range(count)).terms, ("x", "y"), states)
        assert count == np.linalg.matrix_rank(found / np.linalg.norm(found, axis=0), tol=1e-12), group.name
