"""How far ahead a law can be followed."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from discovery.dynamics.horizon import prediction_horizon
from discovery.dynamics.simulate import simulate
from discovery.smoothing.successive import successive
from discovery.types import DiscoveryProblem, Drive, Frame, Law, SmoothedTrajectory, Trajectory


def horizon(problem: DiscoveryProblem, law: Law, error: float) -> float:
    """The horizon of a law on a problem's states, from an error that is a share of their deviation."""
    runs = problem.smoothing.trajectories
    spread = np.vstack([run.states for run in runs]).std(axis=0)
    return prediction_horizon(law, runs, error * spread, spread)


def test_lorenz_can_be_followed_for_a_few_units(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """From a thousandth to two fifths is a factor of 400: six or seven time units at an exponent of 0.9."""
    law = law_of({"x": "c0*(y - x)", "y": "x*(c1 - z) - y", "z": "x*y - c2*z"}, 10.0, 28.0, 8 / 3)
    problem = problem_of(law, [[1.0, 2.0, 20.0]], np.linspace(0.0, 25.0, 500))
    assert 3.0 < horizon(problem, law, 1e-3) < 12.0
    assert horizon(problem, law, 1e-2) < horizon(problem, law, 1e-4)


def test_an_oscillator_can_be_followed_for_ever(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """An error neither grows nor shrinks."""
    law = law_of({"x": "y", "y": "-x"})
    assert np.inf == horizon(problem_of(law, [[1.0, 0.0]], np.linspace(0.0, 30.0, 200)), law, 1e-2)


def test_a_law_that_diverges_cannot_be_followed(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """A simulation that ends counts as lost, and nothing warns."""
    decay, explosion = law_of({"x": "-x"}), law_of({"x": "5*x**2"})
    problem = problem_of(decay, [[1.0]], np.linspace(0.0, 3.0, 50))
    assert 0.0 < horizon(problem, explosion, 1e-3) < 3.0


def test_a_state_that_hardly_moves_is_not_lost_at_once(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Its uncertainty is larger than its deviation from the start, and does not grow."""
    law = law_of({"x": "-x", "y": "0*x"})
    problem = problem_of(law, [[1.0, 0.5]], np.linspace(0.0, 3.0, 50))
    runs = problem.smoothing.trajectories
    assert np.inf == prediction_horizon(law, runs, np.array([1e-3, 1e-3]), np.array([0.3, 1e-12]))


def test_the_longest_run_is_that_of_the_longest_time(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """And not that of most samples, within which an error may not grow."""
    law = law_of({"x": "c0*(y - x)", "y": "x*(c1 - z) - y", "z": "x*y - c2*z"}, 10.0, 28.0, 8 / 3)
    dense = problem_of(law, [[1.0, 2.0, 20.0]], np.linspace(0.0, 1.0, 400)).smoothing.trajectories
    long = problem_of(law, [[1.0, 2.0, 20.0]], np.linspace(0.0, 20.0, 300)).smoothing.trajectories
    spread = np.vstack([run.states for run in long]).std(axis=0)
    assert prediction_horizon(law, (*dense, *long), 1e-3 * spread, spread) < 20.0


def test_what_inputs_drive_may_be_lost_before_the_end(law_of: Callable[..., Law]) -> None:
    """Duffing's oscillator in chaos: its input belongs to the times of the record, from which it is followed."""
    law = law_of({"x": "v", "v": "x - x**3 - 0.3*v + u"})
    law = replace(law, frame=Frame(law.states, law.skeletons, inputs=("u",)))
    times = np.linspace(0.0, 120.0, 1201)

    def found(size: float) -> float:
        drive = Drive(times, size * np.cos(1.2 * times)[:, None])
        states = simulate(law, np.array([1.0, 0.0]), times, rtol=1e-8, drive=drive)
        run = SmoothedTrajectory(times, states, *(np.zeros_like(states) for _ in range(3)), law.states)
        return prediction_horizon(law, [run], 1e-2 * states.std(axis=0), states.std(axis=0), [drive])

    assert 5.0 < found(0.5) < 60.0
    assert np.inf == found(0.1)  # small oscillations about one of the wells


def test_a_map_is_followed_in_whole_steps(law_of: Callable[..., Law]) -> None:
    """However long the record is."""
    law = replace(law_of({"x": "3.9*x*(1 - x)"}), discrete=True)
    states = [0.4]
    for _ in range(1999):
        states.append(3.9 * states[-1] * (1.0 - states[-1]))
    for count in (60, 2000):
        run = Trajectory(np.arange(float(count)), np.array(states[:count])[:, None], ("x",), discrete=True)
        runs = successive([run]).trajectories
        found = prediction_horizon(law, runs, np.array([5e-3]), np.array([0.3]))
        assert 3.0 <= found <= 9.0
        assert 0.0 == found % 0.5  # the median of whole numbers
