"""Laws with signs: followed across jumps, and along them where a block sticks."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.interpreter import linearise, workspace
from discovery.dynamics.ramps import STEEP, ramped
from discovery.dynamics.shooting import fit
from discovery.dynamics.simulate import simulate_or_fail
from discovery.dynamics.tape import tape_of
from discovery.dynamics.windows import cut
from discovery.laws import Frame
from discovery.types import DiscoveryProblem, Drive, Law

# A block on a spring under dry friction: each half swing ends 2 mu/k nearer to the middle, the last within mu/k of it.
BLOCK, STIFFNESS, FRICTION = {"x": "v", "v": "-c0*x - c1*sign(v)"}, 100.0, 800.0
NONE = np.empty(0)


def test_a_law_without_signs_keeps_its_registers(law_of: Callable[..., Law]) -> None:
    """They are the very same."""
    tape = tape_of(law_of({"x": "Abs(x)"}))
    assert tape.registers is ramped(tape, tape.registers, NONE, np.ones((1, 1)), np.ones(1), 0.0)


def test_a_ramp_is_as_wide_as_its_argument_is_large(law_of: Callable[..., Law]) -> None:
    """A share of the 3 that x - 3 has, as x goes further; inside it rises by its slope, outside it is 1 or -1."""
    tape = tape_of(law_of({"x": "sign(x - 3)"}))
    registers = ramped(tape, np.array(tape.registers), NONE, np.array([[5.0]]), np.array([4.0]), 0.0)
    partials, adjoint, jacobian = workspace(tape.code, tape.outputs, 1, 2)
    found = []
    for share in (-2.0, -0.5, 0.0, 0.5, 2.0):
        registers[0] = 3.0 + share * 3.0 * STEEP
        assert not linearise(tape.code, tape.outputs, 1, registers, partials, adjoint, jacobian)
        found.append((registers[tape.outputs[0]], jacobian[0, 0]))
    slope = 1.0 / (3.0 * STEEP)
    expected = [(-1.0, 0.0), (-0.5, slope), (0.0, slope), (0.5, slope), (1.0, 0.0)]
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


def test_an_argument_that_is_not_defined_has_no_ramp(law_of: Callable[..., Law]) -> None:
    """Its sign stays as it is."""
    tape = tape_of(law_of({"x": "sign(log(x))"}))
    registers = ramped(tape, np.array(tape.registers), NONE, np.array([[-5.0]]), np.ones(1), 0.0)
    np.testing.assert_array_equal(tape.registers, registers)


@pytest.mark.parametrize(
    ("text", "start", "rest"),
    [
        ("-x - sign(exp(x) - 5)", 10.0, 1.0),
        ("-0.1*x - 0.05*sign(x**3 - 1)", 50.0, 0.5),
        ("-0.1*x - 0.05*sign(x**2 - 1)", 1000.0, 0.5),
        ("-0.1*x - 0.05*sign(x - 1)", 1e6, 0.5),
    ],
)
def test_a_state_that_falls_far_crosses_where_it_should(
    text: str, start: float, rest: float, law_of: Callable[..., Law]
) -> None:
    """What an argument has at the start says little of what it has at the jump if it bends, or has an offset."""
    states = simulate_or_fail(law_of({"x": text}), np.array([start]), np.linspace(0.0, 300.0, 11))
    np.testing.assert_allclose(states[-1], [rest], rtol=2e-2)


@pytest.mark.parametrize(("start", "rest"), [(77.0, 3.0), (-77.0, -3.0), (5.0, 5.0)])
def test_a_block_comes_to_rest_where_friction_holds_it(start: float, rest: float, law_of: Callable[..., Law]) -> None:
    """From 77 by way of -61, 45, -29 and 13 to 3; within 8 of the middle it does not begin to move."""
    law = law_of(BLOCK, STIFFNESS, FRICTION)
    states = simulate_or_fail(law, np.array([start, 0.0]), np.linspace(0.0, 3.0, 301))
    np.testing.assert_allclose(states[-1], [rest, 0.0], atol=1e-3)


def test_a_block_is_fitted_through_its_standstill(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Stiffness and friction come back from guesses that are off by a twentieth."""
    law = law_of(BLOCK, STIFFNESS, FRICTION)
    problem = problem_of(law, [[77.0, 0.0]], np.linspace(0.0, 3.0, 301))
    windows = cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, 1000)
    found = fit(law.with_constants((1.05 * STIFFNESS, 0.95 * FRICTION)), windows)
    assert found is not None
    np.testing.assert_allclose(found.law.constants, law.constants, rtol=1e-3)


def test_a_belt_carries_a_block_along(law_of: Callable[..., Law]) -> None:
    """At rest on a belt of speed u, which is an input, it moves with it until the spring pulls harder than friction."""
    law = law_of({"x": "v", "v": "-c0*x - c1*sign(v - u)"}, STIFFNESS, FRICTION)
    driven = replace(law, frame=Frame(law.states, law.skeletons, inputs=("u",)))
    drive = Drive(np.array([0.0, 3.0]), np.array([[10.0], [10.0]]), held=False)
    states = simulate_or_fail(driven, np.array([0.0, 10.0]), np.linspace(0.0, 1.0, 51), drive=drive)
    until = np.linspace(0.0, 1.0, 51) < 0.8
    np.testing.assert_allclose(states[until, 1], 10.0, atol=1e-3)
    assert states[-1, 1] < 10.0
