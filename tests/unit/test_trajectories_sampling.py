"""Steps in time and oscillations."""

import numpy as np
import pytest

from discovery.trajectories.sampling import pace, steps, turning
from discovery.types import Trajectory


def at(times: np.ndarray) -> tuple[Trajectory, ...]:
    """A run with a sine at those times."""
    return (Trajectory(times, np.sin(times)[:, None], ("x",)),)


EVEN = np.linspace(0.0, 20.0, 201)


@pytest.mark.parametrize(
    ("times", "spacing", "gaps"),
    [
        (EVEN, "even", 0),
        (np.round(np.linspace(0.0, 20.0, 401), 3), "even", 0),
        (np.delete(EVEN, [50, 51, 120]), "even with gaps", 2),
        (np.sort(np.random.default_rng(0).uniform(0.0, 20.0, 200)), "uneven", 0),
        (np.geomspace(1e-3, 1e3, 100), "logarithmic", 0),
    ],
)
def test_the_spacing_is_named(times: np.ndarray, spacing: str, gaps: int) -> None:
    """Rounded times are even; a lost sample makes a gap; gaps are counted only in even records."""
    found = steps(at(times))
    assert (spacing, gaps) == (found.spacing, found.gaps)
    assert pytest.approx(np.max(np.diff(times))) == found.longest


def test_an_oscillation_is_measured_by_its_turns() -> None:
    """A sine with noise of a tenth turns twice a period, and the noise adds no turn."""
    times = np.linspace(0.0, 10.0 * np.pi, 500)
    values = np.sin(times) + 0.1 * np.random.default_rng(0).normal(size=500)
    found = pace((Trajectory(times, values[:, None], ("x",)),), 0, 0.1)
    assert 10 == found.turns
    assert pytest.approx(2.0 * np.pi, rel=0.1) == found.period


def test_what_only_falls_has_no_period() -> None:
    """A decay never turns."""
    times = np.linspace(0.0, 5.0, 50)
    found = pace((Trajectory(times, np.exp(-times)[:, None], ("x",)),), 0, 0.0)
    assert 0 == found.turns
    assert np.isnan(found.period)


def test_turns_of_runs_are_counted_together() -> None:
    """Two runs of one oscillation have the turns of both, and a step from run to run is no turn."""
    times = np.linspace(0.0, 2.5 * np.pi, 100)
    one = Trajectory(times, np.sin(times)[:, None], ("x",), "a")
    other = Trajectory(times, (5.0 + np.sin(times))[:, None], ("x",), "b")
    assert 2 == pace((one,), 0, 0.0).turns
    assert 4 == pace((one, Trajectory(times, one.states, ("x",), "c")), 0, 0.0).turns
    assert 4 == pace((one, other), 0, 0.0).turns


def test_the_ends_are_no_turns() -> None:
    """Up, down, up: one maximum and one minimum, where they are."""
    assert [2, 4] == turning(np.array([0.0, 1.0, 2.0, 1.0, 0.0, 1.0, 2.0]), 0.5)
    assert [] == turning(np.array([0.0, 1.0, 2.0]), 0.5)
    assert [] == turning(np.empty(0), 0.5)


def test_what_rests_does_not_oscillate() -> None:
    """A constant has no turns, whatever the noise is said to be."""
    assert [] == turning(np.ones(50), 0.0)
