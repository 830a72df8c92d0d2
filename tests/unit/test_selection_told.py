"""Functions that were told in part: what was said of them rules candidates out."""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from discovery.laws import Unknown
from discovery.problems.regression import regressions
from discovery.samples import symbol
from discovery.selection.told import allowed
from discovery.smoothing.local_polynomial import LocalPolynomial
from discovery.types import DiscoveryProblem, Trajectory

X, Y = symbol("x"), symbol("y")
F = Unknown("f", ("x", "y"), (X, Y))


@pytest.fixture(scope="module")
def part() -> DiscoveryProblem:
    """Samples between 0 and 1 of both arguments."""
    t = np.linspace(0.0, 1.0, 40)
    run = Trajectory(t, np.column_stack([t, 1.0 - t**2]), ("x", "y"))
    smoothing = LocalPolynomial().smooth((run,), seed=0)
    return DiscoveryProblem((run,), smoothing, regressions((run,), smoothing))


def test_a_function_that_uses_its_arguments_depends_on_each(part: DiscoveryProblem) -> None:
    """Not on one alone, and it is not nothing; of another function both may be found."""
    uses = replace(F, uses_all=True)
    assert [allowed(one, uses, part) for one in (X * Y, X + sp.exp(Y), X**2, sp.S.Zero)] == [True, True, False, False]
    assert [allowed(one, F, part) for one in (X * Y, X**2, sp.S.Zero, sp.Float(2.0))] == [True, True, True, False]


def test_a_function_is_without_what_was_excluded_and_has_its_trend(part: DiscoveryProblem) -> None:
    """exp where there should be none, and a fall where the function increases."""
    without = replace(F, without=("exp",))
    assert [allowed(one, without, part) for one in (X * Y, X * sp.exp(Y))] == [True, False]
    rising = replace(F, trend=1)
    assert [allowed(one, rising, part) for one in (X + Y, X - Y, X * Y, -X * Y)] == [True, False, True, False]


def test_a_trend_is_asked_of_what_jumps(part: DiscoveryProblem) -> None:
    """A sign has no slope where it jumps: which way it goes is seen from one value of its argument to the next.

    What is flat but for its jumps neither increases nor decreases.
    """
    jump, rising = sp.sign(X - 0.5), replace(F, trend=1)
    tried = (X + jump, X - 3 * jump, Y * (2 + X + jump), jump, sp.sign(X), X + sp.Abs(Y))
    assert [allowed(one, rising, part) for one in tried] == [True, False, True, False, False, True]
    assert allowed(-jump - X, replace(F, trend=-1), part)


def test_roots_and_squares_are_excluded_by_their_exponents(part: DiscoveryProblem) -> None:
    """They are powers, as are squares and fractions that nobody has excluded."""
    tried = (
        X * Y,
        X**2 * Y,
        X**3 * Y,
        Y * sp.sqrt(X),
        Y / sp.sqrt(X),
        Y * X ** sp.Rational(3, 2),
        Y * sp.cbrt(X),
        Y / X,
    )
    found = {
        name: [allowed(one, replace(F, without=(name,)), part) for one in tried]
        for name in ("sqrt", "cbrt", "square", "cube")
    }
    assert {
        "sqrt": [True, True, True, False, False, False, True, True],
        "cbrt": [True, True, True, True, True, True, False, True],
        "square": [True, False, True, True, True, True, True, True],
        "cube": [True, True, False, True, True, True, True, True],
    } == found
