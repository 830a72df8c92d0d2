"""Whether a state goes one way."""

from collections.abc import Callable

import numpy as np
import pytest

from discovery.trajectories.monotone import turns_back
from discovery.types import Trajectory

T = np.linspace(0.0, 10.0, 400)
DECAY = 100.0 * np.exp(-0.5 * T)
SWING = np.exp(-0.1 * T) * np.cos(2.0 * T)
Noise = Callable[[np.random.Generator], np.ndarray]


def run(values: np.ndarray, label: str = "") -> Trajectory:
    """One record of one state."""
    return Trajectory(T, values[:, None], ("x",), label)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "measured",
    [
        lambda rng: DECAY + np.hypot(0.03 * DECAY, 0.6) * rng.normal(size=len(T)),
        lambda rng: rng.poisson(10.0 * DECAY).astype(float),
        lambda rng: DECAY + rng.standard_t(3, size=len(T)),
        lambda rng: DECAY + rng.normal(size=len(T)),
    ],
    ids=["two parts", "counts", "tails", "normal"],
)
def test_no_noise_makes_a_decay_come_back(measured: Noise, seed: int) -> None:
    """However large it is at the beginning; two runs may go different ways."""
    rng = np.random.default_rng(seed)
    assert not turns_back([run(measured(rng))], 0)
    assert not turns_back([run(measured(rng), "down"), run(120.0 - measured(rng), "up")], 0)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "course",
    [SWING, np.exp(-T) * np.cos(2.0 * T), 20.0 * T - 2.0 * T**2],
    ids=["swing", "overshoot", "throw"],
)
def test_what_swings_overshoots_or_falls_back_does(course: np.ndarray, seed: int) -> None:
    """With a noise of tails, and beside a run that goes one way."""
    rng = np.random.default_rng(seed)
    measured = course + 0.01 * np.ptp(course) * rng.standard_t(3, size=len(T))
    assert turns_back([run(measured)], 0)
    even = course + 0.01 * np.ptp(course) * rng.normal(size=len(T))
    assert turns_back([run(even, "one"), run(course.max() * np.exp(-T), "other")], 0)


def test_nothing_is_said_of_nothing() -> None:
    """A state that was not measured."""
    assert not turns_back([run(np.full(len(T), np.nan))], 0)
