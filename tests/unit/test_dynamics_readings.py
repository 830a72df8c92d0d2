"""Algebraic states: read off the others at the times that are wanted, and fitted with them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.interpreter import with_table
from discovery.dynamics.readings import read_off
from discovery.dynamics.runge_kutta import propagate
from discovery.dynamics.shooting import fit
from discovery.dynamics.simulate import simulate
from discovery.dynamics.tape import tape_of
from discovery.dynamics.windows import cut
from discovery.laws import Frame, Law, Told, told_symbol
from discovery.samples import symbol
from discovery.types import Drive, NoiseModel, SmoothedTrajectory, Trajectory

NAMES = ("E", "R", "k", "g")
E, R, K, G = map(told_symbol, NAMES)
V, X, U = map(symbol, ("V", "x", "u"))
# A voltage that an input shifts at once, V = E - R u - x, and x that answers it in time.
FRAME = Frame(("V", "x"), (E - R * U - X, G * U - K * X), (), tuple(map(Told, NAMES)), ("u",), (), ("V",))
VALUES = (3.7, 0.5, 0.3, 0.2)
T = np.linspace(0.0, 20.0, 81)
DRIVE = Drive(T, ((T // 5.0) % 2.0)[:, None], (True,))


def test_an_algebraic_state_follows_the_input_at_once() -> None:
    """At a row with a new value of a held input it has that value, whatever was said of its start."""
    found = simulate(FRAME.law((), VALUES), np.array([np.nan, 0.0]), T, drive=DRIVE)
    exact = 3.7 - 0.5 * DRIVE.values[:, 0] - found[:, 1]
    np.testing.assert_allclose(exact, found[:, 0], rtol=1e-12)
    assert found[20, 0] == pytest.approx(3.2, abs=2e-3)  # the sample of the switch, before x could answer


def _columns(law: Law, start: list[float]) -> np.ndarray:
    """States with their sensitivities to the start and the constants."""
    tape, constants = tape_of(law), np.array(law.constants)
    table = with_table(np.array(tape.registers), tape.header, T, DRIVE.values, np.array([True]))
    out = np.empty((len(T), 2, 1 + 2 + len(constants)))
    reached = propagate(
        tape.code, tape.outputs, table, constants, np.array(start), T, out.shape[2], 1e-10, np.full(2, 1e-12),
        np.full(2, 1e6), 100_000, out,
    )  # fmt: skip
    assert len(T) == reached
    read_off(tape.readings.program, constants, T, DRIVE.values, out)
    return out


@pytest.mark.parametrize("place", range(len(VALUES)))
def test_sensitivities_of_an_algebraic_state_are_those_of_differences(place: int) -> None:
    """By each constant: its own, and what comes by way of the states; its own start does not matter."""
    law = FRAME.law((), VALUES)
    out = _columns(law, [1.0, 0.4])
    step = 1e-5
    high, low = (
        _columns(law.with_constants(tuple(v + sign * step * (i == place) for i, v in enumerate(VALUES))), [1.0, 0.4])
        for sign in (1.0, -1.0)
    )
    np.testing.assert_allclose((high - low)[:, :, 0] / (2.0 * step), out[:, :, 3 + place], atol=1e-5)
    assert not out[:, 0, 1].any()
    np.testing.assert_allclose(-np.exp(-0.3 * T), out[:, 0, 2], atol=1e-7)


def _measured(noise: float, seed: int = 0) -> tuple[Trajectory, SmoothedTrajectory]:
    """The voltage alone with noise, and curves to begin with: x is not known at all."""
    states = simulate(FRAME.law((), VALUES), np.array([0.0, 0.4]), T, drive=DRIVE)
    seen = states + noise * np.random.default_rng(seed).normal(size=states.shape) * [1.0, np.nan]
    none = np.zeros_like(states)
    curve = SmoothedTrajectory(T, np.column_stack([seen[:, 0], 0.2 + none[:, 1]]), none, none, none, FRAME.states)
    return Trajectory(T, seen, FRAME.states, inputs=DRIVE.values, held=(True,)), curve


def test_constants_of_an_algebraic_state_are_fitted() -> None:
    """Chi-squared is that of the noise, by constants and starts of the states that have derivatives alone."""
    run, curve = _measured(0.003)
    noise = NoiseModel("additive", np.array([0.003, 1.0]), np.zeros(2))
    windows = cut([run], [curve], noise, len(T))
    found = fit(FRAME.law((), (3.0, 0.1, 1.0, 0.5)), windows)
    assert found is not None
    np.testing.assert_allclose(VALUES, found.law.constants, rtol=0.05)
    assert 5 == found.fitted
    assert 0.7 < found.reduced < 1.4


def test_the_law_of_what_moves_has_no_algebraic_state() -> None:
    """Nor do numbers written in lose which state is algebraic."""
    law = FRAME.law((), VALUES)
    assert (("x",), (law.skeletons[1],)) == (law.moving.states, law.moving.skeletons)
    assert ("V",) == law.numeric.algebraic == replace(law, constants=(1.0,) * 4).algebraic
    assert not law.autonomous
    assert ("V", "x'") == (law.left("V"), law.left("x"))


def test_a_reading_without_a_value_ends_a_simulation() -> None:
    """The root of what is negative, where the states themselves go on."""
    frame = Frame(("y", "x"), (X**0.5, -symbol("x") - 1), algebraic=("y",))
    found = simulate(frame.law((), ()), np.array([0.0, 1.0]), T)
    assert np.isfinite(found[0]).all()
    assert np.isnan(found[-1, 0])


def test_implicit_steps_are_read_off_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stiff law is fitted with its algebraic state: the first explicit steps give up."""
    from discovery.dynamics import shooting

    done: list[int] = []
    explicit: Callable[..., int] = shooting.assemble

    def given_up(*given: object) -> int:
        done.append(explicit(*given))
        return done[-1]

    monkeypatch.setattr(shooting, "assemble", given_up)
    times = np.linspace(0.0, 10.0, 60)
    frame = Frame(
        ("y", "x", "z"),
        (2.0 * symbol("z") + K, 1e4 * (symbol("z") - X), -symbol("z")),
        (),
        (Told("k"),),
        algebraic=("y",),
    )
    states = simulate(frame.law((), (0.5,)), np.array([0.0, 1.0, 1.0]), times)
    none = np.zeros_like(states)
    run, curve = (
        Trajectory(times, states, frame.states),
        SmoothedTrajectory(times, states, none, none, none, frame.states),
    )
    found = fit(frame.law((), (0.1,)), cut([run], [curve], NoiseModel("additive", np.full(3, 1e-2), np.zeros(3)), 60))
    assert found is not None
    assert -1 == done[0]
    assert (0.5,) == pytest.approx(found.law.constants, rel=1e-4)
