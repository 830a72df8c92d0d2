"""Runs side by side that have times of their own: they are told from places, and put one below the other."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from discovery.trajectories.checks import check
from discovery.trajectories.read import read_csv
from pipelines.checking import next_command
from pipelines.config import Columns


@pytest.mark.parametrize("count", [2, 3])
def test_runs_side_by_side_with_times_of_their_own_are_put_one_below_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    """As Logger Pro exports them; the line of pandas does what it says, and shorter runs leave no empty rows."""
    columns: dict[str, np.ndarray] = {}
    for run in range(1, count + 1):
        times = np.where(np.arange(60) < 60 - 7 * run, 0.1 * np.arange(60) + 0.01 * run, np.nan)
        columns |= {f"Run {run}: Time (s)": times, f"Run {run}: Position (m)": np.sin(times + run)}
    path = tmp_path / "cart.csv"
    pd.DataFrame(columns).to_csv(path, index=False)
    found = read_csv(path)
    units = found.abreast
    assert units is not None
    assert (units.certain, units.time, units.key) == (True, "Time (s)", "run")
    assert units.words == ("discover", "check", "cart_long.csv", "--trajectory", "run")
    checked = check(found)
    (alert,) = (one for one in checked.alerts if one.subject == "wide")
    assert alert.level == "caution"
    assert units.melt in alert.advice
    assert not {"velocity", "relation"} & {one.subject for one in checked.alerts}
    monkeypatch.chdir(tmp_path)
    exec(units.melt, {"pd": pd})
    long = read_csv(units.long, trajectory=["run"])
    assert [(run.label, len(run)) for run in long.trajectories] == [
        (f"Run {run}", 60 - 7 * run) for run in range(1, count + 1)
    ]
    assert [*long.headers.values()] == ["Position (m)"]
    assert not any("without a time" in note for note in long.notes)


def test_curves_of_pairs_are_put_one_below_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As sensors of binding export them, X and Y of each concentration; of a plane's x and y none is time."""
    times = np.linspace(-1.0, 9.0, 41)
    columns: dict[str, np.ndarray] = {}
    for dose in ("3.1", "6.2", "12.5"):
        columns |= {f"Fc=2-1 - {dose} nM_X": times, f"Fc=2-1 - {dose} nM_Y": float(dose) * np.exp(-times / 3.0)}
    pd.DataFrame(columns).to_csv(tmp_path / "spr.csv", index=False)
    units = read_csv(tmp_path / "spr.csv").abreast
    assert units is not None
    assert (units.certain, units.time) == (True, "X")
    monkeypatch.chdir(tmp_path)
    exec(units.melt, {"pd": pd})
    long = read_csv(units.long, trajectory=["unit"])
    assert [run.label for run in long.trajectories] == [f"Fc=2-1 - {dose} nM" for dose in ("3.1", "6.2", "12.5")]
    assert (long.time_name, [*long.headers.values()]) == ("X", ["Y"])
    plane = {"t": times} | {f"{name}_{axis}": np.sin(times) for name in ("ball", "foot", "hand") for axis in "xy"}
    pd.DataFrame(plane).to_csv(tmp_path / "plane.csv", index=False)
    other = read_csv(tmp_path / "plane.csv").abreast
    assert other is None or not other.time


@pytest.mark.parametrize(("first", "second"), [("X{}", "Y{}"), ("X_{}", "Y_{}"), ("t{}", "y{}")])
def test_numbered_pairs_are_runs_where_no_other_column_is_time(tmp_path: Path, first: str, second: str) -> None:
    """Two bodies in a plane, with a time of both, are one system."""
    times = np.linspace(0.0, 4.0, 41)
    columns: dict[str, np.ndarray] = {}
    for run in (1, 2, 3):
        columns |= {first.format(run): (1.0 + 0.1 * run) * times, second.format(run): np.exp(-times * run)}
    pd.DataFrame(columns).to_csv(tmp_path / "pairs.csv", index=False)
    units = read_csv(tmp_path / "pairs.csv").abreast
    assert units is not None
    assert (units.units, units.time) == (("1", "2", "3"), first[0])
    pd.DataFrame({"time": times} | columns).to_csv(tmp_path / "bodies.csv", index=False)
    other = read_csv(tmp_path / "bodies.csv").abreast
    assert other is None or not other.time


@pytest.mark.parametrize(
    ("names", "units"),
    [
        ([f"Run {run}: {one}" for run in "123" for one in "txy"], ("Run 1", "Run 2", "Run 3")),
        ([f"R10{run}_{one}" for run in "12" for one in ("time", "x", "y")], ("R101", "R102")),
        ([f"{joint}_{axis}" for joint in ("knee", "hip") for axis in "xy"], ()),
        ([f"{axis}{body}" for body in "12" for axis in "xy"], ()),
    ],
)
def test_pairs_are_curves_where_each_first_one_is_the_time(
    tmp_path: Path, names: list[str], units: tuple[str, ...]
) -> None:
    """Where units have a time besides they are two quantities of each, and where an x swings they are places."""
    times = np.linspace(0.0, 4.0, 41)
    columns = {name: np.sin(times + place) for place, name in enumerate(names)}
    columns |= {name: times for name in names if name == names[0] or name.endswith((" t", "_time"))}
    pd.DataFrame(columns).to_csv(tmp_path / "a.csv", index=False)
    found = read_csv(tmp_path / "a.csv").abreast
    assert (units, bool(units)) == ((found.units, bool(found.time)) if found else ((), False))


@pytest.mark.parametrize("form", ["{axis}{body}", "{part}_{axis}"])
def test_places_with_a_third_coordinate_are_no_curves(tmp_path: Path, form: str) -> None:
    """Even where every x only rises: the z would be left beside each of the bodies."""
    times = np.linspace(0.0, 4.0, 41)
    columns: dict[str, np.ndarray] = {}
    for body, part in enumerate(("knee", "hip", "toe"), start=1):
        columns |= {form.format(axis="x", body=body, part=part): times + body}
        columns |= {form.format(axis=axis, body=body, part=part): np.sin(body * times) for axis in "yz"}
    pd.DataFrame(columns).to_csv(tmp_path / "space.csv", index=False)
    found = read_csv(tmp_path / "space.csv").abreast
    assert found is None or not found.time
    pd.DataFrame({name: one for name, one in columns.items() if "z" not in name}).to_csv(tmp_path / "plane.csv")
    pairs = read_csv(tmp_path / "plane.csv").abreast
    assert pairs is None or not pairs.time, "the number of the row is the time"
    pd.read_csv(tmp_path / "plane.csv", index_col=0).to_csv(tmp_path / "pairs.csv", index=False)
    curves = read_csv(tmp_path / "pairs.csv").abreast
    assert curves is not None
    assert curves.time == "x"


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize(
    ("form", "key"),
    [("{} Run #{}", "run"), ("{} Messung {}", "unit"), ("{} run_{}", "run"), ("{} Lauf {}", "unit")],
)
def test_the_label_of_a_run_with_times_of_its_own_may_stand_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, key: str, count: int
) -> None:
    """As PASCO Capstone exports them, behind the unit: each run keeps a clock of its own in the long table."""
    columns: dict[str, np.ndarray] = {}
    for run in range(1, count + 1):
        times = np.where(np.arange(60) < 60 - 7 * run, 0.1 * run * np.arange(60), np.nan)
        columns |= {form.format("Time (s)", run): times, form.format("Position (m)", run): np.sin(times)}
    path = tmp_path / "cart.csv"
    pd.DataFrame(columns | {form.format("Force (N)", 1): np.cos(np.arange(60.0))}).to_csv(path, index=False)
    checked = check(read_csv(path))
    units = checked.facts.measurements.abreast
    assert units is not None
    assert (units.certain, units.time, units.key) == (True, "Time (s)", key)
    assert units.others == (), "what one run alone has is nothing that the others share"
    assert next_command(path, Columns(), checked) == f"discover check cart_long.csv --trajectory {key}"
    assert "clock" not in {one.subject for one in checked.alerts}, "the times of another run are no clock of all rows"
    monkeypatch.chdir(tmp_path)
    exec(units.melt, {"pd": pd})
    long = read_csv(units.long, trajectory=[key])
    assert ["Position (m)"] == [*long.headers.values()]
    for run, one in enumerate(long.trajectories, start=1):
        np.testing.assert_allclose(one.times, 0.1 * run * np.arange(60 - 7 * run))
        np.testing.assert_allclose(one.states[:, 0], np.sin(one.times))


def test_a_state_that_comes_first_is_no_clock_of_a_run(tmp_path: Path) -> None:
    """Where no column is called like a time the first is taken for one, and says nothing of runs."""
    names = [f"{quantity} (V) Run #{run}" for run in "12" for quantity in ("Level", "Flow")]
    path = tmp_path / "a.csv"
    rng = np.random.default_rng(0)
    pd.DataFrame({name: np.cumsum(rng.random(40)) for name in names}).to_csv(path, index=False)
    assert read_csv(path).abreast is None
