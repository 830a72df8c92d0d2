"""Residuals and the figures that describe them."""

from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.windows import cut, weighed
from discovery.reports.residuals import autocorrelation, residuals, standardised, state_errors
from discovery.selection.residuals import whiteness
from discovery.types import NoiseModel, Prediction, Trajectory


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


def test_lognormal_residuals_are_those_of_the_fit(decay):
    """Differences of logarithms in units of the scale, so that table and verdict have the same chi-squared."""
    run, smoothing, true = decay.trajectories[0], decay.smoothing, decay.predictions[0].states
    noise = NoiseModel("lognormal", np.array([0.3]), np.array([1.0]))
    chance = 0.3 * np.random.default_rng(0).standard_normal(true.shape)
    measured = Trajectory(run.times, true * np.exp(chance), run.names, run.label)
    lognormal = replace(decay, trajectories=(measured,), smoothing=replace(smoothing, noise=noise))
    (found,) = residuals(lognormal, "fit")
    windows = weighed(cut([measured], smoothing.trajectories[:1], noise, 41), [measured], true, noise)
    assert found.standardised == pytest.approx((windows.values - np.log(true / windows.units)) * windows.weights)
    (row,), (test,) = state_errors(lognormal, "fit"), whiteness(found.standardised)
    assert (float(np.mean((chance / 0.3) ** 2)), test.ljung_box) == pytest.approx((row.chi_squared, row.ljung_box))


def test_what_has_no_logarithm_says_nothing_and_a_forecast_below_zero_is_lost():
    """By lognormal noise: a measured zero is left out, a law that leaves what is possible errs without bound."""
    noise = NoiseModel("lognormal", np.array([0.1]), np.array([0.1]))
    found = standardised(noise, np.array([[0.0], [2.0], [np.nan]]), np.array([[1.0], [-1.0], [1.0]]), np.empty((0, 0)))
    assert (True, np.inf, True) == (np.isnan(found[0, 0]), found[1, 0], np.isnan(found[2, 0]))
