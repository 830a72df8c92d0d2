"""Which constants the data determine."""

from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.shooting import Fit
from discovery.selection.identifiability import Relative, inflations, loose_combinations, sensitivities
from discovery.symbolic.parse import parse
from discovery.types import Law


def one_fit(information: list[list[float]], *constants: float, cost: float = 90.0) -> Fit:
    """A fit of a hundred values."""
    terms = " + ".join(f"c{i}*x" for i in range(len(constants)))
    law = Law(("x",), (parse(terms),), constants)
    return Fit(law, np.zeros((0, 1)), cost, np.zeros(0), np.array(information), 100)


def test_sensitivities_are_of_one_per_cent() -> None:
    """A constant of 2 with a deviation of a tenth moves a hundred values by 0.02 deviations for each per cent."""
    np.testing.assert_allclose(sensitivities(one_fit([[100.0, 0.0], [0.0, 25.0]], 2.0, -1.0)), (0.02, 0.005))


def test_determined_constants_are_not_loose() -> None:
    """Nothing is said, and the intervals are as wide as if the others were known."""
    fit = one_fit([[100.0, 0.0], [0.0, 400.0]], 2.0, -1.0)
    assert () == loose_combinations(fit)
    np.testing.assert_allclose(inflations(fit), (1.0, 1.0), rtol=1e-6)


def test_a_constant_that_hardly_matters_is_named() -> None:
    """One alone, with the size of what is allowed."""
    (one,) = loose_combinations(one_fit([[1.0, 0.0], [0.0, 400.0]], 2.0, -1.0))
    assert ("c0",) == one.constants
    np.testing.assert_allclose(one.deviation, 0.5, rtol=1e-2)
    assert "c0 is hardly determined: these data allow it to change by 50 %." == one.text


def test_of_a_constant_that_may_be_zero_no_share_is_told() -> None:
    """Its interval, wider than a deviation, holds zero, so that a change by half of it were too little to say."""
    (one,) = loose_combinations(one_fit([[1.0, 0.0], [0.0, 400.0]], 2.0, -1.0), {"c0"})
    assert "c0 is hardly determined: these data do not even tell its sign." == one.text
    (two,) = loose_combinations(one_fit([[4e4, -4e4], [-4e4, 4e4 + 8.0]], 1.0, 1.0), {"c1"})
    assert two.deviation < 1.0
    assert "they can change together by more than their own size." in two.text


@pytest.mark.parametrize(
    ("side", "known"),
    [("c0*h - x", "c0·h is known"), ("h/c0 - x", "h/c0 is known"), ("c0*h - h*x", ""), ("h - c0*x", "")],
)
def test_a_constant_that_follows_the_unit_of_a_hidden_state_is_named_as_such(side: str, known: str) -> None:
    """Only the two together are known, and one has to be told; the sign is no question of data."""
    fit = one_fit([[1e-8]], 2.0)
    law = Law(("x", "h"), (parse(side), parse("-h")), (2.0,))
    (one,) = loose_combinations(replace(fit, law=law), {"c0"}, ["h"])
    assert bool(known) == one.text.startswith("The unit of h is open, as nothing measured it: only ")
    assert known in one.text


@pytest.mark.parametrize(
    ("side", "known"),
    [
        ("-c1*x/c0 - c2*v/c0", "only c1/c0 and c2/c0 are in the law."),
        ("-c0*c1*x - c2*v/c0", "only c1·c0 and c2/c0 are in the law."),
        ("-c0*x - c1*v - c2", ""),
    ],
)
def test_constants_that_a_law_has_only_in_products_are_named_as_such(side: str, known: str) -> None:
    """As m, c and k of m x'' + c x' + k x = 0, of which no data tell more; one of them has to be told."""
    names = ("c0", "c1", "c2")
    powers = np.array([1.0, -1.0, 1.0] if "·" in known else [1.0, 1.0, 1.0])
    stiff = np.eye(3) - np.outer(powers, powers) / 3.0
    law = Law(("x", "v"), (parse("v"), parse(side)), (1.0, 1.0, 1.0))
    (one,) = loose_combinations(replace(one_fit((1e6 * stiff).tolist(), 1.0, 1.0, 1.0), law=law), set(names))
    assert bool(known) == one.text.endswith("Tell the value of one of them.")
    assert known in one.text


def test_only_a_ratio_is_determined() -> None:
    """Two constants that may grow together, whatever their own sizes."""
    (one,) = loose_combinations(one_fit([[4e4, -4e5], [-4e5, 4e6]], 10.0, 1.0))
    assert {"c0", "c1"} == set(one.constants)
    np.testing.assert_allclose(one.changes, (1.0, 1.0))
    assert one.deviation > 1.0
    assert "is determined: they can change together by any amount." in one.text
    assert "little more than c" in one.text
    assert "/c" in one.text


def test_only_a_product_is_determined() -> None:
    """Two constants of which one may grow while the other falls."""
    (one,) = loose_combinations(one_fit([[4e4, 4e5], [4e5, 4e6]], 10.0, 1.0))
    np.testing.assert_allclose(one.changes, (1.0, -1.0))
    assert "·c" in one.text
    assert "in opposite directions" in one.text


def test_more_constants_are_told_with_their_changes() -> None:
    """Three that trade off: the largest change first."""
    direction = np.array([2.0, -1.0, 1.0]) / np.sqrt(6.0)
    stiff = np.eye(3) - np.outer(direction, direction)
    (one,) = loose_combinations(one_fit((1e6 * stiff + 4.0 * np.outer(direction, direction)).tolist(), 1.0, 1.0, 1.0))
    assert ("c0", "c1", "c2") == one.constants
    np.testing.assert_allclose(one.changes, (1.0, -0.5, 0.5))
    assert "a change of c0 +41 %, c1 -20 %, c2 +20 %." in one.text


def test_residuals_above_the_noise_loosen_constants() -> None:
    """Four times the chi-squared by degree of freedom doubles all deviations."""
    information = [[100.0]]
    one, other = (Relative.of(one_fit(information, 1.0, cost=cost)).covariance(prior=1e6) for cost in (99.0, 396.0))
    np.testing.assert_allclose(4.0 * one, other)
    np.testing.assert_allclose(one, 0.01)


def test_a_covariance_stays_finite_without_data() -> None:
    """A constant of which the data say nothing has its own size as deviation."""
    np.testing.assert_allclose(
        np.diag(Relative.of(one_fit([[0.0, 0.0], [0.0, 1e4]], -3.0, 1.0)).covariance()), (9.0, 1e-4), rtol=1e-3
    )


@pytest.mark.parametrize("function", [sensitivities, inflations, loose_combinations])
def test_a_law_without_constants_leaves_nothing_to_say(function: object) -> None:
    """Empty, and no error."""
    nothing = Fit(Law(("x",), (parse("-x"),), ()), np.zeros((0, 1)), 1.0, np.zeros(0), np.zeros((0, 0)), 10)
    assert () == function(nothing)  # type: ignore[operator]


def test_rounding_makes_no_direction_looser_than_what_is_believed() -> None:
    """Information below zero, as the subtraction of what starts take can leave, counts as none."""
    (loose,) = loose_combinations(one_fit([[1e4, 0.0], [0.0, -1.0]], 1.0, 1.0))
    assert ("c1",) == loose.constants
    assert np.isfinite(loose.deviation)
