"""Shapes with inner constants."""

import numpy as np
import pytest

from discovery.library.shapes import Shape, shapes
from discovery.symbolic.evaluate import compiled
from discovery.types import symbol

RNG = np.random.default_rng(0)
DATA = {
    "one positive": RNG.uniform(0.1, 5.0, (60, 1)),
    "two of both signs": RNG.normal(0.0, 3.0, (60, 2)),
    "three of unequal size": RNG.uniform(0.5, 1.0, (60, 3)) * [1e-4, 1.0, 1e5],
    "far from zero": RNG.normal(300.0, 0.2, (60, 2)),
    "negative, far from zero": RNG.uniform(-1000.0, -999.9, (60, 2)),
    "a constant and a zero": np.tile([2.0, 0.0], (60, 1)),
}


@pytest.fixture(params=DATA)
def data(request: pytest.FixtureRequest) -> np.ndarray:
    """States of very different ranges."""
    return DATA[request.param]


def named(states: np.ndarray, name: str) -> Shape:
    """The first shape of that name."""
    return next(shape for shape in shapes(states) if shape.name == name)


def test_text_and_values_agree(data: np.ndarray) -> None:
    """What is written evaluates to a multiple of what is computed, at every start."""
    names = [f"x{i}" for i in range(data.shape[1])]
    for shape in shapes(data):
        for start in shape.starts:
            found = shape.value(data, start)
            if not np.all(np.isfinite(found)):
                continue
            written = compiled(shape.write([symbol(name) for name in names], start), names)(data)
            for ours, text in zip(found.T, written.T, strict=True):
                if not ours.any() or not text.any():
                    continue
                np.testing.assert_allclose(ours / np.abs(ours).max(), text / np.abs(text).max(), atol=1e-9)


def test_states_that_do_not_change_have_no_shapes() -> None:
    """Nothing could be learned of how the law depends on them."""
    constant = DATA["a constant and a zero"]
    assert () == tuple(shape for shape in shapes(constant) if len(shape.states) == 1)


def test_a_pole_on_the_data_is_refused() -> None:
    """1/(k + x) is undefined, not large, where k + x changes sign between two samples."""
    states = np.linspace(0.1, 2.0, 20)[:, None]
    shape = named(states, "saturation")
    assert np.all(np.isfinite(shape.value(states, np.array([0.5]))))
    assert not np.any(np.isfinite(shape.value(states, np.array([-1.03]))))


def test_logarithms_and_powers_are_for_positive_states() -> None:
    """|x| x and sign x are for those that change sign."""
    states = np.array([[1.0, -1.0], [2.0, 1.0], [3.0, 0.5]])
    by_name = {name: {s.states for s in shapes(states) if s.name == name} for name in ("logarithm", "power", "drag")}
    assert {"logarithm": {(0,)}, "power": {(0,)}, "drag": {(1,)}} == by_name


def test_activation_is_for_what_is_far_from_zero() -> None:
    """exp(-k/x) of kelvins, over a few tens of which it is seen; beside temperatures in degrees it is no law."""
    kelvins = np.linspace(290.0, 330.0, 20)[:, None]
    shape = named(kelvins, "activation")
    assert np.all(np.isfinite(shape.value(kelvins, np.array([6000.0]))))
    (written,) = shape.write([symbol("T")], np.array([6000.0]))
    assert "exp(-6000.0/T)" == str(written)
    for states in (kelvins - 280.0, kelvins - 310.0, -kelvins):
        assert "activation" not in {shape.name for shape in shapes(states)}


def test_half_saturations_span_the_range_of_the_data() -> None:
    """From a fiftieth of the largest value to six times it."""
    starts = named(np.linspace(0.0, 10.0, 11)[:, None], "saturation").starts[:, 0]
    np.testing.assert_allclose([starts[starts > 0].min(), starts.max()], [0.2, 64.0])


def test_a_ratio_is_of_positive_states_and_in_their_units() -> None:
    """1/(x + a y) with a near the quotient of their sizes; none where one may be negative."""
    states = RNG.uniform(0.1, 1.0, (60, 2)) * [1e3, 1e-2]
    starts = named(states, "ratio").starts[:, 0]
    assert starts.min() < 1e5 * states[:, 0].max() / 1e3 < starts.max()
    assert not any(shape.name == "ratio" for shape in shapes(states - [0.0, 0.005]))
