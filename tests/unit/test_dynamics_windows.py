"""Trajectories cut into windows."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from discovery.dynamics.windows import Windows, carried_starts, cut, weighed
from discovery.types import NoiseModel, SmoothedTrajectory, Trajectory

ADDITIVE = NoiseModel("additive", np.array([0.5, 2.0]), np.array([1e-3, 1e-3]))


def runs(*lengths: int) -> tuple[list[Trajectory], list[SmoothedTrajectory]]:
    """Trajectories of two positive states whose samples are all different, and smooth curves beside them."""
    raw, smooth = [], []
    for number, length in enumerate(lengths):
        times = np.arange(length) + 0.25 * np.sin(np.arange(length))
        states = 10.0 + number + np.column_stack([np.sin(times), np.cos(times)]) + np.arange(length)[:, None] / 1000
        names = ("x", "y")
        raw.append(Trajectory(times, states, names))
        ones = np.ones_like(states)
        smooth.append(SmoothedTrajectory(times, states + 0.125, ones, ones, ones, names))
    return raw, smooth


def windows(
    length: int, *lengths: int, noise: NoiseModel = ADDITIVE, most: int | None = None, to_ends: bool = False
) -> Windows:
    """Windows of such trajectories."""
    return cut(*runs(*lengths), noise, length, max_samples=most, to_ends=to_ends)


@pytest.mark.parametrize("length", [2, 7, 16, 100, 1000])
def test_windows_cover_every_sample_once(length: int) -> None:
    """Unequal trajectories are cut without gap or overlap."""
    raw, _ = runs(100, 37, 5)
    found = windows(length, 100, 37, 5)
    np.testing.assert_array_equal(found.values, np.vstack([run.states for run in raw]))
    np.testing.assert_array_equal(found.times, np.concatenate([run.times for run in raw]))
    assert found.offsets[0] == 0
    assert found.offsets[-1] == 142
    assert np.all(np.diff(found.offsets) > 0)
    assert len(found.starts) == len(found.places) == len(found.offsets) - 1
    assert found.count == 284


def test_a_window_never_spans_two_trajectories() -> None:
    """Within a window times increase by about a sample."""
    found = windows(64, 100, 37, 5)
    for low, high in zip(found.offsets[:-1], found.offsets[1:], strict=True):
        assert np.all(np.diff(found.times[low:high]) > 0)
    assert {0, 1, 2} == {index for index, _ in found.places}


@pytest.mark.parametrize("samples", [33, 100, 509])
def test_windows_have_about_the_length_asked_for(samples: int) -> None:
    """Equal pieces, at most a factor of the square root of two from the length."""
    found = windows(16, samples)
    sizes = np.diff(found.offsets)
    assert sizes.max() - sizes.min() <= 1
    assert 16 / 1.5 < sizes.mean() < 16 * 1.5
    assert found.length == sizes.max()


@pytest.mark.parametrize("samples", [100, 257, 999])
def test_longer_windows_begin_where_shorter_ones_do(samples: int) -> None:
    """Edges are nested, so that fitted starts can be carried over."""
    places = [set(windows(length, samples, 61).places) for length in (4, 8, 16, 32, 64, 1024)]
    assert all(longer <= shorter for shorter, longer in pairwise(places))


def test_starts_are_the_smoother_s() -> None:
    """The first guess of a window is the smooth state at its first sample."""
    _, smooth = runs(100, 37)
    found = windows(16, 100, 37)
    for start, (index, low) in zip(found.starts, found.places, strict=True):
        np.testing.assert_array_equal(start, smooth[index].states[low])


def test_fitted_starts_are_carried_to_longer_windows() -> None:
    """Windows that begin together keep what was fitted."""
    short, long = windows(8, 100, 37), windows(32, 100, 37)
    fitted = np.random.default_rng(0).standard_normal(short.starts.shape)
    carried = carried_starts(fitted, short, long)
    for start, place in zip(carried, long.places, strict=True):
        np.testing.assert_array_equal(start, fitted[short.places.index(place)])


def test_where_no_shorter_window_begins_the_smoother_s_start_stays() -> None:
    """With thinned windows some have no fitted start."""
    short, long = windows(8, 100, most=30), windows(8, 100)
    fitted = np.zeros_like(short.starts)
    for start, guess, place in zip(carried_starts(fitted, short, long), long.starts, long.places, strict=True):
        np.testing.assert_array_equal(start, np.zeros(2) if place in short.places else guess)


def test_missing_values_have_no_weight() -> None:
    """A NaN sample counts nothing, the other state of its row still does."""
    raw, smooth = runs(20)
    states = raw[0].states.copy()
    states[3, 0] = np.nan
    found = cut([Trajectory(raw[0].times, states, ("x", "y"))], smooth, ADDITIVE, 8)
    assert found.weights[3].tolist() == [0.0, 0.5]
    assert found.count == 39
    assert np.all(np.isfinite(found.values))
    assert found.weights[4].tolist() == [2.0, 0.5]


def test_proportional_noise_weighs_by_the_smooth_states() -> None:
    """Deviations follow the curve, not the scattered samples."""
    _, smooth = runs(20)
    found = windows(8, 20, noise=NoiseModel("proportional", np.array([0.1, 0.2]), np.array([1e-3, 1e-3])))
    np.testing.assert_allclose(found.weights, 1.0 / (np.array([0.1, 0.2]) * smooth[0].states))


def test_given_noise_weighs_by_the_errors() -> None:
    """In any window, also when the law's own curve gives the weights."""
    raw, smooth = runs(40)
    errors = 0.5 + np.arange(80.0).reshape(40, 2) / 40.0
    raw, noise = [replace(raw[0], errors=errors)], replace(ADDITIVE, kind="given")
    found = cut(raw, smooth, noise, 10)
    np.testing.assert_allclose(found.weights, 1.0 / (ADDITIVE.scale * errors))
    again = weighed(found, raw, 2.0 * found.values, noise)
    np.testing.assert_array_equal(again.weights, found.weights)


def test_log_normal_noise_compares_logarithms() -> None:
    """Values are logarithms of sizes in units near them; what has no logarithm has no weight."""
    raw, smooth = runs(20)
    states = raw[0].states.copy()
    states[2, 1], states[5, 0] = 0.0, -1.0
    noise = NoiseModel("lognormal", np.array([0.1, 0.2]), np.array([1e-3, 1e-3]))
    found = cut([Trajectory(raw[0].times, states, ("x", "y"))], smooth, noise, 8)
    assert found.logarithmic
    np.testing.assert_allclose(found.values[0], np.log(states[0] / found.units))
    np.testing.assert_allclose(found.weights[0], [10.0, 5.0])
    assert found.count == 38
    assert found.weights[2, 1] == found.weights[5, 0] == 0.0


def test_many_samples_are_thinned_evenly() -> None:
    """Whole windows are kept, from the first to the last, close to the number asked for."""
    found = windows(10, 1000, 1000, most=400)
    assert 0.7 * 400 < len(found.values) < 1.3 * 400
    first = [index * 1000 + low for index, low in found.places]
    assert first[0] == 0
    assert first[-1] > 1900
    assert np.diff(first).max() < 1.6 * np.diff(first).min()


@pytest.mark.parametrize("most", [1, 60, 150, 330])
def test_thinned_windows_can_go_to_the_ends_of_runs(most: int) -> None:
    """As many as else, of the same runs: forecasts go on from the last samples of each."""
    plain, found = (windows(10, 200, 200, 200, most=most, to_ends=ends) for ends in (False, True))
    assert [index for index, _ in plain.places] == [index for index, _ in found.places]
    lasts = dict(found.places)
    every = dict(windows(10, 200, 200, 200).places)
    assert lasts == {index: every[index] for index in lasts}


def test_data_within_the_limit_are_not_thinned() -> None:
    """All windows stay."""
    assert windows(10, 100, most=100).places == windows(10, 100).places


def test_the_bound_leaves_room_around_the_data() -> None:
    """Ten times the largest magnitude and more."""
    raw, _ = runs(50)
    assert np.all(windows(16, 50).bound > 10.0 * np.abs(raw[0].states).max(axis=0))


def test_a_hidden_state_that_rests_may_begin_elsewhere() -> None:
    """Its spread, by which starts are believed, is a share of its size; of what was measured it is what it is."""
    times = np.linspace(0.0, 1.0, 20)
    states = np.column_stack([5.0 + 1e-6 * times, np.full(20, np.nan)])
    curve = np.column_stack([states[:, 0], np.full(20, -4.0)])
    smooth = SmoothedTrajectory(times, curve, 0.0 * curve, curve, curve, ("x", "z"))
    noise = NoiseModel("additive", np.array([0.1, 0.1]), np.array([1e-3, 1e-3]))
    found = cut([Trajectory(times, states, ("x", "z"))], [smooth], noise, 20)
    assert found.spread[0] < 1e-5
    assert 0.4 == pytest.approx(found.spread[1])
