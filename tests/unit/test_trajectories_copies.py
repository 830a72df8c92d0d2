"""Rows that are there twice tell nothing new, unless they differ in anything."""

from pathlib import Path

import numpy as np
import pytest

from discovery.errors import DataError
from discovery.trajectories.checks import check
from discovery.trajectories.read import read_csv

ROWS = ("2020-01-01 08:00,1,,ok", "2020-01-01 08:30,2,5,no", "2020-01-01 09:00,,4,ok", "2020-01-01 09:30,4,3,no")
LATER = ("2020-01-01 10:00,4,2,ok", "2020-01-01 10:30,3,1,no")


def written(folder: Path, rows: list[str]) -> Path:
    """A file of those rows."""
    (folder / "a.csv").write_text("at,x,y,remark\n" + "".join(f"{row}\n" for row in rows))
    return folder / "a.csv"


def test_a_row_that_is_there_twice_is_read_once(tmp_path: Path) -> None:
    """With a note, also where entries are missing in both."""
    found = read_csv(written(tmp_path, [ROWS[0], *ROWS[:3], *ROWS[2:], *LATER]))
    assert [0.0, 0.5, 1.0, 1.5, 2.0, 2.5] == found.trajectories[0].times.tolist()
    assert any(note.startswith("2 rows were left out, the first in line 3, as the row above") for note in found.notes)


@pytest.mark.parametrize("other", ["2020-01-01 08:30,2,6,no", "2020-01-01 08:30,2,,no"])
def test_a_time_that_comes_again_with_anything_else_is_refused(tmp_path: Path, other: str) -> None:
    """Nobody knows which one is right, or whether they are two runs."""
    with pytest.raises(DataError, match="stands in line 3 already"):
        read_csv(written(tmp_path, [*ROWS[:2], other, *ROWS[2:], *LATER]))


def test_runs_of_the_same_numbers_are_told(tmp_path: Path) -> None:
    """Noise is never the same twice; two runs of a value that rests are no copies."""
    values = np.random.default_rng(0).normal(size=20).round(3)
    for shift, rest, told in ((0.0, False, True), (0.001, False, False), (0.0, True, False)):
        rows = [(run, i, 1.0 if rest else x + shift * (run == "B")) for run in "AB" for i, x in enumerate(values)]
        rows += [("C", i, x) for i, x in enumerate(values[::-1])]
        (tmp_path / "a.csv").write_text("run,t,x\n" + "".join(f"{run},{i},{x}\n" for run, i, x in rows))
        checked = check(read_csv(tmp_path / "a.csv"))
        assert told == any("A and B are the same numbers" in one for one in checked.copies)
