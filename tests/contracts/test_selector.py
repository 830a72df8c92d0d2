"""What the selection owes, whatever it is given."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from discovery.protocols import NEVER, Deadline
from discovery.selection.trajectories import TrajectorySelector
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, EquationCandidate, Law, RankedLaw, Ranking

Candidates = Sequence[EquationCandidate | Law]
CANDIDATES = (
    EquationCandidate("u", parse("v"), "hand"),
    EquationCandidate("u", parse("v - 0.1*u"), "hand"),
    EquationCandidate("u", parse("log(u - 9)"), "hand"),
    EquationCandidate("v", parse("-1.8*u - 0.3*v"), "hand"),
    EquationCandidate("v", parse("-2*u"), "hand"),
    Law(("u", "v"), (parse("c0*v"), parse("c1*u + c2*v + c3*u**2")), (1.0, -2.0, -0.3, 0.01), ("whole",)),
)


@pytest.fixture(scope="module")
def problem(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """Two runs of a damped oscillator, unequal in length, noisy, some values missing."""
    times = np.linspace(0.0, 8.0, 80)
    law = law_of({"u": "v", "v": "-2*u - 0.3*v"})
    return problem_of(law, [[1.0, 0.0], [-0.5, 1.0]], [times, times[:50]], noise=0.03, missing=0.05)


def select(problem: DiscoveryProblem, candidates: Candidates = CANDIDATES, deadline: Deadline = NEVER) -> Ranking:
    """The ranking at the selector's defaults."""
    return TrajectorySelector().fitting(deadline=deadline).run(candidates, problem, deadline=deadline).ranking


@pytest.fixture(scope="module")
def ranking(problem: DiscoveryProblem) -> Ranking:
    """The ranking of all candidates, computed once."""
    return select(problem)


def same(one: RankedLaw, other: RankedLaw) -> bool:
    """Equal but for NaN, which is equal to itself here."""
    return repr(one) == repr(other)


def test_laws_come_from_best_to_worst(ranking: Ranking) -> None:
    """Scores rise, each law once, and the rule is told."""
    scores = [ranked.score for ranked in ranking.front]
    assert scores == sorted(scores)
    assert len({ranked.law.skeletons for ranked in ranking.front}) == len(ranking.front) > 1
    assert ranking.rule


def test_ranked_laws_are_complete(problem: DiscoveryProblem, ranking: Ranking) -> None:
    """Right-hand sides of all states, finite constants with bounds around them, finite misfit."""
    for ranked in ranking.front:
        assert problem.names == ranked.law.states
        assert np.all(np.isfinite([ranked.score, ranked.misfit, ranked.r_squared, *ranked.law.constants]))
        assert len(ranked.lows) == len(ranked.highs) == len(ranked.law.constants)
        for low, value, high in zip(ranked.lows, ranked.law.constants, ranked.highs, strict=True):
            assert np.isnan(low) or low <= value <= high
        assert ranked.complexity > 0
        assert ranked.law.sources


def test_one_answer_for_one_problem(problem: DiscoveryProblem, ranking: Ranking) -> None:
    """The same candidates give the same ranking to the last digit."""
    again = select(problem)
    assert len(again.front) == len(ranking.front)
    assert all(same(one, other) for one, other in zip(again.front, ranking.front, strict=True))


def test_nothing_to_select_gives_an_empty_front(problem: DiscoveryProblem) -> None:
    """No candidates, none for one state, or none that can be simulated: no law and no error."""
    assert () == select(problem, ()).front
    assert () == select(problem, CANDIDATES[:2]).front
    wild = [EquationCandidate(state, parse("log(u - 9)"), "hand") for state in problem.names]
    assert () == select(problem, wild).front


def test_a_deadline_that_has_passed_is_no_error(problem: DiscoveryProblem) -> None:
    """What is there is ranked, which may be nothing."""
    assert isinstance(select(problem, deadline=Deadline.after(0.0)), Ranking)


def test_the_truth_is_not_needed_nor_changed(problem: DiscoveryProblem) -> None:
    """Arrays of the problem are as before."""
    before = [(r.states.copy(), r.targets.copy(), r.deviations.copy()) for r in problem.regressions]
    select(problem, CANDIDATES[:4])
    for regression, arrays in zip(problem.regressions, before, strict=True):
        for now, then in zip((regression.states, regression.targets, regression.deviations), arrays, strict=True):
            np.testing.assert_array_equal(now, then)


def test_a_selector_is_configuration() -> None:
    """A frozen dataclass that can be made without arguments and copied with changes."""
    made = TrajectorySelector()
    assert made == replace(made)
    field = next(iter(made.__dataclass_fields__))
    with pytest.raises(AttributeError, match=f"cannot assign to field '{field}'"):
        setattr(made, field, None)
