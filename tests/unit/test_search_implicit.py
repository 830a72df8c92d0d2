"""Denominators found by implicit regression."""

import numpy as np
import pytest

from discovery.library.circles import on_circles
from discovery.library.shapes import Powers, exponents
from discovery.search.implicit import Implicit, denominators
from discovery.search.models import View
from discovery.search.sweep import MOST_COLUMNS, supports
from discovery.types import symbol

X = np.random.default_rng(0).uniform(0.1, 3.0, (300, 2))
MULTIPLIERS: tuple[Powers, ...] = ((0, 0), (1, 0))


def view(slopes: np.ndarray, noise: float = 1e-6) -> View:
    """A regression of one equation on exact slopes with small noise."""
    noisy = slopes + noise * np.random.default_rng(1).standard_normal(len(slopes))
    weights = np.full((len(slopes), 1), 1.0 / noise)
    return View("derivative", X, lambda terms: terms, weights, noisy[:, None] * weights)


def test_a_denominator_that_no_shape_has_is_found_with_its_coefficients() -> None:
    """x / (1 + 0.5 x + 2 x^2 + x y): three coefficients to a part in a thousand, the shape is that fraction."""
    x, y = X.T
    bottom = 1.0 + 0.5 * x + 2.0 * x**2 + x * y
    shape = denominators(view(x / bottom), 0, MULTIPLIERS, Implicit())[0]
    assert ((1, 0), (2, 0), (1, 1)) == shape.natural
    np.testing.assert_allclose(shape.starts[0], [0.5, 2.0, 1.0], rtol=1e-3)
    np.testing.assert_allclose(shape.value(X, shape.starts[0])[:, 0], 1.0 / bottom, rtol=1e-3)
    (written,) = shape.write([symbol("x"), symbol("y")], np.array([0.5, 2.0, 1.0]))
    assert {"x", "y"} == {s.name for s in written.free_symbols}
    assert float(written.subs({symbol("x"): 1.0, symbol("y"): 2.0})) == pytest.approx(1 / 5.5)


def test_denominators_of_the_grammar_are_left_to_it() -> None:
    """1 + x, 1 + x^2 and 1 + x + y are shapes already."""
    x, y = X.T
    for bottom in (1.0 + x, 1.0 + x**2, 1.0 + x + y):
        found = denominators(view(x / bottom), 0, MULTIPLIERS, Implicit())
        assert all(len(shape.natural) > 1 and max(map(sum, shape.natural)) > 1 for shape in found)


def test_a_denominator_with_a_zero_on_the_range_is_not_returned() -> None:
    """1 - 0.05 x - 0.105 x y is zero in the corner of the range, though at no sample."""
    x, y = X.T
    bottom = 1.0 - 0.05 * x - 0.105 * x * y
    samples = np.abs(bottom) > 0.3
    weights = np.full((int(samples.sum()), 1), 1e6)
    chosen = View("derivative", X[samples], lambda terms: terms, weights, (x / bottom)[samples, None] * weights)
    box = np.array([[3.0, 3.0]])
    for shape in denominators(chosen, 0, MULTIPLIERS, Implicit()):
        assert np.all(shape.value(np.vstack([X, box]), shape.starts[0]) > 0.0)


def test_a_denominator_on_a_circle_is_found_beside_forces_and_velocities() -> None:
    """A pole's acceleration on a cart: the only denominator that fits is that of the mass matrix, 1 + 0.7 sin^2."""
    rng = np.random.default_rng(2)
    angle, speed, force = rng.uniform(-3.0, 3.0, (3, 400))
    cosine, sine = np.cos(angle), np.sin(angle)
    states = np.column_stack([cosine, sine, speed, force])
    slopes = (9.0 * sine - force * cosine - 0.7 * speed**2 * sine * cosine) / (1.0 + 0.7 * sine**2)
    noisy = slopes + 0.02 * rng.standard_normal(len(slopes))
    weights = np.full((len(slopes), 1), 50.0)
    chosen = View("derivative", states, lambda terms: terms, weights, noisy[:, None] * weights)
    multipliers, _ = on_circles(4, [(0, 1)])
    shape = denominators(chosen, 0, multipliers, Implicit(sizes=(4, 6)), [(0, 1)])[0]
    assert shape.natural == ((0, 2, 0, 0),)
    assert shape.starts[0, 0] == pytest.approx(0.7, rel=0.02)


def test_monomials_on_a_circle_leave_out_what_others_are_the_sum_of() -> None:
    """1, cos, sin, sin cos and sin^2, but not cos^2 = 1 - sin^2, each times 1, v and v^2; without v below."""
    above, below = on_circles(3, [(0, 1)])
    waves = {(0, 0), (1, 0), (0, 1), (1, 1), (0, 2)}
    assert set(above) == {(*wave, power) for wave in waves for power in (0, 1, 2)}
    assert set(below) == {(*wave, 0) for wave in waves}
    assert above[0] == below[0] == (0, 0, 0)


def test_monomials_on_many_circles_are_no_more_than_a_support_is_chosen_from() -> None:
    """The longest are left out."""
    above, below = on_circles(9, [(0, 1), (2, 3), (4, 5)])
    assert len(above) + len(below) - 1 <= MOST_COLUMNS
    assert max(map(sum, above)) <= 4
    gram = np.eye(MOST_COLUMNS + 2)[None]
    with pytest.raises(ValueError, match="more than the 120 of a mask"):
        supports(gram, np.ones(MOST_COLUMNS + 1, dtype=bool), largest=2, beam=4, keep=1)


def test_a_denominator_may_be_negative_off_the_circle() -> None:
    """1 - 1.5 sin cos is positive on all of it, and not in the square around it."""
    rng = np.random.default_rng(3)
    angle, force = rng.uniform(-3.0, 3.0, (2, 400))
    states = np.column_stack([np.cos(angle), np.sin(angle), force])
    slopes = (2.0 * force + states[:, 1]) / (1.0 - 1.5 * states[:, 0] * states[:, 1])
    weights = np.full((len(slopes), 1), 1e4)
    chosen = View("derivative", states, lambda terms: terms, weights, slopes[:, None] * weights)
    multipliers, _ = on_circles(3, [(0, 1)])
    shape = denominators(chosen, 0, multipliers, Implicit(sizes=(4, 6)), [(0, 1)])[0]
    assert shape.natural == ((1, 1, 0),)
    assert shape.starts[0, 0] == pytest.approx(-1.5, rel=1e-3)


def test_exponents_start_with_the_constant() -> None:
    """Six of degree two in two states."""
    assert ((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2)) == exponents(2, 2)
