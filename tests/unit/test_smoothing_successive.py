"""What stands in for a smoothing where samples are of a map."""

import numpy as np
import pytest

from discovery.errors import DataError
from discovery.samples import Trajectory
from discovery.smoothing.successive import UNKNOWN, successive


def logistic(count: int) -> np.ndarray:
    """A chaotic run of the logistic map."""
    states = [0.4]
    while len(states) < count:
        states.append(3.9 * states[-1] * (1 - states[-1]))
    return np.array(states)[:, None]


def of(states: np.ndarray, times: np.ndarray | None = None) -> Trajectory:
    """A run of a map."""
    return Trajectory(np.arange(float(len(states))) if times is None else times, states, ("x",), discrete=True)


@pytest.mark.parametrize("noise", [0.003, 0.01, 0.03])
def test_the_noise_of_a_chaotic_map_is_found(noise: float) -> None:
    """From what neighbours do not agree in, within a third."""
    states = logistic(300) + noise * np.random.default_rng(1).standard_normal((300, 1))
    assert noise == pytest.approx(successive([of(states)]).noise.scale[0], rel=0.35)


def test_the_next_state_stands_for_the_derivative() -> None:
    """Of the last one nothing is known."""
    (curve,) = successive([of(logistic(60))]).trajectories
    assert np.array_equal(curve.derivatives[:-1], logistic(60)[1:])
    assert curve.derivative_deviations[-1, 0] > 0.1 * UNKNOWN
    assert np.all(curve.derivative_deviations[:-1] < 0.1)


def test_nothing_is_said_across_gaps() -> None:
    """Neither where a sample is missing nor where its number is."""
    states = logistic(60)
    states[10] = np.nan
    times = np.arange(60.0)
    times[30:] += 1
    (curve,) = successive([of(states, times)]).trajectories
    assert {9, 10, 29, 59} == set(np.flatnonzero(curve.derivative_deviations[:, 0] > 1.0))


def test_too_few_samples_are_an_error() -> None:
    """With the number that is needed."""
    with pytest.raises(DataError, match="a map of 1 states needs 8"):
        successive([of(logistic(6))])
