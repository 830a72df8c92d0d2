"""Columns that tell runs apart, and what is said where those that are called so do not."""

import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from discovery.errors import DataError
from discovery.trajectories.read import read_csv

DOSES = [0.0, 0.01, 0.1, 1.5]


def doses(path: Path, names: tuple[str, str]) -> Path:
    """Growth at four doses, each measured twice, one below the other."""
    hours = np.arange(0.0, 60.0, 6.0)
    each = [(dose, again, hour) for dose in DOSES for again in (1, 2) for hour in hours]
    table = pd.DataFrame(each, columns=pd.Index([*names, "Time (h)"]))
    table["Confluence (%)"] = 10.0 + table["Time (h)"] * (1.0 - 0.3 * table[names[0]]) + table[names[1]]
    table.to_csv(path, index=False)
    return path


def test_a_dose_that_only_changes_where_time_restarts_is_named_beside_the_replicate(tmp_path: Path) -> None:
    """Sorted by time, as was proposed, all doses of a replicate would be one run; with what is named all is read."""
    path = doses(tmp_path / "a.csv", ("Dose (uM)", "Replicate"))
    with pytest.raises(DataError, match="time goes back to 0 in the run 'Replicate 1', where other runs") as raised:
        read_csv(path)
    *_, option, keys = shlex.split(str(raised.value).removesuffix("."))
    assert (option, keys) == ("--trajectory", "Dose (uM),Replicate")
    assert 8 == len(read_csv(path, trajectory=keys.split(",")).trajectories)


def test_runs_that_no_column_tells_apart_are_not_to_be_sorted(tmp_path: Path) -> None:
    """Where time is back at its first value; elsewhere rows are out of order."""
    path = doses(tmp_path / "a.csv", ("Dose (uM)", "Replicate"))
    table = pd.read_csv(path).drop(columns="Dose (uM)")
    table.to_csv(path, index=False)
    with pytest.raises(DataError, match="If another run begins there, add a column that numbers runs") as raised:
        read_csv(path)
    assert "Sort" not in str(raised.value)
    table.iloc[[0, 2, 1, *range(3, 10)]].to_csv(path, index=False)
    with pytest.raises(DataError, match="Sort the rows by time"):
        read_csv(path)


def test_text_that_tells_groups_of_runs_may_give_them_constants_of_their_own(tmp_path: Path) -> None:
    """As treated and control mice: it was set aside as any text, and a law of second order was proposed instead."""
    days = np.arange(0.0, 30.0, 3.0)
    each = [(day, f"M{i}", "Treated" if i > 2 else "Control", f"{i % 2} h {day}") for i in range(6) for day in days]
    table = pd.DataFrame(each, columns=pd.Index(["Day", "Mouse", "Group", "Remark"]))
    table["Volume"] = 100.0 * np.exp(table["Day"] * np.where(table["Group"] == "Treated", 0.03, 0.1))
    table.to_csv(tmp_path / "a.csv", index=False)
    found = read_csv(tmp_path / "a.csv", trajectory=["Mouse"])
    (said,) = (note for note in found.notes if "'Group'" in note)
    assert said.startswith("'Group' was set aside: it holds text such as 'Control', the same all along each run.")
    assert "--trajectory Mouse,Group --own auto:Group" in said
    assert not any("auto:Remark" in note for note in found.notes)
    again = read_csv(tmp_path / "a.csv", trajectory=["Mouse", "Group"])
    assert not any("'Group' was set aside" in note for note in again.notes)
