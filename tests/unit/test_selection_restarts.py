"""Fits begun elsewhere where they came to rest above the noise."""

from collections.abc import Callable

import numpy as np
import pytest

from discovery.dynamics.shooting import Shooting
from discovery.dynamics.windows import Windows, cut
from discovery.selection.growth import Growth, levels
from discovery.selection.refined import refine
from discovery.selection.restarts import POOR, restarted
from discovery.types import DiscoveryProblem, Law

SETTINGS = Shooting(iterations=20, tolerance=1e-4)
SATURATED = {"x": "c0*x/(c1 + x**4) - c2*x"}
TRUTH = (3.0, 2.0, 0.4)


@pytest.fixture(scope="module")
def saturated(problem_of: Callable[..., DiscoveryProblem], law_of: Callable[..., Law]) -> Windows:
    """A whole run of a law with a constant in a denominator, with noise of 1 %."""
    problem = problem_of(law_of(SATURATED, *TRUTH), [[0.02], [4.0]], np.linspace(0.0, 8.0, 120), noise=0.01)
    return cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, 1000)


def test_a_fit_at_the_noise_level_stays(saturated: Windows, law_of: Callable[..., Law]) -> None:
    """Nothing is tried."""
    law = law_of(SATURATED, *TRUTH)
    first = refine(law, saturated, settings=SETTINGS)
    assert first is not None
    assert first.fit.misfit < POOR
    assert first is restarted(first, law, saturated, SETTINGS)


def test_another_beginning_finds_the_minimum(saturated: Windows, law_of: Callable[..., Law]) -> None:
    """From a poor fit and a guess whose inner constant is half of what it should be."""
    poor = law_of(SATURATED, 3.0, 1.0, 0.4)
    first = refine(poor, saturated, settings=Shooting(iterations=0))
    assert first is not None
    assert first.fit.misfit > POOR
    found = restarted(first, poor, saturated, SETTINGS)
    assert found.fit.misfit < 1.5
    np.testing.assert_allclose(found.law.constants, TRUTH, rtol=0.1)


def test_a_fit_is_never_made_worse(saturated: Windows, law_of: Callable[..., Law]) -> None:
    """A law that cannot fit keeps at least the fit that it had."""
    law = law_of({"x": "c0*sin(c1*x)"}, 1.0, 1.0)
    first = refine(law, saturated, settings=SETTINGS)
    assert first is not None
    assert restarted(first, law, saturated, SETTINGS).fit.cost <= first.fit.cost


def test_a_cautious_fit_is_not_held_by_samples_of_little_noise(
    problem_of: Callable[..., DiscoveryProblem], law_of: Callable[..., Law]
) -> None:
    """Lorenz' law from wrong constants and wrong starts, where samples near zero pull hardest."""
    equations = {"x": "c0*(y - x)", "y": "x*(c1 - z) - y", "z": "x*y - c2*z"}
    law = law_of(equations, 10.0, 28.0, 8 / 3)
    problem = problem_of(law, [[2.0, 3.0, 20.0]], np.linspace(0.0, 8.0, 200), noise=0.002)
    windows = cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, 16)
    guess = law_of(equations, 8.5, 32.0, 2.2)
    first = refine(guess, windows, settings=Shooting(iterations=0))
    assert first is not None
    assert first.fit.misfit > POOR
    assert restarted(first, guess, windows, SETTINGS).fit.misfit < POOR


@pytest.mark.parametrize(("samples", "shortest"), [(100, 8), (1600, 16)])
def test_first_windows_are_a_third_of_a_turn(
    samples: int, shortest: int, problem_of: Callable[..., DiscoveryProblem], law_of: Callable[..., Law]
) -> None:
    """Of a pendulum of ten turns, by the number of samples."""
    law = law_of({"x": "c0*y", "y": "-c1*x"}, 1.0, 1.0)
    problem = problem_of(law, [[1.0, 0.0]], np.linspace(0.0, 20.0 * np.pi, samples), noise=0.01)
    assert abs(levels(problem, Growth())[0].length - shortest) <= 5
