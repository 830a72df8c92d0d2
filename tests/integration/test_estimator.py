"""The scikit-learn face: arrays and tables in, a law out."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from discovery import EquationDiscovery, read_csv
from discovery.errors import DataError, SimulationError, UsageError
from discovery.types import DiscoveryResult
from pipelines.config import RunConfig
from pipelines.ode import discover_ode

TIMES = np.linspace(0.0, 5.0, 60)
DECAY = 3.0 * np.exp(-0.8 * TIMES)[:, None]
QUICK = {"engines": ("sindy",), "smoother": "gaussian_process"}


@pytest.fixture(scope="module")
def fitted() -> EquationDiscovery:
    """Fitted to x' = -0.8 x."""
    return EquationDiscovery(**QUICK).fit(DECAY, TIMES)


def test_the_law_is_found(fitted: EquationDiscovery) -> None:
    """The equation as text, as a law, and in the whole result."""
    assert isinstance(fitted.result_, DiscoveryResult)
    assert "found" == fitted.result_.status
    assert ["x0"] == list(fitted.equations_)
    assert 1 == fitted.n_features_in_
    assert pytest.approx((-0.8,), rel=1e-3) == fitted.law_.constants
    number, _, state = fitted.equations_["x0"].partition("*")
    assert (pytest.approx(-0.8, rel=1e-3), "x0") == (float(number), state)


def test_predictions_are_derivatives(fitted: EquationDiscovery) -> None:
    """x' at some points."""
    np.testing.assert_allclose(fitted.predict([[1.0], [-2.0], [0.0]]), [[-0.8], [1.6], [0.0]], rtol=1e-3)


@pytest.mark.parametrize("start", [2.0, [2.0], np.array([2.0])])
def test_simulations_follow_the_analytic_solution(start: object, fitted: EquationDiscovery) -> None:
    """From the initial state at the first time, wherever that is."""
    times = np.array([1.0, 1.5, 4.0])
    simulated = fitted.simulate(start, times)  # pyright: ignore[reportArgumentType]
    np.testing.assert_allclose(simulated[:, 0], 2.0 * np.exp(-0.8 * (times - 1.0)), rtol=5e-3)


def test_the_score_is_one_where_the_law_holds(fitted: EquationDiscovery) -> None:
    """On another initial state too; gaps do not count; another law scores less."""
    assert fitted.score(DECAY, TIMES) > 0.9999
    other = -5.0 * np.exp(-0.8 * TIMES)[:, None]
    other[7] = np.nan
    assert fitted.score(other, TIMES) > 0.9999
    assert fitted.score([DECAY, other], [TIMES, TIMES]) > 0.9999
    assert fitted.score(3.0 * np.exp(-1.6 * TIMES)[:, None], TIMES) < 0.9
    assert 1.0 == fitted.score(np.zeros((5, 1)), np.arange(5.0))  # at rest, as the law has it


def test_states_that_are_measured_in_turn_are_scored() -> None:
    """No sample is whole, so that a start is fitted."""
    states = np.column_stack([DECAY[:, 0], np.exp(-0.3 * TIMES)])
    model = EquationDiscovery(**QUICK).fit(states, TIMES)
    states[::2, 0] = states[1::2, 1] = np.nan
    assert model.score(states, TIMES) > 0.999


def test_a_law_that_cannot_be_followed_scores_minus_infinity() -> None:
    """x' = x^2 from 1 reaches infinity at t = 1."""
    times = np.linspace(0.0, 0.9, 60)
    model = EquationDiscovery(**QUICK).fit(1.0 / (1.0 - times)[:, None], times)
    beyond = np.linspace(0.0, 3.0, 30)
    assert float("-inf") == model.score(1.0 + beyond[:, None], beyond)
    with pytest.raises(SimulationError, match=r"could not be integrated beyond t = "):
        model.simulate([1.0], beyond)


def test_a_table_brings_its_names() -> None:
    """Columns of a DataFrame name the states; one that never changes is set aside."""
    table = pd.DataFrame({"prey": DECAY[:, 0], "temperature": 20.0})
    model = EquationDiscovery(**QUICK).fit(table, TIMES)
    assert ["prey"] == list(model.equations_)
    assert any("'temperature' was set aside" in note for note in model.result_.notes)


def test_the_name_of_a_column_leads_to_its_equation() -> None:
    """Also where code reads another, as of N, which is a function of SymPy; what names no column is missing."""
    model = EquationDiscovery(**QUICK).fit(DECAY, TIMES, names=["N [1/m3]"])
    assert ["N_"] == list(model.equations_)
    assert model.equations_["N"] == model.equations_["N [1/m3]"] == model.equations_["N_"]
    assert model.equations_["N_"] == pickle.loads(pickle.dumps(model.equations_))["N"]
    with pytest.raises(KeyError, match="M"):
        model.equations_["M"]


def test_names_can_be_given() -> None:
    """For arrays, which have none; a name that is no identifier is kept as the header."""
    model = EquationDiscovery(**QUICK).fit(DECAY, float(TIMES[1]), names=["c [mol/l]"])
    assert ["c [mol/l]"] == list(model.result_.headers.values())
    assert pytest.approx((-0.8,), rel=1e-3) == model.law_.constants


def test_several_runs_are_one_law() -> None:
    """A list of arrays with their times, of different lengths."""
    starts = (3.0, -1.0, 0.5)
    times = [TIMES, TIMES[:40], TIMES[:50]]
    runs = [(start * np.exp(-0.8 * t))[:, None] for start, t in zip(starts, times, strict=True)]
    model = EquationDiscovery(**QUICK).fit(runs, times)
    assert 3 == len(model.result_.trajectories)
    assert pytest.approx((-0.8,), rel=1e-3) == model.law_.constants


def test_parameters_can_be_read_set_and_cloned() -> None:
    """What scikit-learn's own tools need; a clone is not fitted."""
    model = EquationDiscovery(**QUICK, seed=3, budget=60.0)
    assert {"engines", "noise", "smoother", "laws", "budget", "seed", "config", "verbose"} == set(model.get_params())
    assert 4 == model.set_params(seed=4).seed
    copy = clone(model)
    assert model.get_params() == copy.get_params()
    assert not hasattr(copy, "result_")
    with pytest.raises(ValueError, match="Invalid parameter 'colour'"):
        model.set_params(colour="red")


def test_the_arguments_replace_what_the_configuration_says() -> None:
    """A configuration gives the rest."""
    config = RunConfig().changed(engines=("operon",), smoother="gaussian_process", seed=9)
    model = EquationDiscovery(engines=("sindy",), config=config).fit(DECAY, TIMES)
    ran = model.result_.provenance["config"]
    assert isinstance(ran, dict)
    assert (["sindy"], "gaussian_process", 9) == (ran["engines"], ran["smoother"], ran["seed"])


@pytest.mark.parametrize("ask", ["law_", "equations_"])
def test_nothing_is_known_before_the_fit(ask: str) -> None:
    """The error says what to call."""
    with pytest.raises(NotFittedError, match=r"not fitted yet\. Call fit\(X, t\) first"):
        getattr(EquationDiscovery(), ask)


def test_nothing_is_computed_before_the_fit() -> None:
    """Neither derivatives, nor trajectories, nor a score."""
    model = EquationDiscovery()
    for call in (
        lambda: model.predict([[1.0]]),
        lambda: model.simulate([1.0], TIMES),
        lambda: model.score(DECAY, TIMES),
    ):
        with pytest.raises(NotFittedError):
            call()


def test_points_of_another_dimension_are_refused(fitted: EquationDiscovery) -> None:
    """The message names the states."""
    with pytest.raises(
        DataError,
        match=r"X has 2 features, but EquationDiscovery is expecting 1 features as input: one column for each of x0\.",
    ):
        fitted.predict([[1.0, 2.0]])


def test_what_is_masked_is_not_taken_for_a_number(fitted: EquationDiscovery) -> None:
    """Behind a mask stands anything: derivatives there are not known, and nothing begins, or is asked for, there."""
    hidden = np.ma.masked_array([[1.0], [999.0]], mask=[[False], [True]])
    np.testing.assert_allclose(fitted.predict(hidden), [[-0.8], [np.nan]], rtol=1e-3)
    with pytest.raises(DataError, match="x0 has no finite value of 'x0' in row 1: it is missing, masked"):
        fitted.simulate(hidden, [0.0, 1.0])
    with pytest.raises(DataError, match="x0 has no finite value of 'x0': it is missing"):
        fitted.simulate([np.nan], [0.0, 1.0])
    with pytest.raises(DataError, match=r"row 1 .* is not finite"):
        fitted.simulate([1.0], np.ma.masked_array([0.0, 1.0], mask=[False, True]))


def test_one_time_is_that_of_all_points(fitted: EquationDiscovery) -> None:
    """As a number or as an array of one."""
    points = [[1.0], [2.0], [3.0]]
    np.testing.assert_array_equal(fitted.predict(points, t=[0.0]), fitted.predict(points, t=0.0))


def test_what_is_no_point_start_or_time_is_refused_in_words(fitted: EquationDiscovery) -> None:
    """Never by an error of another package, and never as the columns that were wanted."""
    with pytest.raises(DataError, match=r"X is a list of runs.*model\.predict\(run\) for run in X"):
        fitted.predict([DECAY, DECAY[:40]])
    with pytest.raises(DataError, match=r"X has the shape \(1,\), and .* one row for each point.*is \[\[\.\.\.\]\]"):
        fitted.predict([1.0])
    with pytest.raises(DataError, match=r"t has the shape \(2,\) for 3 points\. Pass one time for each, or one\."):
        fitted.predict([[1.0], [2.0], [3.0]], t=[0.0, 1.0])
    with pytest.raises(DataError, match=r"t is one number\. Pass all times .* np\.linspace\(0, 5, 101\)"):
        fitted.simulate([1.0], 5)
    with pytest.raises(DataError, match=r"x0 does not hold real numbers .*<U1"):
        fitted.simulate(["a"], [0.0, 1.0])
    with pytest.raises(DataError, match=r"x0 does not hold real numbers .*'a'"):
        fitted.simulate({"x0": "a"}, [0.0, 1.0])
    with pytest.raises(DataError, match=r"x0 has the shape \(3,\), and the states are x0\. Give a number for each"):
        fitted.simulate([1.0, 2.0, 3.0], [0.0, 1.0])
    with pytest.raises(DataError, match="X has 2 features, but EquationDiscovery is expecting 1 features"):
        fitted.score([np.ones((9, 2)), np.ones((8, 2))], 1.0)


def test_a_tensor_with_gradients_is_refused_with_what_to_do() -> None:
    """In the words of torch; one without is an array."""
    import torch

    with pytest.raises(DataError, match=r"x cannot be read as an array: .* tensor\.detach\(\)"):
        EquationDiscovery(**QUICK).fit(torch.tensor(DECAY, requires_grad=True), TIMES)
    with pytest.raises(DataError, match=r"t cannot be read as an array: .* tensor\.detach\(\)"):
        EquationDiscovery(**QUICK).fit(DECAY, torch.tensor(TIMES, requires_grad=True))


def test_what_cannot_be_used_is_refused_before_work_begins() -> None:
    """A wrong setting, arrays without times, nothing that changes."""
    with pytest.raises(UsageError, match="There is no search plug-in called 'magic'"):
        EquationDiscovery(engines=("magic",)).fit(DECAY, TIMES)
    with pytest.raises(DataError, match="x came without times"):
        EquationDiscovery(**QUICK).fit(DECAY)
    with pytest.raises(DataError, match="no state that changes"):
        EquationDiscovery(**QUICK).fit(np.ones((60, 1)), TIMES)


def test_a_notebook_shows_the_law(fitted: EquationDiscovery) -> None:
    """LaTeX between dollar signs, HTML with the verdict; before the fit the settings, as scikit-learn shows them."""
    shown = fitted._repr_latex_()
    assert shown is not None
    assert shown.startswith("$$")
    assert shown.endswith("$$")
    assert "0.8" in shown
    assert "Law found." in fitted._repr_mimebundle_()["text/html"]
    assert fitted._repr_html_() == fitted._repr_mimebundle_()["text/html"]
    assert "EquationDiscovery" in EquationDiscovery()._repr_html_()
    assert EquationDiscovery()._repr_latex_() is None
    assert "EquationDiscovery" in EquationDiscovery()._repr_mimebundle_()["text/html"]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """A decay, a time that is called otherwise, and a column that never changes."""
    return pd.DataFrame({"hour": TIMES, "c [mol/l]": DECAY[:, 0], "temperature": 20.0})


@pytest.fixture(scope="module")
def named(table: pd.DataFrame) -> EquationDiscovery:
    """Fitted to a table that brings its times."""
    return EquationDiscovery(**QUICK).fit(table, "hour")


def test_a_column_can_hold_the_times(named: EquationDiscovery, table: pd.DataFrame) -> None:
    """Its name is told in the result; several tables are several runs."""
    assert "hour" == named.result_.time_name
    assert ["c [mol/l]", "temperature"] == list(named.feature_names_in_)
    assert 2 == named.n_features_in_
    assert named.score(table, "hour") > 0.9999
    assert named.score([table, table.iloc[:20]], "hour") > 0.9999
    assert named.score(table[["c [mol/l]"]].to_numpy(), TIMES) > 0.9999
    assert named.score(table[["c [mol/l]", "temperature"]].to_numpy(), TIMES) > 0.9999
    with pytest.raises(DataError, match=r"no column 'minute' in X for t\. The columns are 'hour', 'c"):
        named.fit(table, "minute")
    with pytest.raises(DataError, match=r"no column 'hour' in X for t\. It is no table of pandas"):
        named.fit(DECAY, "hour")
    with pytest.raises(DataError, match=r"x has no column 'c \[mol/l\]'; its columns are temperature"):
        named.score(table[["hour", "temperature"]], "hour")
    with pytest.raises(DataError, match="X has 3 features, but EquationDiscovery is expecting 2 features"):
        named.score(np.ones((9, 3)), 1.0)


def test_tables_go_in_and_come_out(named: EquationDiscovery, table: pd.DataFrame) -> None:
    """Columns are found by name, and the index is kept."""
    derivatives = named.predict(table.iloc[3:6])
    assert ["c [mol/l]"] == list(derivatives.columns)
    assert [3, 4, 5] == list(derivatives.index)
    np.testing.assert_allclose(derivatives["c [mol/l]"], -0.8 * table["c [mol/l]"].iloc[3:6], rtol=1e-3)
    np.testing.assert_array_equal(derivatives, named.predict(table[["c [mol/l]", "temperature"]].to_numpy()[3:6]))
    with pytest.raises(DataError, match=r"X has no column 'c \[mol/l\]'\. It needs the columns c \[mol/l\]"):
        named.predict(table[["temperature"]])


@pytest.mark.parametrize("start", [{"c [mol/l]": 2.0}, pd.Series({"c [mol/l]": 2.0, "temperature": 3.0})])
def test_a_named_start_gives_a_table(start: object, named: EquationDiscovery) -> None:
    """With times as its index, by their name."""
    simulated = named.simulate(start, [0.0, 0.5, 1.0])
    assert "hour" == simulated.index.name
    np.testing.assert_allclose(simulated["c [mol/l]"], 2.0 * np.exp(-0.8 * simulated.index.to_numpy()), rtol=5e-3)


def test_several_starts_are_simulated_at_once(named: EquationDiscovery) -> None:
    """As an array of three axes, or as a table by start and time."""
    starts = pd.DataFrame({"c [mol/l]": [1.0, 2.0]}, index=pd.Index(["weak", "strong"], name="bottle"))
    times = np.linspace(0.0, 1.0, 4)
    simulated = named.simulate(starts, times)
    assert ["bottle", "hour"] == list(simulated.index.names)
    batch = named.simulate(starts.to_numpy(), times)
    assert (2, 4, 1) == batch.shape
    np.testing.assert_array_equal(simulated.loc["strong"], batch[1])
    np.testing.assert_array_equal(named.simulate([2.0], times), batch[1])


def test_the_law_is_printed(named: EquationDiscovery, capsys: pytest.CaptureFixture[str]) -> None:
    """Rounded as asked, one equation a line."""
    named.print(precision=2)
    assert "(c)' = -0.8*c\n" == capsys.readouterr().out
    assert ["-0.8*c"] == named.equations(precision=2)
    assert named.export("c").startswith("// The right-hand side of a law")


def test_the_constants_and_the_front_are_tables(named: EquationDiscovery) -> None:
    """With intervals, terms and engines."""
    (row,) = named.coefficients_.to_dict("records")
    assert ("c [mol/l]", "c0*c", "c0") == (row["state"], row["term"], row["constant"])
    assert row["low"] <= row["value"] <= row["high"]
    assert pytest.approx(-0.8, rel=1e-3) == row["value"]
    front = named.front_
    assert len(named.result_.ranking.front) == len(front)
    assert 0.0 == front.loc[1, "gap"]
    assert front.loc[1, "(c [mol/l])'"].endswith("*c")


def test_the_way_is_told_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    """On stderr outside of notebooks; nothing is said otherwise."""
    EquationDiscovery(**QUICK).fit(DECAY, TIMES)
    assert ("", "") == capsys.readouterr()
    EquationDiscovery(**QUICK, verbose=True).fit(DECAY, TIMES)
    printed = capsys.readouterr()
    assert "" == printed.out
    assert "smoothing: " in printed.err
    assert "selection: " in printed.err


def test_a_second_fit_forgets_the_first(table: pd.DataFrame) -> None:
    """Names of an earlier table do not stay."""
    model = EquationDiscovery(**QUICK).fit(table, "hour").fit(DECAY, TIMES)
    assert 1 == model.n_features_in_
    assert not hasattr(model, "feature_names_in_")
    assert "t" == model.result_.time_name


def test_the_functional_way_gives_the_same_law(fitted: EquationDiscovery, tmp_path: object) -> None:
    """From a CSV, through ``discover_ode``."""
    from pathlib import Path

    path = Path(str(tmp_path)) / "decay.csv"
    pd.DataFrame({"t": TIMES, "x0": DECAY[:, 0]}).to_csv(path, index=False)
    result = discover_ode(read_csv(path), RunConfig().changed(engines=("sindy",), smoother="gaussian_process"))
    assert result.law is not None
    assert fitted.law_.skeletons == result.law.skeletons
    assert pytest.approx(fitted.law_.constants, rel=1e-9) == result.law.constants


def test_time_that_stands_in_a_law_has_to_be_told() -> None:
    """x' = cos(2 t) is 1 at the start only."""
    times = np.linspace(0.0, 6.0, 120)
    x = (1.0 + 0.5 * np.sin(2.0 * times))[:, None]
    model = EquationDiscovery(**QUICK, laws=["x0' = a*cos(2*t)"]).fit(x, times)
    with pytest.raises(DataError, match="Time stands in the law"):
        model.predict([[1.0]])
    np.testing.assert_allclose(model.predict([[1.0], [1.0]], [0.0, np.pi / 4])[:, 0], [1.0, 0.0], atol=1e-2)


def test_a_map_is_scored_by_the_number_of_its_samples() -> None:
    """Whatever the times say."""
    x = np.empty(60)
    x[0] = 0.3
    for k in range(59):
        x[k + 1] = 0.8 * x[k] + 1.0
    config = RunConfig(map=True, engines=("sindy",), smoother="gaussian_process")
    model = EquationDiscovery(config=config).fit(x[:, None], np.arange(60.0))
    assert model.score(x[:, None], 0.1 * np.arange(60)) == pytest.approx(1.0, abs=1e-6)
    np.testing.assert_allclose(model.predict([[2.0]]), [[2.6]], rtol=1e-3)
