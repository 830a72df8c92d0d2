"""Maps: states are applied, with exact derivatives, by the same functions that follow laws of motion."""

import numpy as np
import pytest

from discovery.dynamics.interpreter import linearise, workspace
from discovery.dynamics.iterate import iterate
from discovery.dynamics.shooting import fit
from discovery.dynamics.simulate import simulate
from discovery.dynamics.tape import tape_of
from discovery.dynamics.windows import cut
from discovery.laws import Law
from discovery.samples import Trajectory
from discovery.smoothing.successive import successive
from discovery.symbolic.parse import parse

HENON = Law(("x", "y"), (parse("1 - c0*x**2 + y"), parse("c1*x")), (1.4, 0.3), discrete=True)


def henon(count: int) -> np.ndarray:
    """States of Hénon's map, by its definition."""
    states = np.zeros((count, 2))
    for i in range(1, count):
        x, y = states[i - 1]
        states[i] = 1 - 1.4 * x**2 + y, 0.3 * x
    return states


def test_a_map_is_applied_as_often_as_times_say() -> None:
    """Also from another time than zero, and over gaps."""
    times = np.array([5.0, 6.0, 9.0])
    assert simulate(HENON, np.zeros(2), times) == pytest.approx(henon(5)[[0, 1, 4]], abs=1e-14)


def test_a_map_that_leaves_its_bounds_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows after that are not known."""
    monkeypatch.setattr("discovery.dynamics.simulate.BOUND", 100.0)
    doubling = Law(("x",), (parse("2*x"),), (), discrete=True)
    states = simulate(doubling, np.ones(1), np.arange(20.0))
    assert 7 == np.isfinite(states).sum()


def test_constants_of_a_map_are_fitted_through_its_iterates() -> None:
    """From noisy samples, in windows whose starts are free."""
    noise = 0.01 * np.random.default_rng(0).standard_normal((120, 2))
    run = Trajectory(np.arange(120.0), henon(120) + noise, ("x", "y"), discrete=True)
    smoothing = successive([run])
    windows = cut([run], smoothing.trajectories, smoothing.noise, 4)
    fitted = fit(HENON.with_constants((1.3, 0.35)), windows)
    assert fitted is not None
    assert fitted.law.discrete
    assert fitted.law.constants == pytest.approx((1.4, 0.3), rel=0.01)


def test_a_fitted_law_is_a_map_where_the_samples_are_of_one() -> None:
    """Whatever the candidate says: engines know nothing of it."""
    run = Trajectory(np.arange(20.0), henon(20), ("x", "y"), discrete=True)
    smoothing = successive([run])
    windows = cut([run], smoothing.trajectories, smoothing.noise, 4)
    fitted = fit(Law(HENON.states, HENON.skeletons, HENON.constants), windows)
    assert fitted is not None
    assert fitted.law.discrete


@pytest.mark.parametrize("gap", [60, 600, 30_000])
def test_maps_are_fitted_across_long_gaps(gap: int) -> None:
    """A gap takes as many applications as it is long, more than integration steps are allowed."""
    law = Law(("x",), (parse("c0*x*(1 - x)"),), (2.8,), discrete=True)
    times = np.r_[np.arange(20.0), gap + np.arange(20.0)]
    exact = simulate(law, np.array([0.1]), times)
    run = Trajectory(times, exact, ("x",), discrete=True)
    smoothing = successive([run])
    windows = cut([run], smoothing.trajectories, smoothing.noise, 1000)
    fitted = fit(law.with_constants((2.7,)), windows)
    assert fitted is not None
    assert fitted.law.constants == pytest.approx((2.8,), rel=1e-3)
    followed = simulate(law, np.array([0.1]), times, max_steps=10)
    np.testing.assert_array_equal(followed, exact)


def test_a_map_is_not_applied_for_ever() -> None:
    """A time beyond a million applications is not reached, and nothing waits for it."""
    law = Law(("x",), (parse("-x"),), (), discrete=True)
    states = simulate(law, np.array([1.0]), np.array([0.0, 1e6, 1e15]))
    np.testing.assert_array_equal(states[:, 0], [1.0, 1.0, np.nan])


def test_derivatives_go_on_after_a_root_of_zero() -> None:
    """From 0, where the slope by the start alone is infinite; after two steps they are sqrt(3) and 1 + 1/sqrt(3)."""
    law = Law(("x",), (parse("c0*sqrt(x) + c1"),), (2.0, 3.0), discrete=True)
    tape, out = tape_of(law), np.empty((3, 1, 4))
    constants, bound = np.array(law.constants), np.full(1, 1e6)
    assert 3 == iterate(
        tape.code, tape.outputs, tape.registers, constants, np.zeros(1), np.arange(3.0), 4, bound, out
    )  # fmt: skip
    assert [np.inf, *np.sqrt([3.0]), 1.0 + 1.0 / np.sqrt(3.0)] == pytest.approx(out[2, 0, 1:].tolist())


def test_a_law_without_instructions_has_derivatives() -> None:
    """Three states that all follow the first: nothing is computed, and nothing is read from beyond what there is."""
    law = Law(("x", "y", "z"), (parse("x"),) * 3, ())
    tape = tape_of(law)
    assert 0 == len(tape.code)
    work = workspace(tape.code, tape.outputs, 3, 1)
    assert 3 <= len(work[1])
    assert not linearise(tape.code, tape.outputs, 3, tape.registers.copy(), *work)
    assert [[1.0, 0.0, 0.0]] * 3 == work[2].tolist()
