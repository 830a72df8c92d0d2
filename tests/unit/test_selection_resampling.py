"""Deviations of constants by resampling windows."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.shooting import Fit, Shooting, fit
from discovery.dynamics.windows import Windows, cut
from discovery.laws import Frame, Start
from discovery.selection.intervals import bounds, deviations, widened
from discovery.selection.resampling import resampled
from discovery.types import DiscoveryProblem, Law

SETTINGS = Shooting(tolerance=1e-8)
OSCILLATOR = {"x": "c0*y", "y": "c1*x + c2*y"}
TRUTH = (1.0, -2.0, -0.1)
TIMES = np.linspace(0.0, 20.0, 400)


def fitted(problem: DiscoveryProblem, law: Law, length: int) -> tuple[Fit, Windows]:
    """The law fitted on windows."""
    windows = cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, length)
    found = fit(law, windows, settings=SETTINGS)
    assert found is not None
    return found, windows


def drifting(problem: DiscoveryProblem, memory: float) -> DiscoveryProblem:
    """The same data with noise of the same size that remembers."""
    run, curve = problem.trajectories[0], problem.smoothing.trajectories[0]
    rng = np.random.default_rng(5)
    noise = np.zeros(run.states.shape)
    for i in range(1, len(noise)):
        noise[i] = memory * noise[i - 1] + np.sqrt(1 - memory**2) * rng.standard_normal(2)
    states = curve.states + noise * problem.smoothing.noise.scale
    return replace(problem, trajectories=(replace(run, states=states),))


@pytest.mark.parametrize("length", [16, 10_000])
def test_white_residuals_give_the_deviations_of_the_curvature(
    length: int, law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """On short windows and on whole runs, but for chance."""
    law = law_of(OSCILLATOR, *TRUTH)
    found, windows = fitted(problem_of(law, [[1.0, 0.0], [0.0, 2.0]], TIMES, noise=0.05), law, length)
    scattered = resampled(found, windows, SETTINGS)
    assert scattered is not None
    np.testing.assert_allclose(scattered / deviations(found), 1.0, atol=0.4)


def test_residuals_that_hang_together_scatter_more(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Noise that remembers five samples is worth fewer, and intervals get wider by as much."""
    law = law_of(OSCILLATOR, *TRUTH)
    problem = drifting(problem_of(law, [[1.0, 0.0]], TIMES, noise=0.05), 0.8)
    found, windows = fitted(problem, law, 10_000)
    scattered = resampled(found, windows, SETTINGS)
    assert scattered is not None
    assert np.median(scattered / deviations(found)) > 1.3
    plain, wide = np.diff(bounds(found), axis=0), np.diff(widened(found, bounds(found), windows, SETTINGS), axis=0)
    np.testing.assert_allclose(wide / plain, np.maximum(scattered / deviations(found), 1.0)[None], rtol=1e-6)


@pytest.mark.parametrize("length", [160, 10_000])
def test_a_belief_is_no_sample(
    length: int, law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """A start that was told off from where white data have it pulls once, not in each block that is resampled."""
    law = law_of(OSCILLATOR, *TRUTH)
    frame = Frame(law.states, law.skeletons, starts=(Start("y", "y", 0.0, 0.04, 0.005),))
    problem = problem_of(law, [[1.0, 0.0]], TIMES, noise=0.05)
    found, windows = fitted(problem, replace(law, frame=frame), length)
    scattered = resampled(found, windows, SETTINGS)
    assert scattered is not None
    np.testing.assert_allclose(scattered / deviations(found), 1.0, atol=0.4)


def test_too_few_samples_are_not_resampled(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """The intervals stay as they are."""
    law = law_of(OSCILLATOR, *TRUTH)
    found, windows = fitted(problem_of(law, [[1.0, 0.0]], TIMES[:60], noise=0.05), law, 60)
    assert resampled(found, windows, SETTINGS) is None
    assert bounds(found) == widened(found, bounds(found), windows, SETTINGS)


def test_samples_that_are_worth_fewer_widen_the_intervals(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Where they are too few to be resampled, too: sixty that count as fifteen know a constant half as well."""
    law = law_of(OSCILLATOR, *TRUTH)
    found, windows = fitted(problem_of(law, [[1.0, 0.0]], TIMES[:60], noise=0.05), law, 60)
    wide = widened(found, bounds(found), replace(windows, worth=0.25), SETTINGS)
    np.testing.assert_allclose(np.diff(wide, axis=0), 2.0 * np.diff(bounds(found), axis=0))


def test_constants_that_are_left_open_are_not_resampled(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Two constants of which only the sum matters."""
    law = law_of({"x": "y", "y": "c0*x + c1*x - 0.1*y"}, -1.0, -1.0)
    found, windows = fitted(problem_of(law, [[1.0, 0.0]], TIMES, noise=0.05), law, 10_000)
    assert resampled(found, windows, SETTINGS) is None
