"""A law integrated from an initial state."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.dynamics.edges import CLOCK, DIGITS, LAST, end_of
from discovery.dynamics.evaluate import values
from discovery.dynamics.follow import follow
from discovery.dynamics.interpreter import run, with_table
from discovery.dynamics.iterate import MAP, MOST
from discovery.dynamics.ramps import ramped
from discovery.dynamics.readings import read_off
from discovery.dynamics.tape import Tape, tape_of
from discovery.errors import DataError, EdgeReached, SimulationError
from discovery.samples import Drive, drive_columns, symbol
from discovery.types import Law

# A trajectory of 512 points takes a few hundred steps; a law that needs this many is wild.
MAX_STEPS = 200_000
# Where many laws or starts are tried: one that needs more than this many is wild, and is given up.
FEW_STEPS = 20_000
# A state beyond this many times the largest one at the start has diverged.
BOUND = 1e12
# Errors near zero are this share of the relative tolerance, of a state's size.
NEAR_ZERO = 1e-2
# A state without a size of its own is taken for as large as this share of the largest one.
SHARE = 1e-3
# Times that a solution is made again with sizes that it showed. Errors of the first bound what is seen of a state that
# is far smaller than was assumed, and the second is right within the tolerance.
AGAIN = 3
# A message has the time that a failed simulation came to up to this share: it is read at so many times, in some rounds.
SHARP, FINE, ROUNDS = 1e-3, 1000, 4
# ... and the time at which a state reaches the edge of where the law has values, with the digits of a stopwatch.
SHARPER = 1e-6
# Steps that end at other times come less far: of 292 tanks that run empty and x' = -a/x each was followed to all of 2,
# 7, 50 and 200 times if these end earlier by SHARPER of the time; twice as much is taken.
BEFORE = 2.0 * SHARPER
AROUND = 50  # times of the course, and as many of its end, by which such an edge is seen
# Steps were spent where twice as many lead further by this share of the time.
FURTHER = 0.01


def simulate(
    law: Law,
    start: Float[np.ndarray, " state"],
    times: Float[np.ndarray, " time"],
    *,
    rtol: float = 1e-8,
    max_steps: int = MAX_STEPS,
    drive: Drive | None = None,
    spread: Float[np.ndarray, " state"] | None = None,
) -> Float[np.ndarray, "time state"]:
    """States at ``times``, starting from ``start`` at ``times[0]``.

    Each state is as accurate as its own size asks, whatever the units of the others. Rows after the integration
    diverged or took too many steps are NaN. It has diverged beyond :data:`BOUND` times the largest state at the start,
    or times one if that is more; where ``spread`` is given, beyond as many times a state's own start and spread.

    Args:
        start: what it says of algebraic states is not looked at.
        drive: the inputs of a law that has some; beyond its ends they stay as they are there.
        spread: deviation of each state, by which errors near zero and bounds are measured; else the solution is asked.

    Raises:
        SimulationError: the law has inputs, and they are not given.
        DataError: there are no times, or they do not increase.
    """
    _check(times)
    tape = tape_of(law)
    registers = _driven(tape, law, drive)
    rtol = MAP if law.discrete else rtol
    # Copies, since a read-only array is another type, for which all would be compiled again.
    start = np.array(start, dtype=np.float64)
    start[tape.readings.rows] = 0.0
    times = np.array(times, dtype=np.float64)
    constants = np.array(law.constants, dtype=np.float64)
    driven = 0.0 if drive is None else float(np.abs(drive.values).max())
    largest = float(np.max(np.abs(start))) or driven
    limits = np.full(len(start), BOUND * max(largest, 1.0)) if spread is None else BOUND * (np.abs(start) + spread)

    def followed(sizes: Float[np.ndarray, " state"]) -> tuple[int, Float[np.ndarray, "time state"]]:
        out = np.full((len(times), tape.dimension, 1), np.nan)
        ready = registers if law.discrete else ramped(tape, registers, constants, start[None, :], sizes, times[0])
        reached, _ = follow(
            tape, ready, constants, start, times, rtol=rtol, atol=rtol * NEAR_ZERO * sizes, bound=limits,
            max_steps=max_steps, out=out,
        )  # fmt: skip
        out[reached:] = np.nan
        return reached, out[:, :, 0]

    if spread is not None or law.discrete:
        states = followed(np.ones(len(start)) if spread is None else spread)[1]
    else:
        largest = largest or _first_change(tape, registers, constants, start, times) or 1e-12
        states = _measured_by_itself(followed, start, np.maximum(np.abs(start), SHARE * largest))
    if law.algebraic:
        drives = np.column_stack([np.empty((len(times), 0)), *drive_columns(drive, times)])
        read_off(tape.readings.program, constants, times, drives, states[:, :, None])
    return states


def _check(times: Float[np.ndarray, " time"]) -> None:
    """That each time comes after the one before."""
    if not len(times):
        raise DataError("No times are given at which the states are wanted. Give at least one.")
    good = np.isfinite(times)
    good[1:] &= times[1:] > times[:-1]
    if good.all():
        return
    row = int(np.argmin(good))
    raise DataError(
        f"Time {times[row]:.12g} in row {row} does not come after the one before, or is not finite. A law is followed "
        "forwards: give finite times that increase."
    )


def _measured_by_itself(
    followed: Callable[[Float[np.ndarray, " state"]], tuple[int, Float[np.ndarray, "time state"]]],
    start: Float[np.ndarray, " state"],
    sizes: Float[np.ndarray, " state"],
) -> Float[np.ndarray, "time state"]:
    """The solution with errors of each state that are small beside the state itself, be it far smaller than others."""
    reached, states = followed(sizes)
    for _ in range(AGAIN):
        own = np.where(start != 0.0, np.abs(start), np.abs(states[:reached]).max(axis=0))
        small = (own > 0.0) & (own < NEAR_ZERO * sizes)
        if not small.any():
            break
        sizes = np.where(small, own, sizes)
        further, finer = followed(sizes)
        if further < reached:
            break  # what is so small is the rounding of the others, of which no step is accurate
        reached, states = further, finer
    return states


def _first_change(
    tape: Tape,
    registers: Float[np.ndarray, " register"],
    constants: Float[np.ndarray, " constant"],
    start: Float[np.ndarray, " state"],
    times: Float[np.ndarray, " time"],
) -> float:
    """The largest change until the second time at the first rates; 0 where nothing moves or is defined."""
    value = registers.copy()
    value[: len(start)], value[len(start)] = start, times[0]
    value[len(start) + 1 : len(start) + 1 + len(constants)] = constants
    run(tape.code, value)
    change = float(np.max(np.abs(value[tape.outputs]))) * float(times[1] - times[0]) if len(times) > 1 else 0.0
    return change if np.isfinite(change) else 0.0


def _driven(tape: Tape, law: Law, drive: Drive | None) -> Float[np.ndarray, " register"]:
    if tape.header < 0:
        return np.array(tape.registers)
    if drive is None:
        names = ", ".join(law.inputs)
        raise SimulationError(f"The law is driven by {names}, which is not given. Give {names} at the times wanted.")
    held = np.array(drive.held, dtype=np.bool_)
    return with_table(np.array(tape.registers), tape.header, np.array(drive.times), np.array(drive.values), held)


def simulate_or_fail(
    law: Law,
    start: Float[np.ndarray, " state"],
    times: Float[np.ndarray, " time"],
    *,
    drive: Drive | None = None,
) -> Float[np.ndarray, "time state"]:
    """As :func:`simulate`, but every time must be reached.

    Raises:
        SimulationError: the law leaves every bound or stalls; the message says when, or where it is not defined.
        EdgeReached: it ends where a root or a logarithm has no value further on; the message says of what.
    """
    states = simulate(law, start, times, drive=drive)
    lost = ~np.all(np.isfinite(states), axis=1)
    if lost.any():
        row = int(np.argmax(lost))
        if row <= 1 and (why := _undefined(law, states[0], float(times[0]), drive)):
            raise SimulationError(why)
        start, times = np.asarray(start, dtype=np.float64), np.asarray(times, dtype=np.float64)[: row + 1]
        _raise_at_an_edge(law, start, times, drive)
        raise SimulationError(_lost(law, start, times, drive))
    return states


def _raise_at_an_edge(
    law: Law, start: Float[np.ndarray, " state"], times: Float[np.ndarray, " time"], drive: Drive | None
) -> None:
    """Raises the error of a law that has no value beyond where it was followed, if that is the reason."""
    if law.discrete:
        return
    end = _reached(law, start, times, drive, MAX_STEPS, SHARPER)
    whole = np.linspace(times[0], end, AROUND)
    near = np.union1d(whole, np.linspace(end - LAST * (end - times[0]), end, AROUND))
    states = simulate(law, start, near, drive=drive)
    good = np.isfinite(states).all(axis=1)
    if good.sum() > 1 and (found := end_of(law, states[good], near[good], drive)):
        before = float(end - BEFORE * (end - times[0]))
        raise EdgeReached(found.quantity, found.function, before, below=found.below)


def _lost(law: Law, start: Float[np.ndarray, " state"], times: Float[np.ndarray, " time"], drive: Drive | None) -> str:
    """Why the last of the times was not reached, and how far the law was followed, in words."""
    done = _reached(law, start, times, drive, MAX_STEPS)
    if law.discrete:
        steps, spent = f"{MOST:,} applications", done - times[0] >= (1.0 - FURTHER) * MOST
    else:
        more = _reached(law, start, times, drive, 2 * MAX_STEPS)
        further = more - times[0] > (1.0 + FURTHER) * (done - times[0])
        steps, spent = f"{MAX_STEPS:,} steps", more >= times[-1] or further
    if spent:
        return (
            f"The law was followed to t = {done:.4g}, where the {steps} that one simulation may take were spent; no "
            "state had diverged. Choose a nearer end, or go on in a second simulation from a state that was reached."
        )
    return (
        f"The law could not be integrated beyond t = {done:.4g}: a state diverges or the steps become too small. "
        "Choose a nearer end or another initial state."
    )


def _reached(
    law: Law,
    start: Float[np.ndarray, " state"],
    times: Float[np.ndarray, " time"],
    drive: Drive | None,
    most: int,
    sharp: float = SHARP,
) -> float:
    """The time to which a law is followed on the way to the last of these, up to such a share of it."""
    low, high = times[0], times[-1]
    for _ in range(ROUNDS):
        between = np.linspace(low, high, FINE)
        between = times[0] + np.round(between - times[0]) if law.discrete else between
        tried = np.union1d(times[:1], between)
        lost = ~np.isfinite(simulate(law, start, tried, drive=drive, max_steps=most)).all(axis=1)
        if not lost.any():
            return float(high)
        row = int(np.argmax(lost))
        if tried[max(row - 1, 0)] < low:
            break  # steps that end at other times did not come as far again
        low, high = tried[max(row - 1, 0)], tried[row]
        if high - low <= sharp * (high - times[0]):
            break
    return float(low)


def _undefined(law: Law, start: Float[np.ndarray, " state"], time: float, drive: Drive | None) -> str:
    """Which term has no finite value at a start, in words; nothing where all have one."""
    courses = drive_columns(drive, np.array([time]))
    here = dict(zip((*law.states, *law.inputs, "t"), (*start, *(float(one[0]) for one in courses), time), strict=True))
    for state, side in law.equations.items():
        for term in sp.Add.make_args(side):
            known = {name: value for name, value in here.items() if symbol(name) in term.free_symbols}
            # Time is no variable of an expression alone.
            read = cast("sp.Expr", term.xreplace({symbol("t"): symbol(CLOCK)}))
            names = tuple(CLOCK if name == "t" else name for name in known)
            beyond = term.has(sp.I, sp.nan, sp.zoo)  # by its constants alone
            if not beyond and np.isfinite(values([read], names, np.array([list(known.values())]))).all():
                continue
            written = term.xreplace({number: sp.Float(number, DIGITS) for number in term.atoms(sp.Float)})
            side_of = f"the next {state}" if law.discrete else f"{state}'"
            where = ", ".join(f"{name} = {value:g}" for name, value in known.items())
            at = f" at {where}" if where and not beyond else ""
            return (
                f"The law is not defined where it is to begin: in {side_of} the term {written} has no finite "
                f"value{at}. Choose another initial state."
            )
    return ""
