"""Amplitudes before exponentials and powers, and steps along the valleys that they make."""

from collections.abc import Callable

import numpy as np
import pytest

from discovery.dynamics.amplitudes import Valley, along, amplitudes
from discovery.dynamics.shooting import Shooting, fit
from discovery.dynamics.windows import cut
from discovery.types import DiscoveryProblem, Law


@pytest.mark.parametrize(
    ("side", "valleys"),
    [
        ("c0*exp(-c1/x) + c2*(1 - x)", [((0,), (1,))]),
        ("c0*x**c1 - c2*x", [((0,), (1,))]),
        ("x/c0*exp(c1*x + c2)", [((0,), (1, 2))]),
        ("(c0*x + c1*(1 - x))*exp(c2*x)", [((0, 1), (2,))]),
        ("x*(c0 + x)**c1/(c2 + x)", []),
        ("c0*c1*x**2*exp(-x)", []),
        ("exp(c0 - c1/x) + c2*x", []),
        ("c0*exp(-c0*x)", []),
    ],
)
def test_amplitudes_are_told_by_the_exponents_beside_them(
    side: str, valleys: list[Valley], law_of: Callable[..., Law]
) -> None:
    """Also below a fraction bar; where the exponent has no constant of its own there is no valley."""
    assert tuple(valleys) == amplitudes(law_of({"x": side}, 1.0, 2.0, 3.0))


def test_an_amplitude_changes_by_a_factor_where_its_exponent_makes_up_for_it() -> None:
    """Downhill across the valley it goes straight, as it may have the wrong sign; the largest factor is a number."""
    valley = np.array([[1.0, 0.99], [0.99, 1.0]])
    constants = np.array([2.0, 3.0])
    step = along(constants, np.array([-3.0, 3.0]), valley, [((0,), (1,))])
    np.testing.assert_allclose(step, [2.0 * np.expm1(-1.5), 3.0])
    np.testing.assert_array_equal(along(constants, np.array([-3.0, -3.0]), valley, [((0,), (1,))]), [-3.0, -3.0])
    assert np.all(np.isfinite(along(constants, np.array([1e9, -1e9]), valley, [((0,), (1,))])))
    np.testing.assert_array_equal(along(np.zeros(2), np.array([1.0, -1.0]), valley, [((0,), (1,))]), [1.0, -1.0])


def test_amplitudes_of_groups_go_together() -> None:
    """What one exponent makes up for in two groups it does in neither alone."""
    effects = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [0.0, 0.0, 0.05]])
    constants, change = np.array([2.0, 3.0, 1.0]), np.array([-1.0, -1.0, 1.0])
    step = along(constants, change, effects.T @ effects, [((0, 1), (2,))])
    np.testing.assert_allclose(step, [2.0 * np.expm1(-1.0 / 2.0), 3.0 * np.expm1(-1.0 / 3.0), 1.0])


@pytest.mark.parametrize(
    ("side", "truth", "guess", "starts"),
    [
        ("-c0*exp(-c1/x)", (2e11, 13500.0), (1.04e10, 12116.0), (530.0, 500.0)),
        ("-c0*exp(-c1/x)", (2e11, 13500.0), (1e14, 17000.0), (530.0, 500.0)),
        ("-c0*x**c1", (1e-6, 2.5), (1e-2, 1.0), (500.0, 300.0)),
        ("c0*exp(-c1*x)", (-1.0, 0.1), (0.1, 0.0), (5.0, 3.0)),
    ],
)
def test_a_fit_follows_a_valley_that_bends(
    side: str,
    truth: tuple[float, ...],
    guess: tuple[float, ...],
    starts: tuple[float, ...],
    law_of: Callable[..., Law],
    problem_of: Callable[..., DiscoveryProblem],
) -> None:
    """From amplitudes that are off by orders of magnitude, or of the wrong sign, within the iterations of a search."""
    law, end = law_of({"x": side}, *truth), 0.1 * starts[0]
    problem = problem_of(law, [[start] for start in starts], np.linspace(0.0, end, 60), noise=0.005)
    windows = cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, 16)
    found = fit(law.with_constants(guess), windows, settings=Shooting(iterations=20, tolerance=1e-4))
    best = fit(law, windows, settings=Shooting(tolerance=1e-10))
    assert found is not None
    assert best is not None
    assert found.cost < 1.001 * best.cost
