"""Residuals and the figures that describe them."""

from dataclasses import replace

import numpy as np
import pytest

from discovery.reports.residuals import autocorrelation, residuals, state_errors
from discovery.types import Prediction


def test_residuals_are_measurements_minus_prediction_in_noise_deviations(decay):
    """Each fitted sample once."""
    found = residuals(decay, "fit")
    assert [41, 41] == [len(one.times) for one in found]
    assert np.concatenate([one.differences for one in found]) == pytest.approx(0.01)
    assert np.concatenate([one.standardised for one in found]) == pytest.approx(1.0)


def test_a_state_is_described_in_its_unit_and_in_those_of_the_noise(decay):
    """Root mean square, chi-squared, share beyond two deviations."""
    (row,) = state_errors(decay, "fit")
    spread = np.std(np.concatenate([run.states for run in decay.trajectories]))
    assert (82, 0.0) == (row.count, row.outside)
    assert (0.01, 0.01 / spread, 1.0) == pytest.approx((row.rms, row.relative, row.chi_squared))


def test_a_prediction_that_diverged_errs_without_bound(decay):
    """It does not pass as missing; what was not measured does."""
    run, lost = decay.trajectories[0], decay.predictions[0].states.copy()
    lost[20:] = np.nan
    diverged = replace(decay, predictions=(Prediction("fit", "a", run.times, lost),))
    (row,) = state_errors(diverged, "fit")
    assert (41, np.inf, np.inf) == (row.count, row.rms, row.chi_squared)
    missing = run.states.copy()
    missing[5] = np.nan
    (row,) = state_errors(replace(decay, trajectories=(replace(run, states=missing),)), "fit")
    assert 40 == row.count


def test_nothing_predicted_gives_no_rows(decay):
    """No table of nothing."""
    assert () == state_errors(replace(decay, predictions=()), "fit")


def test_autocorrelation_is_one_at_lag_zero_and_finds_a_period():
    """Over all runs, each by itself; NaN beyond their length."""
    wave = np.sin(np.arange(400) * 2 * np.pi / 8)
    found = autocorrelation([wave, wave], 8)
    assert (1.0, -1.0, 1.0) == pytest.approx((found[0], found[4], found[8]), abs=0.03)
    assert np.isnan(autocorrelation([np.arange(4.0)], 3)[2:]).all()
    assert np.isnan(autocorrelation([np.zeros(9)], 2)).all()
