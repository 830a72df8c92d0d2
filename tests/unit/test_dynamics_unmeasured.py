"""Starts of states that nothing measured are those from which a law follows a run."""

from collections.abc import Callable

import numpy as np
import pytest

from discovery.dynamics.simulate import simulate_or_fail
from discovery.dynamics.unmeasured import begun
from discovery.types import Law, Trajectory

TIMES = np.linspace(0.0, 30.0, 300)


@pytest.mark.parametrize(
    ("sides", "start", "usual"),
    [
        ({"x": "v", "v": "-4*x - 0.1*v"}, (1.0, -3.0), (0.0, 0.0)),
        ({"x": "v", "v": "-9*sin(x) - 0.1*v"}, (0.5, 7.0), (0.0, 0.0)),  # goes over the top
        ({"x": "w - x", "w": "-0.3*w"}, (0.2, 4.0), (0.0, 1.0)),
    ],
)
def test_a_run_tells_where_it_begins(
    law_of: Callable[..., Law], sides: dict[str, str], start: tuple[float, float], usual: tuple[float, float]
) -> None:
    """Velocities, over many oscillations, and other states; the first sample is taken as it was measured."""
    law = law_of(sides)
    states = simulate_or_fail(law, np.array(start), TIMES)
    states[:, 1] = np.nan
    states[40:60] = np.nan
    found = begun(law, Trajectory(TIMES, states, law.states), np.array(usual))
    np.testing.assert_allclose(start, found, rtol=1e-4)


@pytest.mark.parametrize("unit", [1e-8, 1e6])
def test_a_run_tells_where_it_begins_in_any_unit(law_of: Callable[..., Law], unit: float) -> None:
    """Also where the first guess of a velocity is near zero: differences are in units of its size."""
    law = law_of({"x": "v", "v": f"-x - {0.8 / unit**2!r}*x**3"})
    times = np.linspace(0.0, 12.0, 120)
    states = simulate_or_fail(law, unit * np.array([1.0, 0.7]), times)
    states[:, 1] = np.nan
    found = begun(law, Trajectory(times, states, law.states), np.array([unit, 0.0]))
    np.testing.assert_allclose(found / unit, [1.0, 0.7], rtol=1e-4)


def test_a_run_whose_states_are_measured_in_turn_tells_where_it_begins(law_of: Callable[..., Law]) -> None:
    """The state that the first sample lacks is fitted, and the one that it has is taken."""
    law = law_of({"x": "v", "v": "-x - 0.1*v"})
    states = simulate_or_fail(law, np.array([1.0, 0.7]), TIMES)
    states[::2, 1] = states[1::2, 0] = np.nan
    np.testing.assert_allclose([1.0, 0.7], begun(law, Trajectory(TIMES, states, law.states), np.zeros(2)), rtol=1e-4)


def test_what_was_measured_is_taken_as_it_is(law_of: Callable[..., Law]) -> None:
    """Nothing is fitted then."""
    run = Trajectory(TIMES, np.ones((300, 2)), ("x", "v"))
    np.testing.assert_array_equal([1.0, 1.0], begun(law_of({"x": "v", "v": "-x"}), run, np.zeros(2)))
