"""A law integrated from an initial state."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from discovery.dynamics.follow import follow
from discovery.dynamics.interpreter import with_table
from discovery.dynamics.iterate import MAP
from discovery.dynamics.tape import Tape, tape_of
from discovery.errors import SimulationError
from discovery.samples import Drive
from discovery.types import Law

# A trajectory of 512 points takes a few hundred steps; a law that needs this many is wild.
MAX_STEPS = 200_000
# A state beyond this many times the largest one at the start has diverged.
BOUND = 1e12


def simulate(
    law: Law,
    start: Float[np.ndarray, " state"],
    times: Float[np.ndarray, " time"],
    *,
    rtol: float = 1e-8,
    bound: float = BOUND,
    max_steps: int = MAX_STEPS,
    drive: Drive | None = None,
    spread: Float[np.ndarray, " state"] | None = None,
) -> Float[np.ndarray, "time state"]:
    """States at ``times``, starting from ``start`` at ``times[0]``.

    Rows after the integration diverged or took too many steps are NaN.

    Args:
        bound: a state beyond this, and beyond this many times the largest one at the start, has diverged.
        drive: the inputs of a law that has some; beyond its ends they stay as they are there.
        spread: deviation of each state, by which errors near zero and bounds are measured; else the start is asked.

    Raises:
        SimulationError: the law has inputs, and they are not given.
    """
    tape = tape_of(law)
    registers = _driven(tape, law, drive)
    rtol = MAP if law.discrete else rtol
    # Copies, since a read-only array is another type, for which all would be compiled again.
    start = np.array(start, dtype=np.float64)
    times = np.array(times, dtype=np.float64)
    out = np.full((len(times), tape.dimension, 1), np.nan)
    atol, limits = _sizes(start, spread, rtol, bound, 0.0 if drive is None else float(np.abs(drive.values).max()))
    constants = np.array(law.constants, dtype=np.float64)
    reached, _ = follow(
        tape, registers, constants, start, times, rtol=rtol, atol=atol, bound=limits, max_steps=max_steps, out=out
    )
    out[reached:] = np.nan
    return out[:, :, 0]


def _sizes(
    start: Float[np.ndarray, " state"],
    spread: Float[np.ndarray, " state"] | None,
    rtol: float,
    bound: float,
    driven: float = 0.0,
) -> tuple[Float[np.ndarray, " state"], Float[np.ndarray, " state"]]:
    """Errors near zero, and magnitudes, that states may have; from rest as those of the inputs, ``driven``."""
    if spread is not None:
        return rtol * 1e-2 * spread, bound * (np.abs(start) + spread)
    size = float(np.max(np.abs(start))) or driven
    return rtol * 1e-2 * np.maximum(np.abs(start), 1e-3 * (size or 1e-12)), np.full(len(start), bound * max(size, 1.0))


def _driven(tape: Tape, law: Law, drive: Drive | None) -> Float[np.ndarray, " register"]:
    if tape.header < 0:
        return np.array(tape.registers)
    if drive is None:
        names = ", ".join(law.inputs)
        raise SimulationError(f"The law is driven by {names}, which is not given. Give {names} at the times wanted.")
    return with_table(np.array(tape.registers), tape.header, np.array(drive.times), np.array(drive.values), drive.held)


def simulate_or_fail(
    law: Law,
    start: Float[np.ndarray, " state"],
    times: Float[np.ndarray, " time"],
    *,
    drive: Drive | None = None,
) -> Float[np.ndarray, "time state"]:
    """As :func:`simulate`, but every time must be reached.

    Raises:
        SimulationError: the law leaves every bound or stalls; the message says when.
    """
    states = simulate(law, start, times, drive=drive)
    lost = ~np.all(np.isfinite(states), axis=1)
    if lost.any():
        row = int(np.argmax(lost))
        raise SimulationError(
            f"The law could not be integrated beyond t = {times[max(row - 1, 0)]:g}: a state diverges or the steps "
            "become too small. Choose a nearer end or another initial state."
        )
    return states
