"""What the verdict is told of the chosen law."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.selection.selected import doubt_of
from discovery.types import Beginning, DiscoveryProblem, Law


@pytest.mark.parametrize(("deviation", "known"), [(1e-4, 1e-4), (10.0, 0.02)])
def test_a_state_that_nothing_measured_is_known_as_the_fit_has_its_starts(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem], deviation: float, known: float
) -> None:
    """Unless the smoother knows it better; a measured one is known as the smoother has it."""
    law = law_of({"x": "v", "v": "-c0*x"}, 4.0)
    problem = problem_of(law, [[1.0, 0.0]], np.linspace(0.0, 10.0, 50))
    curves = [replace(one, state_deviations=np.full_like(one.states, 0.02)) for one in problem.smoothing.trajectories]
    runs = tuple(
        replace(run, states=np.column_stack([run.states[:, 0], np.full(len(run), np.nan)]))
        for run in problem.trajectories
    )
    problem = replace(problem, trajectories=runs, smoothing=replace(problem.smoothing, trajectories=tuple(curves)))
    begun = [Beginning(np.zeros((2, 1)), np.diag([1e-8, deviation**2]))]
    np.testing.assert_allclose(doubt_of(problem, begun), [0.02, known])
    np.testing.assert_allclose(doubt_of(problem, []), [0.02, 0.02])
