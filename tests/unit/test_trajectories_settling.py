"""From where on a record shows nothing but noise."""

import numpy as np
import pytest

from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.checks import check
from discovery.trajectories.settling import settled

NOISE = np.random.default_rng(5).normal(size=400)


def subjects(values: np.ndarray, times: np.ndarray) -> set[str]:
    """What a check of one state says something about."""
    return {one.subject for one in check(from_arrays(values[:, None], times)).alerts}


def test_a_decay_over_decades_with_proportional_noise_does_not_settle() -> None:
    """Levels of a thousandth of the range are data where each has the same share of noise."""
    times = np.geomspace(1.0, 4000.0, 80)
    decay = 1.0 / ((1.0 + 0.06 * times) * np.exp(0.002 * times))
    assert "settled" not in subjects(5e11 * decay * np.exp(0.06 * NOISE[:80]), times)
    assert "settled" in subjects(5e11 * (decay + 0.02 * NOISE[:80]), times)


def test_what_falls_to_a_level_settles_there_whatever_the_noise() -> None:
    """Where that is in proportion, it is the noise of the level."""
    times = np.linspace(0.0, 60.0, 240)
    for noisy in (1.0 + 0.05 * NOISE[:240], 1.0):
        assert "settled" in subjects((2.0 + 50.0 * np.exp(-times)) * noisy + 0.002 * NOISE[:240], times)


def test_a_tail_below_the_noise_of_single_samples_that_still_falls_has_not_settled() -> None:
    """Many samples together show what one does not."""
    tail = np.linspace(3.0, 0.0, 200)
    values = np.concatenate([np.linspace(100.0, 3.0, 50), tail])
    noise = np.ones(250)
    single = int(np.flatnonzero(np.abs(values) > 4.0)[-1]) + 1
    assert settled(values + NOISE[:250], noise) > single + 50


@pytest.mark.parametrize(("values", "expected"), [(np.zeros(50), 0), (NOISE[:50], 0), (np.arange(50.0), 49)])
def test_what_never_moves_settles_at_once_and_what_always_does_at_its_end(values: np.ndarray, expected: int) -> None:
    """Noise alone has no course."""
    assert abs(settled(values, np.full(50, 1.0 if expected == 0 else 1e-9)) - expected) <= 3
