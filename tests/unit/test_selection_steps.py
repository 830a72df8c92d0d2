"""Equations one step from others."""

from collections.abc import Callable

import numpy as np
import pytest

from discovery.problems.response import responses_of
from discovery.selection.sheet import Sheet
from discovery.selection.steps import Support, View
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, EquationCandidate, Law

TIMES = np.linspace(0.0, 8.0, 120)
TERMS = ("x", "y", "x**3", "y**3", "sin(x)", "x/(0.5 + x**2)", "x/(2.0 + x**2)", "log(x - 9)")


@pytest.fixture(scope="module")
def view(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> View:
    """Terms of the second equation of a damped pendulum at 2 % noise; the last is undefined."""
    problem = problem_of(law_of({"x": "y", "y": "-0.3*y - sin(x)"}), [[2.5, 0.0]], TIMES, noise=0.02)
    response = next(one for one in responses_of(problem, {}) if one.state == "y")
    sheet = Sheet.of(problem, [EquationCandidate("y", parse(text), "test") for text in TERMS])
    columns, wild = sheet.columns(response)
    return View(sheet.sums.terms, columns, ~wild, response)


def support(view: View, *texts: str) -> Support:
    """The places of terms."""
    return tuple(sorted(view.terms.index(parse(text).as_coeff_Mul()[1]) for text in texts))


def test_a_step_takes_terms_away_and_puts_one_in(view: View) -> None:
    """One more, one or two fewer, another in the place of one or two."""
    steps = set(view.steps(support(view, "x", "x**3", "y")))
    assert support(view, "x", "x**3", "y", "sin(x)") in steps, "one more"
    assert support(view, "x", "y") in steps, "one fewer"
    assert support(view, "y") in steps, "two fewer"
    assert support(view, "sin(x)", "x**3", "y") in steps, "another in the place of one"
    assert support(view, "sin(x)", "y") in steps, "another in the place of two"
    assert support(view, "sin(x)", "y**3") not in steps, "that takes two steps"
    assert support(view, "x", "x**3", "y") not in steps, "that is where it stands"


def test_of_terms_that_differ_by_inner_constants_one_is_put_in(view: View) -> None:
    """The one that the samples prefer there, and none that is undefined."""
    steps = list(view.steps(support(view, "x")))
    beside = [one for one in steps if set(one) & set(support(view, *TERMS[5:7])) and set(one) & set(support(view, "x"))]
    assert len(beside) == 1, beside
    assert not any(len(view.terms) - 1 in one for one in steps)


def test_the_true_form_is_a_step_from_its_imitation(view: View) -> None:
    """Two terms of Taylor's series become the sine that they stood for."""
    first = view.likeliest(view.steps(support(view, "x", "x**3", "y")), 9)[0]
    assert first.support == support(view, "y", "sin(x)")
    sine = first.numbers[first.support.index(*support(view, "sin(x)"))]
    assert sine == pytest.approx(-1.0, rel=0.05)


def test_of_one_form_the_likeliest_stands_for_all_spellings(view: View) -> None:
    """However many inner constants were tried."""
    supports = [support(view, TERMS[5]), support(view, TERMS[6]), support(view, "y")]
    found = view.likeliest(supports, 9)
    assert sorted(sorted(form.spellings) for form in found) == sorted([sorted(supports[:2]), supports[2:]])
    assert all(form.support == form.spellings[0] for form in found)
    assert len(view.likeliest(supports, 1)) == 1
    assert not view.likeliest([()], 9)
