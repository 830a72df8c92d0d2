"""Numbers that stand for "missing"."""

import numpy as np
import pytest

from discovery.trajectories.codes import codes, without_codes
from discovery.types import Trajectory

COURSE = np.linspace(0.0, 30.0, 40)


@pytest.mark.parametrize("code", [-9999.0, -999.0, -99.0, 999.0, 99999.0, -999.9, 9999.99])
def test_nines_far_from_all_else_stand_for_missing(code: float) -> None:
    """Whatever their number and sign."""
    assert {code: 2} == codes(np.append(COURSE, [code, np.nan, code]))


@pytest.mark.parametrize("value", [99.0, -9.0, -1000.0, 1e6, 40.0])
def test_other_numbers_do_not(value: float) -> None:
    """A larger value of a state that varies as much, one nine, a number that is no code."""
    assert {} == codes(np.append(COURSE, value))


def test_a_course_through_such_numbers_has_none() -> None:
    """Doubling from sample to sample, up to 999; and a column of nothing else."""
    assert {} == codes(999.0 * 0.5 ** np.arange(10.0))
    assert {} == codes(np.full(5, -999.0))


def test_only_they_are_emptied() -> None:
    """In the run and the state that have them."""
    runs = [Trajectory(np.arange(40.0), np.column_stack([COURSE, COURSE]), ("x", "y"), label) for label in "ab"]
    spoilt = np.array(runs[1].states)
    spoilt[3, 1] = -9999.0
    kept, found = without_codes([runs[0], Trajectory(np.arange(40.0), spoilt, ("x", "y"), "b")])
    assert [{}, {-9999.0: 1}] == found
    assert [(3, 1)] == [tuple(place) for place in np.argwhere(np.isnan(kept[1].states))]
    assert np.isfinite(kept[0].states).all()
