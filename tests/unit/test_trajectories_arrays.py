"""Arrays, tables and lists of them become measurements."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from discovery.errors import DataError
from discovery.trajectories.arrays import columns_of, from_arrays
from discovery.types import Trajectory

T = np.arange(8) / 4
X = np.column_stack([np.sin(T), np.cos(T)])
FRAME = pd.DataFrame(X, columns=["hare [1000]", "lynx"])
RUN = Trajectory(T, X, ("a", "b"), "first")

FORMS = {
    "an array and times": (X, T, ("x0", "x1")),
    "an array and a step": (X, 0.25, ("x0", "x1")),
    "rows of lists": (X.tolist(), T.tolist(), ("x0", "x1")),
    "a masked array": (np.ma.masked_invalid(X), T, ("x0", "x1")),
    "a frame": (FRAME, T, ("hare", "lynx")),
    "a frame and a series": (FRAME, pd.Series(T), ("hare", "lynx")),
    "a trajectory": (RUN, None, ("a", "b")),
}


@pytest.mark.parametrize(("x", "t", "names"), FORMS.values(), ids=FORMS.keys())
def test_one_run_is_taken_in_any_form(x: object, t: object, names: tuple[str, ...]) -> None:
    """Times and states are those that were passed."""
    measurements = from_arrays(x, t)  # pyright: ignore[reportArgumentType]
    (run,) = measurements.trajectories
    np.testing.assert_array_equal(T, run.times)
    np.testing.assert_array_equal(X, run.states)
    assert names == run.names
    assert "arrays" == measurements.source
    assert "t" == measurements.time_name
    assert () == measurements.notes


SEVERAL = {
    "arrays and times": ([X, X[:5]], [T, T[:5]]),
    "arrays and one step": ([X, X[:5]], 0.25),
    "an array of three axes": (np.stack([X, X]), T),
    "an array of three axes and times of each": (np.stack([X, X]), np.stack([T, T])),
    "frames": ([FRAME, FRAME], T),
    "nested lists": ([X.tolist(), X.tolist()], [T.tolist(), T.tolist()]),
    "trajectories": ([RUN, Trajectory(T, X, ("a", "b"))], None),
    "arrays of one axis": ([X[:, 0], X[:, 0]], T),
}


@pytest.mark.parametrize(("x", "t"), SEVERAL.values(), ids=SEVERAL.keys())
def test_several_runs_are_taken_in_any_form(x: object, t: object) -> None:
    """Each run keeps its own length and times."""
    first, second = from_arrays(x, t).trajectories  # pyright: ignore[reportArgumentType]
    np.testing.assert_array_equal(T, first.times)
    np.testing.assert_array_equal(T[: len(second)], second.times)
    np.testing.assert_array_equal(first.states[: len(second)], second.states)
    assert "run 2" == second.label


def test_a_trajectory_keeps_its_label() -> None:
    """What tells it from others was chosen by the user."""
    assert "first" == from_arrays(RUN).trajectories[0].label


@pytest.mark.parametrize("labels", [("a", "b", "a"), ("run 3", "b", "")])
def test_runs_of_one_label_are_refused(labels: tuple[str, ...]) -> None:
    """What was fitted to one would else stand beside what was measured in another."""
    runs = [Trajectory(T, X, ("a", "b"), label=label) for label in labels]
    with pytest.raises(DataError, match=rf"x\[0\] and x\[2\] are both labelled '{labels[0]}'"):
        from_arrays(runs)


def test_names_are_made_safe_and_headers_kept() -> None:
    """The user's names come back as headers."""
    measurements = from_arrays(X, T, names=["N", "x y"])
    assert {"N_": "N", "x_y": "x y"} == measurements.headers
    assert ("N_", "x_y") == measurements.trajectories[0].names


def test_an_array_of_one_axis_is_one_state() -> None:
    """A single state needs no second axis; a series brings its name."""
    assert (8, 1) == from_arrays(T**2, T).trajectories[0].states.shape
    assert {"h": "h"} == from_arrays(pd.Series(T**2, name="h"), T).headers


def test_masked_values_are_missing() -> None:
    """A mask means that nothing was measured."""
    masked = np.ma.masked_greater(X, 0.99)
    assert np.isnan(from_arrays(masked, T).trajectories[0].states[0, 1])


def test_the_arrays_that_were_passed_are_not_touched() -> None:
    """Measurements hold copies that cannot be written to."""
    x = X.copy()
    measurements = from_arrays(x, T)
    x[0, 0] = 5.0
    assert X[0, 0] == measurements.trajectories[0].states[0, 0]


def test_a_constant_column_and_a_short_run_are_set_aside_with_notes() -> None:
    """As from a file, the rest is used."""
    x = np.column_stack([X, np.ones(8)])
    measurements = from_arrays([x, x[:2]], [T, T[:2]])
    assert ("x0", "x1") == measurements.trajectories[0].names
    assert (
        "1 run of fewer than 3 samples was left out.",
        "'x2' was set aside: it is 1 throughout.",
    ) == measurements.notes


@pytest.mark.parametrize("shift", [0.0, 1700000000.0])
def test_a_column_that_repeats_the_times_is_no_state(shift: float) -> None:
    """It would be one that moves by itself, t' = 1; the only column stays one."""
    measurements = from_arrays(FRAME.assign(clock=T + shift), T)
    assert ("hare", "lynx") == measurements.trajectories[0].names
    assert ("'clock' was set aside: it is the times t.",) == measurements.notes
    assert ("x0",) == from_arrays(T, T).trajectories[0].names


def test_a_short_record_of_late_times_keeps_its_states() -> None:
    """Seconds since 1970 are so large that a state of size 1 is within a billionth of them."""
    times = 1.7e9 + 0.005 * np.arange(200)
    swing = {"x": 0.3 * np.sin(9.0 * times), "v": 2.7 * np.cos(9.0 * times)}
    assert ("x", "v") == from_arrays(pd.DataFrame(swing), times).trajectories[0].names
    clock = from_arrays(pd.DataFrame(swing | {"clock": times}), times - 1.7e9)
    assert ("x", "v") == clock.trajectories[0].names


def test_the_fingerprint_tells_values_times_and_names_apart() -> None:
    """The same arrays have the same fingerprint, others another."""
    prints = [from_arrays(*x).sha256 for x in [(X, T), (X + 1, T), (X, T + 1), (FRAME, T)]]
    assert prints[0] == from_arrays(X.copy(), T.copy()).sha256
    assert 4 == len(set(prints))


REFUSED = {
    "no times": ((X, None), "x came without times. Pass t"),
    "a column of times": ((FRAME.assign(**{"Time (s)": T}), None), r"in column 'Time \(s\)', pass t='Time \(s\)'\."),
    "no runs": (([], T), r"x holds no runs. Pass at least one"),
    "a negative step": ((X, -0.1), "t is -0.1. As one number it is the step"),
    "too few times": ((X, T[:5]), "x: Trajectory has 5 times but 8 rows"),
    "too few arrays of times": (([X, X], [T]), "There are 1 arrays of times but 2 of states"),
    "times that fall": (([X, X], [T, -T]), r"x\[1\]: Trajectory times must increase"),
    "times and trajectories": ((RUN, T), "x holds trajectories, which bring their times"),
    "trajectories among arrays": (([RUN, X], None), "x holds trajectories, which bring their times"),
    "text": ((np.full((8, 2), "a"), T), "x does not hold real numbers"),
    "complex numbers": ((X * 1j, T), "Complex data not supported; pass real and imaginary parts as two states"),
    "sparse arrays": ((sparse.csr_array(X), T), r"x is a sparse array.*Pass x\.toarray\(\)"),
    "dates as times": ((X, np.arange(8).astype("datetime64[D]")), "t does not hold real numbers"),
    "durations as times": (
        (X, np.arange(8).astype("timedelta64[h]")),
        r"durations, which np\.timedelta64\(1, 's'\) di",
    ),
    "rows of unlike length": (([[1.0, 2.0], [3.0]], [0.0, 1.0]), "x does not hold real numbers in rows of one length"),
    "four axes": ((np.zeros((2, 2, 2, 2)), T), r"x has the shape \(2, 2, 2, 2\)"),
    "an infinite value": ((np.where(X > 0.99, np.inf, X), T), "x is infinite in row 0, column 1"),
    "a row for each state": ((X.T, T), r"x has 2 rows and 8 columns, and there are 8 times.*pass x\.T\."),
    "rows of states in several runs": (([X, X.T], T), r"x\[1\] has 2 rows and 8 columns.*pass x\[1\]\.T\."),
    "unlike columns": (([X, X[:, :1]], T), r"x\[1\] and x\[0\] have not the same columns"),
    "unlike names": (([FRAME, FRAME[["lynx", "hare [1000]"]]], T), r"x\[1\] and x\[0\] have not the same columns"),
    "few samples": ((X[:4], T[:4]), "x has 4 samples in 1 run"),
    "constants": ((np.ones((8, 2)), T), "x has no state that changes: 'x0' was set aside"),
}


@pytest.mark.parametrize(("arguments", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_arrays_that_cannot_be_used_are_refused(arguments: tuple[object, object], message: str) -> None:
    """The message says which array and what it needs."""
    with pytest.raises(DataError, match=message) as refused:
        from_arrays(*arguments)  # pyright: ignore[reportArgumentType]
    assert isinstance(refused.value, ValueError)


@pytest.mark.parametrize(
    ("names", "message"), [(["a"], "There are 1 names but 2 columns"), (["a", "a"], "Two columns have the same name")]
)
def test_names_must_fit_the_columns(names: list[str], message: str) -> None:
    """Each column has one name of its own."""
    with pytest.raises(DataError, match=message):
        from_arrays(X, T, names=names)


def test_columns_can_be_kept_that_do_not_change() -> None:
    """Where the states are known; in the order asked for."""
    x = np.column_stack([X, np.ones(8)])
    assert ("x0", "x1", "x2") == columns_of(x)
    measurements = from_arrays(x, T, keep=("x2", "x0"))
    assert ("x2", "x0") == measurements.trajectories[0].names
    np.testing.assert_array_equal(measurements.trajectories[0].states, x[:, [2, 0]])
    assert () == measurements.notes
    with pytest.raises(DataError, match=r"x has no column 'x3'; its columns are x0, x1, x2\. Pass that column too"):
        from_arrays(x, T, keep=("x3",))


def test_inputs_come_in_the_form_of_the_states() -> None:
    """An array, a table with names, one for each run, or within trajectories; held where they rarely change."""
    force = np.linspace(0.0, 1.0, 8)
    measurements = from_arrays(X, T, inputs=force)
    assert measurements.inputs == {"u0": "u0"}
    np.testing.assert_array_equal(measurements.trajectories[0].inputs[:, 0], force)
    assert (False,) == measurements.trajectories[0].held
    table = pd.DataFrame({"valve [%]": np.repeat([0.0, 50.0], 4)})
    several = from_arrays([X, X], T, inputs=[table, table])
    assert list(several.inputs.values()) == ["valve [%]"]
    assert [run.held for run in several.trajectories] == [(True,), (True,)]
    again = from_arrays(list(several.trajectories))
    assert [run.inputs.shape for run in again.trajectories] == [(8, 1), (8, 1)]
    assert (True,) == again.trajectories[0].held


DRIVES = {
    "too short": (np.zeros(7), r"inputs has 7 rows, 0 values of which are missing, for 8 rows of states"),
    "gaps": (np.where(T > T[3], np.nan, T), r"inputs has 8 rows, 4 values of which are missing"),
    "too many runs": ([np.zeros(8), np.zeros(8)], "There are 2 arrays of inputs but 1 of states"),
    "names twice": (pd.DataFrame(np.column_stack([T, T]), columns=["u", "u"]), "Two columns have the same name"),
    "a state's name": (pd.DataFrame({"x0": T}), "A state and an input are both called 'x0'"),
    "text": (np.full(8, "a"), "inputs does not hold real numbers"),
}


@pytest.mark.parametrize(("inputs", "message"), DRIVES.values(), ids=DRIVES.keys())
def test_inputs_that_cannot_be_used_are_refused(inputs: np.ndarray, message: str) -> None:
    """What drives the states is known at every time of these."""
    with pytest.raises(DataError, match=message):
        from_arrays(X, T, inputs=inputs)


def test_inputs_of_several_runs_have_the_same_columns() -> None:
    """In the same order, as states; of trajectories, too."""
    one, other = pd.DataFrame({"u": T, "w": -T}), pd.DataFrame({"w": -T, "u": T})
    with pytest.raises(DataError, match=r"inputs\[1\] and inputs\[0\] have not the same columns"):
        from_arrays([X, X], T, inputs=[one, other])
    driven = Trajectory(T, X, ("a", "b"), "first", T[:, None])
    with pytest.raises(DataError, match=r"inputs\[1\]"):
        from_arrays([driven, Trajectory(T, X, ("a", "b"), "second")])
    with pytest.raises(DataError, match="and also inputs are given"):
        from_arrays([driven], inputs=T)


def test_inputs_have_names_that_no_state_has() -> None:
    """Those of arrays are numbered past the states' names, and set points are held, whatever the states came in."""
    measurements = from_arrays(X, T, names=("u0", "x"), inputs=T)
    assert list(measurements.inputs) == ["u1"]
    steps = np.repeat([0.0, 1.0], 4)
    assert (True,) == from_arrays([Trajectory(T, X, ("a", "b"))], inputs=steps).trajectories[0].held


LABELLED = FRAME.assign(day=np.repeat(["rain", "sun"], 4))
UNUSABLE = {
    "text": (
        FRAME.assign(note=[None, "rain", "a", "b", "c", "d", "e", "f"]),
        T,
        r"x, column 'note' holds text such as 'rain'.* x\.drop\(columns='note'\), or convert it\.$",
    ),
    "limits of an assay": (
        FRAME.assign(rna=["<500", *map(str, range(7))]),
        T,
        r"x, column 'rna' holds '<500' among its .* x\['rna'\] = pd\.to_numeric\(x\['rna'\], errors='coerce'\) leaves",
    ),
    "labels of runs": (LABELLED, T, r"'day' holds text.*\[run\.drop\(columns='day'\) for _, run in x\.groupby\('day'"),
    "dates": (FRAME.assign(when=pd.date_range("2026-01-01", periods=8)), T, "If these are the times, pass t='when'"),
    "durations": (FRAME.assign(when=pd.to_timedelta(np.arange(8), unit="h")), T, "durations .*, pass t='when'"),
    "periods": (FRAME.assign(when=pd.period_range("2026-01", periods=8, freq="W")), T, "dates .*, pass t='when'"),
    "dates as text": (FRAME, pd.Series(["2026-01-01"] * 8, name="day"), "t, column 'day' holds text .*pd.to_datetime"),
    "words as times": (FRAME, ["1", *"bcdefgh"], "t holds text such as 'b'"),
    "runs below each other": (FRAME.assign(run=np.repeat([1, 2], 4)), [*T[:4]] * 2, "If 'run' tells .*by\\('run'\\)"),
    "runs in turn": (FRAME.assign(run=[1, 2] * 4), np.repeat(T[:4], 2), "If 'run' tells"),
    "times that fall": (FRAME, -T, "remove repeated times.$"),
}


@pytest.mark.parametrize(("x", "t", "message"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_a_table_that_cannot_be_used_is_refused_by_its_column(x: pd.DataFrame, t: object, message: str) -> None:
    """With what to do about it."""
    with pytest.raises(DataError, match=message):
        from_arrays(x, t)  # pyright: ignore[reportArgumentType]


def test_errors_come_in_the_form_of_the_states() -> None:
    """In any unit; of tables by the names of their columns; trajectories bring their own."""
    times, errors = np.arange(8.0), np.tile([[0.5], [2.0]], (4, 1))
    x = times[:, None] ** 2
    whole = from_arrays(x, times, errors=errors)
    np.testing.assert_allclose(whole.trajectories[0].errors, errors / 1.25)
    table = from_arrays(pd.DataFrame({"x": x[:, 0], "x_err": errors[:, 0]}), times)
    assert {"x": "x"} == table.headers
    assert "'x_err' looks like the errors of 'x', 1.25 at the median" in table.notes[0]
    several = from_arrays([x, x], times, errors=[errors, 2.0 * errors])
    for found in (table.trajectories[0], from_arrays(whole.trajectories).trajectories[0]):
        np.testing.assert_allclose(found.errors, errors / 1.25)
    np.testing.assert_allclose(several.trajectories[1].errors, 2.0 * several.trajectories[0].errors)
    assert whole.sha256 != from_arrays(x, times).sha256
    with pytest.raises(DataError, match=r"The errors have the shape \(7, 1\), and x \(8, 1\)"):
        from_arrays(x, times, errors=errors[:7])


def test_errors_of_tables_are_taken_by_their_names() -> None:
    """In whatever order; deviations are not below zero."""
    times = np.arange(8.0)
    table = pd.DataFrame({"a": times**2, "b": np.sin(times)})
    errors = pd.DataFrame({"b": np.linspace(1.0, 2.0, 8), "a": np.linspace(2.0, 1.0, 8)})
    found = from_arrays(table, times, errors=errors).trajectories[0].errors
    assert found[0, 0] > 1.0 > found[0, 1]
    with pytest.raises(DataError, match="errors below zero"):
        from_arrays(table, times, errors=-errors)
