"""Errors of supports one step from the starts of their inner constants."""

import numpy as np
import pytest

from discovery.library.grammar import monomial
from discovery.library.shapes import Shape, exponents, shapes
from discovery.search.ahead import products, step_ahead
from discovery.search.models import View
from discovery.search.sweep import members, supports
from discovery.search.tables import Table, normal_equations

X = np.linspace(0.2, 4.0, 120)[:, None]
BASE = exponents(1, 2)


def view(target: np.ndarray) -> View:
    """A regression whose rows are the points themselves."""
    return View("response", X, lambda terms: terms, np.ones((len(X), 1)), target[:, None])


def shape(name: str) -> Shape:
    """One of the grammar's for these points."""
    return next(one for one in shapes(X) if one.name == name)


def scanned(
    name: str, target: np.ndarray, start: tuple[float, ...], base: tuple[tuple[int, ...], ...] = BASE
) -> tuple[np.ndarray, np.ndarray, np.ndarray, Table]:
    """Masks of the supports at one start, their errors there and after the step."""
    chosen = view(target)
    table = Table.of(chosen, shape(name), sloped=True).at(chosen, np.array([start]), sloped=True)
    assert table.slopes is not None
    fixed = np.stack([monomial(X, one) for one in base], axis=1)
    grams, total = normal_equations(fixed, table.columns, target)
    forced = np.arange(grams.shape[1] - 1) >= len(base)
    masks, errors = supports(grams, forced, largest=3, beam=8, keep=8)
    ahead = errors.copy()
    step_ahead(grams, *products(fixed, table.columns, table.slopes, target), masks, ahead)
    return masks[0], errors[0] * total, ahead[0] * total, table


def true_place(masks: np.ndarray, terms: set[int]) -> int:
    """Which of the supports of a size has these columns."""
    return next(k for k, mask in enumerate(masks[len(terms) - 1]) if set(members(mask)) == terms)


@pytest.mark.parametrize("away", [0.85, 1.15, 1.3])
def test_a_true_support_comes_near_its_error(away: float) -> None:
    """1 - 2 x^2/(k + x^2) from a start that is off: most of the misfit goes, and of its size none is better."""
    target = 1.0 - 2.0 * X[:, 0] ** 2 / (1.5**2 + X[:, 0] ** 2)
    masks, errors, ahead, table = scanned("hill2", target, (1.5 * away,))
    true = true_place(masks, {0, len(BASE) + table.terms.index((0, (2,)))})
    assert ahead[1][true] < 0.05 * errors[1][true]
    assert ahead[1][true] < 1.1 * ahead[1].min()  # others are the same function


def test_no_error_grows() -> None:
    """Wherever the start is, and where there is noise."""
    target = np.random.default_rng(0).standard_normal(len(X)) + X[:, 0]
    for start in (0.1, 1.0, 8.0):
        _, errors, ahead, _ = scanned("saturation", target, (start,))
        there = np.isfinite(errors)
        assert np.all(ahead[there] <= errors[there])
        assert np.all(ahead[there] >= 0.0)


def test_constants_that_move_together() -> None:
    """Both of a logistic function; one begins at zero."""
    target = 1.0 / (1.0 + np.exp(-0.3 + 0.9 * X[:, 0]))
    masks, errors, ahead, table = scanned("logistic", target, (0.0, 1.0), ((0,),))
    true = true_place(masks, {1 + table.terms.index((0, (0,)))})
    assert ahead[0][true] < 0.05 * errors[0][true]


def test_a_step_has_an_end() -> None:
    """From far away it does not promise what only a long way would give."""
    target = 1.0 / (1.0 + (X[:, 0] / 1.5) ** 2)
    masks, errors, ahead, table = scanned("hill2", target, (40.0,), ((1,),))
    true = true_place(masks, {1 + table.terms.index((0, (0,)))})
    assert ahead[0][true] > 0.2 * errors[0][true]


def test_shapes_without_inner_constants_have_no_slopes() -> None:
    """A logarithm."""
    assert Table.of(view(X[:, 0]), shape("logarithm"), sloped=True).slopes is None
