"""Exact relations between constants."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from discovery.dynamics.shooting import Fit, Shooting
from discovery.dynamics.windows import cut
from discovery.protocols import Deadline
from discovery.selection.averaging import averaged
from discovery.selection.counting import power_of_unit, scales
from discovery.selection.refined import Free, Refined, refine
from discovery.selection.relations import idle, promise, relations
from discovery.selection.simplifying import simplified, simplified_front
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, Law, symbol

SETTINGS = Shooting()
ProblemOf = Callable[..., DiscoveryProblem]
EPIDEMIC = {"S": "-c0*S*I", "I": "c1*S*I - c2*I"}


def fit_of(law: Law, deviations: list[float], cost: float = 900.0) -> Fit:
    """A fit of a thousand values whose constants are known that well, and not correlated."""
    information = np.diag([1.0 / deviation**2 for deviation in deviations])
    return Fit(law, np.zeros((0, len(law.states))), cost, np.zeros(0), information, 1000)


def told(fit: Fit) -> list[str]:
    """What is proposed, in words."""
    return [relation.text for relation in relations(fit)]


def test_a_constant_that_is_one_within_its_error_is_one(law_of: Callable[..., Law]) -> None:
    """It leaves the law, and its interval is told; one that is clearly something else stays."""
    law = law_of({"x": "c0*y", "y": "c1*x"}, 1.01, 0.77)
    (relation,) = relations(fit_of(law, [0.02, 0.005]))
    assert "the constant of y in x' is 1 (0.9708 … 1.049 if free)" == relation.text
    assert ({"x": "y", "y": "0.77*x"}) == {state: str(rhs) for state, rhs in relation.law.equations.items()}
    np.testing.assert_allclose(relation.objection, 0.125, rtol=1e-3)


def test_ends_of_an_interval_differ_from_what_is_inside(law_of: Callable[..., Law]) -> None:
    """With four digits those of a constant that is known to six were both its own value."""
    (relation,) = relations(fit_of(law_of({"x": "c0*y", "y": "0.77*x"}, -1.000002), [4e-6]))
    assert "the constant of y in x' is -1 (-1.00001 … -0.999994 if free)" == relation.text


@pytest.mark.parametrize(
    ("value", "deviation", "number"),
    [
        (3.001, 0.002, "3"),
        (0.5002, 0.0005, "1/2"),
        (-0.2999, 0.0001, "-3/10"),
        (2.03, 0.1, None),
        (1.3, 0.3, None),
        (0.77, 0.001, None),
        (27.999, 0.001, None),
        (999.7, 0.4, "1000"),
        (-1.0003e-6, 5e-10, "-1/1000000"),
        (1.03e6, 4e4, None),
        (10001.0, 2.0, None),
        (1.05, 0.02, None),
    ],
)
def test_simple_numbers_are_believed_if_the_data_are_sharp(
    value: float, deviation: float, number: str | None, law_of: Callable[..., Law]
) -> None:
    """Small integers and fractions need more than that they are near; of larger ones those between units are tried."""
    texts = told(fit_of(law_of({"x": "c0*x"}, value), [deviation]))
    assert (number is None) == (texts == [])
    assert number is None or f"is {number} (" in texts[0]


def test_an_exponent_is_sooner_a_fraction_than_a_rate_is(law_of: Callable[..., Law]) -> None:
    """No unit changes it, and nearly all that occur are small fractions."""
    root, rate = law_of({"x": "-0.77*x**c0"}, 0.51), law_of({"x": "-c0*x**0.77"}, 0.51)
    assert ["the exponent of x in x' is 1/2 (0.4806 … 0.5394 if free)"] == told(fit_of(root, [0.015]))
    assert [] == told(fit_of(rate, [0.015]))


def test_false_numbers_are_rare(law_of: Callable[..., Law]) -> None:
    """Of constants drawn at random, known to one per cent, one in twenty at most is taken for a fraction."""
    rng = np.random.default_rng(0)
    values = np.exp(rng.uniform(-2.0, 2.0, 300))
    found = [told(fit_of(law_of({"x": "c0*x"}, value), [0.01 * value])) for value in values]
    assert 1 <= sum(bool(texts) for texts in found) <= 20


def test_a_flow_between_two_states_has_one_constant(law_of: Callable[..., Law]) -> None:
    """The first of all relations, and the positive constant is kept."""
    law = law_of({"S": "c0*S*I", "I": "c1*S*I + c2*I"}, -0.41, 0.405, -0.314)
    relation = relations(fit_of(law, [0.004, 0.004, 0.001]))[0]
    assert "the constant of I*S in S' is minus the constant of I*S in I'" == relation.text
    assert ["-I*S*c0", "I*S*c0 + I*c1"] == [str(skeleton) for skeleton in relation.law.skeletons]
    np.testing.assert_allclose(relation.law.constants, (0.4075, -0.314), rtol=1e-6)


def test_a_flow_ties_what_stands_in_the_same_place(law_of: Callable[..., Law]) -> None:
    """Above the line with above, below with below, where all four are as near to each other."""
    law = law_of({"x": "c0*x*y/(c1 + x)", "y": "c2*x*y/(c3 + x)"}, -2.11, 2.12, -2.12, 2.11)
    first, second = relations(fit_of(law, [0.03] * 4))[:2]
    assert {(first.held[0] == first.held[2]), (first.held[1] == first.held[3])} == {True, False}
    assert {(second.held[0] == second.held[2]), (second.held[1] == second.held[3])} == {True, False}


def test_what_cancels_in_one_unit_cancels_in_another(law_of: Callable[..., Law]) -> None:
    """0.9 (1 - x^2) v where x is counted in thousandths."""
    law = law_of({"x": "1000*v", "v": "c0*v + c1*x**2*v"}, 0.9004, -0.8998e-6)
    (relation, *_) = relations(fit_of(law, [0.001, 1e-9]))
    assert "-c0*v*x**2/1000000 + c0*v" in {str(sp.expand(skeleton)) for skeleton in relation.law.skeletons}


def test_a_tie_is_believed_in_any_unit(law_of: Callable[..., Law]) -> None:
    """Constants known to one per cent: which power of ten lies between them the law has said, and it costs little."""
    for factor in (sp.Integer(1), sp.Integer(1000), sp.Rational(1, 1000)):
        size = float(factor) ** 2
        law = law_of({"x": f"{factor}*v", "v": "c0*v + c1*x**2*v"}, 0.9004, -0.8998 / size)
        (relation, *_) = relations(fit_of(law, [0.009, 0.009 / size]))
        wanted = parse(f"c0*v - c0*v*x**2/({factor**2})")
        assert 0 == sp.expand(relation.law.skeletons[1] - wanted)
    assert [] == told(fit_of(law_of({"x": "2*v", "v": "c0*v + c1*x**2*v"}, 0.9004, -0.9e-6), [0.009, 9e-9]))


def test_units_are_those_that_conversions_show(law_of: Callable[..., Law]) -> None:
    """Along chains, for each state that may be counted in ones; nothing of functions, or without a conversion."""
    law = law_of({"x": "1000*v", "v": "a/1000000", "a": "c0*x + c1*sin(x)", "y": "y"}, 1.0, 1.0)
    every = scales(law)
    assert {"x": 3, "v": 0, "a": 6, "y": 0} in every
    assert {"x": 0, "v": -3, "a": 3, "y": 0} in every
    assert 3 == len(every)
    assert 6 - 3 * 2 - 0 == power_of_unit({"x": 3, "v": 0, "a": 6, "y": 0}, "a", parse("v*x**2"))
    assert power_of_unit(every[0], "a", parse("sin(x)")) is None
    assert [] == scales(law_of({"x": "v", "v": "10*x"}))


def test_a_flow_between_states_in_other_units_has_one_constant(law_of: Callable[..., Law]) -> None:
    """Thousands of susceptibles and single infected: a thousand times as many."""
    law = law_of({"S": "c0*S*I", "I": "c1*S*I + c2*I"}, -0.00041, 0.4103, -0.314)
    relation = relations(fit_of(law, [4e-7, 4e-4, 0.001]))[0]
    assert ["-I*S*c0/1000", "I*S*c0 + I*c1"] == [str(skeleton) for skeleton in relation.law.skeletons]


@pytest.mark.parametrize(("term", "tied"), [("y**2*z", True), ("y*z", False)])
def test_terms_that_mirror_each_other_are_tied_sooner(term: str, tied: bool, law_of: Callable[..., Law]) -> None:
    """Where only an exchange of two states tells terms apart, one constant for both is no surprise."""
    law = law_of(
        {"x": "c2*x", "y": "c3*y", "z": f"c0*x**2*z + c1*{term} + c4*z + c5*x"}, -0.257, -0.243, 1.7, 3.7, 0.9, 2.3
    )
    texts = told(fit_of(law, [0.011, 0.011, 0.001, 0.001, 0.001, 0.001]))
    assert tied == any("is the constant of" in text for text in texts)


@pytest.mark.parametrize(
    ("side", "tied"),
    [("c0*x/(1 + c1*x - c2*y)", True), ("c0*x*exp(-c1*x)/(1 + c2*y)", False), ("c0*x/(c1 + c2*y)", False)],
)
def test_what_is_summed_inside_of_a_function_is_tied_sooner(side: str, tied: bool, law_of: Callable[..., Law]) -> None:
    """A difference, x - y, has one constant; those of two functions are near each other by chance."""
    texts = told(fit_of(law_of({"x": side}, 1.7, 0.46, 0.47), [0.001, 0.02, 0.02]))
    assert tied == bool(texts)


def test_chance_neighbours_are_not_tied(law_of: Callable[..., Law]) -> None:
    """Of many constants of other terms some are near each other."""
    law = law_of({"x": "c0*x + c1*y**2", "y": "c2*x*y + c3*y"}, 0.432, 0.713, 0.437, 1.77)
    assert [] == told(fit_of(law, [0.005] * 4))


def test_constants_without_size_or_information_are_left_alone(law_of: Callable[..., Law]) -> None:
    """Zero has no scale, and what is not determined is not simplified."""
    assert [] == relations(fit_of(law_of({"x": "c0*x"}, 0.0), [0.1]))
    assert [] == relations(fit_of(law_of({"x": "c0*x"}, 1.0), [math.inf]))
    assert [] == relations(fit_of(law_of({"x": "-x"}), []))


@pytest.fixture(scope="module")
def outbreak(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """An epidemic at 3 % noise."""
    return problem_of(law_of(EPIDEMIC, 0.4, 0.4, 0.3), [[3.0, 0.1]], np.linspace(0.0, 15.0, 200), noise=0.03)


def refined_of(problem: DiscoveryProblem, law: Law) -> Refined:
    """The law fitted to whole runs."""
    windows = cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, 1000)
    found = refine(law, windows)
    assert found is not None
    return found


def test_relations_that_pay_are_put_in(outbreak: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """Two constants of an epidemic's three are one; the description is shorter, the price of saying so paid."""
    windows = cut(outbreak.trajectories, outbreak.smoothing.trajectories, outbreak.smoothing.noise, 1000)
    before = refined_of(outbreak, law_of(EPIDEMIC, 0.35, 0.45, 0.33))
    after = simplified(before, windows, SETTINGS)
    assert 2 == len(after.law.constants)
    assert 1 == len(after.relations)
    assert after.score < before.score
    assert after.fit.cost < before.fit.cost + 4.0
    np.testing.assert_allclose(after.law.constants, (0.4, 0.3), rtol=0.02)


def test_relations_that_are_not_there_are_not_put_in(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """An epidemic in which a quarter of the infections goes unseen keeps its constants."""
    problem = problem_of(law_of(EPIDEMIC, 0.41, 0.33, 0.23), [[3.0, 0.1]], np.linspace(0.0, 15.0, 200), noise=0.03)
    windows = cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, 1000)
    before = refined_of(problem, law_of(EPIDEMIC, 0.4, 0.3, 0.2))
    assert before == simplified(before, windows, SETTINGS)


def test_laws_that_become_the_same_are_one(outbreak: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """Of two in the front that differ by a relation, the shorter is left; laws far behind are not touched."""
    windows = cut(outbreak.trajectories, outbreak.smoothing.trajectories, outbreak.smoothing.noise, 1000)
    free = refined_of(outbreak, law_of(EPIDEMIC, 0.4, 0.4, 0.3))
    tied = refined_of(outbreak, law_of({"S": "-c0*S*I", "I": "c0*S*I - c1*I"}, 0.4, 0.3))
    far = Refined(
        refined_of(outbreak, law_of({**EPIDEMIC, "S": "-c0*S*I + 0.001*S"}, 0.4, 0.4, 0.3)).fit, free.score + 50.0
    )
    front = simplified_front([tied, free], windows, SETTINGS, threads=1)
    assert 1 == len(front)
    assert [2, 3] == [len(item.law.constants) for item in simplified_front([free, far], windows, SETTINGS, threads=2)]
    again = Refined(free.fit, free.score + 50.0)
    assert [2] == [len(item.law.constants) for item in simplified_front([free, again], windows, SETTINGS, threads=2)]
    assert [] == simplified_front([], windows, SETTINGS, threads=1)


def test_a_law_behind_many_others_may_be_ahead_with_its_relations(
    law_of: Callable[..., Law], outbreak: DiscoveryProblem
) -> None:
    """It is simplified for what its relations promise; one that is too far behind is left as it is."""
    windows = cut(outbreak.trajectories, outbreak.smoothing.trajectories, outbreak.smoothing.noise, 1000)
    free = refined_of(outbreak, law_of(EPIDEMIC, 0.4, 0.4, 0.3))
    assert 2.0 < promise(free.fit) < 9.0

    def ahead(place: int) -> Refined:
        law = law_of({**EPIDEMIC, "S": f"-c0*S*I - {place}*S**2/10**9"}, 0.4, 0.4, 0.3)
        return Refined(refined_of(outbreak, law).fit, free.score - 6.0 + 0.01 * place)

    def constants(behind: Refined) -> int:
        every = [ahead(place) for place in range(1, 9)]
        front = simplified_front([*every, behind], windows, SETTINGS, threads=1)
        return min(len(item.law.constants) for item in front)

    assert 2 == constants(free)
    assert 3 == constants(Refined(free.fit, free.score + 7.0))


def test_a_term_that_no_longer_pays_leaves(law_of: Callable[..., Law]) -> None:
    """Where it costs the fit less than its constant is worth; what the data need stays, and so does a whole side."""
    law = law_of({"x": "c0*x*y - 10*x + 10*y", "y": "c1*x"}, 1e-3, 2.0)
    (found,) = idle(fit_of(law, [1e-3, 1e-3]))
    assert [str(skeleton) for skeleton in found.law.skeletons] == ["-10*x + 10*y", "c0*x"]
    assert found.objection == pytest.approx(0.5, rel=0.02)
    assert found.evidence == pytest.approx(0.5 * math.log(1000) - 0.5, rel=0.01)
    assert found.text == ""
    assert not idle(fit_of(law, [1e-4, 1e-3])), "ten deviations from zero"
    assert not idle(fit_of(law_of({"x": "c0*y"}, 0.1), [1.0])), "nothing would be left"
    assert not idle(fit_of(law_of({"x": "c0*y/(c1 + y)"}, 1.0, 0.1), [0.1, 1.0])), "the constant is inside of a term"


def test_what_is_inside_of_an_idle_term_leaves_with_it(law_of: Callable[..., Law]) -> None:
    """Its constant has no counterpart in the law without, not even the one that gets its number."""
    law = law_of({"x": "c0*exp(c1*y) - 10*x", "y": "c2*x"}, 1e-3, 0.7, 2.0)
    (found,) = idle(fit_of(law, [1e-3, 0.2, 1e-3]))
    assert [str(skeleton) for skeleton in found.law.skeletons] == ["-10*x", "c0*x"]
    assert found.held == (0, sp.nan, symbol("c0"))
    ends = averaged(found.law, ((1.9,), (2.1,)), law, ((-1.0, -9.0, 1.9), (1.0, 9.0, 2.1)), found.held, 0.0)
    assert ends[0][0] == pytest.approx(1.9, abs=0.02), "the inner constant's interval is not mixed in"


def test_a_constant_that_also_stands_elsewhere_is_no_idle_term(law_of: Callable[..., Law]) -> None:
    """In front of one term and inside of another: with it at zero the other would be another or nothing."""
    law = law_of({"x": "c0*x - y/(c0 + y)", "y": "c1*x"}, 1e-3, 2.0)
    assert not idle(fit_of(law, [1e-3, 1e-3]))


def test_the_least_missed_of_idle_terms_is_first(law_of: Callable[..., Law]) -> None:
    """Whatever their order in the law."""
    law = law_of({"x": "c0*x + c1*x**2 - y", "y": "x"}, 1.5e-3, 1e-3)
    first, second = idle(fit_of(law, [1e-3, 1e-3]))
    assert (first.place, second.place) == (1, 0)


def test_idle_terms_leave_time_for_relations(
    law_of: Callable[..., Law], problem_of: ProblemOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many of them do not pay."""
    problem = problem_of(law_of({"x": "y", "y": "-x - y"}), [[2.0, 0.0]], np.linspace(0.0, 6.0, 80), noise=0.02)
    windows = cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, 1000)
    found = refine(law_of({"x": "c0*y", "y": "c1*x + c2*y"}, 1.0, -1.0, -1.0), windows)
    assert found is not None
    needed = idle(replace(found.fit, information=1e-9 * found.fit.information))
    assert needed, "the data are made to say nothing"
    monkeypatch.setattr("discovery.selection.simplifying.idle", lambda fit: needed * 3 if fit.law == found.law else [])
    simple = simplified(replace(found, relations=("an earlier one",)), windows, SETTINGS)
    assert simple.law.equations == {"x": parse("y"), "y": parse("-x - y")}


def test_exact_constants_make_a_term_idle(law_of: Callable[..., Law], problem_of: ProblemOf) -> None:
    """It may have led the fit to them; without it the law is shorter still."""
    problem = problem_of(law_of({"x": "y", "y": "-x - y"}), [[2.0, 0.0]], np.linspace(0.0, 6.0, 80), noise=0.02)
    windows = cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, 1000)
    found = refine(law_of({"x": "c0*y", "y": "c1*x + c2*y + c3*x**3"}, 1.0, -1.0, -1.0, 0.01), windows)
    assert found is not None
    simple = simplified(found, windows, SETTINGS)
    assert simple.law.equations == {"x": parse("y"), "y": parse("-x - y")}
    assert len(simple.relations) == 3, "that a term has left is none"


def test_a_constant_inside_of_a_term_is_told_as_such(law_of: Callable[..., Law]) -> None:
    """It is not taken for the one in front."""
    (text,) = told(fit_of(law_of({"x": "c0*y/(c1 + y)", "y": "c2*x"}, 2.37, 1.01, 0.77), [0.005, 0.02, 0.005]))
    assert text.startswith("the constant term in the denominator of x' is 1 (")
    waves = law_of({"x": "c0*exp(c1*y) + x", "y": "c2*x"}, 2.37, 1.01, 0.77)
    (text,) = told(fit_of(waves, [0.005, 0.02, 0.005]))
    assert text.startswith("the constant inside exp(y*…) in x' is 1 (")


def test_relations_have_no_values_that_the_final_law_has_not(law_of: Callable[..., Law]) -> None:
    """Of a constant that another relation ties later, 4.47 and 3.85 would be told as if they were two."""
    grazed = law_of({"x": "c0*x*y/(x + c1)", "y": "c2*x*y/(x + c3)"}, -2.37, 4.0, 1.01, 4.01)
    texts = told(fit_of(grazed, [0.005, 0.03, 0.02, 0.03]))
    assert "the constant of x*y/(x + …) in y' is 1 (0.9708 … 1.049 if free)" in texts
    one = "the constant term in the denominator of y' is the constant term in the denominator of x'"
    assert one in texts


def test_that_a_logistic_function_has_a_one_is_no_news(law_of: Callable[..., Law]) -> None:
    """It is exact all the same."""
    law = law_of({"x": "c0/(c1*exp(c2*x) + 1)"}, 2.37, 1.01, -0.77)
    (relation,) = relations(fit_of(law, [0.005, 0.02, 0.005]))
    assert ("", "c0/(exp(c1*x) + 1)") == (relation.text, str(relation.law.skeletons[0]))


@pytest.mark.parametrize(("worse", "straight"), [(0.0, True), (8.0, False)])
def test_of_two_ways_to_one_fit_the_straight_one_is_told(
    worse: float, straight: bool, law_of: Callable[..., Law], problem_of: ProblemOf
) -> None:
    """With its intervals; the fit and the score are those of the better, and what ended elsewhere is no way to it."""
    problem = problem_of(law_of({"x": "0.7*y", "y": "-0.6*x"}), [[2.0, 0.0]], np.linspace(0.0, 6.0, 80), noise=0.02)
    windows = cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, 1000)
    wide, tied = (
        law_of({"x": "c0*y", "y": "c1*x + c2*y"}, 0.7, -0.6, 0.01),
        law_of({"x": "c0*y", "y": "c1*x"}, 0.7, -0.6),
    )
    by_far, item = (refine(law, windows) for law in (wide, tied))
    assert by_far is not None
    assert item is not None
    held = tuple(map(symbol, ("c0", "c1")))
    detour = replace(item, free=Free(by_far.fit, by_far.score, (*held, sp.nan)))
    direct = replace(item, score=item.score + 1.0, fit=replace(item.fit, cost=item.fit.cost + worse))
    (found,) = simplified_front([detour, direct], windows, SETTINGS, threads=1, deadline=Deadline.after(0.0))
    assert found.score == item.score
    assert found.fit == detour.fit
    assert found.free == (direct.free if straight else detour.free)
