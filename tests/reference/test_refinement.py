"""Refinement by multiple shooting: known constants come back, and the error bars are honest."""

from collections.abc import Callable

import numpy as np
import pytest

from discovery.dynamics.shooting import Fit, fit
from discovery.dynamics.windows import carried_starts, cut
from discovery.types import DiscoveryProblem, Law

LAWS = {
    "lotka_volterra": (
        {"x": "c0*x - c1*x*y", "y": "c2*x*y - c3*y"},
        (1.1, 0.4, 0.1, 0.4),
        [[10.0, 5.0]],
        np.linspace(0.0, 30.0, 200),
    ),
    "lorenz": (
        {"x": "c0*(y - x)", "y": "c1*x - x*z - c3*y", "z": "x*y - c2*z"},
        (10.0, 28.0, 8 / 3, 1.0),
        [[1.0, 2.0, 20.0]],
        np.linspace(0.0, 10.0, 500),
    ),
    "pendulum": (
        {"x": "y", "y": "-c0*sin(x) - c1*y"},
        (4.0, 0.2),
        [[2.5, 0.0]],
        np.linspace(0.0, 15.0, 200),
    ),
}


def refined(problem: DiscoveryProblem, law: Law) -> Fit:
    """The fit on windows of 16, 32 and 64 samples, each from the one before."""
    smoothing = problem.smoothing
    found, before = None, None
    for length in (16, 32, 64):
        windows = cut(problem.trajectories, smoothing.trajectories, smoothing.noise, length)
        starts = None if found is None or before is None else carried_starts(found.starts, before, windows)
        found, before = fit(law if found is None else found.law, windows, starts=starts), windows
        assert found is not None
    return found


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("seed", [0, 1])
def test_constants_are_found_within_their_error_bars(
    name: str, seed: int, law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """From guesses that are off by 15 %, at 5 % noise: within four standard deviations, residuals at noise level."""
    equations, truth, starts, times = LAWS[name]
    law = law_of(equations, *truth)
    problem = problem_of(law, starts, times, noise=0.05, seed=seed)
    rng = np.random.default_rng(seed)
    found = refined(problem, law.with_constants(tuple(c * rng.uniform(0.85, 1.15) for c in truth)))
    deviations = np.sqrt(np.diag(np.linalg.inv(found.information)))
    assert np.all(np.abs(np.array(found.law.constants) - truth) < 4 * deviations)
    assert np.all(deviations < 0.1 * np.abs(truth)), "wide error bars would make this test say little"
    freedom = found.count - found.starts.size - len(truth)
    assert abs(found.cost / freedom - 1.0) < 4 * np.sqrt(2.0 / freedom)


def test_reported_deviations_are_those_of_repeated_experiments(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Over 60 noise seeds of a small experiment the scatter is the reported one, to a quarter (three deviations)."""
    truth = (2.0, 0.5)
    law = law_of({"x": "c0 - c1*x"}, *truth)
    found, reported = [], []
    for seed in range(60):
        problem = problem_of(law, [[0.0]], np.linspace(0.0, 6.0, 25), noise=0.05, seed=seed)
        windows = cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, 1000)
        result = fit(law, windows)
        assert result is not None
        found.append(result.law.constants)
        reported.append(np.sqrt(np.diag(np.linalg.inv(result.information))))
    scatter = np.std(found, axis=0, ddof=1)
    np.testing.assert_allclose(np.mean(reported, axis=0), scatter, rtol=0.25)
    # The mean of 60 fits lies within four deviations of the mean.
    assert np.all(np.abs(np.mean(found, axis=0) - truth) < 4 * scatter / np.sqrt(60))
