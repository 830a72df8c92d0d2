"""States under a fixed field."""

from collections.abc import Callable

import numpy as np
import pytest

from discovery.smoothing.neural.network import Network
from discovery.smoothing.neural.reading_out import Reading, _move, _settle, _solve_band, read_out
from discovery.smoothing.neural.scaling import Samples
from discovery.smoothing.neural.solving import Stepper
from discovery.smoothing.neural.windows import Windows

NetworkOf, SamplesOf, WindowsOf = Callable[..., Network], Callable[..., Samples], Callable[..., Windows]
HOW = Reading(8, 1, Stepper(), 0.03)
TIMES = np.linspace(0.0, 9.9, 100)
EXACT = np.column_stack([np.cos(TIMES), -np.sin(TIMES)])
CIRCLE = ({(1,): 1.0}, {(0,): -1.0})


def noisy(samples_of: SamplesOf, measured: np.ndarray, **options: np.ndarray) -> Samples:
    """Samples about the circle, and a poor curve to start from."""
    return samples_of(TIMES, 0.8 * EXACT + 0.1, measured=measured, **options)


def test_the_noise_is_removed(network_of: NetworkOf, samples_of: SamplesOf) -> None:
    """With the true field a hundred samples of two states leave a tenth of the noise and little more."""
    measured = EXACT + 0.1 * np.random.default_rng(0).standard_normal(EXACT.shape)
    (states,) = read_out(network_of(*CIRCLE), [noisy(samples_of, measured)], HOW)
    assert np.sqrt(np.mean((states - EXACT) ** 2)) < 0.025


@pytest.mark.parametrize("how", [HOW, Reading(8, 1, Stepper(1, stiff=True), 0.03), Reading(4, 3, Stepper(2), 0.03)])
def test_missing_samples_are_bridged(network_of: NetworkOf, samples_of: SamplesOf, how: Reading) -> None:
    """The field carries the states over more than a window without samples, and to a state that is not measured."""
    measured = EXACT.copy()
    measured[40:55] = np.nan
    measured[60:, 1] = np.nan
    (states,) = read_out(network_of(*CIRCLE), [noisy(samples_of, measured)], how)
    np.testing.assert_allclose(states, EXACT, atol=2e-3)


def test_hidden_samples_are_not_fitted(network_of: NetworkOf, samples_of: SamplesOf) -> None:
    """What they are makes no difference."""
    hidden = np.zeros(EXACT.shape, dtype=bool)
    hidden[10:12] = True
    parts = [noisy(samples_of, EXACT + shift * hidden, hidden=hidden) for shift in (0.0, 5.0)]
    one, other = (read_out(network_of(*CIRCLE), [part], HOW)[0] for part in parts)
    np.testing.assert_array_equal(one, other)


def test_every_run_is_read_out_by_itself(network_of: NetworkOf, samples_of: SamplesOf) -> None:
    """A run's states do not depend on the others, and each has its own length."""
    parts = [noisy(samples_of, EXACT).rows(rows) for rows in (slice(0, 30), slice(30, 71), slice(71, 72))]
    together = read_out(network_of(*CIRCLE), parts, HOW)
    assert [30, 41, 1] == [len(states) for states in together]
    for part, states in zip(parts, together, strict=True):
        np.testing.assert_allclose(read_out(network_of(*CIRCLE), [part], HOW)[0], states, atol=1e-4)


def test_the_band_is_solved_as_the_dense_system_is() -> None:
    """Block-tridiagonal, of random windows."""
    rng = np.random.default_rng(0)
    count, dimension = 5, 3
    dense = np.zeros((count * dimension, count * dimension))
    diagonal, off = np.empty((count, dimension, dimension)), rng.standard_normal((count, dimension, dimension))
    for row in range(count):
        here = slice(row * dimension, (row + 1) * dimension)
        half = rng.standard_normal((dimension, dimension))
        diagonal[row] = half @ half.T + 10.0 * np.eye(dimension)
        dense[here, here] = diagonal[row]
        if row + 1 < count:
            there = slice((row + 1) * dimension, (row + 2) * dimension)
            dense[here, there], dense[there, here] = off[row], off[row].T
    right = rng.standard_normal((count, dimension))
    expected = np.linalg.solve(dense, right.ravel()).reshape(count, dimension)
    np.testing.assert_allclose(_solve_band(diagonal, off, right), expected, rtol=1e-10)


def test_a_system_that_is_not_positive_moves_nothing() -> None:
    """A normal matrix without digits left gives no direction."""
    nothing = _solve_band(-np.ones((2, 1, 1)), np.zeros((2, 1, 1)), np.ones((2, 1)))
    np.testing.assert_array_equal(np.zeros((2, 1)), nothing)


def test_nothing_moves_at_the_best_starts(network_of: NetworkOf, samples_of: SamplesOf, windows_of: WindowsOf) -> None:
    """Settled first states are where the Gauss-Newton step is nil, and they are the exact ones."""
    windows = windows_of(noisy(samples_of, EXACT), cells=8)
    starts = _settle(network_of(*CIRCLE), windows, HOW)
    np.testing.assert_allclose(starts, EXACT[windows.rows[:, 0, 0]], atol=1e-4)
    np.testing.assert_allclose(_move(network_of(*CIRCLE), windows, starts, HOW), 0.0, atol=1e-4)


def test_a_field_that_runs_off_gives_finite_states(network_of: NetworkOf, samples_of: SamplesOf) -> None:
    """They are as far away as is counted, so that no comparison takes them for good."""
    away = network_of({(0, 0, 0): 40.0}, {(1, 1, 1): 40.0})
    (states,) = read_out(away, [noisy(samples_of, EXACT)], HOW)
    assert np.all(np.isfinite(states))
    assert np.sqrt(np.mean((states - EXACT) ** 2)) > 10.0


def test_a_window_that_runs_off_does_not_stop_the_others(
    network_of: NetworkOf, samples_of: SamplesOf, windows_of: WindowsOf
) -> None:
    """It and the one behind it stay where they are; all others move towards the samples and settle nearer to them."""
    drives = np.zeros((100, 1))
    drives[50:53] = 1e9
    measured = np.full((100, 1), 0.1)
    windows = windows_of(samples_of(TIMES, 0.5 * measured, measured=measured, drives=drives), cells=8)
    network = network_of({(0, 0, 1): 1.0}, drives=1)
    moves = _move(network, windows, windows.starts, HOW)[:, 0]
    assert [6, 7] == np.flatnonzero(moves == 0.0).tolist()
    others = np.delete(np.arange(len(windows)), [6, 7])
    assert np.all((moves[others] > 1e-3) & (moves[others] < 0.05))
    assert np.all(_settle(network, windows, HOW)[others] > windows.starts[others])
