"""Constants that a user named, and that differ between groups of runs: written once, with a table of their values."""

from dataclasses import replace

import numpy as np
import pytest

from discovery import EquationDiscovery
from discovery.advice import Advice, LooseCombination, TermSupport
from discovery.export.formats import export
from discovery.reports import tables
from discovery.reports.content import agreement, figure_caption, flatten, measured
from discovery.reports.methods import methods
from discovery.reports.naming import constant_names, shown, symbols
from discovery.reports.notebook import html, latex
from discovery.reports.openness import loose, support
from discovery.reports.owning import OwnTable, OwnValue, own_sheets, own_tables
from discovery.reports.rows import constants, states
from discovery.reports.short import short_form
from discovery.reports.snippets import python_text, sympy_text
from discovery.reports.timelines import span
from discovery.reports.write import write_report
from discovery.structure import Invariant, Owned, Structure
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryResult, Frame, Law, Prediction, symbol
from pipelines import console

OWNED = Owned("kappa", "ball", ("golf", "whiffle"), ("in_group_0", "in_group_1"))
RATE = "-c0 - c1*in_group_0*height_dot - c2*in_group_1*height_dot"


@pytest.fixture
def fall(result_of) -> DiscoveryResult:
    """Two balls that fall, whose speed was not measured; gravity is one constant, drag is each ball's own."""
    sides = (parse("height_dot"), parse(RATE))
    names = ("height", "height_dot")
    frame = Frame(names, sides, inputs=OWNED.inputs)
    law = Law(names, sides, (9.81, 0.1, 0.4), ("told",), frame, (), ("g", "kappa[golf]", "kappa[whiffle]"))
    result = result_of(law, (40.0, 0.0), (30.0, 0.0), headers=("height", "height'"), simulated=False)
    runs = [
        replace(run, states=np.column_stack([run.states[:, 0], np.full(11, np.nan)]), inputs=np.tile(mark, (11, 1)))
        for run, mark in zip(result.trajectories, np.eye(2), strict=True)
    ]
    terms = [TermSupport("height_dot", f"c*{mark}*height_dot", 1.0, True) for mark in OWNED.inputs]
    advice = Advice(loose=(LooseCombination(("c2",), (1.0,), 1.0, "c2 is hardly determined."),), terms=tuple(terms))
    return replace(result, trajectories=tuple(runs), structure=Structure((), (OWNED,)), advice=advice)


def test_the_rate_of_a_state_is_a_velocity(fall, result_of, law_of) -> None:
    """That of an angle has a Greek letter, as the angle has by its name; a constant's name is not taken."""
    assert {"height": "height", "height_dot": "v"} == {one.identifier: one.shown for one in symbols(fall)[:2]}
    swing = law_of({"theta_rad": "theta_rad_dot", "theta_rad_dot": "-c0*sin(theta_rad)"}, 1.0)
    result = result_of(swing, (0.1, 0.0), headers=("theta_radians", "theta_radians'"))
    assert ["θ", "ω"] == [one.shown for one in symbols(result)[:2]]


def test_constants_have_the_names_that_a_user_gave(fall) -> None:
    """In formulas, and in sentences that speak of them."""
    expected = {"c0": "g", "c1": "kappa of golf", "c2": "kappa of whiffle"}
    assert expected == dict(constant_names(fall))
    assert "g" == shown(fall)["c0"]
    assert ("kappa of whiffle is hardly determined.",) == loose(fall)
    assert ["c0"] == [row.name for row in constants(fall, fall.ranking.front[0])]
    assert [["golf", "whiffle"]] == [[row.group for row in table.rows] for table in own_tables(fall)]


def test_a_term_of_every_group_is_one(fall) -> None:
    """What tells groups apart is no factor that a reader knows."""
    assert ["height_dot*k"] == [str(row.term) for row in support(fall)]


def test_a_state_that_nothing_measured_misses_no_value(fall) -> None:
    """It is told as hidden in the table of states, and its axis is that of the fit."""
    assert "22 samples of 1 state in 2 runs, from t = 0 to 1, evenly, 0.1 apart. No value is missing." == measured(fall)
    assert [("0", True), ("all", False)] == [(row.missing, row.noise != "–") for row in states(fall)]
    times, fast = np.linspace(0.0, 1.0, 11), np.linspace(0.0, -25.0, 11)
    fit = Prediction("fit", "run 1", times, np.column_stack([fast, fast]))
    low, high = span(replace(fall, predictions=(fit,)), 1)
    assert low < -25.0
    assert high > 0.0


def test_what_did_not_run_is_not_described(fall) -> None:
    """No engine searched for a law that was told; no field is drawn of one that differs between runs."""
    told = " ".join(sentence.text for sentence in methods(fall))
    assert "The form of the law was told, so that nothing was searched" in told
    assert "SINDy" not in told
    assert "no engine searched" in agreement(fall)
    assert "vector field" not in figure_caption(fall, "phase")


def test_code_to_paste_has_one_constant_for_all_groups(fall) -> None:
    """It is an argument of the function, and its values stand beside it; so are inputs."""
    law = fall.ranking.front[0].law
    scope: dict = {}
    exec(python_text(law, (OWNED,)), scope)
    assert [-2.0, -9.81 + 0.1 * 2.0] == pytest.approx(scope["law"](0.0, [1.0, -2.0], 0.1).tolist())
    assert "# kappa = {'golf': 0.1, 'whiffle': 0.4}" in sympy_text(law, (OWNED,))
    assert "in_group" not in sympy_text(law, (OWNED,)) + python_text(law, (OWNED,))
    side = parse("c0*x + u")
    driven = Law(("x",), (side,), (2.0,), (), Frame(("x",), (side,), inputs=("u",)))
    exec(python_text(driven), scope)
    assert [7.0] == scope["law"](0.0, [2.0], 3.0).tolist()


def test_tables_have_the_letter_of_a_constant_and_no_marks_of_groups(fall) -> None:
    """Of a constant that stands in one term with those of all groups, of each of these, in the front, and in Python."""
    side = parse("-c0*height_dot*(c1*in_group_0 + c2*in_group_1)")
    frame = Frame(fall.law.states, (parse("height_dot"), side), inputs=OWNED.inputs)
    law = replace(fall.law, skeletons=(parse("height_dot"), side), frame=frame)
    shared = replace(fall, ranking=replace(fall.ranking, front=(replace(fall.ranking.front[0], law=law),)))
    for result, term in ((fall, "-kappa*height_dot"), (shared, "-g*kappa*height_dot")):
        rows = tables.constants(result)
        assert {term} == set(rows.term[rows.constant.str.startswith("kappa")])
        assert "in_group" not in rows.to_csv() + tables.front(result).to_csv() + export(result, "latex")
        model = EquationDiscovery()
        model.result_ = result
        assert ["height_dot", "kappa" in model.equations()[1]] == [model.equations()[0], True]
        assert "kappa" in model.equations_["height_dot"]
    assert parse("-c0*height_dot") * symbol("kappa") == constants(shared, shared.ranking.front[0])[0].term


def test_a_notebook_shows_the_law_once_and_the_values_of_all_groups(fall) -> None:
    """Under the names of the groups."""
    assert "in" not in str(latex(fall)).replace("begin", "").replace("left", "")
    assert "<td>whiffle</td><td>0.400</td>" in html(fall)


def test_the_page_and_the_short_form_have_the_values_too(fall, tmp_path) -> None:
    """The one-page form beside the law, as it has what the law conserves."""
    kept = replace(fall, structure=replace(fall.structure, invariants=(Invariant(parse("height_dot + c0*t")),)))
    files = write_report(kept, tmp_path, pdf=False, forms=("full", "short"))
    short = (tmp_path / "report-short.tex").read_text(encoding="utf-8")
    assert r"by ball} (95\,\% interval): golf" in short
    assert r"\textbf{Conserved:}" in short
    assert "What these data leave open" in files.html.read_text(encoding="utf-8")
    assert "in_group" not in short + files.tex.read_text(encoding="utf-8")
    assert (2, 1) == (short_form(kept, _Formulas()).groups, short_form(kept, _Formulas()).conserved)


class _Formulas:
    """Writes each law in one line."""

    def law(self, ranked, width):
        """No equation has a line."""
        return ()


def test_tables_of_groups_have_the_unit_of_their_constant(fall, tmp_path, capsys) -> None:
    """In the terminal, in a notebook, and in every form of the report; without units of columns there is none."""
    assert ("", "kappa") == (own_tables(fall)[0].unit, own_tables(fall)[0].header)
    units = {"height": "m", "height_dot": "m/s", "t": "s"}
    marks = {mark: f"1 for {group}" for mark, group in zip(OWNED.inputs, OWNED.groups, strict=True)}
    told = replace(fall, inputs=marks, structure=replace(fall.structure, units=units))
    assert "kappa [s⁻¹]" == own_tables(told)[0].header
    assert "<th>kappa [s⁻¹]</th>" in html(told)
    files = write_report(told, tmp_path, pdf=False, forms=("full", "short"))
    assert "</math> [s⁻¹]</th>" in files.html.read_text(encoding="utf-8")
    assert r"$\kappa$ [s\textsuperscript" in files.tex.read_text(encoding="utf-8")
    assert "by ball} in s" in (tmp_path / "report-short.tex").read_text(encoding="utf-8")
    console.show(told)
    assert "kappa [s⁻¹]" in capsys.readouterr().err


def test_constants_of_the_same_groups_share_a_table(fall) -> None:
    """As far as there is room in a line; those of other groups have one of their own."""
    values = (OwnValue("golf", "0.100", "0.050", "0.150"), OwnValue("whiffle", "0.400", "0.350", "0.450"))
    first, second = (OwnTable(name, "ball", values) for name in ("kappa", "m"))
    other = OwnTable("g", "site", values)
    tables = (first, other, second)
    assert [("kappa", "m"), ("g",)] == [tuple(one.name for one in sheet.constants) for sheet in own_sheets(tables)]
    assert [("golf", (values[0],) * 2), ("whiffle", (values[1],) * 2)] == list(own_sheets(tables)[0].rows)
    room = len("whiffle  kappa  0.050 … 0.150  0.100  0.050 … 0.150")
    assert (2, 3) == (len(own_sheets(tables, room)), len(own_sheets(tables, room - 1)))


def test_latex_has_the_values_of_all_groups(fall) -> None:
    """A law with letters says nothing without them; also where all its constants are of groups."""
    text = export(fall, "latex")
    row = next(line for line in text.splitlines() if line.startswith("whiffle"))
    assert ["whiffle", "$0.400$", "$0.360$", "$0.440$"] == row.removesuffix(r" \\").split(" & ")
    assert text.index("g$ &") < text.index("$\\kappa$")
    side = parse("-c0*in_group_0*height_dot - c1*in_group_1*height_dot")
    frame = Frame(fall.law.states, (parse("height_dot"), side), inputs=OWNED.inputs)
    law = Law(frame.states, frame.templates, (0.1, 0.4), ("told",), frame, (), ("kappa[golf]", "kappa[whiffle]"))
    alone = replace(fall.ranking.front[0], law=law, lows=(0.0, 0.3), highs=(0.2, 0.5))
    assert "golf & $0.10$" in export(replace(fall, ranking=replace(fall.ranking, front=(alone,))), "latex")


def test_provenance_leaves_out_what_is_empty() -> None:
    """None, empty texts and lists; zero and no are something."""
    given = {"a": None, "b": {"c": [], "d": 0, "e": False, "f": ""}, "g": ["x", "y"]}
    assert (("b.d", "0"), ("b.e", "False"), ("g", "x, y")) == flatten(given)
