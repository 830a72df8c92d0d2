"""Corruption of trajectories: seeded, and exactly what it says."""

import numpy as np
import pytest

from discovery.datasets import known
from discovery.datasets.corrupt import Corruption
from discovery.datasets.simulate import simulate
from discovery.errors import DataError, UsageError
from discovery.types import Trajectory

TIMES = np.linspace(0.0, 10.0, 2001)
CLEAN = Trajectory(TIMES, np.column_stack((10 + np.sin(TIMES), 0.1 * np.cos(TIMES))), ("x", "v"), label="first")


def test_nothing_is_done_by_default():
    """The default corruption returns the same samples."""
    same = Corruption().apply(CLEAN, seed=1)
    np.testing.assert_array_equal(CLEAN.states, same.states)
    np.testing.assert_array_equal(CLEAN.times, same.times)
    assert ("first", ("x", "v")) == (same.label, same.names)


def test_one_seed_gives_one_answer():
    """The same seed repeats every draw; another seed does not."""
    rough = Corruption(multiplicative=0.05, additive=0.1, drop=0.3, every=2)
    one, two, three = rough.apply(CLEAN, seed=1), rough.apply(CLEAN, seed=1), rough.apply(CLEAN, seed=2)
    np.testing.assert_array_equal(one.states, two.states)
    np.testing.assert_array_equal(one.times, two.times)
    assert one.times.tolist() != three.times.tolist()


def test_multiplicative_noise_scales_with_the_state():
    """The relative errors have the deviation asked for in both states."""
    relative = Corruption(multiplicative=0.05).apply(CLEAN, seed=3).states / CLEAN.states - 1
    np.testing.assert_allclose(relative.std(axis=0), 0.05, rtol=0.06)


def test_additive_noise_scales_with_the_deviation_of_each_state():
    """A tenth of each state's standard deviation is added, whatever its mean."""
    errors = Corruption(additive=0.1).apply(CLEAN, seed=3).states - CLEAN.states
    np.testing.assert_allclose(errors.std(axis=0) / CLEAN.states.std(axis=0), 0.1, rtol=0.06)


def test_the_stated_fraction_is_dropped_at_random():
    """Half of the samples stay, in order, and not in one block."""
    half = Corruption(drop=0.5).apply(CLEAN, seed=4)
    assert 1001 == len(half)
    assert set(half.times) <= set(TIMES)
    assert np.diff(half.times).max() < 0.5


def test_coarse_sampling_keeps_every_nth_sample():
    """The first sample stays."""
    np.testing.assert_array_equal(TIMES[::10], Corruption(every=10).apply(CLEAN, seed=6).times)


def test_a_sample_keeps_its_noise_whatever_is_dropped():
    """Noise has a stream of random numbers of its own."""
    noisy = Corruption(multiplicative=0.1).apply(CLEAN, seed=7)
    sparse = Corruption(multiplicative=0.1, drop=0.6, every=3).apply(CLEAN, seed=7)
    kept = np.isin(noisy.times, sparse.times)
    np.testing.assert_array_equal(noisy.states[kept], sparse.states)


def test_a_hidden_state_is_gone():
    """An unobserved velocity has no column."""
    seen = Corruption(hide=("v",)).apply(CLEAN, seed=8)
    assert ("x",) == seen.names
    np.testing.assert_array_equal(CLEAN.states[:, :1], seen.states)


def test_inputs_are_set_and_not_measured():
    """They keep their values, of the samples that are left, whatever noise the states have."""
    driven = simulate(known.load("rlc"), [0.0, 0.0])
    noisy = Corruption(multiplicative=0.1, additive=0.1, drop=0.5, hide=("i",)).apply(driven, seed=3)
    rows = np.searchsorted(driven.times, noisy.times)
    assert 256 == len(noisy)
    np.testing.assert_array_equal(driven.inputs[rows], noisy.inputs)
    np.testing.assert_allclose(5.0 * np.cos(200.0 * noisy.times), noisy.inputs[:, 0], atol=1e-12)


def test_the_clean_trajectory_is_unchanged():
    """Corruption returns a copy."""
    before = CLEAN.states.copy()
    Corruption(multiplicative=1.0).apply(CLEAN, seed=9)
    np.testing.assert_array_equal(before, CLEAN.states)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"multiplicative": -0.1}, r"Corruption got multiplicative=-0\.1\. It needs a number of at least 0"),
        ({"additive": float("nan")}, r"Corruption got additive=nan"),
        ({"drop": 1.0}, r"Corruption got drop=1\.0\. It needs a fraction of at least 0 and below 1"),
        ({"every": 0}, r"Corruption got every=0\. It needs a whole number of at least 1"),
    ],
)
def test_impossible_settings_are_refused(options, message):
    """The message has the setting, its value and the range."""
    with pytest.raises(UsageError, match=message):
        Corruption(**options)


@pytest.mark.parametrize(
    ("hide", "message"),
    [(("w",), r"to hide 'w', which is not a state"), (("x", "v"), r"\('x', 'v'\), which is every state")],
)
def test_states_that_cannot_be_hidden_are_refused(hide, message):
    """A state must be there to be hidden, and one must remain."""
    with pytest.raises(UsageError, match=message):
        Corruption(hide=hide).apply(CLEAN, seed=1)


def test_too_few_samples_are_refused():
    """One sample is not a trajectory."""
    with pytest.raises(DataError, match=r"leaves 1 of 2001 samples; at least 2 are needed"):
        Corruption(every=5000).apply(CLEAN, seed=1)
