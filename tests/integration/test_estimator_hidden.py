"""Laws with states that no column has, by the scikit-learn face."""

import numpy as np
import pandas as pd
import pytest

from discovery import EquationDiscovery
from discovery.errors import DataError

TIMES = np.linspace(0.0, 10.0, 120)


def _swing(start: float, speed: float) -> pd.DataFrame:
    """x'' = -4 x - 0.2 x'."""
    pace = np.sqrt(4.0 - 0.01)
    wave = start * np.cos(pace * TIMES) + (speed + 0.1 * start) / pace * np.sin(pace * TIMES)
    noise = 0.002 * np.random.default_rng(1).standard_normal(len(TIMES))
    return pd.DataFrame({"t": TIMES, "x [m]": np.exp(-0.1 * TIMES) * wave + noise})


@pytest.fixture(scope="module")
def spring() -> EquationDiscovery:
    """Fitted to positions alone."""
    return EquationDiscovery(laws=["x'' = -k*x - c*x'"], smoother="gaussian_process").fit(_swing(1.0, 0.0), "t")


def test_a_start_of_all_states_is_simulated(spring: EquationDiscovery) -> None:
    """By name or in the order of the law's states; a start without the velocity is refused with its name."""
    table = spring.simulate({"x": 0.5, "x'": 1.0}, TIMES)
    np.testing.assert_allclose(table["x [m]"], _swing(0.5, 1.0)["x [m]"], atol=0.02)
    assert list(spring.result_.headers.values()) == list(table.columns)
    np.testing.assert_array_equal(table, spring.simulate([0.5, 1.0], TIMES))
    with pytest.raises(DataError, match=r"x0 has no value of \"x'"):
        spring.simulate({"x": 0.5}, TIMES)
    with pytest.raises(DataError, match=r"the states are x \[m\], x'\. Give a number for each"):
        spring.simulate([0.5], TIMES)


def test_other_runs_are_scored(spring: EquationDiscovery) -> None:
    """Each begins with the velocity that it has; a law is the worse for another motion."""
    runs = [_swing(0.5, 1.0), _swing(-1.0, -2.0)]
    assert spring.score(runs, "t") > 0.999
    assert spring.score(runs[0][["x [m]"]].to_numpy(), TIMES) > 0.999
    faster = runs[0].assign(t=TIMES * 0.7)
    assert spring.score(faster, "t") < 0.9


def test_derivatives_need_all_states(spring: EquationDiscovery) -> None:
    """At points that have them; columns of the data alone do not."""
    points = pd.DataFrame({"x [m]": [1.0], "x'": [0.5]})
    slopes = spring.predict(points)
    assert slopes.to_numpy()[0] == pytest.approx([0.5, -4.1], rel=0.01)
    with pytest.raises(DataError, match=r"X has no column \"x'"):
        spring.predict(_swing(1.0, 0.0))
