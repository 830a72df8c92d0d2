"""Time on a logarithmic clock."""

import numpy as np
import pytest

from discovery.smoothing.clock import PLAIN, Clock
from discovery.types import SmoothedTrajectory, Trajectory

DECADES = np.r_[0.0, np.logspace(-3, 3, 60)]


def run(times: np.ndarray) -> Trajectory:
    """A run of one state at those times."""
    return Trajectory(times, np.cos(np.log1p(np.abs(times)))[:, None], ("x",))


@pytest.mark.parametrize("times", [DECADES, DECADES[1:], 5.0 + DECADES, np.logspace(0, 4, 30)])
def test_samples_spread_over_decades_are_timed_by_a_logarithmic_clock(times: np.ndarray) -> None:
    """From zero on or not; the first gap is the clock's unit."""
    assert times[1] - times[0] == pytest.approx(Clock.of([run(times)]).offset, rel=1e-12)


@pytest.mark.parametrize(
    "times",
    [
        np.linspace(0.0, 5.0, 50),
        np.sort(np.random.default_rng(0).uniform(0.0, 5.0, 300)),
        np.cumsum(np.random.default_rng(0).exponential(size=500)),
        np.r_[np.linspace(0.0, 1.0, 20), np.linspace(300.0, 301.0, 20)],
        np.logspace(0, 1, 30),
        -DECADES[::-1],
    ],
    ids=["uniform", "random", "Poisson", "with a gap", "one decade", "ever denser"],
)
def test_other_samples_are_timed_by_a_plain_one(times: np.ndarray) -> None:
    """Neither irregular gaps nor one large gap are logarithmic, nor gaps that shrink."""
    assert PLAIN == Clock.of([run(times)])


def test_all_runs_have_to_be_sampled_that_way() -> None:
    """One plain run keeps the plain clock; a run of three samples does not count."""
    assert PLAIN == Clock.of([run(DECADES), run(np.linspace(0.0, 5.0, 50))])
    assert PLAIN != Clock.of([run(DECADES), run(np.array([0.0, 1.0, 2.0]))])
    assert PLAIN == Clock.of([run(np.array([0.0, 1.0]))])


def test_the_clock_starts_at_zero_and_is_nearly_uniform() -> None:
    """No step is more than six times another."""
    clock = Clock.of([run(DECADES)])
    shown = clock.read(DECADES)
    assert 0.0 == shown[0]
    steps = np.diff(shown)
    assert steps.max() < 6.0 * steps.min()


def test_pace_is_the_derivative_of_what_is_read() -> None:
    """Against finite differences."""
    clock = Clock(0.01)
    times = np.array([0.0, 0.5, 3.0, 40.0])
    moved = np.array([clock.read(times + h * (times > 0.0)) for h in (-1e-6, 1e-6)])
    np.testing.assert_allclose(clock.pace(times)[1:], (moved[1] - moved[0])[1:] / 2e-6, rtol=1e-6)
    assert 1.0 / 0.01 == clock.pace(times)[0]


def test_derivatives_return_to_the_data_s_time() -> None:
    """A curve by the clock, unwarped, has the derivative of the curve by time, and deviations alike."""
    data = run(DECADES)
    clock = Clock.of([data])
    (warped,) = clock.warped([data])
    np.testing.assert_array_equal(clock.read(DECADES), warped.times)
    by_time = -np.sin(np.log1p(DECADES)) / (1.0 + DECADES)
    by_clock = by_time / clock.pace(DECADES)
    ones = np.ones((len(DECADES), 1))
    curve = SmoothedTrajectory(warped.times, data.states, by_clock[:, None], ones, ones, ("x",))
    (back,) = clock.unwarped([curve], [data])
    np.testing.assert_allclose(back.derivatives[:, 0], by_time, rtol=1e-12)
    np.testing.assert_allclose(back.derivative_deviations[:, 0], clock.pace(DECADES), rtol=1e-12)
    np.testing.assert_array_equal(DECADES, back.times)
    np.testing.assert_array_equal(ones, back.state_deviations)


def test_the_plain_clock_changes_nothing() -> None:
    """Runs are handed through."""
    data = run(DECADES)
    assert (data,) == PLAIN.warped([data])
    np.testing.assert_array_equal(DECADES, PLAIN.read(DECADES))
    np.testing.assert_array_equal(np.ones(61), PLAIN.pace(DECADES))


def test_inputs_stay_with_their_run() -> None:
    """Only times are replaced."""
    data = Trajectory(DECADES, DECADES[:, None], ("x",), inputs=2.0 * DECADES[:, None])
    np.testing.assert_array_equal(data.inputs, Clock(0.1).warped([data])[0].inputs)


def test_runs_that_start_at_different_times_are_timed_by_a_plain_clock() -> None:
    """One logarithm of time since the start would be another function of time in each; an empty run has no start."""
    assert PLAIN == Clock.of([run(DECADES), run(5.0 + DECADES)])
    assert PLAIN != Clock.of([run(DECADES), run(DECADES[:30])])
    assert PLAIN != Clock.of([run(DECADES), run(np.empty(0))])
