"""Numbers that were taken for time are compared with the dates of the same rows."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from discovery.errors import DataError
from discovery.trajectories.read import read_csv

T = np.arange(60.0)
STAMPS = pd.date_range("2023-05-11 08:00:00", periods=60, freq="s")


def written(folder: Path, header: str, times: np.ndarray, stamps: pd.DatetimeIndex = STAMPS) -> Path:
    """A file with both."""
    table = pd.DataFrame({"stamp": stamps, "x": np.exp(-T / 20.0), header: times})
    table.to_csv(folder / "a.csv", index=False)
    return folder / "a.csv"


@pytest.mark.parametrize(
    ("header", "times"), [("Time_ms", (45057.0 + T / 86400.0) * 1e6), ("time [s]", T / 60.0), ("t [min]", T)]
)
def test_times_whose_unit_is_not_that_of_the_dates_are_refused(tmp_path: Path, header: str, times: np.ndarray) -> None:
    """The remedies work: the dates, or the numbers where somebody says so."""
    path = written(tmp_path, header, times)
    with pytest.raises(DataError, match=r"by the dates in 'stamp', and .* by its name. If the dates are") as refused:
        read_csv(path)
    assert header == read_csv(path, time=header).time_name
    assert f"table.drop(columns={header!r})" in str(refused.value)
    pd.read_csv(path).drop(columns=header).to_csv(path, index=False)
    found = read_csv(path)
    assert ("stamp [s]", ["x"]) == (found.time_name, [*found.headers.values()])


@pytest.mark.parametrize(
    ("header", "times", "stamps"),
    [
        ("Time_ms", 1000.0 * T, STAMPS),
        ("time [s]", 1.003 * T, STAMPS),  # of a poor clock
        ("time [s]", T, STAMPS.floor("10s")),  # of a coarse one
        ("time [s]", T, STAMPS.floor("min")),
        ("time [min]", T, STAMPS[::-1]),  # dates of something else
        ("time [min]", T, STAMPS + pd.to_timedelta(3600 * (T > 20), unit="s")),  # a pause
        ("time", T / 60.0, STAMPS),  # of no unit
    ],
)
def test_times_beside_dates_that_agree_or_go_on_otherwise_are_taken(
    tmp_path: Path, header: str, times: np.ndarray, stamps: pd.DatetimeIndex
) -> None:
    """Within what a clock is wrong by and dates are rounded to."""
    assert header == read_csv(written(tmp_path, header, times, stamps)).time_name
