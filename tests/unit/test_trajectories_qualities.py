"""Columns that tell how good the entries beside them are: no states, no inputs, and a line that empties the rest."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from discovery.trajectories.read import read_csv

T = np.arange(40)
LEVEL = np.where(np.isin(T, [10, 11, 30]), 0.0, np.round(2.0 + np.sin(0.2 * T), 3))


def read(tmp_path: Path, header: str, *columns: np.ndarray) -> tuple[list[str], str, str]:
    """Headers of the states, notes in one, and the text of a file."""
    path = tmp_path / "a.csv"
    rows = zip(T, LEVEL, np.cos(T).round(3), *columns, strict=True)
    path.write_text(f"t,level_m,flow_m3h,{header}\n" + "".join(",".join(map(str, row)) + "\n" for row in rows))
    found = read_csv(path)
    return list(found.headers.values()), " ".join(found.notes), path.read_text()


@pytest.mark.parametrize(
    ("header", "good", "bad", "marked"),
    [
        ("level_quality", "Good", "Bad", "'level_m'"),
        ("level_status", 192, 0, "'level_m'"),
        ("LevelFlag", 0, 1, "'level_m'"),
        ("LEVEL_QUALITY", 192, 0, "'level_m'"),
        ("QC", 1, 4, "['level_m', 'flow_m3h']"),
        ("Quality", "G", "B", "['level_m', 'flow_m3h']"),
        ("Status", "OK", "Fault", "['level_m', 'flow_m3h']"),
    ],
)
def test_a_column_of_qualities_is_set_aside_with_the_line_that_empties_what_it_marks(
    tmp_path: Path, header: str, good: str | int, bad: str | int, marked: str
) -> None:
    """The line works in pandas."""
    headers, said, text = read(tmp_path, header, np.where(LEVEL == 0.0, bad, good))
    assert ["level_m", "flow_m3h"] == headers
    line = f"table.loc[table[{header!r}] != {good!r}, {marked}] = float('nan')"
    assert f"is not {good!r} in 3 rows" in said
    assert f"in pandas {line}." in said
    table = pd.read_csv(io.StringIO(text))
    exec(line, {"table": table})  # the line that is printed is what is tested
    assert [10, 11, 30] == np.flatnonzero(table["level_m"].isna()).tolist()


@pytest.mark.parametrize(
    ("header", "entries"),
    [
        ("pump_status", T // 7 % 2), ("quality", LEVEL), ("flow_status", T % 3), ("flow_flag", T // 7 % 2),
        ("level_quality", 1 + T // 8 % 5),
    ],
)  # fmt: skip
def test_what_is_measured_or_drives_is_no_quality(tmp_path: Path, header: str, entries: np.ndarray) -> None:
    """The status of a pump, a quality of many values, a switch, and an index of five classes."""
    headers, said, _ = read(tmp_path, header, entries)
    assert header in headers
    assert "how good" not in said


def test_the_quality_of_an_input_marks_the_input(tmp_path: Path) -> None:
    """And no state that has another name."""
    _, _, text = read(tmp_path, "flow_quality", np.where(T == 5, "Bad", "Good"))
    (tmp_path / "b.csv").write_text(text)
    found = read_csv(tmp_path / "b.csv", inputs=["flow_m3h"])
    assert any("!= 'Good', 'flow_m3h'] =" in note for note in found.notes)


def test_qualities_tell_no_runs_apart(tmp_path: Path) -> None:
    """Though they change but once."""
    _, said, text = read(tmp_path, "level_quality", np.where(T < 32, "Good", "Bad"))
    assert "is not 'Good' in 8 rows" in said
    (tmp_path / "b.csv").write_text(text)
    assert 1 == len(read_csv(tmp_path / "b.csv").trajectories)
