"""Rows just before the switches of held inputs."""

import numpy as np

from discovery.problems.left_limits import BEFORE, at_samples, with_left_limits
from discovery.types import Prediction, SmoothedTrajectory, Trajectory

TIMES = np.array([0.0, 1.0, 3.0, 4.0, 5.0])
STATES = np.arange(5.0)[:, None]
INPUTS = np.array([[0.0, 0.0], [0.0, 1.0], [2.0, 3.0], [2.0, 4.0], [-1.0, 5.0]])


def test_inputs_are_still_as_they_were() -> None:
    """Held ones as at the sample before; one that is on its way is nearly there; nothing was measured."""
    run = Trajectory(TIMES, STATES, ("x",), "a", INPUTS, (True, False), errors=1.0 + STATES)
    (found,) = with_left_limits((run,))
    np.testing.assert_array_equal([1.0, 2.0, 1.0, 3.0, 4.0, 1.0, 5.0], found.errors[:, 0])
    np.testing.assert_array_equal(run.errors, at_samples([found], [run])[0].errors)
    np.testing.assert_allclose([0.0, 1.0, 3.0 - 2.0 * BEFORE, 3.0, 4.0, 5.0 - BEFORE, 5.0], found.times)
    np.testing.assert_array_equal([0.0, 1.0, np.nan, 2.0, 3.0, np.nan, 4.0], found.states[:, 0])
    np.testing.assert_array_equal([0.0, 0.0, 0.0, 2.0, 2.0, 2.0, -1.0], found.inputs[:, 0])
    np.testing.assert_allclose([0.0, 1.0, 3.0 - 2.0 * BEFORE, 3.0, 4.0, 5.0 - BEFORE, 5.0], found.inputs[:, 1])
    assert (run.held, run.label, run.names) == (found.held, found.label, found.names)


def test_runs_in_which_nothing_switches_stay_as_they_are() -> None:
    """Without inputs, with inputs that are interpolated, with one that rests; and maps, which have no rates."""
    runs = (
        Trajectory(TIMES, STATES, ("x",)),
        Trajectory(TIMES, STATES, ("x",), "", INPUTS),
        Trajectory(TIMES, STATES, ("x",), "", np.ones((5, 1)), (True,)),
        Trajectory(np.arange(5.0), STATES, ("x",), "", INPUTS, (True, False), discrete=True),
    )
    assert all(found is run for found, run in zip(with_left_limits(runs), runs, strict=True))


def test_what_is_shown_has_the_rows_that_were_measured() -> None:
    """Curves, predictions, and the runs themselves; by label, as forecasts are of some runs alone."""
    runs = tuple(Trajectory(TIMES, STATES, ("x",), label, INPUTS, (True, False)) for label in "ab")
    more = with_left_limits(runs)
    for one, run in zip(at_samples(more, runs), runs, strict=True):
        np.testing.assert_array_equal(run.times, one.times)
        np.testing.assert_array_equal(run.inputs, one.inputs)
    times, wide = more[1].times, np.ones((len(more[1].times), 1))
    (curve,) = at_samples([SmoothedTrajectory(times, wide, wide, wide, wide, ("x",), "b")], runs)
    assert [(5,), (5, 1), (5, 1)] == [curve.times.shape, curve.derivatives.shape, curve.state_deviations.shape]
    (forecast,) = at_samples([Prediction("held_out", "b", times[3:], wide[3:])], runs)
    np.testing.assert_array_equal(TIMES[2:], forecast.times)


def test_runs_of_one_name_keep_their_rows() -> None:
    """Labels that come twice are no key: what is taken off is what was put in."""
    pump = np.array([0.0, 0.0, 1.0, 1.0, 1.0])[:, None]
    runs = tuple(Trajectory(times, STATES, ("x",), "a", pump, (True,)) for times in (TIMES, TIMES / 3.0))
    for one, run in zip(at_samples(with_left_limits(runs), runs), runs, strict=True):
        np.testing.assert_array_equal(run.times, one.times)


def test_nothing_is_between_times_that_are_next_to_each_other() -> None:
    """A clock in seconds since 1970 has no digits for a hundredth of ten microseconds."""
    times = 1.7e9 + 1e-6 * np.arange(5.0)
    run = Trajectory(times, STATES, ("x",), "", np.array([0.0, 0.0, 1.0, 1.0, 1.0])[:, None], (True,))
    assert len(times) == len(with_left_limits((run,))[0].times)
