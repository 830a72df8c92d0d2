"""Equations of motion as textbooks and Lagrange's formalism write them, from positions alone."""

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import solve_ivp

from discovery.trajectories.arrays import from_arrays
from pipelines.config import read
from pipelines.ode import discover_ode


def test_a_spring_has_only_ratios_of_its_constants() -> None:
    """That is said, with what to do; no other set of constants is named, of which there is a whole line."""
    times = np.linspace(0.0, 10.0, 150)
    course = np.exp(-0.2 * times) * np.cos(2.4 * times) + 0.01 * np.random.default_rng(0).standard_normal(times.size)
    data = from_arrays(course[:, None], times, names=("x",))
    result = discover_ode(data, read("quick").changed(laws=("m*x'' + c*x' + k*x = 0",)))
    assert result.law is not None
    assert result.advice is not None
    values = dict(zip(result.law.told, result.law.constants, strict=True))
    assert 0.4 == pytest.approx(values["c"] / values["m"], rel=0.03)
    assert 5.8 == pytest.approx(values["k"] / values["m"], rel=0.03)
    (loose,) = result.advice.loose
    assert "are in the law. Tell the value of one of them." in loose.text
    assert not [one.text for one in result.verdict.findings if "data cannot tell which is meant" in one.text]


def test_a_pole_on_a_cart_is_found_by_two_equations_with_both_accelerations() -> None:
    """Neither velocity was measured; masses, length and friction come out within half a per cent."""
    heavy, light, length, friction = 1.0, 0.2, 0.5, 0.3

    def push(t: float | np.ndarray) -> float | np.ndarray:
        return 2.0 * np.sin(1.3 * t) + np.sin(3.1 * t + 1.0)

    def rate(t: float, state: np.ndarray) -> list[float]:
        _, angle, speed, turning = state
        masses = [[heavy + light, light * length * np.cos(angle)], [np.cos(angle), length]]
        forces = [push(t) - friction * speed + light * length * turning**2 * np.sin(angle), -9.81 * np.sin(angle)]
        return [speed, turning, *np.linalg.solve(masses, forces)]

    times = np.linspace(0.0, 8.0, 300)
    states = solve_ivp(rate, (0.0, 8.0), [0.0, 1.0, 0.0, 0.0], t_eval=times, rtol=1e-9, atol=1e-9).y[:2].T
    states = states + [0.002, 0.005] * np.random.default_rng(0).standard_normal(states.shape)
    data = from_arrays(states, times, names=("x", "theta"), inputs=pd.DataFrame({"F": push(times)}))
    laws = (
        "(M+m)*x'' + m*l*theta''*cos(theta) - m*l*theta'^2*sin(theta) + b*x' = F",
        "l*theta'' + x''*cos(theta) + g*sin(theta) = 0",
        "g = 9.81",
    )
    result = discover_ode(data, read("quick").changed(laws=laws))
    assert result.law is not None
    assert "found" == result.status
    values = dict(zip(result.law.told, result.law.constants, strict=True))
    truth = {"M": heavy, "m": light, "l": length, "b": friction}
    assert truth == pytest.approx({name: values[name] for name in truth}, rel=0.005)
