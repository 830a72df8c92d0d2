"""Columns that are nearly the derivatives of others."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.checks import check

TIMES = np.linspace(0.0, 100.0, 1000)


def said_of(rest: float, noise: float) -> list[str]:
    """What is said of x and v, the mean-field model of a wake: x' = v + rest (1 - 10 A) x, A following x^2 + v^2."""

    def wake(_: float, y: np.ndarray) -> list[float]:
        growth = 0.1 - y[2]
        return [y[1] + 10.0 * rest * growth * y[0], growth * y[1] - y[0], y[0] ** 2 + y[1] ** 2 - y[2]]

    states = solve_ivp(wake, (0.0, 100.0), [0.01, 0.0, 0.0], t_eval=TIMES, rtol=1e-9, atol=1e-12).y.T
    noisy = states + noise * states.std(axis=0) * np.random.default_rng(0).normal(size=states.shape)
    checked = check(from_arrays(noisy, TIMES, names=["x", "v", "A"]))
    return [f"{one.text} {one.advice}" for one in checked.alerts if one.subject == "velocity"]


@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_growth_that_noise_hides_in_single_steps_is_left_to_the_search(noise: float) -> None:
    """A wake grows and saturates; where nothing is left, the equation needs no search."""
    assert said_of(0.1, noise) == [
        "v is nearly the derivative of x, but more than noise is left. The search looks for what else changes it."
    ]
    assert said_of(0.0, noise) == ["v is the derivative of x. That equation needs no search."]
