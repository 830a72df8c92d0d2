"""Inner constants by variable projection."""

import numpy as np

from discovery.search.projection import project

X = np.linspace(0.0, 5.0, 60)


def test_inner_and_outer_constants_are_found_together() -> None:
    """Saturation from a half-saturation that is off by a factor of three."""
    target = 2.0 * X / (0.7 + X)
    inner, outer, error = project(lambda c: (X / (c[0] + X))[:, None], target, np.array([2.1]), iterations=20)
    np.testing.assert_allclose([*inner, *outer], [0.7, 2.0], rtol=1e-4)
    assert error < 1e-8


def test_two_inner_constants_are_found_together() -> None:
    """A sum of two exponentials whose rates differ by a factor of four."""
    target = 3.0 * np.exp(-0.5 * X) - np.exp(-2.0 * X)
    inner, outer, _ = project(
        lambda c: np.exp(-np.outer(X, c)), target, np.array([0.8, 1.5]), iterations=40
    )  # fmt: skip
    np.testing.assert_allclose([*inner, *outer], [0.5, 2.0, 3.0, -1.0], rtol=1e-2)


def test_the_fit_never_ends_worse_than_it_began() -> None:
    """A frequency that cannot be found keeps or lowers its error."""
    target = np.sin(9.0 * X)
    errors = [
        project(lambda c: np.sin(c[0] * X)[:, None], target, np.array([1.0]), iterations=n)[2] for n in (0, 1, 5, 50)
    ]
    assert sorted(errors, reverse=True) == errors


def test_undefined_columns_cost_infinity() -> None:
    """Nothing is fitted and nothing fails."""
    inner, _, error = project(lambda c: np.full((60, 1), np.nan), np.ones(60), np.array([1.0]), iterations=5)
    assert ([1.0], np.inf) == (list(inner), error)


def test_columns_that_are_alike_are_no_error() -> None:
    """Two equal columns share their coefficient."""
    inner, outer, error = project(lambda c: np.stack([X, X], axis=1), 3.0 * X, np.array([]), iterations=5)
    assert 0 == len(inner)
    np.testing.assert_allclose(outer.sum(), 3.0)
    assert error < 1e-12


def test_a_neighbour_where_the_columns_are_undefined_ends_the_fit() -> None:
    """There is no value beyond the start, and the other constant does not matter: the start is kept."""
    inner, _, error = project(
        lambda c: np.where(c[0] <= 1.0, np.ones_like(X), np.nan)[:, None], X, np.array([1.0, 2.0]), iterations=5
    )
    assert [1.0, 2.0] == list(inner)
    assert np.isfinite(error)
