"""Steps by chance: what a law expects of the next sample, and courses that scatter as they should."""

import numpy as np
import pytest

from discovery.dynamics.beliefs import Anchors
from discovery.dynamics.shooting import fit
from discovery.dynamics.single_steps import by_chance, expected
from discovery.dynamics.windows import cut
from discovery.problems.steps import stepwise
from discovery.smoothing.successive import successive
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, Law, NoiseModel, Trajectory

DECAY = Law(("x",), (parse("-c0*x"),), (0.5,))


def wandering(count: int = 400, seed: int = 0) -> Trajectory:
    """x' = -0.5 x with chance of 0.1 in each step of 0.2."""
    rng, states = np.random.default_rng(seed), [2.0]
    for _ in range(count - 1):
        states.append(states[-1] * np.exp(-0.1) + 0.1 * rng.normal())
    return Trajectory(0.2 * np.arange(count), np.array(states)[:, None], ("x",))


def test_a_sample_is_expected_from_the_one_before() -> None:
    """The first is as measured, and what follows a missing one is not known."""
    run = wandering(20)
    states = run.states.copy()
    states[7] = np.nan
    found = expected(DECAY, Trajectory(run.times, states, ("x",)))
    np.testing.assert_allclose(np.append(states[0], states[:-1] * np.exp(-0.1))[:, None], found, rtol=1e-6)
    assert np.isnan(found[8, 0])


@pytest.mark.parametrize(("kind", "size"), [("additive", 0.1), ("lognormal", 0.05)])
def test_chance_adds_up_over_time(kind: str, size: float) -> None:
    """Variances of whole and of half steps are in proportion to their time; a state at rest shows it."""
    rest = Law(("x",), (parse("0"),), ())
    noise = NoiseModel(kind, np.array([size]), np.zeros(1), process=True)  # pyright: ignore[reportArgumentType]
    rng = np.random.default_rng(0)
    times = np.array([0.0, 0.1, 0.8])
    courses = [by_chance(rest, np.array([1.0]), times, noise, 0.2, rng) for _ in range(1500)]
    shown = np.array(courses)[:, :, 0] if kind == "additive" else np.log(np.array(courses)[:, :, 0])
    np.testing.assert_allclose(size * np.sqrt([0.5, 4.0]), shown[:, 1:].std(axis=0), rtol=0.06)
    least = np.array([0.95])
    assert 0.95 == min(by_chance(rest, np.array([1.0]), times, noise, 0.2, rng, least=least).min() for _ in range(50))


def test_constants_of_steps_have_no_bias_of_free_starts() -> None:
    """Starts stay where they were measured: with free ones half of each step's chance would go into them."""
    runs = [wandering(400, seed) for seed in range(4)]
    problem = stepwise(DiscoveryProblem(tuple(runs), successive(runs, process=True), ()))
    noise = NoiseModel("additive", np.array([0.1]), np.zeros(1), process=True)
    windows = cut(problem.trajectories, problem.smoothing.trajectories, noise, 2)
    assert windows.steps
    assert Anchors.of(DECAY, windows) is not None
    assert 4 * 399 == windows.count
    found = fit(DECAY, windows)
    assert found is not None
    assert 1 == found.fitted
    np.testing.assert_allclose(windows.starts, found.starts, atol=1e-4)
    assert found.misfit == pytest.approx(1.0, abs=0.1)
    deviation = float(found.information[0, 0]) ** -0.5
    assert abs(found.law.constants[0] - 0.5) < 3.0 * deviation
    assert 0.02 < deviation < 0.05  # 2 sqrt(a / T), by Fisher's information of such a walk
