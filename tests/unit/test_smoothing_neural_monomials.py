"""Monomials and their derivatives."""

import numpy as np
import pytest
import torch

from discovery.smoothing.neural.monomials import Monomials


@pytest.mark.parametrize(("arguments", "degree"), [(1, 3), (2, 3), (4, 3), (5, 2), (8, 2), (9, 1), (60, 1)])
def test_the_degree_falls_as_arguments_become_many(arguments: int, degree: int) -> None:
    """Third degree up to four arguments, second up to eight, linear beyond."""
    assert degree == Monomials.of(arguments).degree


def test_monomials_are_all_products_of_the_arguments() -> None:
    """Two arguments have nine monomials up to the third degree, the constant not among them."""
    monomials = Monomials.of(2)
    x, y = 2.0, 3.0
    expected = [x, y, x * x, x * y, y * y, x**3, x * x * y, x * y * y, y**3]
    factors = monomials.factors(torch.tensor([[x, y]], dtype=torch.float64))
    np.testing.assert_allclose(monomials.values(factors)[0], expected, rtol=1e-15)
    np.testing.assert_array_equal([1, 1, 2, 2, 2, 3, 3, 3, 3], monomials.degrees)


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_slopes_are_the_derivatives_of_the_values(degree: int) -> None:
    """By the states only, not by the drives behind them; axes before the last are kept."""
    monomials = Monomials(3, degree)
    points = torch.tensor(np.random.default_rng(0).standard_normal((2, 4, 3)))
    slopes = monomials.slopes(monomials.factors(points), 2)
    assert (2, 4, len(monomials), 2) == tuple(slopes.shape)
    for state in range(2):
        step = torch.zeros(3, dtype=torch.float64)
        step[state] = 1e-6
        right, left = (monomials.values(monomials.factors(points + move)) for move in (step, -step))
        expected = (right - left) / 2e-6
        np.testing.assert_allclose(slopes[..., state], expected, atol=1e-8)
