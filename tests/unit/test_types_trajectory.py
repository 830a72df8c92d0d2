"""What a trajectory refuses."""

import numpy as np
import pytest

from discovery.errors import DataError
from discovery.types import Trajectory, measured_states

TIMES, STATES = np.arange(4.0), np.ones((4, 2))
MESSAGE = r"Trajectory has 4 times and inputs of shape \({}\)\. Inputs need one row for each time and no missing value"


def test_a_run_without_inputs_has_no_columns_of_them() -> None:
    """So that code can stack them without asking."""
    assert (4, 0) == Trajectory(TIMES, STATES, ("x", "y")).inputs.shape


def test_inputs_are_kept_read_only() -> None:
    """As states are; the caller's array is not the run's."""
    given = np.ones((4, 1))
    run = Trajectory(TIMES, STATES, ("x", "y"), inputs=given)
    given[0] = 5.0
    np.testing.assert_array_equal(np.ones((4, 1)), run.inputs)
    with pytest.raises(ValueError, match="read-only"):
        run.inputs[0] = 2.0


@pytest.mark.parametrize(
    ("inputs", "shape"),
    [
        (np.ones((3, 1)), "3, 1"),
        (np.ones(4), "4,"),
        (np.array([[1.0], [np.nan], [1.0], [1.0]]), "4, 1"),
        (np.array([[1.0], [np.inf], [1.0], [1.0]]), "4, 1"),
    ],
    ids=["too few rows", "one axis", "missing", "infinite"],
)
def test_inputs_that_do_not_fit_are_refused(inputs: np.ndarray, shape: str) -> None:
    """The message has both shapes and what to do."""
    with pytest.raises(DataError, match=MESSAGE.format(shape)):
        Trajectory(TIMES, STATES, ("x", "y"), inputs=inputs)


def test_inputs_may_be_lists() -> None:
    """They become an array, or are refused as one would be."""
    np.testing.assert_array_equal(
        np.ones((4, 1)),
        Trajectory(TIMES, STATES, ("x", "y"), inputs=[[1.0]] * 4).inputs,
    )
    assert (4, 0) == Trajectory(TIMES, STATES, ("x", "y"), inputs=[]).inputs.shape
    with pytest.raises(DataError, match=MESSAGE.format("4,")):
        Trajectory(TIMES, STATES, ("x", "y"), inputs=[1.0] * 4)


def test_a_single_number_is_no_times() -> None:
    """The message has the shapes and what is needed."""
    message = r"Trajectory got times of shape \(\) and states of shape \(4, 2\)\. It needs times \(n,\)"
    with pytest.raises(DataError, match=message):
        Trajectory(1.0, STATES, ("x", "y"))


def test_a_state_is_measured_where_any_run_has_a_sample_of_it() -> None:
    """One number in one of the runs does; none in all of them does not."""
    never, once = np.full((4, 2), np.nan), np.full((4, 2), np.nan)
    once[3, 0] = 0.0
    runs = [Trajectory(TIMES, states, ("x", "y")) for states in (never, once)]
    assert [True, False] == measured_states(runs).tolist()
    assert not measured_states(runs[:1]).any()


def test_errors_are_one_for_each_measurement_and_stay_with_their_rows() -> None:
    """Others are refused; a part has its own."""
    times, states = np.arange(4.0), np.arange(8.0).reshape(4, 2)
    run = Trajectory(times, states, ("x", "y"), errors=states + 1.0)
    np.testing.assert_array_equal([[3.0, 4.0], [7.0, 8.0]], run.part(np.array([1, 3])).errors)
    assert not Trajectory(times, states, ("x", "y")).part(slice(1, 3)).errors.size
    for errors in (states[:2] + 1.0, states):
        with pytest.raises(DataError, match="one error above zero for each measurement"):
            Trajectory(times, states, ("x", "y"), errors=errors)


def test_a_part_of_no_rows_has_its_inputs() -> None:
    """As what is asked of the samples of a state that was never measured, of which there are none."""
    run = Trajectory(TIMES, STATES, ("x", "y"), inputs=np.ones((4, 1)), held=(True,))
    part = run.part(np.empty(0, dtype=int))
    assert ((0, 2), (0, 1), (True,)) == (part.states.shape, part.inputs.shape, part.held)
    assert part.drive is not None
    with pytest.raises(DataError, match=MESSAGE.format("0, 1")):
        Trajectory(TIMES, STATES, ("x", "y"), inputs=np.empty((0, 1)))
