"""Inputs that no row tells for long: runs end before such gaps, where a straight line would be a guess."""

from dataclasses import replace

import numpy as np
import pytest

from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.checks import check
from discovery.trajectories.gaps import between_gaps, gaps
from discovery.trajectories.measurements import Measurements

HOURS = np.arange(0.0, 240.0)
DAY = np.cos(2.0 * np.pi * HOURS / 24.0)
LIGHT = np.maximum(DAY, 0.0)
LOST = np.arange(100, 107)


def logged(course: np.ndarray, lost: np.ndarray = LOST, times: np.ndarray = HOURS) -> Measurements:
    """What a logger that lost these rows has of a state and its input."""
    kept = np.setdiff1d(np.arange(len(times)), lost)
    found = from_arrays(np.sin(times[kept] / 30.0), times[kept], inputs=course[kept])
    return replace(found, inputs={"u0": "Ta [degC]"})


def test_runs_end_before_a_gap_and_go_on_behind_it() -> None:
    """No row is lost, and a note says where."""
    data = logged(DAY)
    parted = between_gaps(data)
    assert ["part 1", "part 2"] == [run.label for run in parted.trajectories]
    np.testing.assert_array_equal(
        data.trajectories[0].times, np.concatenate([run.times for run in parted.trajectories])
    )
    assert "No row tells Ta [degC] between 99 and 107, 8 usual steps." in parted.notes[-1]
    assert "Each stretch between such gaps counts as a run with a start of its own; there are 2." in parted.notes[-1]


def test_rows_whose_input_is_empty_make_a_gap_too() -> None:
    """They are left out, and then are as rows that are missing."""
    course = DAY.copy()
    course[LOST] = np.nan
    assert 2 == len(between_gaps(logged(course, np.array([], dtype=int))).trajectories)


@pytest.mark.parametrize(
    "course",
    [HOURS / 240.0 + 0.01 * DAY, np.full_like(HOURS, 3.0), np.where(HOURS < 50.0, 0.0, 1.0)],
    ids=["slow", "constant", "switched elsewhere"],
)
def test_what_a_straight_line_follows_leaves_runs_whole(course: np.ndarray) -> None:
    """An input that hardly varies within such a time, or is held."""
    data = logged(course)
    assert data is between_gaps(data)


@pytest.mark.parametrize("after", [104.0, 105.0], ids=["unknown", "soon"])
def test_a_held_input_that_is_another_behind_a_gap_parts_runs(after: float) -> None:
    """When it was switched nobody knows; kept as it was before, it would drive the states all the while."""
    parted = between_gaps(logged(np.where(after > HOURS, 0.0, 1.0)))
    assert ["part 1", "part 2"] == [run.label for run in parted.trajectories]
    assert "No row tells Ta [degC] between 99 and 107, 8 usual steps." in parted.notes[-1]


def test_a_held_input_that_is_the_same_behind_a_gap_parts_runs_where_it_is_switched_as_often() -> None:
    """Every four hours, so that it was switched within eight; every seventy, and it hardly was."""
    often = np.where(HOURS // 4 % 2 > 0, 1.0, 0.0)
    assert often[99] == often[107]
    assert 1 == len(gaps(logged(often).trajectories))
    seldom = np.where((HOURS + 42) // 70 % 2 > 0, 1.0, 0.0)
    assert seldom[99] == seldom[107]
    assert () == gaps(logged(seldom).trajectories)


def test_an_input_that_was_told_to_be_held_leaves_runs_whole() -> None:
    """It changes at most steps, as a day's rain: what it is lasts until the next row, as its user says."""
    data = logged(DAY)
    runs = tuple(replace(run, held=(True,)) for run in data.trajectories)
    assert () == gaps(runs)


def test_runs_with_a_held_input_that_stay_whole_are_told_of_what_it_is_taken_for() -> None:
    """Its last value, where an interpolated one goes straight."""
    same = between_gaps(logged(np.where(HOURS < 104.0, 0.0, 1.0)), whole=True)
    assert "It keeps its value there, and what follows may be off." in same.notes[-1]


def test_an_input_that_rests_leaves_runs_whole() -> None:
    """There is no light at night; a whole day from night to night is unknown, though the light is none at both ends."""
    assert () == gaps(logged(LIGHT, np.arange(107, 111)).trajectories)
    assert 1 == len(gaps(logged(LIGHT, np.arange(106, 131)).trajectories))


def test_short_gaps_and_clocks_with_long_steps_leave_runs_whole() -> None:
    """Two rows that are missing, samples at times drawn at random, and weekends throughout."""
    assert () == gaps(logged(DAY, np.array([100, 101])).trajectories)
    drawn = np.sort(np.random.default_rng(0).uniform(0.0, 240.0, 240))
    assert () == gaps(logged(np.cos(2.0 * np.pi * drawn / 24.0), np.array([]), drawn).trajectories)
    weekend = np.flatnonzero(HOURS % 8 > 4)
    assert () == gaps(logged(DAY, weekend).trajectories)


def test_runs_that_have_to_stay_whole_do_and_a_note_says_what_that_costs() -> None:
    """Where constants belong to whole runs, say."""
    data = logged(DAY)
    same = between_gaps(data, whole=True)
    assert data.trajectories == same.trajectories
    assert "It goes straight there, and what follows may be off." in same.notes[-1]


def test_stretches_in_which_a_state_was_hardly_measured_leave_runs_whole() -> None:
    """It has no start there that samples tell."""
    data = logged(DAY)
    (run,) = data.trajectories
    rare = replace(run, states=np.where(run.times > 105.0, np.nan, run.states.T).T)
    same = between_gaps(replace(data, trajectories=(rare,)))
    assert (rare,) == same.trajectories
    assert "It goes straight there, and what follows may be off." in same.notes[-1]


def test_a_check_tells_of_gaps() -> None:
    """Before anything is fitted."""
    (alert,) = [one for one in check(logged(DAY)).alerts if one.subject == "unknown"]
    assert ("Ta [degC]",) == alert.columns
    assert "stretches between such gaps will count as runs of their own" in alert.advice
    assert not [one for one in check(logged(LIGHT, np.arange(107, 111))).alerts if one.subject == "unknown"]
