"""The classical smoothers as plug-ins: noise models, missing samples, several runs, bad data."""

import numpy as np
import pytest

from discovery.errors import DataError
from discovery.protocols import Deadline
from discovery.smoothing.curves import other_kinds
from discovery.smoothing.gaussian_process import GaussianProcess
from discovery.smoothing.kalman import Kalman
from discovery.smoothing.local_polynomial import LocalPolynomial
from discovery.smoothing.spline import SmoothingSpline
from discovery.types import NoiseKind, Trajectory

SMOOTHERS = (GaussianProcess, Kalman, SmoothingSpline, LocalPolynomial)
TIMES = np.linspace(0.0, 12.0, 200)


def wave(noise: float, seed: int = 0, kind: NoiseKind = "additive") -> Trajectory:
    """Two phases of an oscillation about 3 with noise of one kind."""
    x = np.stack([3.0 + 2.0 * np.sin(TIMES), 3.0 + 2.0 * np.cos(TIMES)], axis=1)
    e = noise * np.random.default_rng(seed).standard_normal(x.shape)
    noisy = {
        "additive": x + e, "counts": x + e * np.sqrt(x), "proportional": x * (1.0 + e), "lognormal": x * np.exp(e),
    }[kind]  # fmt: skip
    return Trajectory(TIMES, noisy, ("x", "y"))


def derivative_error(derivatives: np.ndarray) -> float:
    """Root mean square error of the wave's derivatives, relative."""
    truth = np.stack([2.0 * np.cos(TIMES), -2.0 * np.sin(TIMES)], axis=1)
    return float(np.sqrt(np.mean((derivatives - truth) ** 2) / np.mean(truth**2)))


@pytest.mark.parametrize("smoother", SMOOTHERS)
def test_additive_noise_is_recognised(smoother: type) -> None:
    """The kind and size of additive noise are found within a fifth."""
    noise = smoother().smooth([wave(0.1)], seed=0).noise
    assert noise.kind == "additive"
    assert noise.estimated
    np.testing.assert_allclose(noise.scale, 0.1, rtol=0.2)


@pytest.mark.parametrize("smoother", SMOOTHERS)
def test_relative_noise_is_recognised(smoother: type) -> None:
    """Noise in proportion to the state is not taken for additive, and its size is found within a fifth."""
    noise = smoother().smooth([wave(0.05, kind="proportional")], seed=0).noise
    assert noise.kind in ("proportional", "lognormal")
    np.testing.assert_allclose(noise.scale, 0.05, rtol=0.2)


@pytest.mark.parametrize("smoother", SMOOTHERS)
def test_counts_are_recognised_by_their_scatter(smoother: type) -> None:
    """Of whole numbers, noise of Poisson's law has the scale 1; whole numbers alone are no evidence of it."""
    rng, course = np.random.default_rng(0), 60.0 * wave(0.0).states
    counts = smoother().smooth([Trajectory(TIMES, rng.poisson(course).astype(float), ("x", "y"))], seed=0).noise
    assert "counts" == counts.kind
    np.testing.assert_allclose(counts.scale, 1.0, rtol=0.2)
    rounded = np.round(course + 20.0 * rng.standard_normal(course.shape)).clip(0.0)
    assert "additive" == smoother().smooth([Trajectory(TIMES, rounded, ("x", "y"))], seed=0).noise.kind


@pytest.mark.parametrize("smoother", SMOOTHERS)
def test_errors_that_came_with_the_samples_weigh_them(smoother: type) -> None:
    """The curve is nearer to the truth than one that takes all samples for equally good."""
    clean, rng = wave(0.0), np.random.default_rng(0)
    errors = np.exp(rng.normal(size=clean.states.shape))
    scattered = clean.states + 0.1 * errors * rng.normal(size=clean.states.shape)
    found = smoother().smooth([Trajectory(TIMES, scattered, ("x", "y"), errors=errors)], seed=0)
    blind = smoother(noise="additive").smooth([Trajectory(TIMES, scattered, ("x", "y"))], seed=0)
    assert "given" == found.noise.kind
    np.testing.assert_allclose(found.noise.scale, 0.1, rtol=0.2)
    misses, others = (np.std(one.trajectories[0].states - clean.states) for one in (found, blind))
    assert misses < 0.8 * others


def test_given_noise_needs_errors() -> None:
    """Else there is nothing that it could be in proportion to."""
    with pytest.raises(DataError, match="needs a column with the error of each measurement"):
        GaussianProcess(noise="given").smooth([wave(0.1)], seed=0)


@pytest.mark.parametrize("smoother", SMOOTHERS)
@pytest.mark.parametrize("kind", ["additive", "counts", "proportional", "lognormal"])
def test_a_stated_noise_model_is_obeyed(smoother: type, kind: NoiseKind) -> None:
    """A kind that was asked for is used and not called estimated; its derivative is good."""
    smoothing = smoother(noise=kind).smooth([wave(0.02, kind=kind)], seed=0)
    assert (kind, False) == (smoothing.noise.kind, smoothing.noise.estimated)
    assert derivative_error(smoothing.trajectories[0].derivatives) < 0.08


@pytest.mark.parametrize("smoother", SMOOTHERS)
def test_clean_samples_give_a_precise_derivative(smoother: type) -> None:
    """Without noise the derivative is right to 1e-4, and deviations keep their floor."""
    smoothing = smoother().smooth([wave(0.0)], seed=0)
    run = smoothing.trajectories[0]
    assert derivative_error(run.derivatives) < 1e-4
    assert run.derivative_deviations.min() > 5e-4
    assert smoothing.noise.deviation(run.states).min() > 5e-4


@pytest.mark.parametrize("smoother", SMOOTHERS)
def test_deviations_of_the_derivative_are_calibrated(smoother: type) -> None:
    """Errors of the derivative are about as large as their deviations say."""
    run = smoother().smooth([wave(0.1)], seed=0).trajectories[0]
    truth = np.stack([2.0 * np.cos(TIMES), -2.0 * np.sin(TIMES)], axis=1)
    ratio = np.sqrt(np.mean(((run.derivatives - truth) / run.derivative_deviations) ** 2))
    assert 0.4 < ratio < 1.8


@pytest.mark.parametrize("smoother", SMOOTHERS)
def test_missing_samples_are_bridged(smoother: type) -> None:
    """A tenth of the samples missing changes little, and every row gets a state."""
    whole = wave(0.05)
    states = whole.states.copy()
    states[np.random.default_rng(3).random(states.shape) < 0.1] = np.nan
    run = smoother().smooth([Trajectory(TIMES, states, ("x", "y"))], seed=0).trajectories[0]
    assert np.all(np.isfinite(run.states))
    assert derivative_error(run.derivatives) < 0.12


@pytest.mark.parametrize("smoother", SMOOTHERS)
def test_irregular_times_are_as_good_as_any(smoother: type) -> None:
    """A third of the samples at random times, with a gap of half a period, give half the accuracy or more."""
    rows = np.sort(np.random.default_rng(4).choice(200, 70, replace=False))
    rows = rows[(rows < 80) | (rows > 130)]
    noisy = wave(0.05)
    run = smoother().smooth([Trajectory(TIMES[rows], noisy.states[rows], ("x", "y"))], seed=0).trajectories[0]
    truth = np.stack([2.0 * np.cos(TIMES), -2.0 * np.sin(TIMES)], axis=1)[rows]
    assert np.sqrt(np.mean((run.derivatives - truth) ** 2) / np.mean(truth**2)) < 0.24


@pytest.mark.parametrize("smoother", SMOOTHERS)
def test_runs_of_different_sampling_share_hyper_parameters(smoother: type) -> None:
    """Runs are smoothed separately under one noise model and keep their times and labels."""
    one = wave(0.05)
    short = Trajectory(TIMES[::3][:20], one.states[::3][:20], ("x", "y"), "short")
    smoothing = smoother().smooth([one, short], seed=0)
    assert [run.label for run in smoothing.trajectories] == ["", "short"]
    np.testing.assert_array_equal(smoothing.trajectories[1].times, short.times)


@pytest.mark.parametrize("smoother", SMOOTHERS)
def test_runs_of_one_sample_or_none_are_smoothed_with_the_others(smoother: type) -> None:
    """What a run does not tell is uncertain, not an error."""
    blank = np.array([[np.nan, 3.0]])
    runs = smoother().smooth([wave(0.05), Trajectory(TIMES[:1], blank, ("x", "y"))], seed=0).trajectories
    assert np.all(np.isfinite(runs[1].derivatives))
    assert np.all(runs[1].derivative_deviations > 1.0)
    assert runs[1].state_deviations[0, 0] > 1.0 > 0.2 > runs[1].state_deviations[0, 1]


@pytest.mark.parametrize("smoother", [Kalman, SmoothingSpline, LocalPolynomial])
def test_long_data_are_tuned_on_an_excerpt(smoother: type) -> None:
    """20 000 rows give the noise within five per cent."""
    times = np.linspace(0.0, 400.0, 20_000)
    values = np.sin(times) + 0.1 * np.random.default_rng(0).standard_normal(len(times))
    smoothing = smoother().smooth([Trajectory(times, values[:, None], ("x",))], seed=0)
    np.testing.assert_allclose(smoothing.noise.scale, 0.1, rtol=0.05)
    assert smoothing.trajectories[0].states.shape == (20_000, 1)


@pytest.mark.parametrize("smoother", SMOOTHERS)
def test_twenty_spiky_samples_are_not_interpolated(smoother: type) -> None:
    """On a record as short as the lynx and hare's the noise is not taken to be nil."""
    times = np.arange(21.0)
    x = 30.0 + 25.0 * np.sin(0.6 * times)
    values = x + 4.0 * np.random.default_rng(2).standard_normal(21)
    noise = smoother(noise="additive").smooth([Trajectory(times, values[:, None], ("x",))], seed=0).noise
    assert 1.0 < float(noise.scale[0]) < 8.0


@pytest.mark.parametrize("smoother", SMOOTHERS)
def test_a_constant_state_is_smoothed(smoother: type) -> None:
    """A state that never changes has a derivative of nil and harms nothing."""
    states = np.column_stack([np.sin(TIMES), np.full(len(TIMES), 2.0)])
    run = smoother(noise="additive").smooth([Trajectory(TIMES, states, ("x", "y"))], seed=0).trajectories[0]
    np.testing.assert_allclose(run.states[:, 1], 2.0)
    np.testing.assert_allclose(run.derivatives[:, 1], 0.0, atol=1e-12)


@pytest.mark.parametrize("smoother", SMOOTHERS)
def test_a_deadline_that_has_passed_still_gives_curves(smoother: type) -> None:
    """Tuning is cut to its starting grid; the result is complete."""
    run = smoother().smooth([wave(0.05)], seed=0, deadline=Deadline(0.0)).trajectories[0]
    assert np.all(np.isfinite(run.derivatives))


@pytest.mark.parametrize("smoother", SMOOTHERS)
def test_lognormal_noise_needs_positive_values(smoother: type) -> None:
    """The message names the column and the way out."""
    with pytest.raises(
        DataError, match=r"State 'x' has the value -1. Log-normal noise needs positive values: choose add"
    ):
        smoother(noise="lognormal").smooth([Trajectory(TIMES, -np.ones((200, 1)), ("x",))], seed=0)


def test_too_few_samples_are_refused() -> None:
    """A state with three measured samples cannot have three derivatives."""
    states = np.array([[1.0], [2.0], [np.nan], [3.0]])
    with pytest.raises(
        DataError, match=r"State 'x' has 3 measured samples. Smoothing needs at least 4: add samples or"
    ):
        Kalman().smooth([Trajectory(np.arange(4.0), states, ("x",))], seed=0)


def test_no_trajectory_is_refused() -> None:
    """Nothing cannot be smoothed."""
    with pytest.raises(DataError, match=r"Smoothing got no trajectory\. Pass at least one."):
        Kalman().smooth([], seed=0)


def test_runs_of_different_states_are_refused() -> None:
    """All runs are of one system."""
    other = Trajectory(TIMES, wave(0.0).states, ("y", "x"))
    with pytest.raises(DataError, match=r"the same states in the same order in all of them: reorder the columns"):
        GaussianProcess().smooth([wave(0.0), other], seed=0)


@pytest.mark.parametrize("smoother", [Kalman, SmoothingSpline])
def test_a_state_is_tuned_on_runs_that_have_it(smoother: type) -> None:
    """One of many measured it, and what all are tuned on is an excerpt of others."""
    times = np.linspace(0.0, 20.0, 500)
    rng = np.random.default_rng(0)
    runs = []
    for number in range(6):
        states = np.column_stack([np.sin(times + number), np.cos(times + number)]) + 0.01 * rng.normal(size=(500, 2))
        states[:, 1] = states[:, 1] if number == 1 else np.nan
        runs.append(Trajectory(times, states, ("x", "y"), str(number)))
    found = smoother(noise="additive").smooth(runs, seed=0)
    np.testing.assert_allclose(found.noise.scale, 0.01, rtol=0.2)


def test_runs_at_several_levels_may_have_proportional_noise() -> None:
    """A series of concentrations is no spike: what peaks do within a run is asked."""
    course = wave(0.05, kind="proportional").states[:, :1]
    steady = [Trajectory(TIMES, size * course, ("x",)) for size in (0.03, 0.1, 3.0)]
    spike = np.where(np.arange(len(TIMES)) % 50 == 0, 100.0, 1.0)[:, None]
    assert "proportional" in other_kinds(steady)
    assert "proportional" not in other_kinds([*steady, Trajectory(TIMES, spike, ("x",))])
    missing = [Trajectory(TIMES, np.full((len(TIMES), 1), np.nan), ("x",)), *steady]
    assert ("proportional", "lognormal", "combined") == other_kinds(missing)
