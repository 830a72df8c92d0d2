"""The square-root filter and smoother, against the covariance-matrix formulas of a Gaussian process."""

import numpy as np
import pytest

from discovery.smoothing.priors import IntegratedWiener, Matern
from discovery.smoothing.series import grid
from discovery.smoothing.state_space import log_likelihood, smooth_series, triangularise

LENGTH, AMPLITUDE, NOISE = 3.0, 1.5, 0.2


def matern(gaps: np.ndarray) -> np.ndarray:
    """Matern-7/2 covariance, Rasmussen & Williams (2006), equation 4.16."""
    r = np.sqrt(7.0) * np.abs(gaps) / LENGTH
    return AMPLITUDE**2 * (1.0 + r + 0.4 * r**2 + r**3 / 15.0) * np.exp(-r)


def matern_slope(gaps: np.ndarray) -> np.ndarray:
    """Derivative of the covariance in its first argument."""
    r = np.sqrt(7.0) * gaps / LENGTH
    size = np.abs(r)
    return -(AMPLITUDE**2) * np.sqrt(7.0) / LENGTH * r * (0.2 + 0.2 * size + r**2 / 15.0) * np.exp(-size)


@pytest.fixture
def samples() -> tuple[np.ndarray, np.ndarray]:
    """Irregular times, one of them after a long gap, and noisy values of which two are missing."""
    rng = np.random.default_rng(1)
    times = np.sort(rng.uniform(0.0, 20.0, 30))
    times[-3:] += 100.0
    values = np.sin(times) + NOISE * rng.standard_normal(30)
    values[[4, 11]] = np.nan
    return times, values


def chain(times: np.ndarray) -> tuple:
    """Transitions, roots, steps and first root of the Matern prior."""
    hyper = np.log([AMPLITUDE, NOISE, LENGTH])
    one = grid(times, 1.0)
    return (*Matern().moves(one.gaps, hyper), one.steps, Matern().initial(hyper))


def test_likelihood_is_that_of_the_covariance_matrix(samples: tuple[np.ndarray, np.ndarray]) -> None:
    """The filter's likelihood is the multivariate normal density of the measured samples."""
    times, values = samples
    known = np.isfinite(values)
    covariance = matern(np.subtract.outer(times[known], times[known])) + NOISE**2 * np.eye(known.sum())
    expected = -0.5 * (
        values[known] @ np.linalg.solve(covariance, values[known])
        + np.linalg.slogdet(covariance)[1]
        + known.sum() * np.log(2.0 * np.pi)
    )
    assert log_likelihood(values, np.full(30, NOISE**2), *chain(times)) == pytest.approx(expected, rel=1e-9)


def test_posterior_is_that_of_the_covariance_matrix(samples: tuple[np.ndarray, np.ndarray]) -> None:
    """Curve, derivative and the curve's variance are those of regression, also where samples are missing."""
    times, values = samples
    known = np.isfinite(values)
    gaps = np.subtract.outer(times, times[known])
    covariance = matern(np.subtract.outer(times[known], times[known])) + NOISE**2 * np.eye(known.sum())
    means, covariances = smooth_series(values, np.full(30, NOISE**2), *chain(times))
    rate = Matern().rate(np.log([AMPLITUDE, NOISE, LENGTH]))
    variance = AMPLITUDE**2 - np.sum(matern(gaps) * np.linalg.solve(covariance, matern(gaps).T).T, axis=1)
    np.testing.assert_allclose(means[:, 0], matern(gaps) @ np.linalg.solve(covariance, values[known]), atol=1e-9)
    np.testing.assert_allclose(
        rate * means[:, 1], matern_slope(gaps) @ np.linalg.solve(covariance, values[known]), atol=1e-9
    )
    np.testing.assert_allclose(covariances[:, 0], variance, atol=1e-9)


def test_clean_dense_samples_lose_no_digits() -> None:
    """With noise of 1e-9 on 2000 samples of a sine the integrated Wiener process gives the derivative to 1e-6."""
    times = np.linspace(0.0, 20.0, 2000)
    one, prior, hyper = grid(times, times[1]), IntegratedWiener(), np.log([1e-4, 1e-9])
    chained = (*prior.moves(one.gaps, hyper), one.steps, prior.initial(hyper))
    means, covariances = smooth_series(np.sin(times), np.full(2000, 1e-18), *chained)
    np.testing.assert_allclose(means[:, 1] / times[1], np.cos(times), atol=1e-6)
    assert np.all(covariances[:, :2] > 0.0)


def test_integrated_wiener_moves_compose() -> None:
    """Two steps of the process are one step of twice the length."""
    hyper = np.log([0.7, 0.1])
    moves, roots = IntegratedWiener().moves(np.array([1.3, 2.6]), hyper)
    np.testing.assert_allclose(moves[0] @ moves[0], moves[1], rtol=1e-12)
    added = [root @ root.T for root in roots]
    np.testing.assert_allclose(moves[0] @ added[0] @ moves[0].T + added[0], added[1], rtol=1e-10)


def test_matern_moves_compose() -> None:
    """Two steps of the process are one step of twice the length, for short and long gaps alike."""
    hyper = np.log([0.7, 0.1, 3.0])
    for gap in (1e-3, 0.5, 8.0):
        moves, roots = Matern().moves(np.array([gap, 2.0 * gap]), hyper)
        np.testing.assert_allclose(moves[0] @ moves[0], moves[1], rtol=1e-9, atol=1e-14)
        added = [root @ root.T for root in roots]
        np.testing.assert_allclose(moves[0] @ added[0] @ moves[0].T + added[0], added[1], rtol=1e-7, atol=1e-15)


def test_triangularise_keeps_the_product() -> None:
    """The upper triangle that is left has the same product with its own transpose."""
    matrix = np.random.default_rng(0).standard_normal((8, 4))
    before = matrix.T @ matrix
    triangularise(matrix, 4)
    np.testing.assert_allclose(matrix.T @ matrix, before, rtol=1e-12)
    np.testing.assert_allclose(np.tril(matrix, -1), 0.0)
