"""Selection on trajectories, from candidates to a ranking and what the verdict needs."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from discovery.problems.regression import regressions
from discovery.selection import trajectories
from discovery.selection.growth import grow
from discovery.selection.selected import Selected
from discovery.selection.trajectories import TrajectorySelector
from discovery.selection.verdict import judge
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, EquationCandidate, Law, symbol

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


def test_forecasts_are_judged_by_the_noise_about_the_law(selected: Selected, problem: DiscoveryProblem) -> None:
    """A smoother that takes it for five times larger would have them test nothing."""
    before = problem.smoothing.noise
    larger = replace(problem.smoothing, noise=replace(before, scale=5.0 * before.scale))
    again = TrajectorySelector().run([selected.ranking.front[0].law], replace(problem, smoothing=larger))
    assert selected.held_out is not None
    assert again.held_out is not None
    assert again.held_out.noise == pytest.approx(selected.held_out.noise, rel=0.1)
    assert all(0.5 < off < 2.0 for off in again.held_out.off)


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


def test_of_two_runs_each_is_forecast_from_the_other(selected: Selected) -> None:
    """By the chosen law refitted to one of them."""
    assert selected.crossed is not None
    assert selected.crossed.skill > 0.8


def test_the_chosen_law_is_credited_by_equation(selected: Selected) -> None:
    """To the one who proposed both, and not to who proposed others that it was compared with."""
    assert (("other:part",), ("other:part",)) == selected.proposed
    assert ("other:part",) == selected.ranking.front[0].law.sources


def test_the_verdict_is_that_a_law_was_found(selected: Selected) -> None:
    """From data to verdict."""
    assert "found" == judge(selected).status


def test_noise_alone_has_no_law(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> None:
    """Constant states in noise: whatever is first does not pass."""
    still = problem_of(law_of({"x": "-x/100000"}), [[1.0]], np.linspace(0.0, 5.0, 100), noise=1000.0)
    candidates = [EquationCandidate("x", parse(text), "hand") for text in ("-x", "0.001", "0.2*x - 0.2*x**2")]
    assert "not_found" == judge(TrajectorySelector().run(candidates, still)).status


SHAPES = ("0.1", "-0.3*x", "0.2*x - 0.2*x**2", "0.1 - 0.2*x", "0.3*x - 0.1*x**3", "0.1 - 0.1*x + 0.05*x**2")


def chosen(problem: DiscoveryProblem, texts: Sequence[str]) -> Selected:
    """The selection for one state from candidates by hand."""
    candidates = [EquationCandidate("x", parse(text), "hand") for text in texts]
    return TrajectorySelector().run(candidates, problem)


def measured_as(problem: DiscoveryProblem, curve: np.ndarray) -> DiscoveryProblem:
    """A problem with the same times whose one state is that curve, and a smoothing that follows it."""
    (run,), (smooth,) = problem.trajectories, problem.smoothing.trajectories
    slopes = np.gradient(curve, run.times)[:, None]
    smooth = replace(smooth, states=curve[:, None], derivatives=slopes)
    noise = replace(problem.smoothing.noise, scale=np.array([0.02 * curve.std()]), floor=np.array([1e-3 * curve.std()]))
    smoothing = replace(problem.smoothing, trajectories=(smooth,), noise=noise)
    runs = (replace(run, states=curve[:, None]),)
    return DiscoveryProblem(runs, smoothing, regressions(runs, smoothing))


@pytest.mark.parametrize("seed", range(4))
def test_no_law_is_found_behind_a_random_walk(
    seed: int, law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Nor behind one that is smooth: a walk of the rate."""
    steps = np.random.default_rng(seed).standard_normal(200)
    walk = np.cumsum(steps if seed % 2 else np.cumsum(steps))
    problem = problem_of(law_of({"x": "-0.1*x"}), [[1.0]], np.linspace(0.0, 10.0, 200), noise=0.01)
    assert "not_found" == judge(chosen(measured_as(problem, walk / walk.std()), SHAPES)).status


@pytest.mark.parametrize("truth", ["-0.5*x", "0.6 - 0.3*x", "0.3"])
def test_linear_laws_are_candidates_like_others(
    truth: str, law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """A decay, an approach and a straight line are found for what they are, though a null may be as near."""
    problem = problem_of(law_of({"x": truth}), [[3.0]], np.linspace(0.0, 5.0, 150), noise=0.02)
    selected = chosen(problem, (*SHAPES, truth))
    best = selected.ranking.front[0].law.equations["x"]
    point = {symbol("x"): 1.3}
    assert float(best.subs(point)) == pytest.approx(float(parse(truth).subs(point)), rel=0.1)
    assert "found" == judge(selected).status


def test_a_law_that_blows_up_on_the_data_is_never_chosen(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Whatever else it fits: a pole between the samples goes behind a plain law, and alone it is not found."""
    problem = problem_of(law_of({"x": "0.8*x*(1 - x/4)"}), [[0.1]], np.linspace(0.0, 10.0, 150), noise=0.01)
    pole = "0.8*x*(1 - x/4) + 1e-7/(x - 2)"
    assert "x - 2" not in str(chosen(problem, (pole, "0.7*x - 0.18*x**2")).ranking.front[0].law.equations["x"])
    alone = chosen(problem, ("0.5 + 0.02/(x - 2)",))
    assert not alone.ranking.front or "not_found" == judge(alone).status


def test_the_law_that_was_shown_first_leads_those_that_are_refined(
    problem: DiscoveryProblem, law_of: Callable[..., Law], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it does beside others on short windows: what was shown gives way to a better law alone."""
    begun: list[tuple[Law, bool]] = []

    def watched(laws: Sequence[Law], *args: Any, kept: Sequence[Law], **options: Any) -> Any:
        begun.append((laws[0], laws[0] in kept))
        return grow(laws, *args, kept=kept, **options)

    monkeypatch.setattr(trajectories, "grow", watched)
    candidates = [EquationCandidate(state, parse(text), "hand") for state in ("x", "y") for text in OTHERS[state]]
    first = replace(law_of({"x": "c0*y", "y": "c1*x"}, 1.0, -2.0), sources=("first law",))
    TrajectorySelector().run([*candidates, first], problem)
    assert [(first, True)] == begun
