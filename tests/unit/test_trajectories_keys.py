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
