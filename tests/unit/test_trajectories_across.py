"""Times that stand across: in the names of columns or in a row. How to turn the table is said."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from discovery.errors import DataError
from discovery.trajectories.read import read_csv

DAYS = [0, 3, 6, 9, 12, 15]


def advice(path: Path, message: str) -> tuple[str, list[str]]:
    """The line of pandas, and the command after it, of the error that reading a file ends in."""
    with pytest.raises(DataError, match=message) as raised:
        read_csv(path)
    found = re.search(r"in pandas (pd.*); then (discover .*)\.$", str(raised.value))
    assert found is not None
    return found[1], found[2].split()


@pytest.mark.parametrize(
    ("form", "time"),
    [("Day {}", "Day"), ("day_{}", "day"), ("D{}", "Day"), ("{} h", "time [h]"), ("{}", "time"), ("Week {}", "Week")],
)
def test_times_in_the_names_of_columns_are_told_how_to_make_a_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, time: str
) -> None:
    """Each row is a run then, told by the columns that are left; runs that end early have no values."""
    rows = [[f"V{i}", "Vehicle" if i < 3 else "Treated", *(100.0 * i + np.array(DAYS))] for i in range(1, 6)]
    table = pd.DataFrame(rows, columns=pd.Index(["Mouse", "Group", *(form.format(day) for day in DAYS)]))
    table.iloc[0, -1] = np.nan
    table.to_csv(tmp_path / "tumour.csv", index=False)
    melt, command = advice(tmp_path / "tumour.csv", "times stand in the names of columns, .* each row is a run")
    assert command == ["discover", "check", "tumour_long.csv", "--trajectory", "Mouse,Group"]
    monkeypatch.chdir(tmp_path)
    exec(melt, {"pd": pd})
    long = read_csv("tumour_long.csv", trajectory=["Mouse", "Group"])
    assert (time, 5) == (long.time_name, len(long.trajectories))
    np.testing.assert_array_equal(DAYS, long.trajectories[1].times)
    np.testing.assert_array_equal(200.0 + np.array(DAYS), long.trajectories[1].states[:, 0])


@pytest.mark.parametrize("head", ["Cycle Nr.;1;2;3;4;5;6\nTime [s];0,0;3;6;9;12;15\n", "Time [s];0;3;6;9;12;15\n"])
def test_times_in_a_row_are_told_how_to_turn_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, head: str
) -> None:
    """As readers of plates write them, the wells below; with decimal commas, too."""
    wells = "".join(f"{name};" + ";".join(f"0,{i}{day}" for day in range(6)) + "\n" for i, name in enumerate("abc"))
    (tmp_path / "plate.csv").write_text(head + wells)
    turn, command = advice(tmp_path / "plate.csv", "times stand in a row, 'Time .s.', and each state in another")
    assert command == ["discover", "check", "plate_turned.csv"]
    monkeypatch.chdir(tmp_path)
    exec(turn, {"pd": pd})
    found = read_csv("plate_turned.csv")
    assert ("Time [s]", ["a", "b", "c"]) == (found.time_name, [*found.headers.values()])
    np.testing.assert_array_equal(DAYS, found.trajectories[0].times)


def test_columns_that_are_numbered_are_no_times(tmp_path: Path) -> None:
    """Where another is called like one, or letters stand before the numbers that name no time."""
    values = np.column_stack([DAYS, *(np.cos(np.array(DAYS) + i) for i in range(3))])
    days = [f"Day {number}" for number in "123"]
    for names in (["Time", "1", "2", "3"], ["n", "x1", "x2", "x3"], ["n", "d1", "d2", "d3"], ["Time", *days]):
        pd.DataFrame(values, columns=pd.Index(names)).to_csv(tmp_path / "a.csv", index=False)
        assert 3 == len(read_csv(tmp_path / "a.csv").headers)


@pytest.mark.parametrize(
    "text",
    [
        "light,t,temp,hum\nnight,0,1,2\nday,1,3,4\n",
        "group,t,x,y\nC,0,1,2\nT,1,3,4\nC,2,1,2\n",
        "season,Age 1,Age 2,Age 3\n0,10,7,5\n1,9,8,4\n",
        "sample,Count 1,Count 2,Count 3\n0,10,7,5\n1,9,8,4\n",
    ],
)
def test_tables_with_a_column_of_times_are_read_whatever_else_looks_like_them(tmp_path: Path, text: str) -> None:
    """A row whose label is a word of time and whose numbers rise, cohorts by their age, and counts."""
    head, *rows = text.splitlines()
    time = next(i for i, one in enumerate(rows[0].split(",")) if one == "0")
    fields = [rows[i % len(rows)].split(",") for i in range(12)]
    lines = [",".join([*one[:time], str(i), *one[time + 1 :]]) for i, one in enumerate(fields)]
    (tmp_path / "a.csv").write_text("\n".join([head, *lines]))
    assert head.split(",")[time] == read_csv(tmp_path / "a.csv", trajectory=[]).time_name


def test_what_looks_like_times_across_is_read_where_the_time_is_told(tmp_path: Path) -> None:
    """The error says so."""
    rows = "\n".join(f"{(7 * i) % 11},{i},{i * i % 5},{i % 3}" for i in range(11))
    (tmp_path / "a.csv").write_text(f"n,Hour1,Hour2,Hour3\n{rows}\n")
    with pytest.raises(DataError, match=r"Name the column of times with --time, or make one"):
        read_csv(tmp_path / "a.csv")
    assert ["n", "Hour2", "Hour3"] == [*read_csv(tmp_path / "a.csv", time="Hour1").headers.values()]
