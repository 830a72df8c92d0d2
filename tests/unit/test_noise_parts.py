"""Noise of two parts, about a curve and in smoothers."""

import numpy as np
import pytest

from discovery.noise_parts import gain, parts, price
from discovery.smoothing.gaussian_process import GaussianProcess
from discovery.types import NoiseModel, Trajectory

LEVELS = np.geomspace(0.01, 10.0, 400)


def residuals(scale: float, constant: float, seed: int = 0) -> np.ndarray:
    """Noise of two parts at some levels."""
    return np.hypot(scale * LEVELS, constant) * np.random.default_rng(seed).normal(size=len(LEVELS))


def test_the_deviation_of_both_parts_is_the_root_of_their_squares() -> None:
    """Near zero the constant part is left, and far away the other."""
    noise = NoiseModel("combined", np.array([0.3]), np.array([1e-3]), constant=np.array([0.4]))
    np.testing.assert_allclose(noise.deviation(np.array([[0.0], [1.0], [100.0]])), [[0.4], [0.5], [30.0]], rtol=1e-3)
    assert np.all(NoiseModel("additive", np.array([0.3]), np.array([1e-3])).constant == 0.0)


@pytest.mark.parametrize("seed", range(3))
def test_both_parts_are_found(seed: int) -> None:
    """Within what 400 residuals tell, and by far likelier than one part."""
    found = parts(residuals(0.05, 0.02, seed), LEVELS)
    np.testing.assert_allclose([found.scale, found.constant], [0.05, 0.02], rtol=0.25)
    assert gain([found]) > 10.0 * price(1, len(LEVELS))


@pytest.mark.parametrize(("scale", "constant"), [(0.05, 0.0), (0.0, 0.02)])
@pytest.mark.parametrize("seed", range(3))
def test_one_part_is_no_gain(scale: float, constant: float, seed: int) -> None:
    """The second scale does not pay for itself where there is none."""
    assert gain([parts(residuals(scale, constant, seed), LEVELS)]) < price(1, len(LEVELS))


def test_states_with_noise_of_two_kinds_gain() -> None:
    """Each state's noise is of one part, but not of the same."""
    apart = [parts(residuals(0.05, 0.0), LEVELS), parts(residuals(0.0, 0.02), LEVELS)]
    assert gain(apart) > 10.0 * price(2, len(LEVELS))


def test_nothing_is_of_no_kind() -> None:
    """States that are zero, residuals that are, or none at all."""
    assert parts(np.full(9, 2.0), np.zeros(9)).constant == 2.0
    least = parts(np.full(9, 1e-200), np.ones(9))  # whose squares are zero
    assert (least.scale, least.constant) == (0.0, 0.0)
    for of_none in (parts(np.zeros(9), np.ones(9)), parts(np.empty(0), np.empty(0))):
        assert (of_none.scale, of_none.constant, gain([of_none])) == (0.0, 0.0, 0.0)


def test_a_smoother_sees_both_parts() -> None:
    """A decay whose end is below what the instrument resolves; noise of one part stays of one."""
    times = np.linspace(0.0, 8.0, 160)
    levels = 10.0 * np.exp(-0.7 * times)
    rng = np.random.default_rng(0)

    def smoothed(scale: float, constant: float) -> NoiseModel:
        noise = np.hypot(scale * levels, constant) * rng.normal(size=len(times))
        return GaussianProcess().smooth([Trajectory(times, (levels + noise)[:, None], ("x",))], seed=0).noise

    both = smoothed(0.05, 0.05)
    assert both.kind == "combined"
    np.testing.assert_allclose([both.scale[0], both.constant[0]], [0.05, 0.05], rtol=0.4)
    assert smoothed(0.0, 0.1).kind == "additive"
    assert smoothed(0.05, 0.0).kind in ("proportional", "lognormal")
