"""Samples that are left out."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.smoothing.outliers import left_out, said_of, with_outliers, without_outliers
from discovery.types import DiscoveryProblem, Law, NoiseModel, Smoothing, Trajectory

TIMES = np.linspace(0.0, 10.0, 300)


@pytest.fixture(scope="module")
def wave(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """An oscillator above zero, twice, at 3 % noise; its smoothing is exact."""
    law = law_of({"x": "y - 3", "y": "3 - x"})
    return problem_of(law, [[4.0, 3.0], [3.0, 2.0]], TIMES, noise=0.03)


def spoiled(problem: DiscoveryProblem, rows: list[int], size: float, run: int = 0) -> list[Trajectory]:
    """The runs with some values of the first state off by ``size``."""
    runs = list(problem.trajectories)
    states = runs[run].states.copy()
    states[rows, 0] += size
    runs[run] = replace(runs[run], states=states)
    return runs


def missing(runs: tuple[Trajectory, ...]) -> list[int]:
    """Rows of the first run's first state that are missing."""
    return np.flatnonzero(np.isnan(runs[0].states[:, 0])).tolist()


def test_outliers_are_left_out(wave: DiscoveryProblem) -> None:
    """Also at the ends, and only they."""
    rows = [0, 50, 120, 121 + 3, 299]
    kept, count = without_outliers(spoiled(wave, rows, 0.5), wave.smoothing)
    assert (5, rows) == (count, missing(kept))
    assert np.all(np.isfinite(kept[0].states[:, 1]))
    assert np.all(np.isfinite(kept[1].states))


def test_what_was_left_out_can_be_put_back(wave: DiscoveryProblem) -> None:
    """A report counts what is missing in the file."""
    runs = spoiled(wave, [50, 120], 0.5)
    runs[0] = replace(runs[0], states=np.where(np.arange(300)[:, None] == 7, np.nan, runs[0].states))
    kept, count = without_outliers(runs, wave.smoothing)
    assert (2, [7, 50, 120]) == (count, missing(kept))
    back = with_outliers(kept, runs)
    np.testing.assert_array_equal(back[0].states, runs[0].states)
    np.testing.assert_array_equal(back[1].states, runs[1].states)


def test_what_was_left_out_is_named(wave: DiscoveryProblem) -> None:
    """State, time and run; what nobody measured is not among them."""
    runs = [replace(run, label=label) for run, label in zip(spoiled(wave, [50, 120], 0.5), ("a", "b"), strict=True)]
    runs[0] = replace(runs[0], states=np.where(np.arange(300)[:, None] == 7, np.nan, runs[0].states))
    kept, _ = without_outliers(runs, wave.smoothing)
    found = left_out(kept, runs)
    assert tuple(("x", runs[0].times[row], "a") for row in (50, 120)) == found
    first, second = (f"position [m] at {time:.6g} (a)" for _, time, _ in found)
    told = said_of(found, {"x": "position [m]"})
    assert f"2 outliers, far off their neighbours' curve, were left out: {first}, {second}" == told
    alone = left_out(kept[:1], runs[:1])
    assert f"left out: x at {alone[0][1]:.6g}, x at {alone[1][1]:.6g}" in said_of(alone, {})
    assert said_of(alone * 2, {}).endswith(", …")
    assert "1 outlier, far off its neighbours' curve, was left out: x at" in said_of(alone[:1], {})


@pytest.mark.parametrize("count", [12, 40])
def test_a_steep_start_is_no_outlier(
    count: int, law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """A charge that reacts away, of which the curve misses the first sample and no other."""
    times = np.linspace(0.0, 6.0, count)
    batch = problem_of(law_of({"a": "-2*a"}), [[3.0], [2.0]], times, noise=0.01)
    curves = [
        replace(run, states=np.vstack([0.6 * run.states[:1], run.states[1:]])) for run in batch.smoothing.trajectories
    ]
    missed = replace(batch.smoothing, trajectories=tuple(curves))
    assert 0 == without_outliers(batch.trajectories, missed)[1]


def test_a_kink_of_a_switch_is_no_outlier(wave: DiscoveryProblem) -> None:
    """A smooth curve cuts the corner by one sample; an input that changes all the time makes no corners."""
    runs = spoiled(wave, [120], 0.5)
    volts = np.where(np.arange(300) < 119, 5.0, 0.0)[:, None]
    for inputs, outliers in ((volts, 0), (np.sin(7.0 * np.arange(300.0))[:, None], 1), (0.0 * volts, 1)):
        driven = [replace(run, inputs=inputs) for run in runs]
        assert outliers == without_outliers(driven, wave.smoothing)[1]


def test_white_noise_has_none(wave: DiscoveryProblem) -> None:
    """The runs come back as they are, of six hundred samples each state."""
    kept, count = without_outliers(wave.trajectories, wave.smoothing)
    assert 0 == count
    assert all(one is other for one, other in zip(kept, wave.trajectories, strict=True))


def test_a_stretch_that_the_curve_misses_is_no_outlier(wave: DiscoveryProblem) -> None:
    """Neighbours that are off together say that the curve is wrong there."""
    assert 0 == without_outliers(spoiled(wave, [100, 101, 102], 0.5), wave.smoothing)[1]


def test_what_is_common_is_no_outlier(wave: DiscoveryProblem) -> None:
    """A state of which every sixth value is off is left alone."""
    assert 0 == without_outliers(spoiled(wave, list(range(0, 300, 4)), 0.5, run=0), wave.smoothing)[1]


def test_missing_values_are_no_neighbours(wave: DiscoveryProblem) -> None:
    """The next value that was measured decides."""
    runs = spoiled(wave, [100], 0.5)
    states = runs[0].states.copy()
    states[[99, 101, 102], 0] = np.nan
    kept, count = without_outliers([replace(runs[0], states=states), runs[1]], wave.smoothing)
    assert (1, [99, 100, 101, 102]) == (count, missing(kept))


@pytest.mark.parametrize("kind", ["proportional", "lognormal"])
def test_outliers_are_relative_where_noise_is(kind: str, wave: DiscoveryProblem) -> None:
    """By the noise model, in logarithms too."""
    noise = NoiseModel(kind, np.array([0.01, 0.01]), wave.smoothing.noise.floor)  # type: ignore[arg-type]
    kept, count = without_outliers(spoiled(wave, [70], 1.0), replace(wave.smoothing, noise=noise))
    assert (1, [70]) == (count, missing(kept))


def test_rounding_is_no_noise(wave: DiscoveryProblem) -> None:
    """Deviations far below the floor of the noise are not compared with each other."""
    pairs = zip(wave.trajectories, wave.smoothing.trajectories, strict=True)
    exact = replace(wave, trajectories=tuple(replace(run, states=curve.states) for run, curve in pairs))
    assert 0 == without_outliers(spoiled(exact, [5], 1e-7), wave.smoothing)[1]


def test_few_samples_tell_nothing(wave: DiscoveryProblem) -> None:
    """Of ten, none is left out."""
    run, curve = wave.trajectories[0], wave.smoothing.trajectories[0]
    few = Trajectory(run.times[:10], spoiled(wave, [4], 9.0)[0].states[:10], run.names)
    short = replace(
        curve,
        **{
            name: getattr(curve, name)[:10]
            for name in ("times", "states", "derivatives", "state_deviations", "derivative_deviations")
        },
    )
    smoothing: Smoothing = replace(wave.smoothing, trajectories=(short,))
    assert 0 == without_outliers([few], smoothing)[1]
