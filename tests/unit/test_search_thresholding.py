"""The compiled sweep of thresholds against pysindy's estimators."""

import warnings

import numpy as np
import pytest

from discovery.search.scaled import Scaled, scaled
from discovery.search.thresholding import refitted, supports

pysindy = pytest.importorskip("pysindy")

RIDGE = 1e-6
PATH = np.geomspace(0.003, 1.0, 16)
DESIGNS = ("independent", "polynomial", "nearly collinear")


@pytest.fixture(params=DESIGNS)
def regression(request: pytest.FixtureRequest) -> Scaled:
    """Noisy targets of three terms out of twelve."""
    rng = np.random.default_rng(DESIGNS.index(request.param))
    if request.param == "independent":
        design = rng.normal(size=(150, 12)) * np.geomspace(1e-3, 1e3, 12)
    elif request.param == "polynomial":
        design = rng.uniform(-1.0, 2.0, 150)[:, None] ** np.arange(12)
    else:
        design = rng.normal(size=(150, 1)) + 0.1 * rng.normal(size=(150, 12))
    clean = design[:, [1, 4, 7]] @ (np.array([1.0, -0.6, 0.3]) / np.linalg.norm(design[:, [1, 4, 7]], axis=0))
    deviation = np.full(150, 0.1 * clean.std())
    made = scaled(design[None], clean + rng.normal(size=150) * deviation, deviation * rng.uniform(1.0, 2.0, 150))
    assert made is not None
    return made


def of_pysindy(values: np.ndarray, threshold: float) -> np.ndarray:
    """Coefficients by pysindy's STLSQ."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a threshold that leaves nothing is the end of the path
        fitted = pysindy.STLSQ(threshold=threshold, alpha=RIDGE).fit(values[:, :-1], values[:, -1:])
    return fitted.coef_[0]


def test_supports_and_coefficients_are_those_of_pysindy(regression: Scaled) -> None:
    """Each point of the path is what pysindy's STLSQ gives for that threshold."""
    found = supports(regression.grams, PATH, ridge=RIDGE)
    coefficients, _ = refitted(regression.grams, found)
    expected = np.array([of_pysindy(regression.values[0], threshold) for threshold in PATH])
    np.testing.assert_array_equal(expected != 0.0, found[0])
    np.testing.assert_allclose(coefficients[0], expected, rtol=1e-4, atol=1e-7)
    assert len({row.tobytes() for row in found[0]}) >= 3


def test_errors_are_squared_residuals(regression: Scaled) -> None:
    """The share of the target's square that a support leaves, as computed from the rows."""
    chosen = supports(regression.grams, PATH[8:9], ridge=RIDGE)
    coefficients, errors = refitted(regression.grams, chosen)
    values = regression.values[0]
    residual = values[:, -1] - values[:, :-1] @ coefficients[0, 0]
    np.testing.assert_allclose(errors[0, 0], residual @ residual, rtol=1e-6, atol=1e-10)


def test_terms_that_are_zero_are_in_no_support() -> None:
    """A column of zeros, or one that is undefined, gets no coefficient at any threshold."""
    rng = np.random.default_rng(0)
    design = rng.normal(size=(40, 3))
    design[:, 1], design[3, 2] = 0.0, np.nan
    made = scaled(design[None], 2.0 * design[:, 0], np.ones(40))
    assert made is not None
    found = supports(made.grams, PATH, ridge=RIDGE)
    assert not found[:, :, 1:].any()
    assert found[:, :-1, 0].all()


def test_a_repeated_column_does_not_spoil_the_fit() -> None:
    """Of two equal columns one carries the coefficient."""
    column = np.random.default_rng(0).normal(size=(30, 1))
    made = scaled(np.hstack([column, column])[None], 3.0 * column[:, 0], np.ones(30))
    assert made is not None
    coefficients, errors = refitted(made.grams, np.ones((1, 1, 2), dtype=bool))
    np.testing.assert_allclose(coefficients[0, 0].sum(), 1.0, rtol=1e-6)
    assert errors[0, 0] < 1e-9


def test_bags_of_single_rows_include_terms_as_often_as_pysindy_s_ensemble() -> None:
    """With blocks of one row, inclusion probabilities are those of the bootstrap that pysindy draws."""
    rng = np.random.default_rng(1)
    design = rng.normal(size=(60, 5))
    target = design @ np.array([1.0, 0.5, 0.12, 0.0, 0.0]) + 0.5 * rng.normal(size=60)
    made = scaled(design[None], target, np.ones(60))
    assert made is not None
    ours = supports(made.bags(400, 60, rng), np.array([0.1]), ridge=RIDGE).mean(axis=0)[0]
    values = made.values[0]
    state = np.random.get_state()  # noqa: NPY002  # pysindy draws from the global generator
    np.random.seed(0)  # noqa: NPY002
    ensemble = pysindy.EnsembleOptimizer(pysindy.STLSQ(threshold=0.1, alpha=RIDGE), bagging=True, n_models=200)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ensemble.fit(values[:, :-1], values[:, -1:])
    np.random.set_state(state)  # noqa: NPY002
    theirs = np.mean([one[0] != 0.0 for one in ensemble.coef_list], axis=0)
    # Standard errors of two shares of 400 and 200 are at most 0.025 and 0.035.
    np.testing.assert_allclose(ours, theirs, atol=0.13)
    assert np.ptp(ours) > 0.5
