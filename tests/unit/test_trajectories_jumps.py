"""Inputs that jump where they are interpolated."""

import numpy as np
import pytest

from discovery.trajectories.jumps import jumps, said_of_jumps
from discovery.types import Trajectory

TIMES = np.linspace(0.0, 10.0, 101)
WAVE = np.sin(TIMES)
SQUARE = np.where(TIMES % 4.0 < 2.0, 0.0, 1.0)


def run(*inputs: np.ndarray, held: bool = False, discrete: bool = False) -> Trajectory:
    """A run that these inputs drive."""
    times = np.arange(len(TIMES), dtype=float) if discrete else TIMES
    return Trajectory(times, WAVE[:, None], ("x",), "", np.column_stack(inputs), held, discrete=discrete)


@pytest.mark.parametrize(
    ("course", "count"),
    [
        (WAVE, 0), (SQUARE + 0.01 * WAVE, 5), (np.minimum(TIMES, 4.0), 0), (np.cumsum(SQUARE), 0), (np.exp(TIMES), 0),
        (np.random.default_rng(0).normal(size=101), 0), (np.ones(101), 0), (WAVE + 3.0 * (TIMES > 5.0), 1),
    ],
)  # fmt: skip
def test_jumps_are_far_larger_than_the_steps_beside_them(course: np.ndarray, count: int) -> None:
    """Waves, ramps, growth and noise have none."""
    assert count == jumps(run(course), 0)


def test_what_is_said_names_the_inputs() -> None:
    """Those that are interpolated alone; a map knows no time between its samples."""
    throttle = SQUARE + 0.01 * WAVE
    assert "(throttle 5 times)" in said_of_jumps([run(WAVE, throttle)], ["wind", "throttle"])
    assert "(a 10 times)" in said_of_jumps([run(throttle), run(throttle)], ["a"])
    assert "(a once)" in said_of_jumps([run(WAVE + 3.0 * (TIMES > 5.0))], ["a"])
    for quiet in (run(WAVE), run(throttle, held=True), run(throttle, discrete=True)):
        assert not said_of_jumps([quiet], ["a"])


def test_few_samples_say_nothing() -> None:
    """Of four steps none has enough beside it."""
    assert 0 == jumps(Trajectory(TIMES[:5], WAVE[:5, None], ("x",), "", SQUARE[18:23, None]), 0)
