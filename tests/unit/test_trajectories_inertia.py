"""Inertia of a driven state: what turns as its input says has none, what turns by itself has."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.checks import DataCheck, check
from discovery.trajectories.inertia import inertial

TIMES = np.arange(0.0, 60.0, 0.1)
Course = Callable[[float], float]


def sine(time: float) -> float:
    """One frequency."""
    return float(np.sin(1.3 * time))


def sines(time: float) -> float:
    """Two frequencies."""
    return float(np.sin(0.7 * time) + 0.8 * np.sin(1.9 * time + 1.0))


def switch(time: float) -> float:
    """On and off."""
    return float(np.sin(0.8 * time) > 0.0)


def moved(rates: Callable[[list[float], float], list[float]], start: list[float], drive: Course) -> DataCheck:
    """The check of the first state, measured with 2 % of noise, and of what drives it."""
    solution = solve_ivp(lambda t, x: rates(x, drive(t)), (0.0, 60.0), start, t_eval=TIMES, rtol=1e-6, max_step=0.1)
    noise = 0.02 * np.std(solution.y[0]) * np.random.default_rng(0).normal(size=len(TIMES))
    inputs = np.array([drive(time) for time in TIMES])[:, None]
    return check(from_arrays((solution.y[0] + noise)[:, None], TIMES, inputs=inputs))


def tank(x: list[float], u: float) -> list[float]:
    """Filled by a pump, drained by its depth."""
    return [u - 0.6 * max(x[0], 0.0) ** 0.5]


def lag(x: list[float], u: float) -> list[float]:
    """What follows its input, late."""
    return [u - 0.5 * x[0]]


def pendulum(x: list[float], u: float) -> list[float]:
    """Swinging, with a torque."""
    return [x[1], -4.0 * np.sin(x[0]) - 0.1 * x[1] + 0.5 * u]


@pytest.mark.parametrize(("rates", "drive"), [(tank, switch), (lag, sine), (lag, sines), (lag, switch)])
def test_what_turns_as_its_input_says_is_of_first_order(
    rates: Callable[[list[float], float], list[float]], drive: Course
) -> None:
    """It turns often, yet nothing is said of a second order."""
    checked = moved(rates, [0.5], drive)
    assert checked.facts.states[0].clear_turns > 10
    assert ("", ()) == (checked.law, checked.alerts)


@pytest.mark.parametrize("drive", [sine, sines, switch])
def test_a_driven_pendulum_is_of_second_order(drive: Course) -> None:
    """The sentence has what drives it; more inputs may drive it, too."""
    checked = moved(pendulum, [1.5, 0.0], drive)
    (alert,) = [one for one in checked.alerts if one.subject == "order"]
    assert "x0'' = f(x0, x0', u0)" == checked.law
    assert "u0 does not explain that by a law x0' = f(x0, u0)." in alert.text
    assert checked.law in alert.advice
    assert "what else drives it" in alert.advice


def test_too_short_a_record_says_nothing_of_inertia() -> None:
    """Nor does a state of no known period, nor one of unknown noise."""
    runs = from_arrays(np.sin(TIMES)[:, None], TIMES, inputs=np.cos(2.3 * TIMES)[:, None]).trajectories
    short = from_arrays(np.sin(TIMES[:25])[:, None], TIMES[:25], inputs=np.cos(2.3 * TIMES[:25])[:, None]).trajectories
    assert inertial(runs, 0.0, 2.0 * np.pi)
    assert [False, False, False] == [
        inertial(short, 0.0, 2.0 * np.pi), inertial(runs, 0.0, np.nan), inertial(runs, np.nan, 2.0 * np.pi)
    ]  # fmt: skip
