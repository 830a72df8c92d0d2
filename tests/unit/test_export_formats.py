"""The list of formats, the tables, and what cannot be exported."""

import re
from dataclasses import replace
from importlib import import_module
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sympy as sp

from discovery import export as package
from discovery.errors import DataError, ExpressionError, UsageError
from discovery.export import c
from discovery.export.formats import FORMATS, export
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryResult, Frame, Law, Prediction, symbol

CODE = [name for name in FORMATS if name not in ("latex", "csv", "constants")]


@pytest.fixture
def result(law_of, result_of) -> DiscoveryResult:
    """A decay and a growth in two runs; a second law is on the front."""
    rival = law_of({"x": "-c0*x**2", "y": "c1*y"}, 0.7, 0.5)
    law = law_of({"x": "-c0*x", "y": "c0*c1*y"}, 0.8, 0.5)
    return result_of(law, [1.0, 2.0], [3.0, 1.0], headers=["x [m]", "y"], rivals=[rival])


def test_every_format_has_a_file_and_the_parts_have_none() -> None:
    """A file with a function ``write`` is a format; no format is forgotten."""
    files = {path.stem for path in Path(package.__path__[0]).glob("[!_]*.py")}
    writers = {name for name in files if hasattr(import_module(f"discovery.export.{name}"), "write")}
    assert set(FORMATS) == writers
    assert set() == {name for name, told in FORMATS.items() if not told}


def test_the_help_of_the_command_lists_every_format() -> None:
    """In the order of the list."""
    import typer

    from pipelines import cli

    verb = typer.main.get_command(cli.app).commands["export"]  # pyright: ignore[reportAttributeAccessIssue]
    (option,) = [one for one in verb.params if one.name == "to"]
    assert list(FORMATS) == option.help.rstrip(".").replace(" or ", ", ").split(", ")


@pytest.mark.parametrize("to", ["", "fortran", "formats", "law", "../c"])
def test_what_is_no_format_is_refused(to: str, result: DiscoveryResult) -> None:
    """Parts of the package are no formats either."""
    with pytest.raises(UsageError, match=r"There is no export to '.*'\. Choose from python, numpy, julia, c, "):
        export(result, to)


def test_without_a_law_there_is_nothing_to_export(result: DiscoveryResult) -> None:
    """The message says where the reason stands."""
    with pytest.raises(DataError, match="There is no law to export: none was found that can be simulated"):
        export(replace(result, ranking=replace(result.ranking, front=())), "c")


def test_latex_has_symbols_without_units_and_constants_with_them(law_of, result_of) -> None:
    """As the report has: a rate is v, which a line explains; a constant has its name, its term and its unit."""
    law = law_of({"x": "x_dot", "x_dot": "-c0*x"}, 4.0)
    made = result_of(law, [1.0, 0.0])
    text = export(replace(made, headers={"x": "x [mm]", "x_dot": "x' [mm/s]"}, time_name="t [s]"), "latex")
    assert r"\frac{\mathrm{d}v}{\mathrm{d}t} &= - 4" in text
    assert "\n\n\\noindent $v$: x' [mm/s]\n\n" in text
    assert r"$c_{0}$ & $- c_{0} \, x$ in $v^{\prime}$ & " in text
    assert r"& s\textsuperscript{\ensuremath{-}}\textsuperscript{2} \\" in text
    assert "mm" not in text.replace("x [mm]", "").replace("x' [mm/s]", "")


@pytest.mark.parametrize("name", CODE)
def test_a_law_further_down_the_front_can_be_exported(name: str, result: DiscoveryResult) -> None:
    """Its own constants and equations, and no word of the chosen law's verdict."""
    text = export(result, name, rank=2)
    assert "0.7" in text
    assert "0.8" not in text
    assert "Law 2 of the front, 10 nats behind the first one." in text
    assert result.verdict.headline not in text
    assert result.verdict.headline in export(result, name)


@pytest.mark.parametrize("rank", [0, -1, 3])
def test_a_place_beyond_the_front_is_refused(rank: int, result: DiscoveryResult) -> None:
    """The message says how long the front is."""
    with pytest.raises(UsageError, match=rf"There is no law at place {rank} of the front\. It has 2"):
        export(result, "c", rank=rank)


def test_inputs_are_refused_where_a_format_has_none(result: DiscoveryResult) -> None:
    """The message names the columns and the formats that have them, and the other way to a forecast."""
    law = result.ranking.front[0].law
    driven = replace(law, frame=Frame(law.states, law.skeletons, inputs=("u",)))
    front = (replace(result.ranking.front[0], law=driven),)
    driven_result = replace(result, ranking=replace(result.ranking, front=front), inputs={"u": "u [V]"})
    expected = (
        r"inputs \(u \[V\]\), which an export to sbml cannot hold.* julia, c, matlab, r, modelica, or forecast with"
    )
    with pytest.raises(UsageError, match=expected):
        export(driven_result, "sbml")


def test_only_the_chosen_law_has_trajectories(result: DiscoveryResult) -> None:
    """The others were not forecast."""
    with pytest.raises(UsageError, match="Only the chosen law was fitted and forecast sample by sample"):
        export(result, "csv", rank=2)


def test_the_table_of_constants(result: DiscoveryResult) -> None:
    """Value, interval and the terms that have the constant; an interval that is not known is empty."""
    table = pd.read_csv(StringIO(export(result, "constants")))
    assert ["state", "term", "constant", "value", "low", "high", "unit"] == list(table.columns)
    assert [
        ["x [m]", "-c0*x", "c0", 0.8],
        ["y", "c0*c1*y", "c0", 0.8],
        ["y", "c0*c1*y", "c1", 0.5],
    ] == table[["state", "term", "constant", "value"]].to_numpy().tolist()
    np.testing.assert_allclose(table[["low", "high"]], [[0.72, 0.88], [0.72, 0.88], [0.45, 0.55]])
    assert pd.read_csv(StringIO(export(result, "constants", rank=2)))[["low", "high"]].isna().all(axis=None)


def test_constants_keep_the_names_that_were_told(result_of, law_of) -> None:
    """Code, models and the table say beta and gamma; a name that a language has for itself gets a line behind."""
    told = replace(law_of({"x": "-c0*x - c2", "y": "c0*c1*y"}, 0.8, 0.5, 0.1), told=("beta", "lambda"))
    result = result_of(told, [1.0, 2.0])
    for name in CODE:
        text = export(result, name)
        assert re.search(r"\bbeta\b", text), name
        assert re.search(r"\blambda_?\b", text), name
        assert re.search(r"\bc2\b", text), name
        assert not re.search(r"\bc[01]\b", text), name
    assert "lambda_" in export(result, "python")
    rows = pd.read_csv(StringIO(export(result, "constants")))[["term", "constant"]].to_numpy().tolist()
    expected = [["-beta*x", "beta"], ["beta*lambda*y", "beta"], ["beta*lambda*y", "lambda"], ["-c2", "c2"]]
    assert expected == rows


def test_the_table_of_trajectories(result: DiscoveryResult) -> None:
    """Fit and forecast beside the measurements of the same times."""
    run = result.trajectories[1]
    forecast = Prediction("held_out", "run 2", np.array([run.times[3], 0.333]), np.array([[5.0, 6.0], [7.0, 8.0]]))
    table = pd.read_csv(StringIO(export(replace(result, predictions=(*result.predictions, forecast)), "csv")))
    assert ["run", "part", "t", "x [m]", "y", "measured x [m]", "measured y"] == list(table.columns)
    assert 11 + 11 + 2 == len(table)
    fit = table[(table["run"] == "run 2") & (table["part"] == "fit")]
    np.testing.assert_array_equal(fit[["measured x [m]", "measured y"]], run.states)
    rows = table[table["part"] == "forecast"].iloc[:, 2:].to_numpy(dtype=float)
    np.testing.assert_array_equal(rows, [[run.times[3], 5.0, 6.0, *run.states[3]], [0.333, 7.0, 8.0, np.nan, np.nan]])


def test_a_run_without_a_fit_begins_on_the_smoothed_curve(result: DiscoveryResult) -> None:
    """So that every run has a first state."""
    text = export(replace(result, predictions=()), "python")
    assert "(0.0, 1.0, [3.0, 1.0])" in text


@pytest.mark.parametrize("name", CODE)
def test_a_function_without_a_counterpart_is_refused(name: str, result_of) -> None:
    """The message names the function and the language; nothing is written that would mean something else."""
    law = Law(("x",), (sp.erf(symbol("x")),), ())
    with pytest.raises(ExpressionError, match=r"erf\(x\) cannot be written in .*: it has no erf; the functions are"):
        export(result_of(law, [1.0], simulated=False), name)


@pytest.mark.parametrize("name", CODE)
def test_a_symbol_that_is_no_state_is_refused(name: str, result_of) -> None:
    """It would be an unknown name in the other language."""
    law = Law(("x",), (symbol("z"),), ())
    with pytest.raises(ExpressionError, match="z cannot be exported: the law has no state or constant of that name"):
        export(result_of(law, [1.0], simulated=False), name)


def test_a_number_that_is_not_finite_is_refused(result_of) -> None:
    """Infinity has no place in an equation."""
    law = Law(("x",), (sp.Add(symbol("x"), sp.Float("inf"), evaluate=False),), ())
    with pytest.raises(ExpressionError, match="cannot be exported"):
        export(result_of(law, [1.0], simulated=False), "c")


@pytest.mark.parametrize("name", CODE)
def test_long_equations_are_broken_between_terms(name: str, result_of) -> None:
    """No line of code is longer than 120 columns, but for those that list values or are XML."""
    x = symbol("x")
    law = Law(("x",), (sum((symbol(f"c{i}") * sp.sin(i * x) for i in range(30)), sp.S.Zero),), (0.25,) * 30)
    text = export(result_of(law, [1.0], simulated=False), name)
    lines = [line for line in text.splitlines() if "sin" in line]
    assert "sbml" == name or len(lines) > 5
    assert "sbml" == name or max(map(len, lines)) <= 120


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1/(1 + x)", "1.0/(1.0 + x)"),
        ("c0*x/(1 + c1*x)", "c0*x/(1.0 + c1*x)"),
        ("x**2*c0 - y/x**2", "c0*pow(x, 2.0) - y/pow(x, 2.0)"),
        ("-x/(2*y)", "-x/(2.0*y)"),
        ("-(x + y)*c0", "-c0*(x + y)"),
        ("2*x/3 + 1/3", "1.0/3.0 + 2.0*x/3.0"),
        ("x**0.5/y**0.5", "sqrt(x)/sqrt(y)"),
        ("x**-1.5", "1.0/pow(x, 1.5)"),
        ("exp(-x) + abs(y) - cot(x)", "fabs(y) + exp(-x) - 1.0/tan(x)"),
    ],
)
def test_equations_are_written_as_a_person_would(text: str, expected: str) -> None:
    """Constants in front, no powers of one, no brackets that are not needed."""
    names = {name: name for name in ("x", "y", "c0", "c1")}
    assert expected == c.DIALECT.expression(parse(text), names)


@pytest.mark.parametrize("begin", [0.0, 1.5])
def test_time_in_sbml_begins_where_the_data_do(begin: float, result_of) -> None:
    """A model begins at zero."""
    made = result_of(Law(("x",), (sp.sin(symbol("t")) - symbol("x"),), ()), [1.0], simulated=False)
    fits = tuple(replace(one, times=one.times + begin) for one in made.predictions)
    runs = tuple(replace(one, times=one.times + begin) for one in made.trajectories)
    text = export(replace(made, predictions=fits, trajectories=runs), "sbml")
    assert (begin > 0.0) == ("<plus/><csymbol" in text)
    assert (begin > 0.0) == ("<cn> 1.5 </cn></apply>" in text)


def test_r_has_inputs_by_approxfun_and_goes_through_maps_by_a_loop(law_of, result_of) -> None:
    """As deSolve calls it; no comma stands behind the last of a list, which R does not read."""
    made = result_of(law_of({"x": "c0 - c1*x"}, 2.0, 0.7), [0.3])
    text = export(made, "r")
    assert "law <- function(t, state, constants) {\n" in text
    assert "deSolve::ode(run$start, times, law, CONSTANTS, rtol = 1e-8, atol = 1e-10)" in text
    assert "approxfun" not in text
    assert not re.search(r",\s*(#[^\n]*)?\s*\)", text)
    law = law_of({"x": "c0*u - c1*x"}, 2.0, 0.7)
    driven = replace(law, frame=Frame(law.states, law.skeletons, inputs=("u",)))
    runs = tuple(replace(run, inputs=np.ones((len(run), 1)), held=(True,)) for run in made.trajectories)
    front = (replace(made.ranking.front[0], law=driven),)
    made = replace(made, trajectories=runs, ranking=replace(made.ranking, front=front), inputs={"u": "u [V]"})
    text = export(made, "r")
    assert "law <- function(t, state, constants, inputs) {\n" in text
    assert 'method = if (HELD[i]) "constant" else "linear", rule = 2' in text
    assert "HELD <- c(TRUE)" in text
    runs = tuple(replace(run, discrete=True) for run in runs)
    front = (replace(front[0], law=replace(driven, discrete=True)),)
    text = export(replace(made, trajectories=runs, ranking=replace(made.ranking, front=front)), "r")
    assert "        for (n in round(run$from):round(run$to)) {\n" in text
    assert "state <- law(n, state, CONSTANTS, inputs(n))[[1]]" in text
    assert "deSolve::" not in text
