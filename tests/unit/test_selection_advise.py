"""Advice on a ranking."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.advice import Advice
from discovery.protocols import Deadline
from discovery.selection.advise import advise
from discovery.selection.refined import refine
from discovery.selection.selected import Selected
from discovery.selection.trajectories import TrajectorySelector
from discovery.types import DiscoveryProblem, Law


@pytest.fixture(scope="module")
def problem(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """A damped oscillator, once."""
    law = law_of({"x": "y", "y": "-2*x - 0.3*y"})
    return problem_of(law, [[1.0, 0.0]], np.linspace(0.0, 8.0, 100), noise=0.03)


@pytest.fixture(scope="module")
def selected(law_of: Callable[..., Law], problem: DiscoveryProblem) -> Selected:
    """Its law among the candidates."""
    laws = [law_of({"x": "c0*y", "y": "c1*x + c2*y"}, 1.1, -1.8, -0.2), law_of({"x": "c0*y", "y": "c1*x"}, 1.0, -2.0)]
    return TrajectorySelector(threads=1).run(laws, problem)


def test_advice_is_on_the_first_law(selected: Selected, problem: DiscoveryProblem) -> None:
    """One figure for each constant, and the covariance, with the deviations of intervals before they are widened."""
    advice = advise(selected, problem)
    number = len(selected.ranking.front[0].law.constants)
    assert number == len(advice.sensitivities) == len(advice.inflations) == len(advice.covariance)
    assert () == advice.loose
    best = selected.ranking.front[0]
    half = (np.array(best.highs) - np.array(best.lows)) / 2
    share = 1.97 * np.sqrt(np.diag(advice.covariance)) / half
    assert np.all((share > 0.6) & (share < 1.05))


def test_advice_does_not_contradict_the_intervals(problem: DiscoveryProblem, selected: Selected) -> None:
    """Of a constant whose interval holds zero it tells no share by which it may change."""
    best, fit = selected.ranking.front[0], selected.last[0].fit
    weak = replace(fit, information=fit.information / 1e4)
    loosened = replace(selected, last=(replace(selected.last[0], fit=weak), *selected.last[1:]))
    assert any("%" in one.text for one in advise(loosened, problem).loose)
    open_ = replace(best, lows=tuple(-abs(high) for high in best.highs), highs=tuple(map(abs, best.highs)))
    loosened = replace(loosened, ranking=replace(selected.ranking, front=(open_, *selected.ranking.front[1:])))
    assert not any("%" in one.text for one in advise(loosened, problem).loose)


def test_advice_is_the_same_each_time(selected: Selected, problem: DiscoveryProblem) -> None:
    """Nothing is drawn at random."""
    assert advise(selected, problem) == advise(selected, problem)


def test_no_experiment_is_proposed_for_a_law_that_the_data_do_not_support(
    selected: Selected, problem: DiscoveryProblem
) -> None:
    """Narrower constants of a wrong law are worth nothing; what its constants are like is still told."""
    doubted = advise(selected, problem, supported=False)
    assert () == doubted.experiments
    assert () != advise(selected, problem).experiments
    assert advise(selected, problem).sensitivities == doubted.sensitivities


def test_there_is_no_advice_without_a_law_or_time(selected: Selected, problem: DiscoveryProblem) -> None:
    """An empty ranking has none; after the deadline it is told how well constants are known, for forecasts' bands."""
    assert Advice() == advise(TrajectorySelector().run([], problem), problem)
    late = advise(selected, problem, deadline=Deadline.after(0.0))
    assert Advice(covariance=advise(selected, problem).covariance) == late


def test_terms_are_weighed_by_the_loss_of_the_fit(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Beside outliers squares make every law long, and a false term of a law that was fitted robustly looked likely."""
    problem = problem_of(law_of({"x": "-0.8*x"}), [[2.0]], np.linspace(0.0, 5.0, 401), noise=0.03)
    run = problem.trajectories[0]
    tails = 0.03 * np.clip(np.random.default_rng(1).standard_t(3, run.states.shape), -5.0, 5.0)
    run = replace(run, states=problem.smoothing.trajectories[0].states + tails)
    selected = (
        TrajectorySelector(threads=1).robust().run([law_of({"x": "c0*x"}, -0.8)], replace(problem, trajectories=(run,)))
    )
    false = refine(law_of({"x": "c0*x + c1*x**3"}, -0.8, 0.0), selected.windows, settings=selected.shooting)
    assert false is not None
    advice = advise(replace(selected, refined=(false,), last=()), problem, supported=False)
    assert {"x": True, "x**3": False} == {one.term: one.probability > 0.05 for one in advice.terms}
