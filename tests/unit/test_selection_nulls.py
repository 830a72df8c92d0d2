"""Data without a law, as nulls describe them."""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from discovery.dynamics.shooting import Shooting, fit
from discovery.dynamics.windows import Windows, cut, records
from discovery.samples import NoiseKind
from discovery.selection.nulls import average, extrapolations, remembering, resting, scattering, wandering
from discovery.types import Law, NoiseModel, SmoothedTrajectory, Trajectory

TIMES = np.linspace(0.0, 10.0, 200)
LATER = np.linspace(10.05, 14.0, 80)


def windows_of(values: np.ndarray, pieces: int = 1) -> Windows:
    """Windows on values whose noise has unit deviation."""
    count, dimension = values.shape
    offsets = np.linspace(0, count, pieces + 1).astype(np.int64)
    weights = np.where(np.isfinite(values), 1.0, 0.0)
    return Windows(
        np.arange(float(count)), np.nan_to_num(values), weights, offsets, values[offsets[:-1]], np.ones(dimension),
        np.ones(dimension), False, count, tuple((0, int(low)) for low in offsets[:-1]),
    )  # fmt: skip


def test_a_line_goes_on() -> None:
    """All curves continue it, whatever its slope, and gaps do not matter."""
    states = np.column_stack([1.0 + 2.0 * TIMES, -TIMES])
    states[10:20, 0] = np.nan
    for forecast in extrapolations(TIMES, states, LATER).values():
        np.testing.assert_allclose(forecast, np.column_stack([1.0 + 2.0 * LATER, -LATER]), atol=1e-8)


def test_a_wave_goes_on() -> None:
    """A line and a wave follow one of any phase; a line alone does not."""
    states = (0.3 * TIMES + np.sin(3.0 * TIMES + 1.0))[:, None]
    curves = extrapolations(TIMES, states, LATER)
    truth = (0.3 * LATER + np.sin(3.0 * LATER + 1.0))[:, None]
    assert np.max(np.abs(curves["a line and a wave"] - truth)) < 0.4
    assert np.max(np.abs(curves["a straight line"] - truth)) > 0.9


def test_the_last_slope_is_that_of_the_last_samples() -> None:
    """A curve that flattens goes on flat."""
    states = np.minimum(TIMES, 5.0)[:, None]
    np.testing.assert_allclose(extrapolations(TIMES, states, LATER)["the last slope"], 5.0)


@pytest.mark.parametrize("known", [0, 1, 3])
def test_too_few_samples_give_their_mean(known: int) -> None:
    """No slope is made of three samples."""
    states = np.full((200, 1), np.nan)
    states[:known] = 2.0
    expected = 2.0 if known else 0.0
    for forecast in extrapolations(TIMES, states, LATER).values():
        np.testing.assert_array_equal(forecast, np.full((80, 1), expected))


def test_a_further_run_is_expected_to_be_the_others_average() -> None:
    """By time; beyond their ends, the mean of all."""
    runs = [(TIMES, np.sin(TIMES)[:, None] + shift) for shift in (-1.0, 1.0)]
    (forecast,) = average(runs, np.array([0.0, 5.0, 20.0])).values()
    np.testing.assert_allclose(forecast[:2, 0], np.sin([0.0, 5.0]), atol=1e-3)
    np.testing.assert_allclose(forecast[2, 0], np.sin(TIMES).mean())


@pytest.mark.parametrize("bend", [3.0, np.inf])
def test_states_at_rest_are_judged_as_the_law_that_says_so(bend: float) -> None:
    """The null and x' = 0 have the same chi-squared, whatever the loss and the number of windows."""
    values = np.random.default_rng(4).standard_normal((90, 2))
    values[::17] += 8.0
    for pieces in (1, 3):
        windows = replace(windows_of(values, pieces), bound=np.full(2, 100.0))
        fitted = fit(Law(("x", "y"), (sp.S.Zero, sp.S.Zero), ()), windows, settings=Shooting(bend=bend))
        assert fitted is not None
        np.testing.assert_allclose(resting(windows, bend), fitted.cost, rtol=1e-6)


def test_a_random_walk_wanders() -> None:
    """Its steps are a shorter description than its distance from a law's curve, however well that is fitted."""
    walk = np.cumsum(np.random.default_rng(0).standard_normal((300, 1)), axis=0)
    smooth = np.polyval(np.polyfit(np.arange(300.0), walk[:, 0], 5), np.arange(300.0))[:, None]
    assert wandering(windows_of(walk)) < scattering(walk - smooth, 1) - 50.0


def test_a_wandering_rate_is_seen_too() -> None:
    """The sum of a random walk is smooth, but goes where it likes."""
    path = np.cumsum(np.cumsum(np.random.default_rng(1).standard_normal((300, 1)), axis=0), axis=0)
    assert wandering(windows_of(path)) < 0.5 * 300 * np.log(2.0)


def test_noise_about_a_curve_does_not_wander() -> None:
    """White residuals are the shorter description, by log(2)/2 nats a value at least."""
    noise = np.random.default_rng(2).standard_normal((400, 2))
    curve = np.column_stack([np.sin(np.arange(400.0) / 20.0), np.cos(np.arange(400.0) / 20.0)])
    for pieces in (1, 8):
        assert wandering(windows_of(20.0 * curve + noise, pieces)) > scattering(noise, pieces) + 200.0


def test_missing_values_are_passed_over() -> None:
    """Each state counts its own samples, also where it has none."""
    values = np.random.default_rng(3).standard_normal((100, 2))
    values[:, 1] = np.nan
    assert np.isfinite(wandering(windows_of(values)))
    np.testing.assert_allclose(scattering(values, 0), 50.0 * np.log(np.mean(values[:, 0] ** 2)))


def test_two_samples_do_not_speak_for_a_walk() -> None:
    """A drift through both leaves no error, which says nothing."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(72, 2))
    sparse = np.array(values)
    sparse[np.arange(72) % 9 % 8 != 0, 1] = np.nan  # the first and the last of each window
    assert wandering(windows_of(sparse, 8)) > wandering(windows_of(values[:, :1], 8)) - 1e-9


def test_a_drift_for_each_run_has_to_be_told() -> None:
    """Runs that grow at rates of their own are no walk with a drift, unless that pays for a constant each."""
    rng = np.random.default_rng(0)
    rates = rng.standard_normal(15)[:, None] * np.arange(7.0)
    walks = np.cumsum(rng.standard_normal((15, 7)), axis=1)
    slightly, clearly = (wandering(windows_of((walks + size * rates).reshape(-1, 1), 15)) for size in (0.3, 30.0))
    alone = wandering(windows_of(walks.reshape(-1, 1), 15))
    stated = 0.5 * 14 * np.log(105)
    assert alone < slightly < alone + stated
    assert clearly == pytest.approx(alone + stated, abs=15.0)


@pytest.mark.parametrize("noise", ["additive", "lognormal"])
@pytest.mark.parametrize("gap", [0.0, 0.5])
def test_runs_whose_clock_goes_on_are_not_one_walk(gap: float, noise: NoiseKind) -> None:
    """Where chance acts on the states, the jump from run to run is none of a walk's steps."""
    rng = np.random.default_rng(0)
    levels, begin = np.exp(0.1 * np.cumsum(rng.standard_normal((4, 11)), axis=1)) * [[1.0], [99.0], [2.0], [50.0]], 0.0
    pieces: list[Trajectory] = []
    for values in levels:
        times = begin + np.arange(11.0)
        begin = times[-1] + gap
        pieces += [Trajectory(times[i : i + 2], values[i : i + 2, None], ("x",), step=True) for i in range(10)]
    none = np.zeros((2, 1))
    curves = [SmoothedTrajectory(one.times, one.states, none, none, none, one.names) for one in pieces]
    windows = cut(pieces, curves, NoiseModel(noise, np.ones(1), np.ones(1), process=True), 2)
    assert [10, 10, 10, 10] == [len(some) for some in records(windows)]


@pytest.mark.parametrize("memory", [0.0, 0.6])
def test_residuals_that_remember_are_told_by_what_is_new_in_them(memory: float) -> None:
    """The logarithm of that, for each; of those that remember nothing it takes but the half logarithm of the number."""
    new, residuals = np.random.default_rng(0).standard_normal((2000, 1)), np.empty((2000, 1))
    residuals[0] = new[0]
    for i in range(1, 2000):
        residuals[i] = memory * residuals[i - 1] + new[i]
    shorter = scattering(residuals, 1) - remembering(residuals, 1)
    assert shorter == pytest.approx(-1000.0 * np.log(1.0 - memory**2) - 0.5 * np.log(2000.0), abs=40.0)
    residuals[::7] = np.nan
    assert scattering(residuals, 1) - remembering(residuals, 1) == pytest.approx(5.0 / 7.0 * shorter, abs=40.0)
