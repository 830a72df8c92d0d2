"""Columns that drive the states: read, held or interpolated, and refused where they have gaps."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from discovery.errors import DataError, UsageError
from discovery.samples import Drive, Trajectory, drive_columns
from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.inputs import is_set
from discovery.trajectories.read import read_course, read_csv

T = np.linspace(0.0, 2.0, 21)


def written(path: Path, u: np.ndarray, header: str = "t,x,u [A]") -> Path:
    """A file with a state and an input."""
    np.savetxt(path, np.column_stack([T, np.sin(T), u]), delimiter=",", header=header, comments="")
    return path


def test_an_input_is_no_state(tmp_path: Path) -> None:
    """It gets a name, and its course is interpolated."""
    found = read_csv(written(tmp_path / "a.csv", np.cos(3 * T)), inputs=["u [A]"])
    assert {"x": "x"} == found.headers
    assert {"u": "u [A]"} == found.inputs
    np.testing.assert_allclose(np.cos(3 * T)[:, None], found.trajectories[0].inputs)
    assert (False,) == found.trajectories[0].held


def test_an_input_that_is_set_from_time_to_time_is_held(tmp_path: Path) -> None:
    """Most of its steps are none."""
    found = read_csv(written(tmp_path / "a.csv", np.where(T < 1.0, 0.0, 2.0)), inputs=["u [A]"])
    assert (True,) == found.trajectories[0].held


def test_an_input_that_is_told_to_be_held_is_held(tmp_path: Path) -> None:
    """Whatever it looks like; it is an input whether it is named as one or not, and gaps of it are refused."""
    path = written(tmp_path / "a.csv", np.cos(3 * T))
    for inputs in ([], ["u [A]"]):
        found = read_csv(path, inputs=inputs, held=["u"])
        assert ({"u": "u [A]"}, (True,)) == (found.inputs, found.trajectories[0].held)
    with pytest.raises(DataError, match="1 value is missing"):
        read_csv(written(tmp_path / "b.csv", np.where(T == T[5], np.nan, np.cos(3 * T))), held=["u [A]"])
    with pytest.raises(UsageError, match="no column 'v'"):
        read_csv(path, held=["v"])


def test_an_array_that_is_told_to_be_held_is_held() -> None:
    """By its name, or its number; trajectories say it themselves."""
    drives = np.column_stack([np.cos(3 * T), np.sin(3 * T)])
    assert (False, True) == from_arrays(np.sin(T), T, inputs=drives, held=["u1"]).trajectories[0].held
    with pytest.raises(DataError, match=r"'u2' is told to be held, but is no input\. The inputs are u0, u1"):
        from_arrays(np.sin(T), T, inputs=drives, held=["u2"])
    with pytest.raises(DataError, match="There are no inputs"):
        from_arrays(np.sin(T), T, held=["u2"])
    with pytest.raises(DataError, match="which say themselves which inputs are held"):
        from_arrays(Trajectory(T, T[:, None], ("x",), "", drives), held=["u1"])


def test_each_input_is_held_or_not_by_its_own_steps(tmp_path: Path) -> None:
    """A heater that is switched stays a switch beside the temperature outdoors, and both are known between samples."""
    rows = np.column_stack([T, np.sin(T), np.where(T < 1.0, 0.0, 2.0), np.cos(3 * T)])
    np.savetxt(tmp_path / "a.csv", rows, delimiter=",", header="t,x,heater,outdoors", comments="")
    (run,) = read_csv(tmp_path / "a.csv", inputs=["heater", "outdoors"]).trajectories
    assert (True, False) == run.held
    assert run.drive is not None
    heater, outdoors = drive_columns(run.drive, (T[:-1] + T[1:]) / 2.0)
    np.testing.assert_array_equal(rows[:-1, 2], heater)
    np.testing.assert_allclose(np.cos(3 * (T[:-1] + T[1:]) / 2.0), outdoors, atol=0.02)
    np.testing.assert_array_equal(T[run.switched], T[T >= 1.0][:1])


def test_what_is_held_is_said_of_each_input() -> None:
    """Or of none."""
    with pytest.raises(DataError, match="Of 1 inputs it is said whether they are held, but there are 2"):
        Drive(T, np.zeros((len(T), 2)), (True,))
    assert (False, False) == Drive(T, np.zeros((len(T), 2))).held
    every: Any = True
    assert (True, True) == Trajectory(T, T[:, None], ("x",), "", np.zeros((len(T), 2)), every).held


def series_of_doses(path: Path, doses: list[str]) -> Path:
    """A file with two replicates of each dose."""
    rows = [f"{dose},{copy},{i},{i * i}" for dose in doses for copy in "ab" for i in range(6)]
    path.write_text("\n".join(["dose [mg/L];copy;t;x", *(row.replace(",", ";") for row in rows)]))
    return path


def test_a_dose_tells_runs_apart_and_drives_them(tmp_path: Path) -> None:
    """It is a constant input of each run, whose label has it as the file writes it, with a decimal comma too."""
    path = series_of_doses(tmp_path / "a.csv", ["0", "0.5", "2.0"])
    path.write_text(path.read_text().replace(".", ","))
    found = read_csv(path, trajectory=["dose", "copy"], inputs=["dose"])
    assert ("dose [mg/L]", "copy") == found.keys
    assert ({"x": "x"}, {"dose": "dose [mg/L]"}) == (found.headers, found.inputs)
    assert [0.0, 0.0, 0.5, 0.5, 2.0, 2.0] == [float(run.inputs[0, 0]) for run in found.trajectories]
    assert all(np.ptp(run.inputs) == 0.0 and run.held == (True,) for run in found.trajectories)
    assert "0,5, a" == found.trajectories[2].label


def test_a_dose_in_words_drives_nothing(tmp_path: Path) -> None:
    """The message names the first entry that is no number, and its line."""
    path = series_of_doses(tmp_path / "a.csv", ["0", "0.5", "much"])
    with pytest.raises(DataError, match=r"'dose .*' does not hold numbers throughout, as 'much' in line 26"):
        read_csv(path, trajectory=["dose", "copy"], inputs=["dose"])


def test_words_that_come_again_in_an_input_stand_for_missing(tmp_path: Path) -> None:
    """The message names the option, with the words of all columns, and it helps."""
    path = tmp_path / "a.csv"
    rows = [[f"{t}", f"{t * t}", f"{(7 * t) % 5}.5"] for t in range(12)]
    rows[3][2] = rows[7][2] = "Bad"
    rows[5][1] = "No Data"
    path.write_text("t,x,u\n" + "".join(",".join(row) + "\n" for row in rows))
    with pytest.raises(DataError, match=r"'u' does not hold numbers .* --missing 'No Data,Bad' leaves it out"):
        read_csv(path, inputs=["u"])
    assert 10 == len(read_csv(path, inputs=["u"], missing=["No Data", "Bad"]).trajectories[0].times)


@pytest.mark.parametrize(
    ("states", "trajectory", "inputs"), [("x", "copy", "x"), ("", "copy", "x x"), ("", "x x", "x")]
)
def test_no_other_column_has_two_roles(states: str, trajectory: str, inputs: str, tmp_path: Path) -> None:
    """Nor is one named twice in a role."""
    path = series_of_doses(tmp_path / "a.csv", ["0", "0.5"])
    with pytest.raises(UsageError, match=r"'x' is named . times .* Name each column once"):
        read_csv(path, states=states.split(), trajectory=trajectory.split(), inputs=inputs.split())


@pytest.mark.parametrize(
    ("rows", "message"),
    [([0], "1 value is missing"), ([3, 7, 8, 9, 12], "5 values are missing"), ([19, 20], "ends before the states")],
)
@pytest.mark.parametrize("held", [False, True])
def test_gaps_of_an_input_are_refused(rows: list[int], message: str, held: bool, tmp_path: Path) -> None:
    """At the ends, in many rows, or where it is held; the message names the line."""
    rows, message = ([3], "1 value is missing") if held else (rows, message)
    u = np.where(T < 1.0, 0.0, 2.0) if held else np.cos(T)
    u[rows] = np.nan
    with pytest.raises(DataError, match=rf"line {rows[0] + 2}.*{message}"):
        read_csv(written(tmp_path / "a.csv", u), inputs=["u [A]"])


def test_rows_within_a_run_in_which_a_course_is_unknown_are_left_out(tmp_path: Path) -> None:
    """Also of one of two inputs; a note says how many."""
    u = np.cos(T)
    u[[3, 7]] = np.nan
    found = read_csv(written(tmp_path / "a.csv", u), inputs=["u [A]"])
    np.testing.assert_array_equal(np.delete(T, [3, 7]), found.trajectories[0].times)
    assert "2 rows were left out, as u [A] is unknown there." in found.notes
    with pytest.raises(DataError, match="2 values are missing"):
        read_csv(tmp_path / "a.csv", inputs=["u [A]"], successive=True)  # each row of a map is the next
    arrays = from_arrays(np.sin(T), T, inputs=u)
    np.testing.assert_array_equal(found.trajectories[0].inputs, arrays.trajectories[0].inputs)
    assert "2 rows were left out, as u0 is unknown there." in arrays.notes


@pytest.mark.parametrize("held", [[], ["u [A]"]])
@pytest.mark.parametrize("states", [[], ["x"]])
def test_rows_with_neither_states_nor_inputs_are_passed_over(
    held: list[str], states: list[str], tmp_path: Path
) -> None:
    """As those of a logger's events, which it counts as others, within the record and at its end; a note says so."""
    path = tmp_path / "a.csv"
    rows = [f"{i + 1},{t},{np.sin(t)},{np.cos(3 * t)}," for i, t in enumerate(T)]
    rows[7], rows[20] = "8,0.7,,,Logged", "21,2.0,,,Logged"
    path.write_text("\n".join(['"#",t,x,u [A],Stopped', *rows]))
    found = read_csv(path, inputs=["u [A]"], held=held, states=states)
    assert np.array_equal(np.delete(T, [7, 20]), found.trajectories[0].times)
    assert ["x"] == [*found.headers]  # what counts the rows is no state, though some are left out
    assert "2 rows were left out, the first in line 9, with neither states nor inputs." in found.notes
    with pytest.raises(DataError, match="line 9"):  # of a map a step would be missing
        read_csv(path, inputs=["u [A]"], states=states, successive=True)
    path.write_text("\n".join(['"#",t,x,u [A],Stopped', *rows[:7], "8,2.0,,,Logged"]))
    assert 7 == len(read_csv(path, inputs=["u [A]"], states=states, successive=True).trajectories[0])


def test_a_number_of_nines_in_an_input_is_refused(tmp_path: Path) -> None:
    """It stands for missing, probably; who tells what stands for missing has it as it is."""
    path = written(tmp_path / "a.csv", np.where(T == T[4], -9999.0, np.cos(T)))
    with pytest.raises(DataError, match=r"line 6.*'u .A.'.*is -9999 in 1 row, far from all else.*--missing NA"):
        read_csv(path, inputs=["u [A]"])
    assert -9999.0 == read_csv(path, inputs=["u [A]"], missing=["NA"]).trajectories[0].inputs[4, 0]


def test_an_input_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    """As any column that is told."""
    with pytest.raises(UsageError, match="no column 'v'"):
        read_csv(written(tmp_path / "a.csv", T), inputs=["v"])


def test_a_course_is_read_by_itself(tmp_path: Path) -> None:
    """Also a constant one, which is no state."""
    path = tmp_path / "new.csv"
    np.savetxt(path, np.column_stack([T, 0 * T + 1]), delimiter=",", header="t,u", comments="")
    times, values = read_course(path, ["u"])
    np.testing.assert_array_equal(T, times)
    assert (21, 1) == values.shape


def test_inputs_at_other_times_are_held_or_interpolated() -> None:
    """Beyond the ends they stay as they are there."""
    times, values = np.array([0.0, 1.0, 2.0]), np.array([[0.0], [2.0], [4.0]])
    asked = np.array([-1.0, 0.5, 1.0, 5.0])
    assert [0.0, 1.0, 2.0, 4.0] == drive_columns(Drive(times, values), asked)[0].tolist()
    assert [0.0, 0.0, 2.0, 4.0] == drive_columns(Drive(times, values, held=(True,)), asked)[0].tolist()
    assert [] == drive_columns(None, asked)
    assert Trajectory(times, values, ("x",)).drive is None


def test_whether_an_input_is_held_is_the_same_in_any_order_of_rows(tmp_path: Path) -> None:
    """Runs that are written by turns are looked at apart."""
    rows = [(run, t, np.sin(t + run), float(t >= 1.0 + 0.1 * run)) for run in (0, 1) for t in T]
    for order in (rows, sorted(rows, key=lambda row: (row[1], row[0]))):
        np.savetxt(tmp_path / "a.csv", order, delimiter=",", header="run,t,x,u", comments="")
        found = read_csv(tmp_path / "a.csv", trajectory=["run"], inputs=["u"])
        assert [(True,), (True,)] == [one.held for one in found.trajectories]


def test_a_course_in_another_unit_of_time_is_refused(tmp_path: Path) -> None:
    """Without one it is taken to be that of the law."""
    path = written(tmp_path / "new.csv", T, header="t [min],x,u")
    with pytest.raises(UsageError, match=r"counts time in min, and the law in s.*\[s\]"):
        read_course(path, ["u"], unit="s")
    for unit in ("min", ""):
        assert 21 == len(read_course(path, ["u"], unit=unit)[0])


RAMPS = np.interp(T, [0.0, 0.45, 0.95, 1.5, 2.0], [0.0, 0.0, 4.0, 4.0, 4.0])  # six steps, the outer ones halves


def ramps(tmp_path: Path, u: np.ndarray, times: np.ndarray = T, **told: Any) -> bool:
    """Whether such an input is held: read from a file and from arrays, which agree."""
    np.savetxt(tmp_path / "a.csv", np.column_stack([times, np.sin(T), u]), delimiter=",", header="t,x,u", comments="")
    (read,) = read_csv(tmp_path / "a.csv", inputs=["u"], **told).trajectories[0].held
    table = pd.DataFrame({"u": u})
    assert (read,) == from_arrays(np.sin(T), times, inputs=table, **told).trajectories[0].held
    return read


def test_an_input_that_changes_by_ramps_is_interpolated(tmp_path: Path) -> None:
    """However long it rests between; a jump of less than the ramp changes nothing, and nor does rounding."""
    assert np.mean(np.diff(RAMPS) == 0.0) > 0.5
    assert not ramps(tmp_path, RAMPS)
    assert not ramps(tmp_path, np.round(RAMPS, 1) - (T > 1.7))
    assert ramps(tmp_path, RAMPS - 8.0 * (T > 1.7))


def test_ramps_are_known_by_their_rates(tmp_path: Path) -> None:
    """Steps of unlike sizes are a ramp where the times between are unlike as well."""
    times = np.cumsum(np.random.default_rng(0).uniform(0.5, 2.0, len(T)))
    course = np.interp(times, times[[8, 14]], [0.0, 6.0])
    assert not ramps(tmp_path, course, times)
    assert ramps(tmp_path, course)


@pytest.mark.parametrize("levels", [[1, 3, 8], [3, 2, 1], [1, 2], [4, 3, 4]])
def test_what_is_set_a_few_times_in_a_row_is_held(levels: list[float], tmp_path: Path) -> None:
    """By steps of other sizes, by two alone, or to and fro."""
    u = np.zeros(len(T))
    u[5 : 5 + len(levels)] = levels
    u[5 + len(levels) :] = levels[-1] if levels != [3, 2, 1] else 1.0
    assert ramps(tmp_path, u)


def test_none_are_held_but_those_that_are_named(tmp_path: Path) -> None:
    """The word stands for no input, unless a column is called so."""
    u = np.where(T < 1.0, 0.0, 2.0)
    assert ramps(tmp_path, u)
    assert not ramps(tmp_path, u, held=["none"])
    assert ramps(tmp_path, RAMPS, held=["none", "u"])
    path = written(tmp_path / "b.csv", np.cos(3 * T), "t,x,none")
    assert (True,) == read_csv(path, held=["none"]).trajectories[0].held


def test_what_jumps_to_and_fro_between_the_same_values_is_set() -> None:
    """A voltage drawn from six values, or thirty; the second run begins at another without a jump."""
    random = np.random.default_rng(0)
    for count in (6, 30):
        values = random.uniform(-12.0, 12.0, count)
        voltage = np.repeat(values[random.integers(0, count, 100)], 10)
        assert is_set([voltage[:400], voltage[400:]])


def test_what_goes_back_to_one_value_between_others_is_set() -> None:
    """Infusions, each of a rate of its own; of a spike that a slow sensor sees for a sample, neighbours are others."""
    rates = [[60, 0, 0], [90, 0, 45, 0], [0, 50, 0, 100, 0]]
    assert is_set([np.repeat(np.array(run, dtype=float), 8) for run in rates])
    spikes = np.array([0, 60, 20, 0, 0, 90, 30, 10, 0, 45, 15, 0], dtype=float)
    assert not is_set([np.repeat(spikes, 8)])


def test_a_protocol_whose_values_last_for_long_is_set() -> None:
    """Speeds of a treadmill, none of which comes again; a slow sensor that is repeated as often has more digits."""
    speeds = np.repeat([0.0, 8.0, 5.0, 11.0, 6.0, 13.0, 0.0], 40)
    assert is_set([speeds])
    assert not is_set([speeds[::4]])
    assert not is_set([np.repeat(20.0 + 3.0 * np.random.default_rng(0).normal(size=12).round(1), 40)])


def test_steps_of_many_digits_that_last_are_set() -> None:
    """A load in steps of twelve rows, none of which comes again; slow sensors go on from value to value."""
    random = np.random.default_rng(0)
    load = random.uniform(30.0, 120.0, 50).round(1)
    assert is_set([np.repeat(load, 12)])
    assert is_set([np.repeat(load[:25], 12), np.repeat(load[25:], 12)])
    assert not is_set([np.repeat(load, 6)])
    wave = 20.0 + 3.0 * np.sin(0.5 * np.arange(50)) + random.normal(size=50)
    assert not is_set([np.repeat(wave.round(1), 12)])
    assert not is_set([np.repeat(np.cumsum(random.normal(size=50)).round(2), 12)])


def test_what_is_washed_out_once_in_each_run_is_set() -> None:
    """Runs of other concentrations have no change to and fro, and no drift either."""
    washed = [np.repeat([dose, 0.0], [40, 60]) for dose in (5.0, 10.0, 20.0, 40.0, 80.0)]
    assert is_set(washed)
    assert not is_set([np.repeat([dose, dose / 2.0, 0.0], [40, 10, 50]) for dose in (5.0, 10.0, 20.0, 40.0, 80.0)])


@pytest.mark.parametrize("digit", [0.05, 0.2, 0.5])
def test_a_state_read_off_a_coarse_scale_is_not_set(digit: float) -> None:
    """Drifting, with noise or without; falling to rest; and with values that a slow sensor repeats."""
    times, noise = np.arange(0.0, 100.0, 0.1), np.random.default_rng(0).normal(size=1000)
    drift, fall = np.sin(0.1 * times), np.exp(-0.2 * times)
    courses = [drift, drift + digit * noise, drift + 0.1 * digit * noise, fall, np.repeat(drift[::20], 20)]
    courses += [np.repeat((fall + digit / 5.0 * noise)[::5], 5), np.random.default_rng(0).poisson(0.3, 1000)]
    assert [False] * len(courses) == [is_set([digit * np.round(course / digit)]) for course in courses]


@pytest.mark.parametrize(
    ("rows", "origin", "times"),
    [
        (["2024-05-02 06:00:00", "2024-05-02 09:00:00"], "2024-05-01 00:30:00", [29.5, 32.5]),
        (["2024-05-02T06:00:00Z", "2024-05-02T09:00:00Z"], "2024-05-01", [30.0, 33.0]),
        (["13:00:00", "14:00:00"], "12:15:00", [0.75, 1.75]),
    ],
)
def test_a_course_is_counted_from_the_origin_of_the_data(
    rows: list[str], origin: str, times: list[float], tmp_path: Path
) -> None:
    """As the measurements tell it; what is of another kind is refused."""
    path = tmp_path / "course.csv"
    path.write_text("time,u\n" + "".join(f"{row},1\n" for row in rows))
    assert times == pytest.approx(read_course(path, ["u"], unit="h", origin=origin)[0].tolist())
    with pytest.raises(UsageError, match="but time is counted since"):
        read_course(path, ["u"], unit="h", origin="12:00:00" if "-" in rows[0] else "2024-05-01")


def test_the_origin_of_measurements_is_their_first_date(tmp_path: Path) -> None:
    """To the microsecond; numbers have none."""
    path = tmp_path / "data.csv"
    path.write_text("when,x\n" + "".join(f"2024-05-01T00:00:0{i}.25,{i * i}\n" for i in range(6)))
    assert "2024-05-01 00:00:00.250000" == read_csv(path).origin
    path.write_text("t,x\n" + "".join(f"{i},{i * i}\n" for i in range(6)))
    assert "" == read_csv(path).origin
