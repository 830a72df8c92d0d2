"""The grammar of term shapes."""

import math

import numpy as np
import pytest
import sympy as sp

from discovery.dynamics.evaluate import values
from discovery.library.grammar import (
    Library,
    libraries,
    monomials,
    polynomial_degree,
    trigonometric,
)
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
    return libraries(NAMES[: data.shape[1]])


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


def test_sizes_are_bounded(every: tuple[Library, ...], data: np.ndarray) -> None:
    """Polynomials stay within about 60 terms, the others grow with the square of the states."""
    dimension = data.shape[1]
    for library in every:
        most = 60 if library.name.startswith("polynomial") else 30 * dimension**2 + 30
        assert 1 < len(library.terms) <= most, library.name


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
    """Sines of angles, of their doubles and differences, and products of waves."""
    found = set(trigonometric(("x", "y")).terms)
    assert {parse(text) for text in ("sin(x)", "cos(2*x)", "sin(x - y)", "y*cos(x)", "sin(x)*sin(y)")} <= found
