"""Selection on trajectories, from candidates to a ranking and what the verdict needs."""

from collections.abc import Callable

import numpy as np
import pytest

from discovery.selection.trajectories import Selected, TrajectorySelector
from discovery.selection.verdict import judge
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, EquationCandidate, Law

TRUTH = {"x": "y", "y": "-2*x - 0.3*y"}
OTHERS = {"x": ["x", "1.1*y - 0.1*x", "y + 0.05*x**2"], "y": ["-x", "-1.8*x - 0.1*x*y", "-2*x - 0.3*y + 0.1*x**3"]}


@pytest.fixture(scope="module")
def problem(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """A damped oscillator at 5 % noise."""
    return problem_of(law_of(TRUTH), [[1.0, 0.0], [0.0, 2.0]], np.linspace(0.0, 10.0, 120), noise=0.05)


@pytest.fixture(scope="module")
def selected(problem: DiscoveryProblem) -> Selected:
    """The selection from the true equations among others, with wrong constants."""
    candidates = [
        EquationCandidate(state, parse(text), source)
        for state in ("x", "y")
        for source, texts in (("hand", OTHERS[state]), ("other:part", [TRUTH[state]]))
        for text in texts
    ]
    return TrajectorySelector().run(candidates, problem)


def test_the_true_law_is_chosen_and_refined(selected: Selected) -> None:
    """Its form is first, its constants are right to 5 % and within their intervals."""
    best = selected.ranking.front[0]
    found = {
        (state, str(term)): float(value)
        for state, rhs in best.law.equations.items()
        for value, term in (part.as_coeff_Mul() for part in rhs.as_ordered_terms())
    }
    expected = {("x", "y"): 1.0, ("y", "x"): -2.0, ("y", "y"): -0.3}
    assert expected == pytest.approx(found, rel=0.05)
    for value, low, high in zip(best.law.constants, best.lows, best.highs, strict=True):  # 1 and -2 may be exact
        assert low < min(expected.values(), key=lambda truth: abs(truth - value)) < high
    assert 0.8 < best.misfit < 1.2
    assert best.r_squared > 0.98


def test_windows_have_grown_to_whole_trajectories(selected: Selected) -> None:
    """The law is not chaotic."""
    assert 120 == selected.windows.length
    assert np.inf == selected.horizon


def test_the_fit_is_shown_at_every_sample(selected: Selected, problem: DiscoveryProblem) -> None:
    """Simulated states of each run beside its samples, and residuals at noise level."""
    for one, run in zip(selected.fitted, problem.trajectories, strict=True):
        np.testing.assert_array_equal(one.times, run.times)
    assert selected.residuals is not None
    assert (240, 2) == selected.residuals.shape
    assert 0.8 < np.std(selected.residuals) < 1.2


def test_leading_laws_are_tested_on_samples_kept_out(selected: Selected) -> None:
    """The chosen law's forecasts are near the noise."""
    assert selected.held_out is not None
    assert selected.held_out.skill > 0.8
    assert np.isfinite(selected.ranking.front[0].held_out)


def test_the_verdict_is_that_a_law_was_found(selected: Selected) -> None:
    """From data to verdict."""
    assert "found" == judge(selected).status


def test_noise_alone_has_no_law(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> None:
    """Constant states in noise: whatever is first does not pass."""
    still = problem_of(law_of({"x": "-x/100000"}), [[1.0]], np.linspace(0.0, 5.0, 100), noise=1000.0)
    candidates = [EquationCandidate("x", parse(text), "hand") for text in ("-x", "0.001", "0.2*x - 0.2*x**2")]
    assert "not_found" == judge(TrajectorySelector().run(candidates, still)).status
