"""Laws that were told in full: constants wherever they stand are found, from the data alone."""

import numpy as np
import pytest

from discovery.dynamics.evaluate import values
from discovery.dynamics.simulate import simulate
from discovery.symbolic.parse import parse
from discovery.types import Frame, Law, Trajectory
from pipelines.config import RunConfig
from pipelines.ode import discover_ode

T = np.linspace(0.0, 10.0, 120)


def run_of(rhs: str, start: float, noise: float) -> Trajectory:
    """A measured course of one state."""
    states = simulate(Law(("x",), (parse(rhs),), ()), np.array([start]), T)
    return Trajectory(T, states + noise * np.random.default_rng(0).normal(size=states.shape), ("x",))


@pytest.mark.parametrize(
    ("rhs", "sentence", "expected"),
    [
        ("0.8*x*(1 - x/50)", "x' = r*x*(1 - x/K)", {"r": 0.8, "K": 50.0}),
        ("-x/1.5", "x' = -x/tau", {"tau": 1.5}),
        ("0.5*x*log(50/x)", "x' = r*x*log(K/x)", {"r": 0.5, "K": 50.0}),
    ],
)
def test_constants_below_a_fraction_bar_are_found(rhs: str, sentence: str, expected: dict[str, float]) -> None:
    """A logistic law, a decay by its time, and Gompertz's law, as they stand in books."""
    config = RunConfig(laws=(sentence,), engines=("sindy",), smoother="kalman")
    found = discover_ode([run_of(rhs, 2.0, 0.02)], config)
    assert found.law is not None
    assert "found" == found.status
    told = dict(zip(found.law.told, found.law.constants, strict=False))
    assert expected == pytest.approx(told, rel=0.03)


def test_a_sum_that_a_map_keeps_tells_its_last_equation() -> None:
    """The next value of R is what S and I lose, and not minus their next values."""
    rows = [(0.95, 0.05, 0.0)]
    for _ in range(40):
        s, i, r = rows[-1]
        rows.append((s - 0.6 * s * i, i + 0.6 * s * i - 0.2 * i, r + 0.2 * i))
    run = Trajectory(np.arange(41.0), np.array(rows), ("S", "I", "R"))
    config = RunConfig(laws=("S + I + R = const",), engines=("sindy", "structured"), map=True)
    found = discover_ode([run], config)
    assert found.law is not None
    after = values(list(found.law.equations.values()), found.law.states, np.array(rows[5:6]))[0]
    np.testing.assert_allclose(rows[6], after, rtol=1e-6)
    assert not [one for one in found.verdict.findings if one.level == "bad"]


def test_an_input_may_rest_in_one_run() -> None:
    """A control experiment beside one that is driven."""
    side = parse("u - x")
    runs: list[Trajectory] = []
    for label, drive in (("driven", np.sin(1.3 * T)), ("control", np.zeros_like(T))):
        frame = Frame(("x",), (side,), inputs=("u",))
        run = Trajectory(T, np.zeros((len(T), 1)), ("x",), label, drive[:, None])
        states = simulate(Law(("x",), (side,), (), frame=frame), np.array([1.0]), T, drive=run.drive)
        noisy = states + 0.005 * np.random.default_rng(1).normal(size=states.shape)
        runs.append(Trajectory(T, noisy, ("x",), label, drive[:, None]))
    found = discover_ode(runs, RunConfig(engines=("sindy", "structured"), smoother="kalman"))
    assert found.law is not None
    assert 1 == len(found.law.inputs)
    assert {"x", *found.law.inputs} == {str(one) for one in found.law.equations["x"].free_symbols}


def test_a_fast_drive_of_a_long_record_is_found() -> None:
    """More samples than are looked at: even steps between those would fold the frequency."""
    times = np.linspace(0.0, 40.0, 2000)
    exact = Law(("x",), (parse("3*cos(20*t) - 0.5*x"),), ())
    states = simulate(exact, np.array([1.0]), times)
    noisy = states + 0.002 * np.random.default_rng(0).normal(size=states.shape)
    config = RunConfig(laws=("x' = -k*x + a*cos(w*t) + b*sin(w*t)",), engines=("sindy",), smoother="kalman")
    found = discover_ode([Trajectory(times, noisy, ("x",))], config)
    assert found.law is not None
    told = dict(zip(found.law.told, found.law.constants, strict=False))
    assert abs(told["w"]) == pytest.approx(20.0, rel=1e-3)


@pytest.mark.parametrize("seed", [2, 4])
def test_what_is_said_of_a_told_law_is_of_the_fit_that_is_shown(seed: int) -> None:
    """Its valley bends for hundreds of steps; misfit and verdict were those of a corner that the fit came out of."""
    times = np.concatenate([np.arange(0.0, 50.0, 2.0), np.arange(50.0, 400.0, 10.0)])
    levels = simulate(Law(("n",), (parse("-0.0066*n - 0.0707*n**2"),), ()), np.array([4.3]), times)
    noise = 0.01 * np.random.default_rng(seed).normal(size=levels.shape)
    config = RunConfig(laws=("n' = -k*n - g*n^p", "p ~ 2 +- 0.3"), smoother="gaussian_process")
    found = discover_ode([Trajectory(times, levels + noise, ("n",))], config)
    assert found.law is not None
    assert "found" == found.status
    assert {"k": 0.0066, "g": 0.0707, "p": 2.0} == pytest.approx(
        dict(zip(found.law.told, found.law.constants, strict=True)), rel=0.3
    )
    assert 0.6 < found.ranking.front[0].misfit < 1.6
