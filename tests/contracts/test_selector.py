"""What every selector owes, whoever wrote it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery import registry
from discovery.protocols import Deadline
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, EquationCandidate, Law, RankedLaw, Ranking

CANDIDATES = (
    EquationCandidate("u", parse("v"), "hand"),
    EquationCandidate("u", parse("v - 0.1*u"), "hand"),
    EquationCandidate("u", parse("log(u - 9)"), "hand"),
    EquationCandidate("v", parse("-1.8*u - 0.3*v"), "hand"),
    EquationCandidate("v", parse("-2*u"), "hand"),
    Law(("u", "v"), (parse("c0*v"), parse("c1*u + c2*v + c3*u**2")), (1.0, -2.0, -0.3, 0.01), ("whole",)),
)
SELECTORS = registry.names("selection")


@pytest.fixture(scope="module")
def problem(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """Two runs of a damped oscillator, unequal in length, noisy, some values missing."""
    times = np.linspace(0.0, 8.0, 80)
    law = law_of({"u": "v", "v": "-2*u - 0.3*v"})
    return problem_of(law, [[1.0, 0.0], [-0.5, 1.0]], [times, times[:50]], noise=0.03, missing=0.05)


def select(name: str, problem: DiscoveryProblem, candidates: object = CANDIDATES, **options: object) -> Ranking:
    """The ranking at the selector's defaults."""
    return registry.load("selection", name)().select(candidates, problem, seed=1, **options)


@pytest.fixture(scope="module")
def rankings(problem: DiscoveryProblem) -> Callable[[str], Ranking]:
    """The ranking of each selector, computed once."""
    known: dict[str, Ranking] = {}

    def ranking(name: str) -> Ranking:
        if name not in known:
            known[name] = select(name, problem)
        return known[name]

    return ranking


def same(one: RankedLaw, other: RankedLaw) -> bool:
    """Equal but for NaN, which is equal to itself here."""
    return repr(one) == repr(other)


def test_there_is_a_selector() -> None:
    """The registry finds it by its file."""
    assert "trajectories" in SELECTORS


@pytest.mark.parametrize("name", SELECTORS)
def test_laws_come_from_best_to_worst(name: str, rankings: Callable[[str], Ranking]) -> None:
    """Scores rise, each law once, and the rule is told."""
    ranking = rankings(name)
    scores = [ranked.score for ranked in ranking.front]
    assert scores == sorted(scores)
    assert len({ranked.law.skeletons for ranked in ranking.front}) == len(ranking.front) > 1
    assert ranking.rule


@pytest.mark.parametrize("name", SELECTORS)
def test_ranked_laws_are_complete(name: str, problem: DiscoveryProblem, rankings: Callable[[str], Ranking]) -> None:
    """Right-hand sides of all states, finite constants with bounds around them, finite misfit."""
    for ranked in rankings(name).front:
        assert problem.names == ranked.law.states
        assert np.all(np.isfinite([ranked.score, ranked.misfit, ranked.r_squared, *ranked.law.constants]))
        assert len(ranked.lows) == len(ranked.highs) == len(ranked.law.constants)
        for low, value, high in zip(ranked.lows, ranked.law.constants, ranked.highs, strict=True):
            assert np.isnan(low) or low <= value <= high
        assert ranked.complexity > 0
        assert ranked.law.sources


@pytest.mark.parametrize("name", SELECTORS)
def test_one_answer_for_one_problem(name: str, problem: DiscoveryProblem, rankings: Callable[[str], Ranking]) -> None:
    """The same candidates give the same ranking to the last digit."""
    again = select(name, problem)
    assert len(again.front) == len(rankings(name).front)
    assert all(same(one, other) for one, other in zip(again.front, rankings(name).front, strict=True))


@pytest.mark.parametrize("name", SELECTORS)
def test_nothing_to_select_gives_an_empty_front(name: str, problem: DiscoveryProblem) -> None:
    """No candidates, none for one state, or none that can be simulated: no law and no error."""
    assert () == select(name, problem, ()).front
    assert () == select(name, problem, CANDIDATES[:2]).front
    wild = [EquationCandidate(state, parse("log(u - 9)"), "hand") for state in problem.names]
    assert () == select(name, problem, wild).front


@pytest.mark.parametrize("name", SELECTORS)
def test_a_deadline_that_has_passed_is_no_error(name: str, problem: DiscoveryProblem) -> None:
    """What is there is ranked, which may be nothing."""
    assert isinstance(select(name, problem, deadline=Deadline.after(0.0)), Ranking)


@pytest.mark.parametrize("name", SELECTORS)
def test_the_truth_is_not_needed_nor_changed(name: str, problem: DiscoveryProblem) -> None:
    """Arrays of the problem are as before."""
    before = [(r.states.copy(), r.targets.copy(), r.deviations.copy()) for r in problem.regressions]
    select(name, problem, CANDIDATES[:4])
    for regression, arrays in zip(problem.regressions, before, strict=True):
        for now, then in zip((regression.states, regression.targets, regression.deviations), arrays, strict=True):
            np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize("name", SELECTORS)
def test_selectors_are_configuration(name: str) -> None:
    """A frozen dataclass that can be made without arguments and copied with changes."""
    made = registry.load("selection", name)()
    assert made == replace(made)
    field = next(iter(made.__dataclass_fields__))
    with pytest.raises(AttributeError, match=f"cannot assign to field '{field}'"):
        setattr(made, field, None)
