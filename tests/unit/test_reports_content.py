"""The report's words and rows."""

from dataclasses import replace

import numpy as np
import pytest

from discovery.reports import content, rows
from discovery.reports.room import fit_runs, of_runs, shown_runs
from discovery.selection.in_words import MADE_EXACT
from discovery.types import Finding, Law, RankedLaw, Ranking, Trajectory


def test_what_was_measured_is_told_in_two_sentences(decay):
    """Samples, states, runs, span, spacing, gaps."""
    assert (
        "82 samples of 1 state in 2 runs, from t [s] = 0 to 4, evenly, 0.1 apart. No value is missing."
        == content.measured(decay)
    )
    run = Trajectory([0.0, 1.0, 3.0], [[1.0], [np.nan], [2.0]], ("x",))
    assert content.measured(replace(decay, trajectories=(run,))) == (
        "3 samples of 1 state in 1 run, from t [s] = 0 to 3, unevenly, 1 to 2 apart, 1.5 in the median. "
        "1 value of 3 is missing."
    )


def test_constants_have_value_interval_unit_and_place(decay):
    """As text, rounded by the interval."""
    (row,) = rows.constants(decay, decay.ranking.front[0])
    assert ("c0", ("x",), "0.50", "0.40", "0.60", "s⁻¹") == (
        row.name, row.states, row.value, row.low, row.high, row.unit,
    )  # fmt: skip
    assert "-c0*x" == str(row.term)


def test_exact_constants_are_told_in_the_letters_of_the_equations(decay):
    """Long names have letters in formulas, and so in the note; beside the table is said where their intervals are."""
    note = f"{MADE_EXACT}: the constant of x in x' is minus x_rate; that of a long name too."
    verdict = replace(decay.verdict, findings=(Finding("note", note), Finding("good", "Forecasts of x hold.")))
    long = replace(decay, headers={"x": "a long name [m]"}, verdict=verdict)
    assert ("", True) == (content.exact(decay), "Made exact" in content.exact(long))
    assert [f"{MADE_EXACT}: the constant of a in a' is minus x_rate; that of a too.", "Forecasts of x hold."] == [
        one.text for one in content.findings(long)
    ]


def test_each_engine_is_told_with_its_part(decay):
    """Which parts of it stand behind the chosen law, and how far its laws came."""
    assert [("sindy", ("stlsq",), 2, 1), ("operon", (), 1, 2)] == [
        (row.name, row.parts, row.laws, row.best) for row in rows.engines(decay)
    ]
    assert content.agreement(decay) == (
        "Equations of the chosen law were proposed by sindy. operon did not propose any of them."
    )


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (("settled", "sindy"), "were proposed by sindy. Some were settled by the data before the search."),
        (("settled",), "All equations of the chosen law were settled"),
        (
            ("sindy", "selection:borrowed"),
            "by sindy. Selection made some of terms that engines proposed.",
        ),
        (("settled", "selection:second look"), "No engine proposed the chosen law as it is"),
        ((), "does not say which engine"),
    ],
)
def test_settling_and_selection_are_no_engines(sources, expected, decay):
    """What the data settle, nobody proposed; and what selection puts together, no engine."""
    law = Law(("x",), decay.law.skeletons, (0.5,), sources)
    ranked = RankedLaw(law, 10.0, 1.0, 0.99, 3)
    assert expected in content.agreement(replace(decay, ranking=Ranking((ranked,), "")))


def test_narrow_figures_are_paired_and_all_are_numbered(decay):
    """In the order in which they stand; a wide phase portrait leaves its place to the next narrow one."""
    names = ("trajectories", "phase", "unseen", "residuals", "front")
    rows = content.figure_rows(decay, names)  # a run was kept out whole: wide
    assert [["trajectories"], ["phase", "front"], ["unseen"], ["residuals"]] == [[f.name for f in r] for r in rows]
    assert [1, 2, 3, 4, 5] == [figure.number for row in rows for figure in row]
    untried = replace(decay, predictions=decay.predictions[:2])
    rows = content.figure_rows(untried, names)
    assert [["trajectories"], ["phase", "unseen"], ["residuals"], ["front"]] == [[f.name for f in r] for r in rows]


def test_runs_that_were_kept_out_whole_have_a_row_each(decay):
    """All states together, in noise variances and as a share of the spread."""
    (row,) = rows.unseen_runs(decay)
    assert ("b", 41, "1", "0 %") == (row.name, row.count, row.chi_squared, row.outside)


def test_a_caption_says_what_was_left_out(decay):
    """Runs that are not drawn."""
    many = replace(decay, trajectories=decay.trajectories * 3)
    assert content.figure_caption(many, "trajectories").endswith("The first 3 of 6 runs are drawn.")
    assert "kept out whole" in content.figure_caption(decay, "unseen")


def test_runs_of_different_ranges_are_spanned(decay):
    """The least, the largest, and of those between one that was forecast; the first ones where all are alike."""
    sizes = {"c": 0.2, "d": 4.0, "a": 2.0, "b": 1.0, "e": 9.0, "f": 3.0}
    run, smooth = decay.trajectories[0], decay.smoothing.trajectories[0]
    runs = tuple(replace(run, states=size * run.states, label=label) for label, size in sizes.items())
    smoothed = replace(decay.smoothing, trajectories=(smooth,) * len(runs))
    apart = replace(decay, trajectories=runs, smoothing=smoothed)
    assert (0, 3, 4) == shown_runs(apart)
    words = "Of 6 runs numbers 1, 4 and 5 are drawn, which span their ranges."
    assert content.figure_caption(apart, "phase").endswith(words)
    assert ("c", "b", "e") == tuple(one.label for one in of_runs(apart, shown_runs(apart)).trajectories)
    assert [0, 3, 4] == [int(place) for place in fit_runs(apart)]
    assert (0, 4) == shown_runs(apart, 2)
    assert (0,) == shown_runs(apart, 1)
    assert (0, 1, 2) == shown_runs(replace(apart, trajectories=(runs[1], runs[2], runs[5], runs[1])))


def test_measures_have_names_for_readers(decay):
    """One that is not known keeps its own."""
    named = replace(decay, verdict=replace(decay.verdict, measures={"r_squared": 0.5, "new_thing": 2.0}))
    assert (("R², share of the weighted variance that is explained", "0.5"), ("new_thing", "2")) == content.measures(
        named
    )
