"""The smoothing spline, against SciPy's and against the penalised least squares that define it."""

import numpy as np
import pytest
from scipy.interpolate import BSpline, make_smoothing_spline

from discovery.errors import UsageError
from discovery.smoothing.series import Series, grid
from discovery.smoothing.spline import PenalisedSpline, SmoothingSpline
from discovery.types import Trajectory

RNG = np.random.default_rng(2)
TIMES = np.sort(RNG.uniform(0.0, 30.0, 40)) - 5.0
WEIGHTS = RNG.uniform(0.5, 2.0, 40)
VALUES = np.sin(TIMES / 3.0) + 0.1 * RNG.standard_normal(40)
SERIES = Series(VALUES, WEIGHTS, grid(TIMES, 1.0))


@pytest.mark.parametrize("level", [0.05, 0.5, 2.0])
def test_the_cubic_spline_is_scipys(level: float) -> None:
    """Curve and derivative agree at the same penalty, with weights and irregular times."""
    expected = make_smoothing_spline(TIMES, VALUES, w=WEIGHTS**-2, lam=level**-4)
    means = PenalisedSpline(2).draw(SERIES, level).means
    np.testing.assert_allclose(means[:, 0], expected(TIMES), atol=1e-5)
    np.testing.assert_allclose(means[:, 1], expected.derivative()(TIMES), atol=1e-5)


def dense(order: int, level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Curve, derivative and the curve's posterior variance by dense penalised least squares on B-splines."""
    degree = 2 * order - 1
    knots = np.concatenate([[TIMES[0]] * degree, TIMES, [TIMES[-1]] * degree])
    basis = BSpline(knots, np.eye(len(knots) - degree - 1), degree)
    nodes, shares = np.polynomial.legendre.leggauss(order)  # exact: the squared derivative has degree 2 order - 2
    half = np.diff(TIMES) / 2.0
    places = (TIMES[:-1] + half)[:, None] + half[:, None] * nodes
    rough = basis.derivative(order)(places.ravel()) * np.sqrt(half[:, None] * shares).ravel()[:, None]
    rows, slopes = basis(TIMES), basis.derivative()(TIMES)
    normal = rows.T @ (rows / WEIGHTS[:, None] ** 2) + level ** (-2 * order) * rough.T @ rough
    coefficients = np.linalg.solve(normal, rows.T @ (VALUES / WEIGHTS**2))
    return rows @ coefficients, slopes @ coefficients, np.sum(rows.T * np.linalg.solve(normal, rows.T), axis=0)


@pytest.mark.parametrize("order", [2, 3, 4])
@pytest.mark.parametrize("level", [0.3, 1.0])
def test_the_spline_minimises_the_penalised_squares(order: int, level: float) -> None:
    """Curve, derivative and the curve's Bayesian variance are those of the dense problem, at every degree."""
    curve, slope, variance = dense(order, level)
    drawn = PenalisedSpline(order).draw(SERIES, level)
    np.testing.assert_allclose(drawn.means[:, 0], curve, atol=1e-5)
    np.testing.assert_allclose(drawn.means[:, 1], slope, atol=1e-5)
    np.testing.assert_allclose(drawn.covariances[:, 0], variance, rtol=1e-4)


def test_a_quadratic_costs_the_quintic_spline_nothing() -> None:
    """The penalty is on the third derivative, so that noise about a parabola is averaged over the whole run."""
    times = np.linspace(0.0, 10.0, 400)
    values = 1.0 + times - 0.2 * times**2 + 0.1 * np.random.default_rng(0).standard_normal(400)
    run = SmoothingSpline(noise="additive").smooth([Trajectory(times, values[:, None], ("x",))], seed=0).trajectories[0]
    assert np.max(np.abs(run.derivatives[:, 0] - (1.0 - 0.4 * times))) < 0.05


def test_noise_of_another_kind_than_stated_is_not_interpolated() -> None:
    """Additive noise taken for proportional keeps most of its size."""
    times = np.linspace(0.0, 12.0, 100)
    for seed in range(5):
        values = 3.0 + 2.0 * np.sin(times) + 0.1 * np.random.default_rng(seed).standard_normal(100)
        smoothing = SmoothingSpline(noise="proportional").smooth([Trajectory(times, values[:, None], ("x",))], seed=0)
        assert smoothing.noise.scale[0] > 0.03


def test_splines_of_even_degree_are_refused() -> None:
    """The message says which degrees there are."""
    with pytest.raises(UsageError, match=r"SmoothingSpline got degree=4\. Choose one of 3, 5 and 7\."):
        SmoothingSpline(degree=4)
