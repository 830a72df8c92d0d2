"""Tests of whiteness."""

import numpy as np
import pytest
from scipy import stats

from discovery.selection.residuals import whiteness


def test_probabilities_of_white_residuals_are_uniform() -> None:
    """Over four hundred states of noise neither test prefers any probability."""
    tests = whiteness(np.random.default_rng(0).standard_normal((200, 400)))
    for probabilities in ([one.ljung_box for one in tests if one], [one.runs for one in tests if one]):
        assert 400 == len(probabilities)
        assert stats.kstest(probabilities, "uniform").statistic < 0.1


def test_a_wave_in_the_residuals_is_seen() -> None:
    """By both tests, at a third of the noise's power."""
    noise = np.random.default_rng(1).standard_normal(300)
    (test,) = whiteness((noise + np.sin(np.arange(300) / 8.0))[:, None])
    assert test is not None
    assert test.ljung_box < 1e-6
    assert test.runs < 1e-3
    assert test.correlation > 0.2
    assert test.probability == 2.0 * min(test.ljung_box, test.runs)


def test_residuals_that_alternate_are_seen() -> None:
    """Too many runs are as unlikely as too few."""
    (test,) = whiteness(np.tile([[1.0], [-1.0]], (50, 1)))
    assert test is not None
    assert test.runs < 1e-6
    assert test.correlation < -0.9


@pytest.mark.parametrize("values", [np.ones(5), np.zeros(100), np.full(100, np.nan)])
def test_nothing_is_said_of_nothing(values: np.ndarray) -> None:
    """Too few residuals, or none that differ from zero."""
    assert (None,) == whiteness(values[:, None])


def test_residuals_of_one_sign_have_one_run() -> None:
    """The test of runs says nothing, that of correlations all."""
    (test,) = whiteness(np.ones((50, 1)))
    assert test is not None
    assert 1.0 == test.runs
    assert test.ljung_box < 1e-6
