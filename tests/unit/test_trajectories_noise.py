"""The noise of samples from their neighbours alone."""

from dataclasses import replace

import numpy as np
import pytest

from discovery.trajectories.noise import residuals, strays, without_strays
from discovery.types import Trajectory

TIMES = np.linspace(0.0, 30.0, 600)


def run(values: np.ndarray, times: np.ndarray = TIMES) -> tuple[Trajectory, ...]:
    """One run of one state."""
    return (Trajectory(times, values[:, None], ("x",)),)


@pytest.mark.parametrize("noise", [1e-4, 0.01, 0.1, 0.5])
def test_white_noise_is_measured(noise: float) -> None:
    """Within a tenth, whatever its size, on a sine of 120 samples a period."""
    values = np.sin(TIMES) + noise * np.random.default_rng(0).normal(size=len(TIMES))
    found = residuals(run(values), 0)
    assert pytest.approx(noise, rel=0.1) == found.scale
    assert ("additive", False) == (found.kind, found.falling)


def test_noise_is_measured_on_uneven_samples() -> None:
    """Gaps of every length: the weights follow the times."""
    rng = np.random.default_rng(1)
    times = np.sort(rng.choice(np.linspace(0.0, 30.0, 3000), 600, replace=False))
    values = np.sin(times) + 0.05 * rng.normal(size=600)
    assert pytest.approx(0.05, rel=0.2) == residuals(run(values, times), 0).scale


def test_without_noise_the_rest_is_said_to_be_an_upper_bound() -> None:
    """What polynomials leave of a clean sine is no noise, and tiny."""
    found = residuals(run(np.sin(TIMES)), 0)
    assert found.falling
    assert found.scale < 1e-9


def test_noise_in_proportion_is_told_from_even_noise() -> None:
    """A decay over three decades with 5 % of itself; its relative size is measured."""
    values = np.exp(-TIMES / 5.0) * (1.0 + 0.05 * np.random.default_rng(2).normal(size=len(TIMES)))
    found = residuals(run(values), 0)
    assert "proportional" == found.kind
    assert pytest.approx(0.05, rel=0.1) == found.ratio
    assert pytest.approx(found.ratio * np.max(np.abs(found.values))) == found.largest


def test_missing_samples_take_no_part() -> None:
    """A third of the samples is empty; runs too short to have neighbours give nothing."""
    rng = np.random.default_rng(3)
    values = np.sin(TIMES) + 0.05 * rng.normal(size=len(TIMES))
    values[rng.random(len(TIMES)) < 0.3] = np.nan
    short = Trajectory(np.arange(2.0), np.ones((2, 1)), ("x",))
    assert pytest.approx(0.05, rel=0.15) == residuals((*run(values), short), 0).scale
    assert np.isnan(residuals((short,), 0).scale)


def test_a_stray_is_found_and_its_neighbours_are_not() -> None:
    """Two samples far off a noisy sine; its fastest parts are no strays."""
    values = np.sin(TIMES) + 0.02 * np.random.default_rng(4).normal(size=len(TIMES))
    values[[100, 400]] += (1.0, -0.7)
    found = strays(residuals(run(values), 0), float(values.std()))
    np.testing.assert_array_equal(np.column_stack([TIMES, values])[[100, 400]], found)


def test_corners_where_an_input_switches_are_no_strays() -> None:
    """A stray between two of them is one, and the noise is that of the samples."""
    times = np.arange(300.0)
    pump = np.where((times // 50).astype(int) % 2 == 0, 1.0, -1.0)
    values = np.cumsum(pump) - pump + 0.02 * np.random.default_rng(6).normal(size=300)
    values[120] += 5.0
    (smooth,) = run(values, times)
    driven = replace(smooth, inputs=pump[:, None], held=(True,))
    assert 1 < len(strays(residuals((smooth,), 0), float(values.std())))
    _, found, off = without_strays((driven,), 0, float(values.std()))
    assert ((120.0, values[120]),) == off
    assert pytest.approx(0.02, rel=0.15) == found.scale


def test_an_input_that_switches_all_the_time_leaves_the_noise_as_it_was() -> None:
    """Then nothing is without a switch, and all samples are judged."""
    (plain,) = run(np.sin(TIMES) + 0.02 * np.random.default_rng(7).normal(size=len(TIMES)))
    driven = replace(plain, inputs=np.arange(len(TIMES))[:, None] % 2.0, held=(True,))
    assert residuals((plain,), 0).scale == residuals((driven,), 0).scale


def test_a_stray_of_one_run_is_none_of_another() -> None:
    """Though both were measured at the same times."""
    values = np.sin(TIMES) + 0.02 * np.random.default_rng(4).normal(size=len(TIMES))
    other = np.array(values)
    values[100] += 1.0
    runs = (*run(values), *run(other))
    kept, _, off = without_strays(runs, 0, float(values.std()))
    assert 1 == len(off)
    assert [1, 0] == [int(np.isnan(one.states).sum()) for one in kept]


def test_a_course_that_is_sampled_too_coarsely_has_no_strays() -> None:
    """Three samples an oscillation: all are far from what neighbours say, so none is."""
    times = np.arange(200.0)
    values = np.sin(2.0 * times) + 0.001 * np.random.default_rng(5).normal(size=200)
    assert 0 == len(strays(residuals(run(values, times), 0), 0.7))


def test_a_sample_alone_in_a_gap_is_no_stray_where_the_course_bends_there() -> None:
    """Nor is it where it is right within the gap; far off it still is one, as any other with neighbours."""
    there = (np.abs(TIMES - 15.0) > 0.5) | (np.abs(TIMES - TIMES[300]) < 1e-9)
    times = TIMES[there]
    values = np.sqrt(0.05 + (times - 15.0) ** 2) + 0.01 * np.random.default_rng(8).normal(size=len(times))
    (alone,) = np.flatnonzero(times == TIMES[300])
    assert () == strays(residuals(run(values, times), 0), float(values.std()))
    values[[alone, 100]] += (30.0, 1.0)
    found = strays(residuals(run(values, times), 0), float(values.std()))
    np.testing.assert_array_equal(np.column_stack([times, values])[[100, alone]], found)


@pytest.mark.parametrize("seed", range(4))
def test_where_a_ramp_ends_and_where_a_zigzag_turns_there_is_no_stray(seed: int) -> None:
    """A line through the samples before a corner goes through it; a stray behind the ramp is one all the same."""
    times, noise = np.linspace(0.0, 90.0, 61), 0.07 * np.random.default_rng(seed).normal(size=61)
    ramp, zigzag = np.maximum(50.0 - times, 20.0) + noise, np.abs(times % 30.0 - 15.0) + noise
    for values in (ramp, zigzag):
        assert () == without_strays(run(values, times), 0, float(values.std()))[2]
    ramp[30] += 5.0
    assert ((times[30], ramp[30]),) == without_strays(run(ramp, times), 0, float(ramp.std()))[2]


def test_what_starts_fast_with_more_noise_has_hardly_ever_a_stray_there() -> None:
    """2 % of what falls from 6 to rest are much at the start and hardly anything later."""
    times, said = np.arange(0.0, 80.0, 0.5), 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        noisy = 1.0 + 0.02 * rng.normal(size=160)
        values = 6.0 / (1.0 + np.exp(times - 4.0)) * noisy + 0.01 * rng.normal(size=160)
        said += bool(without_strays(run(values, times), 0, float(values.std()))[2])
    assert said <= 6
