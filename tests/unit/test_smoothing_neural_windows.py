"""Windows of samples."""

from collections.abc import Callable

import numpy as np
import pytest

from discovery.smoothing.neural.scaling import Samples
from discovery.smoothing.neural.windows import Windows, draw, gather, places

SamplesOf, WindowsOf = Callable[..., Samples], Callable[..., Windows]


@pytest.mark.parametrize("length", [1, 2, 3, 8, 9, 10, 16, 17, 18, 40, 41])
@pytest.mark.parametrize("stride", [1, 2, 3, 7])
def test_every_sample_is_in_one_window_once(
    samples_of: SamplesOf, windows_of: WindowsOf, length: int, stride: int
) -> None:
    """The last sample of a run too, for any length of run and cell."""
    runs = [samples_of(np.arange(float(n))) for n in (length, 5)]
    windows = windows_of(*runs, cells=8, stride=stride)
    for run, part in enumerate(runs):
        rows = windows.rows[windows.run == run]
        np.testing.assert_array_equal(np.arange(len(part)), np.sort(rows[rows >= 0]))
    assert np.all(windows.weights[windows.rows >= 0] == 10.0)
    assert np.all(windows.weights[windows.rows < 0] == 0.0)


def test_a_window_starts_where_the_one_before_ends(samples_of: SamplesOf, windows_of: WindowsOf) -> None:
    """Neighbours of one run are linked, runs are not."""
    windows = windows_of(samples_of(np.arange(20.0)), samples_of(np.arange(12.0)), cells=8)
    np.testing.assert_array_equal([0, 0, 0, 1, 1], windows.run)
    np.testing.assert_array_equal([0, 8, 16, 0, 8], windows.rows[:, 0, 0])
    np.testing.assert_array_equal([[0, 1], [1, 2], [3, 4]], windows.links)
    np.testing.assert_allclose(np.sin([0.0, 8.0, 16.0, 0.0, 8.0])[:, None], windows.starts)


def test_cells_reach_from_node_to_node(samples_of: SamplesOf, windows_of: WindowsOf) -> None:
    """Phases are the samples' places in their cell; what is behind the end has no length."""
    times = np.array([0.0, 1.0, 3.0, 4.0, 8.0, 9.0])
    windows = windows_of(samples_of(times), cells=4, stride=2)
    np.testing.assert_array_equal([[3.0, 5.0, 1.0, 0.0, 0.0]], windows.lengths)
    np.testing.assert_array_equal([[0, 1], [2, 3], [4, -1], [5, -1], [-1, -1]], windows.rows[0])
    np.testing.assert_allclose([[0.0, 1 / 3], [0.0, 0.2], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]], windows.phases[0])


def test_windows_do_not_span_gaps(samples_of: SamplesOf, windows_of: WindowsOf) -> None:
    """A gap of twenty intervals cuts the run, one of ten does not; a lonely sample is a window of no length."""
    times = np.r_[np.arange(9.0), 18.0 + np.arange(9.0), 46.0 + np.arange(9.0), 75.0]
    windows = windows_of(samples_of(times), cells=32)
    np.testing.assert_array_equal([0, 18, 27], windows.rows[:, 0, 0])
    assert 0 == len(windows.links)
    np.testing.assert_array_equal([26.0, 8.0, 0.0], windows.lengths.sum(axis=1))


def test_what_is_missing_has_no_weight_and_is_not_hidden(samples_of: SamplesOf, windows_of: WindowsOf) -> None:
    """NaN is neither fitted nor scored."""
    measured, hidden = np.ones((9, 1)), np.zeros((9, 1), dtype=bool)
    measured[3], hidden[3], hidden[5] = np.nan, True, True
    windows = windows_of(samples_of(np.arange(9.0), measured=measured, hidden=hidden))
    assert [0.0, 0.0, 10.0] == [
        windows.measured[0, 3, 0, 0],
        windows.weights[0, 3, 0, 0],
        windows.weights[0, 5, 0, 0],
    ]
    np.testing.assert_array_equal([5], np.flatnonzero(windows.hidden[0, :, 0, 0]))
    assert not windows.revealed().hidden.any()


def test_values_return_to_the_rows_they_came_from(samples_of: SamplesOf, windows_of: WindowsOf) -> None:
    """Scattering undoes gathering."""
    runs = [samples_of(np.arange(float(n))) for n in (23, 6)]
    windows = windows_of(*runs, cells=4, stride=3)
    onto = [np.full((n, 1), np.nan) for n in (23, 6)]
    windows.scatter(windows.measured, onto)
    for part, found in zip(runs, onto, strict=True):
        np.testing.assert_array_equal(part.measured, found)


def test_windows_beyond_the_limit_are_drawn_with_their_neighbours(samples_of: SamplesOf) -> None:
    """No more than asked for; most of them are still linked; another draw takes others."""
    parts = [samples_of(np.arange(400.0))]
    every = places(parts, 4, 1)
    rng = np.random.default_rng(0)
    chosen = draw(every, 16, rng)
    windows = gather(parts, chosen, 4, 1)
    assert 16 == len(windows)
    assert 12 <= len(windows.links)
    before, after = windows.links.T
    np.testing.assert_array_equal(windows.rows[before, 0, 0] + 4, windows.rows[after, 0, 0])
    assert chosen != draw(every, 16, rng)
    assert every == draw(every, 100, rng)


def test_a_part_is_some_windows(samples_of: SamplesOf, windows_of: WindowsOf) -> None:
    """Without links, which may lead out of it."""
    windows = windows_of(samples_of(np.arange(33.0)))
    part = windows.part(slice(1, 3))
    np.testing.assert_array_equal(windows.rows[1:3], part.rows)
    assert (2, 0) == (len(part), len(part.links))
