"""Tables with a column for each month are told from tables of states."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from discovery.errors import DataError
from discovery.trajectories.months import melting
from discovery.trajectories.read import read_csv

ENGLISH = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


def wide(years: int, months: list[str], *, time: str = "YEAR", station: str = "") -> pd.DataFrame:
    """A table of a wave that goes on through the years."""
    values = np.sin(np.arange(12 * years) / 5.0).reshape(years, 12)
    table = pd.DataFrame({time: range(1980, 1980 + years), **dict(zip(months, values.T, strict=True))})
    if station:
        table.insert(0, "station", station)
    return table


@pytest.mark.parametrize(
    ("months", "time"),
    [
        (ENGLISH, "YEAR"),
        ([f"{one.title()} [degC]" for one in ENGLISH], "year"),
        (
            [
                "January",
                "February",
                "March",
                "April",
                "May",
                "June",
                "July",
                "August",
                "September",
                "October",
                "November",
                "December",
            ],
            "Year",
        ),
        (["Jan", "Feb", "Mrz", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"], "Jahr"),
    ],
)
def test_a_column_for_each_month_is_refused_with_the_remedy(tmp_path: Path, months: list[str], time: str) -> None:
    """What is advised gives one series, which is read; who names the columns has them as states."""
    table = wide(30, months, time=time)
    table.to_csv(tmp_path / "wide.csv", index=False)
    with pytest.raises(DataError, match=f"named like the months.*{re.escape(melting([time], months))}"):
        read_csv(tmp_path / "wide.csv")
    assert 12 == len(read_csv(tmp_path / "wide.csv", states=months).headers)
    _melted(table, [time], months).to_csv(tmp_path / "long.csv", index=False)
    found = read_csv(tmp_path / "long.csv")
    assert ("month [d]", ["x"], 360) == (found.time_name, list(found.headers.values()), len(found.trajectories[0]))
    np.testing.assert_allclose(found.trajectories[0].states[:, 0], np.sin(np.arange(360) / 5.0))


def test_stations_stay_runs(tmp_path: Path) -> None:
    """The advice keeps the column that tells them apart."""
    table = pd.concat([wide(12, ENGLISH, station=name) for name in ("Nord", "Sud")])
    table.to_csv(tmp_path / "wide.csv", index=False)
    with pytest.raises(DataError, match=re.escape("table.melt(['station', 'YEAR'], months, 'm', 'x')")):
        read_csv(tmp_path / "wide.csv")
    _melted(table, ["station", "YEAR"], ENGLISH).to_csv(tmp_path / "long.csv", index=False)
    assert ["Nord", "Sud"] == [run.label for run in read_csv(tmp_path / "long.csv").trajectories]


@pytest.mark.parametrize(("months", "time"), [([*ENGLISH[:-1], "total"], "YEAR"), (ENGLISH, "t")])
def test_other_columns_are_states(tmp_path: Path, months: list[str], time: str) -> None:
    """Eleven months, or rows that are no years."""
    wide(30, months, time=time).to_csv(tmp_path / "wide.csv", index=False)
    assert 12 == len(read_csv(tmp_path / "wide.csv").headers)


def _melted(table: pd.DataFrame, rows: list[str], months: list[str]) -> pd.DataFrame:
    """As is advised."""
    table = table.melt(rows, months, "m", "x")
    table["month"] = table.pop(rows[-1]).astype(str) + "-" + table.pop("m").map(lambda m: f"{months.index(m) + 1:02d}")
    return table.sort_values("month")
