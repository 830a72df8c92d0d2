"""States by the names that a user gave them, in full or in short."""

import numpy as np
import pandas as pd
import pytest

from discovery.errors import DataError
from pipelines.initial import starts_of
from pipelines.named_states import Columns, measured

COLUMNS = Columns(("Prey [1/m2]", "rain"), ("Prey [1/m2]",), True, "Time [d]", ("Power (used) [W]",))
TABLE = pd.DataFrame(
    {"Time [d]": np.arange(9.0), "Prey [1/m2]": np.arange(9.0) ** 2, "Power [W]": np.repeat([1.0, 2.0, 1.0], 3)}
)


@pytest.mark.parametrize("name", ["Prey [1/m2]", "Prey"])
def test_initial_states_may_be_named_without_their_units(name: str) -> None:
    """As on the command line."""
    np.testing.assert_array_equal([[20.0]], starts_of(COLUMNS, {name: 20}))
    np.testing.assert_array_equal([[20.0]], starts_of(COLUMNS, pd.Series({name: 20.0, "rain": 3.0})))


def test_the_full_name_goes_before_the_short_one() -> None:
    """A table may have both."""
    np.testing.assert_array_equal([[1.0]], COLUMNS.read(pd.DataFrame({"Prey": [2.0], "Prey [1/m2]": [1.0]})))


def test_inputs_may_be_named_by_their_identifiers() -> None:
    """As laws write them; in a table of their own, or among the states."""
    table = pd.DataFrame({"Power_used": [1.0, 2.0], "Prey": [3.0, 4.0]})
    np.testing.assert_array_equal([[1.0], [2.0]], COLUMNS.drives(table, 2))
    np.testing.assert_array_equal([[1.0], [2.0]], COLUMNS.drives(None, 2, table))


def test_a_missing_state_is_said_of_the_initial_state() -> None:
    """There is no X."""
    with pytest.raises(DataError, match=r"x0 has no value of 'Prey \[1/m2\]'\. Give one .*units may be left"):
        starts_of(COLUMNS, {"Pray": 20})


def test_columns_are_told_without_their_units() -> None:
    """Times and inputs; the result has the names in full."""
    measurements, columns = measured(TABLE, "Time", inputs="Power")
    assert ("Time [d]", ("Prey [1/m2]",), ("Power [W]",)) == (columns.time, columns.states, columns.inputs)
    assert {"Power": "Power [W]"} == measurements.inputs


@pytest.mark.parametrize(
    ("t", "inputs", "message"),
    [
        ("Tim", None, "no column 'Tim' in X for t. Did you mean 'Time \\[d\\]'. The columns are 'Time"),
        ("Time", ["Heat"], "no column 'Heat' in X for the inputs. The columns are 'Prey .*', 'Power"),
    ],
)
def test_a_column_that_is_not_there_is_answered_with_those_that_are(t: str, inputs: list[str], message: str) -> None:
    """And with the nearest of them."""
    with pytest.raises(DataError, match=message):
        measured(TABLE, t, inputs=inputs)


@pytest.mark.parametrize(
    ("index", "taken"),
    [
        (pd.Index([0.0, 0.5, 2.0, 3.0, 4.0, 6.0]), True),
        (pd.Index([0, 5, 20, 30, 40, 60], name="time [s]"), True),
        (pd.Index([0.0, 0.5, 2.0, 3.0, 4.0, 6.0], name="delay (ps)"), True),
        (pd.RangeIndex(6), False),
        (pd.Index([0.0, 1.0, 2.0, 3.0, 4.0, 5.0]), False),
        (pd.Index([3, 7, 8, 9, 12, 13]), False),  # rows that were chosen
        (pd.Index([0.0, 0.5, 0.5, 3.0, 4.0, 6.0]), False),
        (pd.Index([0.0, 0.5, 2.0, 3.0, 4.0, np.nan], name="t"), False),
    ],
)
def test_times_that_index_a_table_are_taken(index: pd.Index, taken: bool) -> None:
    """Numbers that rise and are not those of rows, of a table or of one column of it, as dates are."""
    column = pd.Series([4.0, 3.0, 2.5, 1.0, 0.8, 0.6], index=index, name="x")
    for given in (column, column.to_frame()):
        if not taken:
            with pytest.raises(DataError, match="x came without times"):
                measured(given, None)
            continue
        measurements, _ = measured(given, None)
        np.testing.assert_array_equal(measurements.trajectories[0].times, index)
        assert measurements.time_name == (index.name or "t")


@pytest.mark.parametrize("dated", [False, True])
def test_a_table_indexed_by_runs_and_times_is_told_how_it_is_passed(dated: bool) -> None:
    """What is written works as it is."""
    times = pd.date_range("2026-01-01", periods=6, freq="h") if dated else np.arange(6)
    index = pd.MultiIndex.from_product([["a", "b"], times])
    x = pd.DataFrame({"x": np.linspace(3.0, 1.0, 12)}, index=index)
    remedy = r"runs = \[run.droplevel\(0\) for _, run in x.groupby\(level=0\)\]; then pass .* t=\[run.index for run in"
    with pytest.raises(DataError, match=remedy):
        measured(x, None)
    runs = [run.droplevel(0) for _, run in x.groupby(level=0)]
    measurements, _ = measured(runs, t=[run.index for run in runs])
    for run in measurements.trajectories:
        np.testing.assert_array_equal(run.times, np.arange(6.0))
