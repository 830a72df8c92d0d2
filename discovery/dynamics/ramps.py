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

import numpy as np
from jaxtyping import Float

from discovery.dynamics.interpreter import SIGN, run
from discovery.dynamics.tape import Tape

# Half of a ramp's width, as a share of the argument's size: a block creeps by so much of its speed, which no
# measurement shows, and errors of the integration, a hundredth of it at most, still tell where on the ramp it is.
STEEP = 1e-5
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

    Args:
        registers: with the table of inputs, where the law has some.
        sizes: how far each state goes from a start, about.
        time: at which inputs are read.
    """
    signs = tape.code[tape.code[:, 0] == SIGN]
    if not len(signs):
        return registers
    value, widths = registers.copy(), np.zeros(len(signs))
    value[tape.dimension + 1 : tape.dimension + 1 + len(constants)] = constants
    for state in _around(starts[:LOOKED_AT], sizes):
        value[: tape.dimension], value[tape.dimension] = state, time
        run(tape.code, value)
        found = np.abs(value[signs[:, 2]])
        widths = np.maximum(widths, np.where(np.isfinite(found), STEEP * found, 0.0))
    filled = registers.copy()
    filled[signs[:, 3]] = widths
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
