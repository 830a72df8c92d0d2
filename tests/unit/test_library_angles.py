"""Functions of angles that are counted in one unit."""

import numpy as np
import pytest

from discovery.library.angles import STARTS, angles, in_unit
from discovery.library.shapes import Shape, shapes
from discovery.symbolic.evaluate import compiled
from discovery.types import symbol

RNG = np.random.default_rng(0)
DATA = {
    "one": RNG.uniform(0.3, 1.2, (60, 1)),
    "two": RNG.uniform(0.3, 1.2, (60, 2)),
    "three, unequal": RNG.uniform(0.5, 1.0, (60, 3)) * [1e-4, 1.0, 1e5],
    "both signs": RNG.normal(0.0, 3.0, (60, 2)),
}


def named(found: tuple[Shape, ...], name: str) -> Shape:
    """The first shape of that name."""
    return next(shape for shape in found if shape.name == name)


@pytest.mark.parametrize("states", DATA.values(), ids=list(DATA))
def test_text_and_values_agree(states: np.ndarray) -> None:
    """What is written evaluates to what is computed, function by function, where it is defined."""
    names = [f"x{i}" for i in range(states.shape[1])]
    for shape in angles(states, np.sin(states)):
        for start in (*shape.starts, *-shape.starts):
            found = shape.value(states, start)
            if np.all(np.isfinite(found)):
                written = compiled(shape.write([symbol(name) for name in names], start), names)(states)
                np.testing.assert_allclose(found, written, rtol=1e-9, atol=1e-12)


def test_the_functions_of_two_angles_are_independent() -> None:
    """Twenty of them, none the sum of others and of a constant."""
    states = RNG.uniform(-3.0, 3.0, (400, 2))
    columns = named(angles(states, states), "angles").value(states, np.array([1.0]))
    assert 21 == np.linalg.matrix_rank(np.column_stack([np.ones(400), columns]), tol=1e-8)


def test_a_pole_on_the_data_is_refused() -> None:
    """cot x where x passes zero, and 1/cos x where x does not pass a quarter of a turn."""
    states = np.column_stack([np.linspace(-1.0, 1.0, 60), np.linspace(0.0, 3.0, 60)])
    found = angles(states, states)
    assert not np.any(np.isfinite(named(found, "cotangent").value(states, np.array([1.0]))))
    assert np.all(np.isfinite(named(found, "tangent").value(states, np.array([1.0]))))


def test_starts_are_near_the_unit_of_the_angles_after_several_turns() -> None:
    """Phases that go round three times, counted in a unit of 1/2.3: a start is within 3 %, and 1 is the first."""
    time = np.linspace(0.0, 10.0, 300)
    phases = np.column_stack([2.0 * time + 0.3 * np.sin(time), 1.3 * time])
    slopes = np.column_stack([2.0 + 0.8 * np.sin(phases[:, 1]) * np.cos(phases[:, 0]), np.full(300, 1.3)])
    starts = named(angles(2.3 * phases, slopes), "angles").starts[:, 0]
    assert 1.0 == starts[0]
    assert len(starts) <= 1 + STARTS
    assert np.abs(starts * 2.3 - 1.0).min() < 0.03


def test_a_scale_that_is_known_is_a_start_of_shapes_of_angles_alone() -> None:
    """Angles of one system share it; what is of another kind stays as it is."""
    states = DATA["two"]
    products, saturation = named(angles(states, states), "angles"), named(shapes(states), "saturation")
    np.testing.assert_array_equal([*products.starts[:, 0], 0.3], in_unit(products, [0.3]).starts[:, 0])
    assert in_unit(products, []) is products
    assert in_unit(saturation, [0.3]) is saturation


def test_many_states_have_no_pairs_of_angles() -> None:
    """Four states have six pairs, which would take too long."""
    assert () == angles(RNG.normal(size=(60, 4)), RNG.normal(size=(60, 4)))
