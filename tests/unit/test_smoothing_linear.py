"""Linear smoothers: what leverages tell of samples left out, and what is said of the noise where they tell nothing."""

import numpy as np
import pytest

from discovery.protocols import NEVER, Deadline
from discovery.smoothing.linear import CrossValidated, Drawn
from discovery.smoothing.local_polynomial import NearestSamples
from discovery.smoothing.series import Series, grid
from discovery.smoothing.spline import INFLATION, PenalisedSpline

SMOOTHERS = (PenalisedSpline(2), PenalisedSpline(3), NearestSamples(3))
LEVELS = {PenalisedSpline: 0.7, NearestSamples: 14.0}


def series(values: np.ndarray | None = None, count: int = 40) -> Series:
    """Irregular samples of a wave with uneven noise, two of them missing, or other values at their places."""
    rng = np.random.default_rng(5)
    times, weights = np.sort(rng.uniform(0.0, count, count)), rng.uniform(0.5, 2.0, count)
    noisy = np.sin(times / 4.0) + 0.1 * weights * rng.standard_normal(count)
    noisy[[7, 20]] = np.nan
    return Series(noisy if values is None else values, weights, grid(times, 1.0))


@pytest.mark.parametrize("smoother", SMOOTHERS, ids=str)
def test_leverages_are_the_diagonal_of_the_hat_matrix(smoother: PenalisedSpline | NearestSamples) -> None:
    """Moving one sample moves the curve at its place by its leverage; what is missing has none."""
    level, values = LEVELS[type(smoother)], series().values
    drawn = smoother.draw(series(), level)
    for row in (0, 3, 25, 39):
        moved = smoother.draw(series(values + np.eye(40)[row]), level)
        np.testing.assert_allclose(moved.means[row, 0] - drawn.means[row, 0], drawn.leverages[row], rtol=1e-6)
    np.testing.assert_array_equal(drawn.leverages[[7, 20]], 0.0)


@pytest.mark.parametrize("order", [2, 3])
def test_leverages_predict_a_spline_without_a_sample(order: int) -> None:
    """A residual over 1 - leverage is the error of the spline through all other samples."""
    smoother, values = PenalisedSpline(order), series().values.copy()
    drawn = smoother.draw(series(), 0.7)
    without = values.copy()
    without[12] = np.nan
    expected = values[12] - smoother.draw(series(without), 0.7).means[12, 0]
    np.testing.assert_allclose((values[12] - drawn.means[12, 0]) / (1.0 - drawn.leverages[12]), expected, rtol=1e-6)


def test_noise_and_level_are_learned_together() -> None:
    """Relative noise of a tenth is found within a fifth, whatever the smoother."""
    for smoother in SMOOTHERS:
        hyper, _ = CrossValidated(smoother).tuned([series(count=300)], NEVER)
        np.testing.assert_allclose(np.exp(hyper[1]), 0.1, rtol=0.2)


def test_the_search_goes_on_between_levels_while_there_is_time() -> None:
    """A deadline that has passed leaves the best level of the grid; time improves it."""
    method, some = CrossValidated(PenalisedSpline(3)), [series()]
    cut, _ = method.tuned(some, Deadline(0.0))
    fine, _ = method.tuned(some, NEVER)
    assert np.isclose(np.exp(cut[0]), method.smoother.levels).any()
    assert 0.0 < abs(fine[0] - cut[0]) < 0.8


def test_samples_without_freedom_leave_the_noise_to_belief() -> None:
    """Three samples a run tell a parabola and nothing of the noise."""
    runs = [Series(np.array([0.0, 1.0, k]), np.ones(3), grid(np.arange(3.0), 1.0)) for k in (0.3, 0.7)]
    hyper, likelihood = CrossValidated(PenalisedSpline(3)).tuned(runs, NEVER)
    np.testing.assert_allclose(np.exp(hyper[1]), 0.3, rtol=1e-3)
    assert np.isfinite(likelihood)


def test_deviations_are_bounded_where_samples_tell_nothing() -> None:
    """Neither a missing variance nor an endless one leaves the method."""

    class Ignorant:
        levels = (1.0,)

        def draw(self, series: Series, level: float) -> Drawn:
            covariances = np.tile([np.nan, 1e30, np.nan], (3, 1))
            return Drawn(np.zeros((3, 2)), covariances, np.zeros(3), np.zeros(3))

        def loss(self, residuals: np.ndarray, leverages: np.ndarray) -> float:
            return 1.0

    _, covariances = CrossValidated(Ignorant()).drawn(series(), np.zeros(2))
    np.testing.assert_allclose(covariances[0], [100.0, 100.0 * np.pi**2, 0.0])


def test_the_two_cross_validations() -> None:
    """Each residual over its own 1 - leverage, or all over the mean."""
    residuals, leverages = np.array([1.0, 2.0]), np.array([0.5, 0.0])
    assert NearestSamples(5).loss(residuals, leverages) == pytest.approx(4.0)
    assert PenalisedSpline(3).loss(residuals, leverages) == pytest.approx(2.5 / (1.0 - 0.25 * INFLATION) ** 2)
    assert PenalisedSpline(3).loss(residuals, np.ones(2)) > 1e6
