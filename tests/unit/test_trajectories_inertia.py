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


def several(rates: Callable[[float, np.ndarray], list[float]], start: list[float], names: list[str]) -> DataCheck:
    """The check of the first states, as many as have names, measured with 2 % of noise."""
    states = solve_ivp(rates, (0.0, 40.0), start, t_eval=np.arange(0.0, 40.0, 0.1), rtol=1e-6).y.T[:, : len(names)]
    noise = 0.02 * states.std(axis=0) * np.random.default_rng(1).normal(size=states.shape)
    return check(from_arrays(states + noise, np.arange(0.0, 40.0, 0.1), names=names))


def coupled(_: float, x: np.ndarray) -> list[float]:
    """Two pendula with a spring between them; angles, then their rates."""
    spring = 0.3 * (x[1] - x[0])
    return [x[2], x[3], -2.4 * np.sin(x[0]) - 0.02 * x[2] + spring, -2.4 * np.sin(x[1]) - 0.02 * x[3] - spring]


def test_positions_without_velocities_are_of_second_order() -> None:
    """Each has a sentence of its own, with functions that are not called as a column is."""
    checked = several(coupled, [0.9, 0.0, 0.0, 0.0], ["a", "f"])
    assert ("a'' = g(a, f, a', f')", "f'' = h(a, f, a', f')") == checked.laws
    assert "" == checked.law
    (alert,) = checked.alerts
    assert "Laws of first order, such as a' = f(a, f), leave much of how a and f change" in alert.text
    assert all(f'--law "{law}"' in alert.advice for law in checked.laws)


@pytest.mark.parametrize(
    ("rates", "start", "names"),
    [
        (coupled, [0.9, 0.0, 0.0, 0.0], ["a", "b", "va", "vb"]),
        (lambda _, x: [x[1], -2.4 * np.sin(x[0])], [2.8, 0.3], ["a", "v"]),
        (lambda _, x: [x[0] * (1 - x[1]), x[1] * (x[0] - 1)], [0.3, 0.5], ["prey", "hunter"]),
        (lambda _, x: [x[1], (1 - x[0] ** 2) * x[1] * 3 - x[0]], [0.3, 0.5], ["x", "y"]),
    ],
    ids=["velocities", "pendulum", "predators", "relaxation"],
)
def test_states_that_tell_how_they_go_on_are_of_first_order(
    rates: Callable[[float, np.ndarray], list[float]], start: list[float], names: list[str]
) -> None:
    """With measured velocities, or without inertia, nothing is said."""
    assert () == several(rates, start, names).laws


def thrown(speeds: list[tuple[float, float]], drag: float = 0.03) -> DataCheck:
    """Throws from one point, through air."""

    def flight(_: float, x: np.ndarray) -> list[float]:
        speed = np.hypot(x[2], x[3])
        return [x[2], x[3], -drag * speed * x[2], -9.81 - drag * speed * x[3]]

    times, rng = np.linspace(0.0, 2.0, 120), np.random.default_rng(2)
    starts = [[0.0, 1.5, *speed] for speed in speeds]
    runs = [solve_ivp(flight, (0.0, 2.0), start, t_eval=times, rtol=1e-8).y[:2].T for start in starts]
    return check(from_arrays([run + 0.01 * rng.normal(size=run.shape) for run in runs], times, names=["x", "y"]))


def test_runs_that_part_at_once_from_one_state_do_not_begin_alike() -> None:
    """Their velocities differ, which nobody measured; runs that stay together are told to begin elsewhere."""
    speeds = [(19.0, 16.0), (10.0, 15.0), (26.0, 15.0), (9.0, 20.0), (20.0, 20.0)]
    checked = thrown(speeds)
    assert ("x'' = f(x, y, x', y')", "y'' = g(x, y, x', y')") == checked.laws
    (alert,) = [one for one in checked.alerts if one.level == "caution"]
    assert "All runs begin at the same state and part at once; by one law x' = f(x, y) they never do." == alert.text
    assert alert.advice.endswith("or, if runs have constants of their own, --own auto.")
    few = thrown(speeds[:2], drag=0.0)
    assert (checked.laws, [alert.text]) == (
        few.laws,
        [one.text for one in few.alerts if one.subject in ("order", "starts")],
    )
    alike = thrown([speeds[0]] * 3)
    assert "All runs begin at the same state." in alike.notes_on(hidden=False)
    assert "All runs begin at the same state." not in alike.notes_on(hidden=True)
