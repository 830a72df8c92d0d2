"""Inner constants by variable projection."""

import numpy as np
import pytest
from scipy import sparse

from discovery.library.functions import Kind
from discovery.library.shapes import Shape
from discovery.search.projection import Lift, Projected, project, terms_of

X = np.linspace(0.0, 5.0, 60)
ONE = np.ones(60)
SAME = Lift.of(sparse.eye_array(60, format="csr"))


def shape(kind: Kind, constants: int, count: int = 1) -> Shape:
    """A shape of one state, of which only the values matter here."""
    return Shape("shape", (0,), np.zeros((1, constants)), kind, lambda *_: (), ((0,),), count=count)


def fitted(
    parts: list[tuple[Shape, list[tuple[int, np.ndarray]]]],
    target: np.ndarray,
    start: list[float],
    *,
    iterations: int = 20,
    lift: Lift = SAME,
    plain: np.ndarray | None = None,
) -> Projected:
    """A model of parts, each with its functions and what they are multiplied by, all of the one state X."""
    rows = np.empty((0, len(target))) if plain is None else plain
    terms = terms_of(rows, [(one, X[None, :], of) for one, of in parts])
    return project(terms, lift, target, np.array(start), iterations=iterations)


def test_inner_and_outer_constants_are_found_together() -> None:
    """Saturation from a half-saturation that is off by a factor of three."""
    found = fitted([(shape(Kind.SATURATION, 1), [(0, X)])], 2.0 * X / (0.7 + X), [2.1])
    np.testing.assert_allclose([*found.inner, *found.outer], [0.7, 2.0], rtol=1e-4)
    assert found.error < 1e-8
    np.testing.assert_allclose(found.outer @ found.rows, 2.0 * X / (0.7 + X), atol=1e-4)


def test_two_shapes_are_found_together() -> None:
    """A sum of two exponentials whose rates differ by a factor of four, beside a constant."""
    target = 3.0 * np.exp(-0.5 * X) - np.exp(-2.0 * X) + 0.5
    parts = [(shape(Kind.EXPONENTIAL, 1), [(0, ONE)]) for _ in range(2)]
    found = fitted(parts, target, [0.8, 1.5], iterations=40, plain=ONE[None, :])
    np.testing.assert_allclose([*found.inner, *found.outer], [0.5, 2.0, 0.5, 3.0, -1.0], rtol=1e-2)


def test_two_constants_of_one_shape_are_found_together() -> None:
    """A logistic function whose centre and width are both off."""
    found = fitted([(shape(Kind.LOGISTIC, 2), [(0, ONE)])], 2.0 / (1.0 + np.exp(3.0 - 1.5 * X)), [2.0, -0.8])
    np.testing.assert_allclose([*found.inner, *found.outer], [3.0, -1.5, 2.0], rtol=1e-4)


@pytest.mark.parametrize("density", [0.1, 1.0])
def test_rows_may_be_sums_over_points(density: float) -> None:
    """Integrals of the terms are fitted as well; a row without points says nothing, one may be full of gaps."""
    weights = np.random.default_rng(0).uniform(0.5, 1.0, (40, 60)) * (
        np.random.default_rng(1).random((40, 60)) < density
    )
    weights[7] = 0.0
    lift = Lift.of(sparse.csr_array(weights))
    found = fitted([(shape(Kind.SATURATION, 1), [(0, X)])], weights @ (2.0 * X / (0.7 + X)), [2.1], lift=lift)
    np.testing.assert_allclose([*found.inner, *found.outer], [0.7, 2.0], rtol=1e-4)


def test_the_fit_never_ends_worse_than_it_began() -> None:
    """A frequency that cannot be found keeps or lowers its error."""
    target = np.sin(9.0 * X)
    waves = shape(Kind.WAVE, 1, count=2)
    errors = [fitted([(waves, [(0, ONE)])], target, [1.0], iterations=n).error for n in (0, 1, 5, 50)]
    assert sorted(errors, reverse=True) == errors


def test_undefined_terms_cost_infinity() -> None:
    """A pole on the data: nothing is fitted and nothing fails."""
    found = fitted([(shape(Kind.SATURATION, 1), [(0, ONE)])], ONE, [-1.0])
    assert ([-1.0], np.inf) == (list(found.inner), found.error)


def test_terms_that_are_alike_are_no_error() -> None:
    """Two equal terms share their coefficient."""
    found = fitted([(shape(Kind.LOGARITHM, 0), [])], 3.0 * X, [], plain=np.stack([X, X]))
    assert 0 == len(found.inner)
    np.testing.assert_allclose(found.outer.sum(), 3.0)
    assert found.error < 1e-12


def test_a_neighbour_where_the_terms_are_undefined_ends_the_fit() -> None:
    """The power is as large as powers may be, so that the start is kept."""
    found = fitted([(shape(Kind.POWER, 1), [(0, ONE)])], X**7, [5.9999999])
    assert [5.9999999] == list(found.inner)
    assert np.isfinite(found.error)
