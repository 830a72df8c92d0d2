"""Intervals averaged over whether relations between constants hold."""

from collections.abc import Callable

import numpy as np
import pytest
import sympy as sp

from discovery.selection.averaging import averaged
from discovery.types import Law, symbol

# c0 and -c1 are one constant of the law with the relation; half of c2 is its other constant.
HELD = (symbol("c0"), -symbol("c0"), 2 * symbol("c1"))
TIED_ENDS = ((0.9, 0.8), (1.1, 1.2))
FREE_ENDS = ((0.7, -1.6, 1.0), (1.3, -0.8, 3.0))


@pytest.fixture
def laws(law_of: Callable[..., Law]) -> tuple[Law, Law]:
    """The law with the relation, and the one without."""
    tied = law_of({"x": "c0*x - c0*y - 2*c1"}, 1.0, 1.0)
    return tied, law_of({"x": "c0*x + c1*y - c2"}, 1.0, -1.2, 2.0)


def test_a_relation_that_is_sure_leaves_the_intervals(laws: tuple[Law, Law]) -> None:
    """The law without it has no weight."""
    assert TIED_ENDS == averaged(laws[0], TIED_ENDS, laws[1], FREE_ENDS, HELD, 50.0)


def test_a_relation_that_is_ruled_out_leaves_those_without(laws: tuple[Law, Law]) -> None:
    """Of a constant with one counterpart, the interval that it has there, in its own unit."""
    lows, highs = averaged(laws[0], TIED_ENDS, laws[1], FREE_ENDS, HELD, -50.0)
    np.testing.assert_allclose((lows[1], highs[1]), (0.5, 1.5), rtol=1e-6)


def test_a_tie_that_may_not_hold_widens_the_interval(laws: tuple[Law, Law]) -> None:
    """Towards all the constants that are equal only if it holds."""
    before = TIED_ENDS
    for lead in (5.0, 2.0, 0.5):
        ends = averaged(laws[0], TIED_ENDS, laws[1], FREE_ENDS, HELD, lead)
        assert all(np.array(ends[0]) < before[0])
        assert all(np.array(ends[1]) > before[1])
        before = ends
    assert 0.7 < before[0][0]
    assert 1.3 < before[1][0] < 1.6


def test_the_average_is_that_of_draws(laws: tuple[Law, Law]) -> None:
    """Of normal values from both laws, by their weights."""
    rng = np.random.default_rng(0)
    lows, highs = averaged(laws[0], TIED_ENDS, laws[1], FREE_ENDS, HELD, float(np.log(3.0)))
    draws = np.where(
        rng.random(200_000) < 0.75, rng.normal(1.0, 0.2 / 1.96, 200_000), rng.normal(1.0, 0.5 / 1.96, 200_000)
    )
    np.testing.assert_allclose((lows[1], highs[1]), np.quantile(draws, (0.025, 0.975)), rtol=0.01)


@pytest.mark.parametrize("end", [np.nan, np.inf])
def test_constants_that_are_not_determined_are_not_averaged(end: float, laws: tuple[Law, Law]) -> None:
    """There is nothing to average with."""
    ends = averaged(laws[0], TIED_ENDS, laws[1], (FREE_ENDS[0], (1.3, -0.8, end)), HELD, 0.5)
    assert (0.8, 1.2) == (ends[0][1], ends[1][1])
    assert ends[0][0] < 0.9


def test_a_constant_that_became_a_number_has_no_counterpart(law_of: Callable[..., Law]) -> None:
    """The others are not touched by it."""
    law, free = law_of({"x": "c0*x - 1"}, 1.0), law_of({"x": "c0*x + c1"}, 1.1, -1.05)
    ends = averaged(law, ((0.9,), (1.1,)), free, ((0.8, -1.2), (1.4, -0.9)), (symbol("c0"), sp.S.NegativeOne), 0.0)
    assert ends[0][0] < 0.9
    assert ends[1][0] > 1.2
