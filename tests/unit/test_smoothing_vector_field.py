"""A learned field as plain arrays."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from discovery.errors import DataError
from discovery.smoothing.vector_field import PerceptronField


@pytest.fixture
def field() -> PerceptronField:
    """A field of x, learned as it is, and y, learned as a logarithm; only the linear part is not nil."""
    points = np.column_stack([np.linspace(-1.0, 1.0, 50), np.zeros(50)])
    return PerceptronField(
        centre=np.array([1.0, 0.0]),
        unit=np.array([2.0, 0.5]),
        logarithm=np.array([False, True]),
        rate=np.array([3.0, 1.0]),
        known=np.zeros((2, 2)),
        factors=np.array([[0, 2, 2], [1, 2, 2]]),
        outer=np.array([[1.0, 0.0, 0.0, 0.0], [0.0, -1.0, 0.0, 0.0]]),
        inner=np.zeros((1, 2)),
        bias=np.zeros(1),
        drive_centre=np.empty(0),
        drive_unit=np.empty(0),
        points=points,
    )


def single(outer: list[float], drives: int = 0, clock: tuple[float, float] = (0.0, 0.0)) -> PerceptronField:
    """A field of one state in unit scaling: coefficients of z, z^2, z^3 or z, drive and of 1."""
    arguments = 1 + drives
    cubes = [[0, 1, 1], [0, 0, 1], [0, 0, 0]]
    return PerceptronField(
        centre=np.zeros(1),
        unit=np.ones(1),
        logarithm=np.array([False]),
        rate=np.ones(1),
        known=np.zeros((1, 1)),
        factors=np.array(cubes if drives == 0 else [[one, arguments, arguments] for one in range(arguments)]),
        outer=np.array([[*outer, 0.0]]),
        inner=np.zeros((1, arguments)),
        bias=np.zeros(1),
        drive_centre=np.zeros(drives),
        drive_unit=np.ones(drives),
        points=np.zeros((1, 1)),
        clock=np.array(clock),
    )


def test_derivatives_are_in_the_units_of_the_data(field: PerceptronField) -> None:
    """dx/dt = 3 (x - 1) and dy/dt = -y log y, written out."""
    states = np.array([[2.0, np.e], [0.0, 1.0]])
    np.testing.assert_allclose(field(states), [[3.0, -np.e], [-3.0, 0.0]], atol=1e-12)


def test_trust_is_one_on_the_data_and_nil_far_away(field: PerceptronField) -> None:
    """Trust falls with the distance from the data, and is nil where a logarithm does not exist."""
    trust = field.trust(np.array([[1.0, 1.0], [1.0, 1.12], [40.0, 1.0], [1.0, -1.0]]))
    assert trust[0] == 1.0
    assert 0.0 < trust[1] < 1.0
    np.testing.assert_allclose(trust[2:], 0.0, atol=1e-12)


@pytest.mark.parametrize("clock", [(0.0, 0.0), (1.0, 0.25)])
def test_stored_arrays_give_the_same_field(field: PerceptronField, tmp_path: Path, clock: tuple[float, float]) -> None:
    """A field survives numpy's own file format, without pickle."""
    field = replace(field, clock=np.array(clock))
    np.savez(tmp_path / "field.npz", **field.to_arrays())
    with np.load(tmp_path / "field.npz", allow_pickle=False) as arrays:
        again = PerceptronField.from_arrays(arrays)
    states = np.array([[0.3, 0.7], [1.2, 2.0]])
    np.testing.assert_array_equal(again(states), field(states))
    np.testing.assert_array_equal(again.trust(states), field.trust(states))
    np.testing.assert_array_equal(again.clock, field.clock)


def test_drives_are_arguments_of_the_field() -> None:
    """dx/dt = -x + u, at given inputs."""
    driven = single([-1.0, 1.0, 0.0], drives=1)
    np.testing.assert_allclose(driven(np.array([[2.0], [2.0]]), np.array([[0.0], [5.0]])), [[-2.0], [3.0]])


@pytest.mark.parametrize(("drives", "given"), [(None, 0), (np.zeros((1, 2)), 2)])
def test_a_driven_field_wants_its_drives(drives: np.ndarray | None, given: int) -> None:
    """The message has how many are wanted and how many came."""
    message = rf"The field is driven by 1 quantities \(inputs, then time\) but got {given}\. Pass one column for each\."
    with pytest.raises(DataError, match=message):
        single([-1.0, 1.0, 0.0], drives=1)(np.ones((1, 1)), drives)


def test_a_logarithmic_clock_is_wound_back() -> None:
    """By the clock dx/ds = s; time is the data's for whoever asks."""
    clocked = single([0.0, 1.0, 0.0], drives=1, clock=(2.0, 0.1))
    times = np.array([2.0, 2.1, 3.0, 50.0, 1000.0])
    shown = np.log1p((times - 2.0) / 0.1)
    slopes = clocked(np.ones((5, 1)), times[:, None])[:, 0]
    np.testing.assert_allclose(slopes, shown / (0.1 + times - 2.0), rtol=1e-12)
