"""Maps: states are applied, with exact derivatives, by the same functions that follow laws of motion."""

import numpy as np
import pytest

from discovery.dynamics.shooting import fit
from discovery.dynamics.simulate import simulate
from discovery.dynamics.windows import cut
from discovery.laws import Law
from discovery.samples import Trajectory
from discovery.smoothing.successive import successive
from discovery.symbolic.parse import parse

HENON = Law(("x", "y"), (parse("1 - c0*x**2 + y"), parse("c1*x")), (1.4, 0.3), discrete=True)


def henon(count: int) -> np.ndarray:
    """States of Hénon's map, by its definition."""
    states = np.zeros((count, 2))
    for i in range(1, count):
        x, y = states[i - 1]
        states[i] = 1 - 1.4 * x**2 + y, 0.3 * x
    return states


def test_a_map_is_applied_as_often_as_times_say() -> None:
    """Also from another time than zero, and over gaps."""
    times = np.array([5.0, 6.0, 9.0])
    assert simulate(HENON, np.zeros(2), times) == pytest.approx(henon(5)[[0, 1, 4]], abs=1e-14)


def test_a_map_that_leaves_its_bounds_stops() -> None:
    """Rows after that are not known."""
    doubling = Law(("x",), (parse("2*x"),), (), discrete=True)
    states = simulate(doubling, np.ones(1), np.arange(20.0), bound=100.0)
    assert 7 == np.isfinite(states).sum()


def test_constants_of_a_map_are_fitted_through_its_iterates() -> None:
    """From noisy samples, in windows whose starts are free."""
    noise = 0.01 * np.random.default_rng(0).standard_normal((120, 2))
    run = Trajectory(np.arange(120.0), henon(120) + noise, ("x", "y"), discrete=True)
    smoothing = successive([run])
    windows = cut([run], smoothing.trajectories, smoothing.noise, 4)
    fitted = fit(HENON.with_constants((1.3, 0.35)), windows)
    assert fitted is not None
    assert fitted.law.discrete
    assert fitted.law.constants == pytest.approx((1.4, 0.3), rel=0.01)


def test_a_fitted_law_is_a_map_where_the_samples_are_of_one() -> None:
    """Whatever the candidate says: engines know nothing of it."""
    run = Trajectory(np.arange(20.0), henon(20), ("x", "y"), discrete=True)
    smoothing = successive([run])
    windows = cut([run], smoothing.trajectories, smoothing.noise, 4)
    fitted = fit(Law(HENON.states, HENON.skeletons, HENON.constants), windows)
    assert fitted is not None
    assert fitted.law.discrete
