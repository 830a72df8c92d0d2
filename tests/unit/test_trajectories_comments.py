"""Comments above a table and within it, and the names of columns in them."""

from pathlib import Path

import numpy as np
import pytest

from discovery.trajectories.measurements import Measurements
from discovery.trajectories.read import read_csv

TIMES = np.arange(40) / 10
ROWS = [f"{t:g} {np.cos(2 * t):.6f} {np.sin(2 * t):.6f}\n" for t in TIMES]


def read(path: Path, text: str) -> Measurements:
    """The measurements in a file with that text."""
    path.write_text(text)
    return read_csv(path)


@pytest.mark.parametrize(
    ("above", "names"),
    [
        ("# t x y\n", ("x", "y")),
        ("# wake, POD\n# dt = 0.1\n", ("x0", "x1")),
        ("# Re 100 200\n", ("x0", "x1")),
        ("# t [s]  u [m/s]  v [m/s]\n", ("u [m/s]", "v [m/s]")),
        ("% Model:   osc.mph\n% Date:   Mar 3 2024, 10:11\n% Time (s)   u (m/s), Point: 1   v (m/s), Point: 1\n",
         ("u (m/s), Point: 1", "v (m/s), Point: 1")),
        ("# Probe 0 (1 0 0)\n# Probe 1 (2 0 0)\n#  Probe   0   1\n#   Time\n", ("Probe_0", "Probe_1")),
        ("! restarted\n! t x y\n", ("x", "y")),
        ("// t x y\n", ("x", "y")),
    ],
)  # fmt: skip
def test_names_of_columns_are_read_from_comments(tmp_path: Path, above: str, names: tuple[str, ...]) -> None:
    """Those of numpy, COMSOL and OpenFOAM; a setting that has as many words as there are columns has none."""
    measurements = read(tmp_path / "wake.dat", above + "".join(ROWS))
    assert names == tuple(measurements.headers.values())
    np.testing.assert_allclose(measurements.trajectories[0].times, TIMES)


def test_a_name_may_begin_with_a_sign_that_also_begins_comments(tmp_path: Path) -> None:
    """Of relative humidity in per cent."""
    rows = "".join(f"{50 + row % 7},{row},{row % 5}\n" for row in range(20))
    assert ("%RH", "x") == tuple(read(tmp_path / "air.csv", "%RH,t,x\n" + rows).headers.values())


def test_comments_within_a_table_are_left_out(tmp_path: Path) -> None:
    """A solver that goes on writes the names again; lines count on."""
    again = "# Time Cl Cd\n"
    measurements = read(tmp_path / "force.dat", again + "".join(ROWS[:20]) + again + "".join(ROWS[20:]))
    np.testing.assert_allclose(measurements.trajectories[0].times, TIMES)
    assert ("Cl", "Cd") == measurements.trajectories[0].names
    with pytest.raises(Exception, match="line 23, column 'Time': time -1 comes after"):
        read(tmp_path / "back.dat", again + "".join(ROWS[:20]) + again + "-1 1 1\n" + "".join(ROWS[20:]))


def test_labels_may_begin_as_comments_do(tmp_path: Path) -> None:
    """They are numbers of animals here."""
    rows = "".join(f"#{mouse},{t:g},{np.exp(-mouse * t):.6f}\n" for mouse in (1, 2) for t in TIMES)
    assert 2 == len(read(tmp_path / "mice.csv", "mouse,t,x\n" + rows).trajectories)
    wells = "".join(f"#{well},{t:g},{np.exp(-t):.6f}\n" for well in "AB" for t in TIMES)
    assert 2 == len(read(tmp_path / "wells.csv", "well,t,x\n" + wells).trajectories)


def test_a_row_that_begins_with_an_error_of_a_spreadsheet_is_no_comment(tmp_path: Path) -> None:
    """A value that is missing leaves the others of its row."""
    rows = "".join(f"{'#N/A' if row in (3, 4, 9) else row % 7},{row % 5},{row}\n" for row in range(30))
    (run,) = read(tmp_path / "a.csv", "x,y,t\n" + rows).trajectories
    assert (30, 3) == (len(run), np.count_nonzero(np.isnan(run.states[:, 0])))
    with pytest.raises(Exception, match="'#DIV/0!' is not a number"):
        read(tmp_path / "b.csv", "x,y,t\n" + rows.replace("#N/A", "#DIV/0!", 1))
