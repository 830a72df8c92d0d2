"""Curves whose derivatives jump where a held input switches."""

import numpy as np
import pytest

from discovery.smoothing.auto import Auto
from discovery.smoothing.curves import fit_method, posterior
from discovery.smoothing.kinks import LARGER, kinks, moves
from discovery.smoothing.priors import IntegratedWiener, Matern, Prior
from discovery.smoothing.process import Process
from discovery.smoothing.series import grid
from discovery.types import Trajectory

TIMES = np.arange(300.0)
PUMP = np.where((TIMES // 30).astype(int) % 2 == 0, 1.0, -0.5)
# The level of a basin that the pump fills and drains: the integral of what the pump does.
LEVEL = np.concatenate([[0.0], np.cumsum(PUMP[:-1])]) / 30.0
NOISE = 0.02


def basin(*, held: bool = True, inputs: np.ndarray = PUMP) -> tuple[Trajectory, ...]:
    """Noisy levels."""
    noisy = LEVEL + NOISE * np.random.default_rng(0).normal(size=len(TIMES))
    return (Trajectory(TIMES, noisy[:, None], ("level",), inputs=inputs[:, None], held=(held,)),)


def test_switches_are_counted_in_the_range_of_the_input() -> None:
    """Of all runs together, at the end of the step to the switch; where inputs are interpolated there are none."""
    runs = [
        Trajectory(np.arange(4.0), np.zeros((4, 1)), ("x",), inputs=np.array(drive)[:, None], held=(True,))
        for drive in ([0.0, 0.0, 4.0, 4.0], [1.0, 1.0, 1.0, 0.0])
    ]
    np.testing.assert_array_equal([[0.0, 1.0, 0.0], [0.0, 0.0, 0.25]], kinks(runs))
    np.testing.assert_array_equal([False, False, True, False], runs[0].switched)
    assert not any(kinks(basin(held=False))[0])
    assert not any(kinks([Trajectory(TIMES, LEVEL[:, None], ("level",))])[0])


@pytest.mark.parametrize("jump", [1, 2])
@pytest.mark.parametrize("prior", [Matern(), IntegratedWiener()])
def test_only_derivatives_jump(prior: Prior, jump: int) -> None:
    """By three times what they are spread at first where what is before them is known; other steps stay as they are."""
    hyper = np.log([1.5, 0.1, 6.0][: len(prior.starts)])
    plain = prior.moves(np.array([1.0]), hyper)
    one = grid(np.arange(4.0), 1.0, np.array([0.0, 0.5, 0.0]))
    transitions, diffusions = moves(prior, one, hyper, jump)
    np.testing.assert_array_equal(plain[0][0], transitions[one.steps[1]])
    np.testing.assert_array_equal(plain[1][0], diffusions[one.steps[0]])
    first = prior.initial(hyper) @ prior.initial(hyper).T
    given = first - first[:, :jump] @ np.linalg.solve(first[:jump, :jump], first[:jump])
    kinked = diffusions[one.steps[1]]
    added = kinked @ kinked.T - plain[1][0] @ plain[1][0].T
    np.testing.assert_allclose(added, (0.5 * LARGER) ** 2 * given, atol=1e-8 * first.max())
    np.testing.assert_array_equal(plain[1], moves(prior, one, hyper, 0)[1][[one.steps[1]]])


def test_corners_are_kept() -> None:
    """A triangle's slopes and noise, which a curve without kinks cuts and takes for larger."""
    (curve,) = posterior(fit := fit_method(basin(), Process(Matern())), basin())
    assert [1] == [column.jump for column in fit.columns]
    assert pytest.approx(NOISE, rel=0.15) == float(fit.noise_model(basin()).scale[0])
    rates = PUMP / 30.0
    assert np.sqrt(np.mean((curve.derivatives[:, 0] - rates) ** 2)) < 0.1 * rates.std()
    smooth = fit_method(basin(held=False), Process(Matern()))
    assert [0] == [column.jump for column in smooth.columns]
    (cut,) = posterior(smooth, basin(held=False))
    assert np.sqrt(np.mean((cut.derivatives[:, 0] - rates) ** 2)) > 0.15 * rates.std()


def test_a_switch_that_drives_nothing_makes_no_kinks() -> None:
    """The samples decide: a lamp that is switched beside a basin leaves its curve as it was."""
    lamp = np.where((TIMES // 17).astype(int) % 2 == 0, 1.0, 0.0)
    wave = np.sin(TIMES / 20.0)[:, None] + NOISE * np.random.default_rng(3).normal(size=(len(TIMES), 1))
    smooth = (
        Trajectory(TIMES, wave, ("level",), inputs=lamp[:, None], held=(True,)),
        Trajectory(TIMES, wave, ("level",)),
    )
    beside, alone = (fit_method((run,), Process(Matern())) for run in smooth)
    assert [0] == [column.jump for column in beside.columns]
    np.testing.assert_array_equal(posterior(alone, smooth[1:])[0].states, posterior(beside, smooth[:1])[0].states)


def test_each_state_has_the_kinks_of_its_own() -> None:
    """A force that is switched bends a mass's velocity; its position is as smooth as the integral of that."""
    rates = PUMP / 30.0
    position = np.concatenate([[0.0], np.cumsum(LEVEL[:-1] + rates[:-1] / 2.0)])
    noise = NOISE * np.random.default_rng(4).normal(size=(len(TIMES), 2))
    states = np.column_stack([position, LEVEL]) + noise
    run = Trajectory(TIMES, states, ("position", "velocity"), inputs=PUMP[:, None], held=(True,))
    assert [2, 1] == [column.jump for column in fit_method((run,), Process(Matern())).columns]


def test_what_is_switched_is_smoothed_with_kinks() -> None:
    """By the smoother that is the default, however many the samples are."""
    times = np.arange(800.0)
    pump = np.where((times // 40).astype(int) % 2 == 0, 1.0, 0.0)
    level = np.zeros(800)
    for step in range(799):
        level[step + 1] = level[step] * np.exp(-0.02) + pump[step] * (1.0 - np.exp(-0.02))
    noisy = level + 0.01 * np.random.default_rng(1).normal(size=800)
    run = Trajectory(times, noisy[:, None], ("level",), inputs=pump[:, None], held=(True,))
    kept, *_ = Auto().rivals((run,), seed=0)
    rates = 0.02 * (pump - level)
    assert np.sqrt(np.mean((kept.trajectories[0].derivatives[:, 0] - rates) ** 2)) < 0.1 * rates.std()
    assert pytest.approx(0.01, rel=0.1) == float(kept.noise.scale[0])
