"""What every smoother owes, whoever wrote it."""

import numpy as np
import pytest

from discovery import registry
from discovery.types import Smoothing, Trajectory

TIMES = np.linspace(0.0, 6.0, 40)
STATES = np.column_stack([np.sin(TIMES), np.cos(TIMES)]) + 0.05 * np.random.default_rng(0).standard_normal((40, 2))
FEW = {"width": 8, "collocation": 8, "iterations": (4,), "continuity": (0.3,)}
SMALL = {"neural_ode": FEW, "auto": {"neural": FEW}}


def runs() -> list[Trajectory]:
    """Two short runs of different length, with a missing sample."""
    states = STATES.copy()
    states[7, 0] = np.nan
    return [Trajectory(TIMES, states, ("x", "y"), "a"), Trajectory(TIMES[:15], STATES[:15], ("x", "y"), "b")]


def smooth(name: str) -> Smoothing:
    """The runs smoothed by a plug-in at a small setting."""
    return registry.load("smoothing", name)(**SMALL.get(name, {})).smooth(runs(), seed=3)


def test_the_smoothers_are_found() -> None:
    """The registry finds the plug-ins by their files."""
    expected = {"auto", "gaussian_process", "kalman", "local_polynomial", "neural_ode", "spline"}
    assert expected <= set(registry.names("smoothing"))


@pytest.mark.parametrize("name", registry.names("smoothing"))
def test_every_run_and_row_gets_finite_values_with_positive_deviations(name: str) -> None:
    """Shapes, times, names and labels are those of the data, and nothing is missing."""
    smoothing = smooth(name)
    assert len(smoothing.trajectories) == 2
    for run, out in zip(runs(), smoothing.trajectories, strict=True):
        np.testing.assert_array_equal(out.times, run.times)
        assert (run.names, run.label) == (out.names, out.label)
        for values in (out.states, out.derivatives, out.state_deviations, out.derivative_deviations):
            assert values.shape == run.states.shape
            assert np.all(np.isfinite(values))
        assert np.all(out.state_deviations > 0.0)
        assert np.all(out.derivative_deviations > 0.0)
    assert np.all(smoothing.noise.deviation(runs()[1].states) > 0.0)
    assert np.isfinite(smoothing.score)


@pytest.mark.parametrize("name", registry.names("smoothing"))
def test_one_seed_gives_one_answer(name: str) -> None:
    """The same data and seed give the same numbers to the last bit."""
    one, other = smooth(name), smooth(name)
    np.testing.assert_array_equal(one.trajectories[0].derivatives, other.trajectories[0].derivatives)
    assert (one.score, one.method, one.notes) == (other.score, other.method, other.notes)


@pytest.mark.parametrize("name", registry.names("smoothing"))
def test_plug_ins_are_made_without_arguments_and_are_frozen(name: str) -> None:
    """A smoother is configuration; smoothing does not change it."""
    smoother = registry.load("smoothing", name)()
    with pytest.raises(AttributeError, match="cannot assign to field 'noise'"):
        smoother.noise = "additive"
