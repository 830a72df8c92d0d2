"""Standard units, and runs in them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.smoothing.held_out import scores
from discovery.smoothing.neural.scaling import Samples, Scaling, rates, with_velocities
from discovery.types import NoiseModel, Trajectory

SamplesOf = Callable[..., Samples]
MIXED = Scaling(np.array([1.0, -0.5]), np.array([2.0, 0.7]), np.array([False, True]))
STATES = np.array([[3.0, 1.0], [-1.0, 4.0], [0.5, 0.1]])


def test_states_return_from_standard_units() -> None:
    """With a logarithm and without; NaN stays NaN."""
    np.testing.assert_allclose(MIXED.states(MIXED.standard(STATES)), STATES, rtol=1e-14)
    np.testing.assert_array_equal([[1.0, np.nan]], MIXED.standard(np.array([[3.0, np.nan]])))


def test_states_of_a_field_that_ran_off_are_numbers() -> None:
    """Far beyond what a float holds, as the solver's stops let them be; a likelihood of them is a number too."""
    far = MIXED.states(np.array([[1e3, 2e3], [-1e3, -2e3]]))
    assert np.all(np.isfinite(far))
    runs, masks = [Trajectory(np.arange(2.0), STATES[:2], ("x", "y"))], [np.ones((2, 2), dtype=bool)]
    lognormal = NoiseModel("lognormal", np.array([0.1, 0.1]), np.array([1e-6, 1e-6]))
    assert np.all(np.isfinite(scores(lognormal, runs, [far], masks)))


def test_per_unit_is_the_derivative_of_the_standard_state() -> None:
    """Against finite differences."""
    expected = (MIXED.standard(STATES + 1e-6) - MIXED.standard(STATES - 1e-6)) / 2e-6
    np.testing.assert_allclose(MIXED.per_unit(STATES), expected, rtol=1e-6)


@pytest.mark.filterwarnings("error")
def test_a_field_that_ran_low_has_no_slope_and_no_warning() -> None:
    """The exponential of its logarithm is zero, as is its rate in the data's units then."""
    low = MIXED.states(np.array([[0.0, -2e3]]))
    assert 0.0 == low[0, 1]
    np.testing.assert_array_equal([[6.0, 0.0]], 3.0 / MIXED.per_unit(low))


def test_velocities_have_units_of_their_own() -> None:
    """About zero, and never logarithms."""
    both = MIXED.with_velocities(np.array([5.0, 6.0]))
    np.testing.assert_array_equal([1.0, -0.5, 0.0, 0.0], both.centre)
    np.testing.assert_array_equal([2.0, 0.7, 5.0, 6.0], both.unit)
    np.testing.assert_array_equal([False, True, False, False], both.logarithm)


def test_accelerations_are_differences_of_the_slopes(samples_of: SamplesOf) -> None:
    """Velocities are the slopes in their unit, which nobody measured."""
    times = np.linspace(0.0, 6.0, 601)
    part = with_velocities(samples_of(times), np.array([2.0]))
    np.testing.assert_allclose(part.curve[:, 1], 0.5 * np.cos(times), atol=0.01)
    np.testing.assert_allclose(part.slopes[2:-2, 1], -0.5 * np.sin(times[2:-2]), atol=1e-3)
    assert np.all(np.isnan(part.measured[:, 1]))
    assert not part.hidden[:, 1].any()


def test_a_state_that_does_not_move_has_a_rate_of_one(samples_of: SamplesOf) -> None:
    """Nothing is divided by zero."""
    times = np.linspace(0.0, 1.0, 11)
    part = samples_of(times, np.ones((11, 2)))
    part = replace(part, slopes=np.tile([3.0, 0.0], (11, 1)))
    np.testing.assert_allclose(rates([part, part]), [3.0, 1.0])


def test_rows_are_some_of_every_array(samples_of: SamplesOf) -> None:
    """Cut alike."""
    part = samples_of(np.arange(9.0), drives=np.arange(9.0)[:, None]).rows(slice(2, 5))
    assert {3} == {len(getattr(part, name)) for name in part.__dataclass_fields__}
    np.testing.assert_array_equal([2.0, 3.0, 4.0], part.drives[:, 0])


def test_a_lone_sample_has_no_acceleration(samples_of: SamplesOf) -> None:
    """Nothing is known of it from one velocity."""
    part = with_velocities(samples_of(np.zeros(1)), np.array([2.0]))
    assert (1, 2) == part.slopes.shape
    assert 0.0 == part.slopes[0, 1]
