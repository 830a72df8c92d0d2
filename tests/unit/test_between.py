"""What an input does between its samples: the straight lines that solvers go by."""

import numpy as np
import pytest

from discovery.between import nearest_lines
from discovery.types import Drive, Trajectory

FINE = np.linspace(20.0, 180.0, 20_001)


def lines(times, values, held=False):
    """The lines that stand for one input."""
    return nearest_lines(times, values[:, None], [held])[:, 0]


def gain(times, values, period):
    """Amplitude of the component of straight lines that has a period."""
    wave = np.sin(2.0 * np.pi * FINE / period)
    return float(wave @ np.interp(FINE, times, values) / (wave @ wave))


@pytest.mark.parametrize("period", [8.0, 10.0, 20.0])
def test_a_smooth_input_keeps_its_size(period):
    """Lines through the samples lose a twelfth of the square of the phase from one to the next."""
    times = np.arange(200.0)
    samples = np.sin(2.0 * np.pi * times / period)
    assert gain(times, samples, period) < 1.0 - (2.0 * np.pi / period) ** 2 / 13.0
    assert pytest.approx(1.0, abs=2e-3) == gain(times, lines(times, samples), period)


def test_samples_need_not_be_evenly_spaced():
    """As measured by hand."""
    times = np.arange(200.0) + np.random.default_rng(0).uniform(-0.4, 0.4, 200)
    samples = np.sin(2.0 * np.pi * times / 10.0)
    assert pytest.approx(1.0, abs=2e-3) == gain(times, lines(times, samples), 10.0)
    assert gain(times, samples, 10.0) < 0.97


@pytest.mark.parametrize(
    "samples",
    [
        np.random.default_rng(1).standard_normal(200),
        np.cumsum(np.random.default_rng(2).standard_normal(200)),
        np.where(np.arange(200) // 10 % 2, 1.0, 0.0),
        np.abs(np.arange(200.0) % 20.0 - 10.0),
        np.arange(200.0),
        np.full(200, 3.0),
    ],
    ids=["noise", "walk", "steps", "triangles", "ramp", "constant"],
)
def test_what_is_not_smooth_keeps_its_values(samples):
    """Noise, what wanders, corners; and straight lines are what they are."""
    np.testing.assert_array_equal(samples, lines(np.arange(200.0), samples))


def test_held_inputs_and_short_records_keep_their_values():
    """A value that is held is no line; of a few samples nobody knows whether they are smooth."""
    wave = np.sin(np.arange(100.0) / 2.0)
    np.testing.assert_array_equal(wave, lines(np.arange(100.0), wave, held=True))
    np.testing.assert_array_equal(wave[:11], lines(np.arange(11.0), wave[:11]))


def test_rows_close_to_others_are_no_knots():
    """Before a switch of another input stands a row whose value is from the line between two samples."""
    times = np.arange(100.0)
    wave = np.sin(times / 2.0)
    there = np.arange(10, 100, 10)
    early = wave[there] - 0.01 * (wave[there] - wave[there - 1])
    more = lines(np.insert(times, there, times[there] - 0.01), np.insert(wave, there, early))
    kept = np.ones(len(more), dtype=bool)
    kept[there + np.arange(len(there))] = False
    np.testing.assert_allclose(lines(times, wave), more[kept], atol=5e-3)


def test_a_run_is_driven_by_its_lines_and_has_its_samples():
    """Regressions look at samples, solvers at what is between them; a map has nothing there."""
    times, wave = np.arange(50.0), np.sin(np.arange(50.0) / 2.0)[:, None]
    run = Trajectory(times, np.zeros((50, 1)), ("x",), inputs=wave)
    np.testing.assert_array_equal(wave, run.inputs)
    assert run.drive is not None
    np.testing.assert_array_equal(nearest_lines(times, wave, [False]), run.drive.values)
    np.testing.assert_array_equal(run.drive.values, Drive.of_samples(times, wave, ()).values)
    mapped = Trajectory(times, np.zeros((50, 1)), ("x",), inputs=wave, discrete=True)
    assert mapped.drive is not None
    np.testing.assert_array_equal(wave, mapped.drive.values)


def test_nothing_is_known_of_gaps():
    """A spline through one overshoots; samples beside it keep their values, as nearly as elsewhere."""
    times = np.concatenate([np.arange(0.0, 10.0, 0.1), np.arange(60.0, 70.0, 0.1)])
    samples = np.sin(times)
    assert np.abs(lines(times, samples) - samples).max() < 2e-3


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_inputs_of_one_sign_keep_it(sign):
    """The root of a flow that comes to rest has a value everywhere."""
    times = np.linspace(0.0, 40.0, 201)
    found = sign * lines(times, sign * 5.0 * (1.0 - np.cos(0.5 * np.pi * times)))
    assert found.min() >= 0.0
    assert found.max() > 10.0


def test_a_clock_that_slows_down_keeps_its_early_samples():
    """Steps are compared with those beside them, and not with later ones alone."""
    times = np.geomspace(0.01, 100.0, 200)
    samples = np.exp(-20.0 * times)
    assert np.abs(lines(times, samples) - samples).max() < 0.01
    fast = np.concatenate([np.arange(0.0, 1.0, 0.01), np.arange(1.0, 201.0)])
    both = np.exp(-5.0 * fast) * np.sin(20.0 * fast) + np.sin(fast / 10.0)
    assert np.abs(lines(fast, both) - both).max() < 0.01
