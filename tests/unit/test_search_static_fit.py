"""Constants of one equation refined on a regression."""

import numpy as np
import pytest

from discovery.search.static_fit import refine
from discovery.symbolic.parse import parse
from discovery.types import Regression

STATES = np.linspace(0.0, 5.0, 60)[:, None]
DEVIATION = np.full(60, 0.1)


def regression(target: np.ndarray) -> Regression:
    """The regression on derivatives with these targets."""
    return Regression("derivative", STATES, target[:, None], DEVIATION[:, None], lambda terms: terms)


def test_inner_and_outer_constants_are_found_together() -> None:
    """Saturation from a half-saturation that is off by a factor of three."""
    target = 2.0 * STATES[:, 0] / (0.7 + STATES[:, 0])
    constants, cost = refine(parse("c0*x/(c1 + x)"), (1.0, 2.1), ("x",), regression(target), target, DEVIATION)
    np.testing.assert_allclose(constants, (2.0, 0.7), rtol=1e-4)
    assert cost < 1e-6


def test_the_cost_is_chi_squared() -> None:
    """Half a unit off at ten deviations a unit, 60 times."""
    target = np.full(60, 1.5)
    constants, cost = refine(parse("c0"), (1.0,), ("x",), regression(target), target, DEVIATION, iterations=0)
    assert (1.0,) == constants
    np.testing.assert_allclose(cost, 60 * 25.0)


def test_the_fit_never_ends_worse_than_it_began() -> None:
    """A frequency that cannot be found keeps or lowers its cost."""
    target = np.sin(9.0 * STATES[:, 0])
    costs = [
        refine(parse("c0*sin(c1*x)"), (1.0, 1.0), ("x",), regression(target), target, DEVIATION, iterations=n)[1]
        for n in (0, 1, 5, 50)
    ]
    assert costs == sorted(costs, reverse=True)


@pytest.mark.parametrize("text", ["log(x - c0)", "c0/x", "exp(c0*x**9)", "c0*exp(300*x)"])
def test_undefined_or_wild_expressions_cost_infinity(text: str) -> None:
    """Poles, logarithms of negative numbers and values that are too large are refused without warning."""
    target = np.ones(60)
    constants, cost = refine(parse(text), (1.0,), ("x",), regression(target), target, DEVIATION)
    assert ((1.0,), np.inf) == (constants, cost)


def test_a_step_into_overflow_is_not_taken() -> None:
    """A fit whose full step would overflow goes on with a smaller one, without warning."""
    target = np.exp(1.5 * STATES[:, 0])
    constants, cost = refine(parse("c0*exp(c1*x)"), (0.01, -2.0), ("x",), regression(target), target, DEVIATION)
    assert np.all(np.isfinite(constants))
    assert np.isfinite(cost)
