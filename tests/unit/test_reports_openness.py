"""What the data leave open, as the result tells it."""

from dataclasses import replace

import numpy as np
import pytest

from discovery.advice import Advice, Experiment, LooseCombination, TermSupport
from discovery.reports.openness import certainties, experiments, loose, next_run, support, support_note
from discovery.reports.unseen import outlook
from discovery.symbolic.parse import parse

NARROW = Experiment("constants", (5.0,), 2.0, 3.0, 1.0, "Measure from x = 5.")
APART = Experiment("rivals", (7.0,), 1.0, 30.0, 1.0, "Measure from x = 7.")
ADVICE = Advice(
    sensitivities=(0.5,),
    inflations=(1.25,),
    loose=tuple(LooseCombination(("c0",), (1.0,), 2.0, f"Sentence {i}.") for i in range(9)),
    experiments=(NARROW, APART),
    terms=(
        TermSupport("x", "x**2", 0.3, False),
        TermSupport("x", "x", 0.9999, True),
        TermSupport("x", "x/(c + x)", 0.01, False),
    ),
    covariance=((0.0025,),),
)


def test_an_older_result_leaves_nothing_open(decay):
    """No rows, no sentences, no run to draw."""
    assert ((), (), (), (), None) == (
        loose(decay), experiments(decay), certainties(decay), support(decay), next_run(decay),
    )  # fmt: skip


def test_terms_of_the_law_come_first_and_inner_constants_get_the_reports_letter(decay):
    """Then by probability; one that is neither sure nor ruled out is marked."""
    rows = support(replace(decay, advice=ADVICE))
    assert [("x", "100 %", True, False), ("x**2", "30 %", False, True), ("x/(k + x)", "1 %", False, False)] == [
        (str(row.term), row.probability, row.chosen, row.unsure) for row in rows
    ]
    assert parse("x/(k + x)") == rows[2].term


def test_constants_are_told_with_their_sensitivity_and_what_the_others_cost(decay):
    """A row each."""
    (row,) = certainties(replace(decay, advice=ADVICE))
    assert ("c0", "0.5", "1.2") == (row.name, row.sensitivity, row.inflation)


def test_few_of_many_sentences_are_repeated(decay):
    """The loosest first, as they come."""
    assert ("Sentence 0.", "Sentence 1.", "Sentence 2.", "Sentence 3.") == loose(replace(decay, advice=ADVICE))


def test_the_run_that_tells_laws_apart_is_drawn_with_a_band(decay):
    """From its start, as long as it is; without rivals the one that narrows intervals."""
    seen = outlook(replace(decay, advice=ADVICE))
    assert (True, 7.0, 1.0) == (seen.suggested, seen.start[0], seen.times[-1])
    expected = 7.0 * np.exp(-np.array([0.5 + 1.96 * 0.05, 0.5 - 1.96 * 0.05]))
    assert expected == pytest.approx([seen.low[-1, 0], seen.high[-1, 0]], rel=0.03)
    only = replace(decay, advice=replace(ADVICE, experiments=(NARROW,)))
    assert (5.0, 2.0) == (outlook(only).start[0], outlook(only).times[-1])


def test_without_a_covariance_there_is_no_band(decay):
    """The curve alone."""
    assert 0 == len(outlook(decay).low)


def test_probabilities_of_a_law_that_is_not_supported_are_qualified(decay):
    """They compare laws with each other, of which none may be right."""
    assert "" == support_note(decay)
    rejected = replace(decay, verdict=replace(decay.verdict, status="not_found"))
    assert "these data support none of them" in support_note(rejected)
