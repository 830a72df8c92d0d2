"""Laws that inputs drive: followed along a course, and fitted with it."""

from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.shooting import fit
from discovery.dynamics.simulate import simulate
from discovery.dynamics.windows import cut
from discovery.errors import SimulationError
from discovery.laws import Frame, Law, Told, told_symbol
from discovery.samples import symbol
from discovery.types import Drive, NoiseModel, SmoothedTrajectory, Trajectory

X, U = symbol("x"), symbol("u")
FRAME = Frame(("x",), (-told_symbol("a") * X + told_symbol("b") * U,), (), (Told("a"), Told("b")), ("u",))
T = np.linspace(0.0, 4.0, 81)


def law(a: float, b: float) -> Law:
    """x' = -a x + b u."""
    return FRAME.law((), (a, b))


def test_a_ramp_is_followed_exactly() -> None:
    """x' = -x + t has x = t - 1 + 2 exp(-t) from 1; a ramp is what is interpolated between any samples."""
    drive = Drive(np.array([0.0, 4.0]), np.array([[0.0], [4.0]]))
    found = simulate(law(1.0, 1.0), np.array([1.0]), T, drive=drive)
    np.testing.assert_allclose(T - 1.0 + 2.0 * np.exp(-T), found[:, 0], rtol=1e-7)


def test_a_held_input_jumps() -> None:
    """x' = u with u = 1 from t = 2 on."""
    drive = Drive(np.array([0.0, 2.0]), np.array([[0.0], [1.0]]), held=(True,))
    found = simulate(law(0.0, 1.0), np.array([0.0]), T, drive=drive)
    np.testing.assert_allclose(np.maximum(T - 2.0, 0.0), found[:, 0], atol=3e-3)  # within the ramp half a jump


def test_an_input_beside_one_that_is_held_stays_a_line() -> None:
    """x' = u - x with u the sum of a jump at t = 2 and a ramp."""
    frame = Frame(("x",), (U + symbol("w") - symbol("x"),), inputs=("u", "w"))
    times = np.linspace(0.0, 4.0, 9)
    drive = Drive(times, np.column_stack([np.where(times < 2.0, 0.0, 1.0), times]), (True, False))
    found = simulate(frame.law((), ()), np.array([1.0]), T, drive=drive)
    exact = T - 1.0 + 2.0 * np.exp(-T) + np.where(T > 2.0, 1.0 - np.exp(2.0 - T), 0.0)
    np.testing.assert_allclose(exact, found[:, 0], atol=3e-3)
    before = T < 1.9  # but for the hundredth about each sample, where the line is cut short
    np.testing.assert_allclose(exact[before], found[before, 0], atol=1e-4)


def test_a_law_with_inputs_cannot_be_followed_without() -> None:
    """The message names them."""
    with pytest.raises(SimulationError, match="driven by u, which is not given"):
        simulate(law(1.0, 1.0), np.array([1.0]), T)


def _windows(frame_law: Law, held: bool = False):
    drive = np.sin(3.0 * T)[:, None]
    states = simulate(frame_law, np.array([0.5]), T, drive=Drive(T, drive, (held,)))
    run = Trajectory(T, states, ("x",), inputs=drive, held=(held,))
    small = np.full(states.shape, 1e-3)
    curve = SmoothedTrajectory(T, states, np.zeros_like(states), small, small, ("x",))
    return cut([run], [curve], NoiseModel("additive", np.array([1e-3]), np.array([1e-3])), 20)


@pytest.mark.parametrize("held", [False, True])
def test_constants_are_fitted_in_all_windows(held: bool) -> None:
    """Each window knows the inputs of its own samples."""
    found = fit(law(1.0, 1.0), _windows(law(0.7, 2.5), held))
    assert found is not None
    assert [0.7, 2.5] == pytest.approx(found.law.constants, rel=2e-3)


def test_bounds_are_kept_and_beliefs_pull() -> None:
    """A bound stops a constant short; a sharp belief holds it."""
    windows = _windows(law(0.7, 2.5))
    bounded = Frame(FRAME.states, FRAME.templates, (), (Told("a", low=1.0), Told("b")), ("u",))
    found = fit(bounded.law((), (1.5, 1.0)), windows)
    assert found is not None
    assert 1.0 <= found.law.constants[0] < 1.1
    sure = Frame(FRAME.states, FRAME.templates, (), (Told("a", mean=1.5, deviation=1e-6), Told("b")), ("u",))
    found = fit(sure.law((), (1.4, 1.0)), windows)
    assert found is not None
    assert 1.5 == pytest.approx(found.law.constants[0], abs=1e-4)


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("rtol", [1e-8, 1e-3])
def test_no_step_passes_over_a_pulse(held: bool, rtol: float) -> None:
    """At rest the error of a step is zero, and steps grow; x' = u keeps the area of what it has seen."""
    times = np.arange(0.0, 100.5, 0.5)
    for begin in range(5, 95, 6):
        pulse = np.where((times >= begin) & (times < begin + 1), 1.0, 0.0)[:, None]
        found = simulate(law(0.0, 1.0), np.array([0.0]), times, drive=Drive(times, pulse, (held,)), rtol=rtol)
        assert found[-1, 0] == pytest.approx(1.0, abs=0.03)


def test_inputs_are_held_over_a_gap_between_dense_samples() -> None:
    """The ramp of a jump is a share of the shorter step beside it."""
    times = np.r_[np.arange(10.0), np.arange(1000.0, 1020.0)]
    found = simulate(law(0.0, 1.0), np.array([0.0]), times, drive=Drive(times, np.ones((30, 1)), held=(True,)))
    np.testing.assert_allclose(times, found[:, 0], rtol=1e-6)


def test_the_inputs_of_a_map_are_read_at_its_times() -> None:
    """Nothing is between them, so that nothing is held; x[n+1] = u[n]."""
    times, drive = np.arange(6.0), np.array([0.0, 0.0, 10.0, 10.0, 10.0, 0.0])[:, None]
    run = Trajectory(times, np.zeros((6, 1)), ("x",), inputs=drive, held=(True,), discrete=True)
    step = Frame(("x",), (U,), inputs=("u",)).law((), ())
    found = simulate(replace(step, discrete=True), np.array([0.0]), times, drive=run.drive)
    np.testing.assert_allclose([0.0, 0.0, 0.0, 10.0, 10.0, 10.0], found[:, 0])


def test_coarse_samples_of_a_smooth_input_drive_as_its_course_does() -> None:
    """A relaxing state that follows a sine of ten samples a period, against its closed form."""
    frame = Frame(("x",), (symbol("u") - symbol("x"),), inputs=("u",))
    times = np.arange(0.0, 60.0, 0.2 * np.pi)
    wave = np.sin(times)[:, None]
    exact = 0.5 * (np.sin(times) - np.cos(times) + np.exp(-times))
    off = [
        np.abs(simulate(frame.law((), ()), np.array([0.0]), times, drive=drive)[:, 0] - exact)[5:-5].max()
        for drive in (Drive(times, wave), Drive.of_samples(times, wave, ()))
    ]
    assert off[1] < 0.1 * off[0]


def test_steps_end_where_an_input_turns() -> None:
    """A ramp with turns of a few per cent of its range, against the closed form of each straight piece."""
    times = np.arange(0.0, 170.0)
    wave = (np.linspace(0.0, 5.0, 170) + 0.1 * np.random.default_rng(0).standard_normal(170))[:, None]
    exact = [0.0]
    for now, later in zip(wave[:-1, 0], wave[1:, 0], strict=True):  # with x' = 0.2 (u - x), x - u + 5 u' fades
        exact.append(later - 5.0 * (later - now) + (exact[-1] - now + 5.0 * (later - now)) * np.exp(-0.2))
    found = simulate(law(0.2, 0.2), np.array([0.0]), times, drive=Drive(times, wave), rtol=1e-6)
    np.testing.assert_allclose(found[:, 0], exact, atol=2e-5)
