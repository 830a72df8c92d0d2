"""A learned field as plain arrays."""

from pathlib import Path

import numpy as np
import pytest

from discovery.smoothing.vector_field import PerceptronField


@pytest.fixture
def field() -> PerceptronField:
    """A field of x, learned as it is, and y, learned as a logarithm; only the linear part is not nil."""
    nil = np.zeros
    points = np.column_stack([np.linspace(-1.0, 1.0, 50), np.zeros(50)])
    return PerceptronField(
        centre=np.array([1.0, 0.0]),
        unit=np.array([2.0, 0.5]),
        rate=np.array([3.0, 1.0]),
        logarithm=np.array([False, True]),
        skip=np.array([[1.0, 0.0], [0.0, -1.0]]),
        first=nil((4, 2)),
        first_bias=nil(4),
        inner=nil((4, 4)),
        inner_bias=nil(4),
        out=nil((2, 4)),
        out_bias=nil(2),
        points=points,
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


def test_stored_arrays_give_the_same_field(field: PerceptronField, tmp_path: Path) -> None:
    """A field survives numpy's own file format, without pickle."""
    np.savez(tmp_path / "field.npz", **field.to_arrays())
    with np.load(tmp_path / "field.npz", allow_pickle=False) as arrays:
        again = PerceptronField.from_arrays(arrays)
    states = np.array([[0.3, 0.7], [1.2, 2.0]])
    np.testing.assert_array_equal(again(states), field(states))
    np.testing.assert_array_equal(again.trust(states), field.trust(states))
