"""Tables of inputs with times of their own."""

import numpy as np
import pandas as pd
import pytest

from pipelines.courses import course_of
from pipelines.named_states import measured


@pytest.mark.parametrize("zone", [None, "UTC"])
def test_dates_of_the_data_are_dates_of_a_course(zone: str | None) -> None:
    """With a time zone, too, and at days of their own."""
    days = pd.date_range("2020-01-01", periods=30, freq="D", tz=zone)
    table = pd.DataFrame({"when": days, "x": np.exp(-np.arange(30) / 9.0), "u": np.repeat([0.0, 1.0, 0.0], 10)})
    _, columns = measured(table, "when", inputs="u")
    drive = course_of(columns, table[["when", "u"]].iloc[::2], columns.times(days[:20]), (True,))
    assert drive is not None
    np.testing.assert_array_equal(np.arange(0.0, 30.0, 2.0), drive.times)
    assert (True,) == drive.held
