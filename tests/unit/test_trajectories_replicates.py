"""Replicates in columns side by side: they are runs of one law, and how to put them one below the other is said."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from discovery.errors import DataError
from discovery.trajectories.checks import check
from discovery.trajectories.read import read_csv
from pipelines.checking import next_command
from pipelines.config import Columns

TIMES = np.linspace(0.0, 4.0, 17)


def chase(path: Path, names: list[str], **options: str) -> Path:
    """A table of decays under these names, which may be equal."""
    values = np.column_stack([TIMES, *(np.exp(-TIMES) + 0.01 * np.cos(9.0 * TIMES + i) for i, _ in enumerate(names))])
    table = pd.DataFrame(values, columns=pd.Index(["Time (min)", *names]))
    table.round(4).to_csv(path, index=False, **options)  # pyright: ignore[reportCallIssue, reportArgumentType]
    return path


@pytest.mark.parametrize(
    "names",
    [
        ["WT rep1", "WT rep2", "WT rep3"], ["p53 rep1", "p53 rep2"], ["WT (rep 1)", "WT (rep 2)"],
        ["rep1", "rep2", "rep_3"], ["Run 1", "Run 2"], ["GFP_replicate1 (%)", "GFP_replicate2 (%)"],
    ],
)  # fmt: skip
def test_replicates_of_one_quantity_are_no_states(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: list[str]
) -> None:
    """Whatever stands before that word, two are enough; the next command reads what the line of pandas writes."""
    path = chase(tmp_path / "a.csv", names)
    checked = check(read_csv(path))
    units = checked.facts.measurements.abreast
    assert units is not None
    assert (tuple(names), True) == (units.columns, units.certain)
    assert next_command(path, Columns(), checked) == " ".join(units.words)
    monkeypatch.chdir(tmp_path)
    exec(units.melt, {"pd": pd})
    long = read_csv(units.long, trajectory=[units.key])
    assert [len(TIMES)] * len(names) == [len(run) for run in long.trajectories]


def test_two_replicates_of_several_quantities_keep_what_belongs_together(tmp_path: Path) -> None:
    """Which is noted; and two columns that are not called so may be states."""
    found = read_csv(chase(tmp_path / "a.csv", ["algae_rep1", "algae_rep2", "N_rep1", "N_rep2"])).abreast
    assert found is not None
    assert (("rep1", "rep2"), ("algae", "N"), False) == (found.units, found.quantities, found.certain)
    assert read_csv(chase(tmp_path / "b.csv", ["body 1", "body 2"])).abreast is None


@pytest.mark.parametrize("options", [{}, {"sep": ";", "decimal": ","}])
def test_grouped_tables_with_equal_names_are_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, str]
) -> None:
    """By a line of pandas, after which the command reads each column as a run that knows its group."""
    chase(tmp_path / "a.csv", ["WT", "WT", "WT", "K48R", "K48R"], **options)
    with pytest.raises(DataError, match="3 columns named 'WT'") as raised:
        read_csv(tmp_path / "a.csv")
    (melt,) = re.findall(
        r"in pandas (.*); then discover check a_long.csv --trajectory group,replicate", str(raised.value)
    )
    monkeypatch.chdir(tmp_path)
    exec(melt, {"pd": pd})
    long = read_csv("a_long.csv", trajectory=["group", "replicate"])
    labels = ["WT, WT", "WT, WT.1", "WT, WT.2", "K48R, K48R", "K48R, K48R.1"]
    assert labels == [run.label for run in long.trajectories]
