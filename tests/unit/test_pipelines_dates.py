"""Times that a table is indexed by."""

import numpy as np
import pandas as pd
import pytest

from pipelines.courses import course_of
from pipelines.dates import own_times
from pipelines.named_states import Columns


@pytest.mark.parametrize(
    ("index", "times"),
    [
        (pd.Index([0.1, 0.5, 1.7]), True),
        (pd.Index([0.0, 5.0, 10.0], name="time [s]"), True),
        (pd.Index([0, 5, 10], name="t"), True),
        (pd.Index([300.1, 320.5, 331.7], name="temperature [K]"), False),
        (pd.Index([0, 5, 10]), False),
        (pd.Index([0.5, 0.1, 1.7]), False),
        (pd.RangeIndex(3), False),
    ],
)
def test_an_index_is_of_times_by_its_name_or_by_broken_numbers(index: pd.Index, times: bool) -> None:
    """That rise; of another name they are something else."""
    assert times == (own_times(pd.DataFrame({"x": [1.0, 2.0, 3.0]}, index=index)) is not None)


def test_inputs_have_the_times_of_their_index() -> None:
    """Where it is called as time is; a table that is indexed by rows goes by the times of the simulation."""
    columns = Columns(("x",), ("x",), inputs=("u",), time="time")
    table = pd.DataFrame({"u": [0.0, 1.0, 2.0]}, index=pd.Index([0.0, 5.0, 10.0], name="time"))
    there = course_of(columns, table, np.array([0.0, 5.0, 10.0]), (False,), discrete=False)
    assert there is not None
    np.testing.assert_array_equal(there.times, [0.0, 5.0, 10.0])
    short = course_of(columns, table, np.array([0.0, 1.0, 2.0]), (False,), discrete=False)
    assert short is not None
    np.testing.assert_allclose(np.interp(2.0, short.times, short.values[:, 0]), 0.4)
