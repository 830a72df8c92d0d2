"""Unit vectors and quaternions are noticed among columns."""

import numpy as np
import pytest

from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.checks import check
from discovery.trajectories.directions import with_unit_vectors
from discovery.trajectories.relations import Relation
from discovery.types import Trajectory

TIMES = np.linspace(0.0, 30.0, 400)
TURN, TILT, AZIMUTH = 0.31 * TIMES, 0.8 + 0.5 * np.sin(0.7 * TIMES), 0.5 * np.sin(0.4 * TIMES) + 0.11 * TIMES
QUATERNION = np.column_stack(
    [
        np.cos(TURN),
        np.sin(TURN) * np.cos(TILT),
        np.sin(TURN) * np.sin(TILT) * np.cos(AZIMUTH),
        np.sin(TURN) * np.sin(TILT) * np.sin(AZIMUTH),
    ]
)
VECTOR = np.column_stack([np.cos(TILT), np.sin(TILT) * np.cos(TURN), np.sin(TILT) * np.sin(TURN)])
RATES = np.column_stack([0.3 * np.sin(1.1 * TIMES), 0.2 * np.cos(1.7 * TIMES), 0.25 * np.sin(0.5 * TIMES)])


def found(columns: np.ndarray, noise: float, known: tuple[Relation, ...] = ()) -> tuple[Relation, ...]:
    """What is found in one run with noise."""
    values = columns + noise * np.random.default_rng(0).normal(size=columns.shape)
    names = tuple(f"x{i}" for i in range(columns.shape[1]))
    return with_unit_vectors(known, [Trajectory(TIMES, values, names)], [noise] * len(names))


@pytest.mark.parametrize("noise", [0.0, 0.003, 0.01])
def test_a_unit_quaternion_and_a_unit_vector_are_found(noise: float) -> None:
    """Beside other columns, and whatever stands between them; a rate is in none."""
    apart = np.column_stack([QUATERNION[:, :2], RATES, QUATERNION[:, 2:], VECTOR])
    groups = [tuple(i for i in range(10) if any(term[i] for term in one.terms)) for one in found(apart, noise)]
    assert [(0, 1, 5, 6), (7, 8, 9)] == sorted(groups)


@pytest.mark.parametrize(
    "columns",
    [1.02 * QUATERNION, np.column_stack([QUATERNION[:, :3], RATES]), RATES, np.column_stack([VECTOR[:, :2], RATES])],
)
def test_other_columns_are_none(columns: np.ndarray) -> None:
    """Another length, a part that is missing, and what only moves."""
    assert () == found(columns, 0.003)


def test_what_is_known_is_not_said_twice() -> None:
    """A relation with the same terms stays alone."""
    once = found(VECTOR, 0.001)
    assert once == found(VECTOR, 0.001, once)


def test_the_check_says_that_squares_add_up_to_one() -> None:
    """Of a quaternion beside three rates, as an attitude is logged."""
    values = np.column_stack([QUATERNION, RATES]) + 0.003 * np.random.default_rng(1).normal(size=(400, 7))
    checked = check(from_arrays([values], TIMES, names=["q[0]", "q[1]", "q[2]", "q[3]", "p", "q", "r"]))
    (said,) = [alert.text for alert in checked.alerts if alert.subject == "relation"]
    assert "q[0]² + q[1]² + q[2]² + q[3]² = 1 holds within the noise on all data." == said
