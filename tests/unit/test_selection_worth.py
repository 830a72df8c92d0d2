"""Laws compared by as many samples as their residuals are worth."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.windows import cut
from discovery.selection.refined import refine
from discovery.selection.worth import worthy
from discovery.types import DiscoveryProblem, Law

TIMES = np.linspace(0.0, 20.0, 400)


@pytest.mark.parametrize(("memory", "least", "most"), [(0.0, 1.0, 1.0), (0.8, 1 / 15, 1 / 5)])
def test_samples_count_as_far_as_their_residuals_are_alike(
    memory: float,
    least: float,
    most: float,
    law_of: Callable[..., Law],
    problem_of: Callable[..., DiscoveryProblem],
) -> None:
    """White noise leaves scores as they are; noise that remembers five samples makes a ninth of them."""
    law = law_of({"x": "c0*y", "y": "c1*x"}, 1.0, -2.0)
    problem = problem_of(law, [[1.0, 0.0]], TIMES, noise=0.05)
    rng, noise = np.random.default_rng(3), np.zeros((len(TIMES), 2))
    for i in range(1, len(noise)):
        noise[i] = memory * noise[i - 1] + np.sqrt(1 - memory**2) * rng.standard_normal(2)
    smoothing = problem.smoothing
    run = replace(problem.trajectories[0], states=smoothing.trajectories[0].states + noise * smoothing.noise.scale)
    windows = cut((run,), smoothing.trajectories, smoothing.noise, 1000)
    item = refine(law, windows)
    assert item is not None
    (after,), tempered = worthy([item], windows)
    assert least <= tempered.worth <= most
    assert (after.score == item.score) == (memory == 0.0)
    again = refine(law, tempered, starts=item.fit.starts)
    assert again is not None
    assert again.score == pytest.approx(after.score, rel=1e-3, abs=0.1)
