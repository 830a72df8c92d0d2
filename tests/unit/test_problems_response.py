"""The samples' first-order response to an equation."""

from collections.abc import Callable

import numpy as np
import pytest

from discovery.dynamics.evaluate import values
from discovery.problems.response import Response, responses
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, Law

CUBIC = {"x": "y", "y": "x - x**3 - 0.3*y"}


@pytest.fixture
def noisy(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """A damped double well with noise of 5 %."""
    return problem_of(law_of(CUBIC), [[1.6, 0.2]], np.linspace(0.0, 20.0, 300), noise=0.05)


def misfit(response: Response, text: str) -> float:
    """Chi-squared by degree of freedom of a right-hand side with fixed constants."""
    rates = values([parse(text, ["x", "y"])], ("x", "y"), response.states)[:, 0]
    residual = response.targets - response.operator @ rates
    return (float(residual @ residual) + response.rest) / response.count


def test_chi_squared_of_the_true_law_is_one(noisy: DiscoveryProblem) -> None:
    """To 15 % with about 600 values, once the Jacobian is that of a likely law."""
    likely = {state: parse(text, ["x", "y"]) for state, text in CUBIC.items()}
    for response in responses(noisy.trajectories, noisy.smoothing, likely):
        assert misfit(response, CUBIC[response.state]) == pytest.approx(1.0, abs=0.15)


def test_a_wrong_law_is_ruled_out(noisy: DiscoveryProblem) -> None:
    """Without its cubic term the force cannot reproduce the samples."""
    _, force = responses(noisy.trajectories, noisy.smoothing)
    assert misfit(force, "x - 0.3*y") > 5.0 * misfit(force, CUBIC["y"])


def test_missing_samples_have_no_weight(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem], noisy: DiscoveryProblem
) -> None:
    """They are not counted, and their places may hold anything."""
    (run,) = noisy.trajectories
    holes = run.states.copy()
    holes[::3, 0] = np.nan
    thinned = type(run)(run.times, holes, run.names)
    full, part = responses((run,), noisy.smoothing)[0], responses((thinned,), noisy.smoothing)[0]
    assert part.count < full.count
    assert np.all(np.isfinite(part.targets))


def test_windows_are_short_where_deviations_grow(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """An unstable law has more free starts than a stable one of as many samples."""
    times = np.linspace(0.0, 8.0, 200)
    stable = problem_of(law_of({"x": "-0.5*x"}), [[2.0]], times, noise=0.01)
    unstable = problem_of(law_of({"x": "0.9*x"}), [[0.01]], times, noise=0.01)
    counts = [responses(one.trajectories, one.smoothing)[0].count for one in (stable, unstable)]
    assert counts[1] < counts[0]
