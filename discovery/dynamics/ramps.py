"""Signs that a solution can be followed across, and along: each is a steep ramp about zero.

No step of an integration can cross a jump, and where a jump pushes a state back from both sides, as dry friction does
with a block that sticks, steps shrink for ever. On a ramp the first is a curve, and the second rests: stiff, which
implicit steps are made for. The solution of the ramp is that of Filippov, but for a creep of a ramp's width in the time
that the law itself has.

Source: Filippov (1988), Differential Equations with Discontinuous Righthand Sides; Utkin (1992), Sliding Modes in
Control and Optimization, for the ramp.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.dynamics.interpreter import SIGN, run, with_table
from discovery.dynamics.tape import Tape, tape_of
from discovery.types import Drive, Law

# Half of a ramp's width, as a share of the argument's size: a block creeps by so much of its speed, which no
# measurement shows, and errors of the integration, a hundredth of it at most, still tell where on the ramp it is.
STEEP = 1e-5
# An argument like v - 2 has the size of its 2 where that is smaller, though not than this share of what v has.
LEAST = 1e-3
# Share of an argument's size by which it may leave a straight line.
STRAIGHT = 1e-9
# Starts that arguments are looked at from.
LOOKED_AT = 8


def ramped(
    tape: Tape,
    registers: Float[np.ndarray, " register"],
    constants: Float[np.ndarray, " constant"],
    starts: Float[np.ndarray, "start state"],
    sizes: Float[np.ndarray, " state"],
    time: float,
) -> Float[np.ndarray, " register"]:
    """The registers with a width for each sign, by the size that its argument has near the starts.

    Only arguments that are straight in the states, as speeds are, have one size everywhere; other signs stay jumps.

    Args:
        registers: with the table of inputs, where the law has some.
        sizes: how far each state goes from a start, about.
        time: at which inputs are read.
    """
    signs = tape.code[tape.code[:, 0] == SIGN]
    if not len(signs):
        return registers
    value = registers.copy()
    value[tape.dimension + 1 : tape.dimension + 1 + len(constants)] = constants

    def arguments(state: Float[np.ndarray, " state"]) -> Float[np.ndarray, " sign"]:
        value[: tape.dimension], value[tape.dimension] = state, time
        run(tape.code, value)
        return value[signs[:, 2]]

    offsets = arguments(np.zeros(tape.dimension))
    states = list(_around(starts[:LOOKED_AT], sizes))
    linear = np.array([arguments(state) for state in states]) - offsets
    bends = np.abs(np.array([arguments(2.0 * state) for state in states]) - offsets - 2.0 * linear)
    scales = np.max(np.abs(linear), axis=0)
    straight = np.all(bends <= STRAIGHT * (scales + np.abs(offsets)), axis=0)  # false where one is not finite
    least = np.where(offsets == 0.0, scales, np.clip(np.abs(offsets), LEAST * scales, scales))
    filled = registers.copy()
    filled[signs[:, 3]] = np.where(straight, STEEP * least, 0.0)
    return filled


def _around(
    starts: Float[np.ndarray, "start state"], sizes: Float[np.ndarray, " state"]
) -> Iterator[Float[np.ndarray, " state"]]:
    """The starts, and what is beside each in either direction of each state."""
    for start in starts:
        yield start
        for change in np.diag(sizes):
            yield start + change
            yield start - change


def widths(
    law: Law,
    starts: Float[np.ndarray, "start state"],
    sizes: Float[np.ndarray, " state"],
    time: float,
    drive: Drive | None = None,
) -> dict[sp.Expr, float]:
    """The width of the ramp of each sign of a law, by the sign; 0 of one that stays a jump.

    Args:
        starts, sizes, time: as of :func:`ramped`.
        drive: inputs of one of the runs, where the law has some.
    """
    signs = sorted({one for side in law.skeletons for one in side.atoms(sp.sign)}, key=sp.default_sort_key)
    found: dict[sp.Expr, float] = {}
    for sign in signs:
        tape = tape_of(replace(law, skeletons=(sign, *(sp.S.Zero for _ in law.states[1:]))))
        registers = np.array(tape.registers)
        if tape.header >= 0 and drive is not None:
            held = np.array(drive.held, dtype=np.bool_)
            registers = with_table(registers, tape.header, np.array(drive.times), np.array(drive.values), held)
        places = tape.code[tape.code[:, 0] == SIGN][:, 3]
        inside = ramped(tape, registers, np.array(law.constants, dtype=np.float64), starts, sizes, time)
        found[sign] = float(inside[places[0]]) if len(places) == 1 and not law.discrete else 0.0
    return found
