"""Largest Lyapunov exponents."""

from collections.abc import Callable

import numpy as np

from discovery.dynamics.lyapunov import largest_exponent
from discovery.types import Law

LORENZ = {"x": "c0*(y - x)", "y": "x*(c1 - z) - y", "z": "x*y - c2*z"}
STARTS = np.array([[1.0, 1.0, 20.0], [-5.0, -6.0, 25.0]])
BOUND = np.full(3, 500.0)


def test_lorenz_is_chaotic(law_of: Callable[..., Law]) -> None:
    """Its exponent is 0.906 (Sprott 2003, Chaos and Time-Series Analysis, appendix A)."""
    exponent = largest_exponent(law_of(LORENZ, 10.0, 28.0, 8 / 3), STARTS, 0.0, 200.0, BOUND)
    np.testing.assert_allclose(exponent, 0.906, rtol=0.05)


def test_a_resting_point_and_a_cycle_are_not_chaotic(law_of: Callable[..., Law]) -> None:
    """Lorenz' system below the transition, and a rotation of three states with a limit cycle."""
    assert np.isnan(largest_exponent(law_of(LORENZ, 10.0, 14.0, 8 / 3), STARTS, 0.0, 200.0, BOUND))
    cycle = law_of({"x": "-y + x*(1 - x**2 - y**2)", "y": "x + y*(1 - x**2 - y**2)", "z": "x - z"})
    assert np.isnan(largest_exponent(cycle, STARTS / 20.0, 0.0, 200.0, BOUND))


def test_growth_without_bound_is_not_chaotic(law_of: Callable[..., Law]) -> None:
    """Solutions that leave have no attractor, and nothing warns."""
    growth = law_of({"x": "x", "y": "2*y", "z": "z**2"})
    assert np.isnan(largest_exponent(growth, STARTS, 0.0, 200.0, BOUND))


def test_there_is_no_chaos_in_the_plane_without_a_clock(law_of: Callable[..., Law]) -> None:
    """Two states are not even tried; with a driving term they are."""
    plane = law_of({"x": "y", "y": "x - x**3 - 0.3*y"})
    assert np.isnan(largest_exponent(plane, STARTS[:, :2], 0.0, 100.0, BOUND[:2]))
    driven = law_of({"x": "y", "y": "x - x**3 - 0.3*y + 0.5*cos(1.2*t)"})  # Duffing's chaotic oscillator
    starts = np.array([[1.0, 0.0], [0.5, 0.2], [-1.0, 0.3]])
    assert 0.05 < largest_exponent(driven, starts, 0.0, 500.0, BOUND[:2]) < 0.3
