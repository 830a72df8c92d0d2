"""Local polynomials, against weighted least squares at each place."""

import numpy as np
import pytest

from discovery.errors import UsageError
from discovery.smoothing.local_fit import MARGIN, local_fits
from discovery.smoothing.local_polynomial import LocalPolynomial, NearestSamples
from discovery.smoothing.series import Series, grid

RNG = np.random.default_rng(3)
TIMES = np.sort(RNG.uniform(0.0, 20.0, 60))
VALUES = np.sin(TIMES) + 0.1 * RNG.standard_normal(60)
WEIGHTS = RNG.uniform(0.5, 2.0, 60)


@pytest.mark.parametrize("degree", [1, 3, 5])
def test_polynomials_are_reproduced(degree: int) -> None:
    """At measured places, between them and beyond them, value and derivative are exact up to the degree."""
    polynomial = np.polynomial.Polynomial(RNG.standard_normal(degree + 1), domain=[0.0, 20.0])
    places = np.sort(np.concatenate([TIMES, [-0.5, 3.3, 20.4]]))
    means, _, _ = local_fits(places, TIMES, polynomial(TIMES), WEIGHTS**-2, degree + 5, degree)
    np.testing.assert_allclose(means[:, 0], polynomial(places), atol=1e-9)
    np.testing.assert_allclose(means[:, 1], polynomial.deriv()(places), atol=1e-8)


def hat_rows(place: float, count: int, degree: int) -> np.ndarray:
    """Rows of the hat matrices of curve and derivative by dense weighted least squares on the nearest samples."""
    radius = MARGIN * np.sort(np.abs(TIMES - place))[count - 1]
    distance = (TIMES - place) / radius
    weights = (
        np.where(np.abs(distance) <= 1.0 / MARGIN, (1.0 - np.abs(distance).clip(0, 1) ** 3) ** 3, 0.0) / WEIGHTS**2
    )
    design = distance[:, None] ** np.arange(degree + 1)
    rows = np.linalg.solve(design.T @ (weights[:, None] * design), design.T * weights)
    return rows[:2] / np.array([[1.0], [radius]])


@pytest.mark.parametrize("row", [0, 17, 59])
def test_curve_and_deviations_are_those_of_the_hat_matrix(row: int) -> None:
    """Means, covariances and leverage of one place are sums over the rows of the dense hat matrices."""
    rows = hat_rows(float(TIMES[row]), 13, 3)
    means, covariances, pulls = local_fits(TIMES, TIMES, VALUES, WEIGHTS**-2, 13, 3)
    np.testing.assert_allclose(means[row], rows @ VALUES, rtol=1e-8)
    expected = (rows * WEIGHTS**2) @ rows.T
    np.testing.assert_allclose(covariances[row], [expected[0, 0], expected[1, 1], expected[0, 1]], rtol=1e-8)
    np.testing.assert_allclose(pulls[row] / WEIGHTS[row] ** 2, rows[0, row], rtol=1e-8)


def test_samples_that_nearly_coincide_lower_the_degree() -> None:
    """Where a window cannot tell a curve it gives a line or a mean, not an error or a wild curve."""
    times = np.concatenate([np.arange(5.0), 5.0 + 1e-9 * np.arange(8), np.arange(6.0, 10.0)])
    means, covariances, _ = local_fits(times, times, np.cos(times), np.ones(17), 6, 4)
    assert np.max(np.abs(means[:, 0])) < 1.1
    assert np.all(np.isfinite(covariances[:, 0]))


def test_runs_of_few_samples_keep_residuals() -> None:
    """A run of five samples gets a parabola, of four or three a line, so that none is interpolated."""
    for count, degree in ((5, 2), (4, 1), (3, 1)):
        one = Series(VALUES[:count], np.ones(count), grid(np.arange(float(count)), 1.0))
        drawn = NearestSamples(4).draw(one, 600.0)
        assert degree + 1.0 < np.sum(drawn.leverages) < degree + 2.0
        assert np.max(drawn.leverages) < 1.0


def test_unknown_degrees_are_refused() -> None:
    """The message says which degrees there are."""
    with pytest.raises(UsageError, match=r"LocalPolynomial got degree=0\. Choose one from 1 to 6\."):
        LocalPolynomial(degree=0)
