"""Residuals of multiple shooting and their normal equations, window by window, in compiled loops.

There is a loop for explicit steps and maps, and another for implicit steps, so that the second, which takes as long to
compile as all of the first, is compiled when a stiff law is met.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from discovery.dynamics.follow import implicit_steps
from discovery.dynamics.implicit import propagate_stiff
from discovery.dynamics.interpreter import with_table
from discovery.dynamics.iterate import MAP, iterate
from discovery.dynamics.readings import read_off
from discovery.dynamics.runge_kutta import propagate


@njit(cache=True, nogil=True, error_model="numpy")
def _readied(registers, header, times, drives, held):
    """A window's own registers, with its inputs behind them where the law has some."""
    if header >= 0:
        return with_table(registers, header, times, drives, held)
    return registers.copy()  # of the type that a table has


@njit(cache=True, nogil=True, error_model="numpy")
def _limit(samples, steps_a_sample, held):
    """Explicit steps that a window may take; each jump of a held input takes a few."""
    limit = 100 + steps_a_sample * samples
    return 5 * limit if np.any(held) else limit


@njit(cache=True, nogil=True, error_model="numpy")
def _add(
    out, values, weights, logarithmic, units, bend, start_block, mixed_block, start_gradient, constant_block,
    constant_gradient,
):  # fmt: skip
    """Adds a window's rows to the lower halves of its blocks; its cost, not finite where it is not to be used."""
    dimension, number = start_gradient.shape[0], constant_gradient.shape[0]
    row = np.empty(dimension + number)
    cost = 0.0
    for sample in range(out.shape[0]):
        for i in range(dimension):
            weight = weights[sample, i]
            if weight == 0.0:
                continue
            simulated = out[sample, i, 0]
            if logarithmic:
                if simulated <= 0.0:
                    return np.inf
                weight_of_slope = weight / simulated
                simulated = math.log(simulated / units[i])
            else:
                weight_of_slope = weight
            residual = weight * (simulated - values[sample, i])
            if abs(residual) <= bend:
                cost += residual * residual
            else:  # Huber's loss: beyond the bend it goes on as a straight line
                cost += bend * (2.0 * abs(residual) - bend)
                factor = math.sqrt(bend / abs(residual))
                residual *= factor
                weight_of_slope *= factor
            for j in range(dimension + number):
                row[j] = weight_of_slope * out[sample, i, 1 + j]
            for a in range(dimension):
                start_gradient[a] += row[a] * residual
                for b in range(a + 1):
                    start_block[a, b] += row[a] * row[b]
                for b in range(number):
                    mixed_block[a, b] += row[a] * row[dimension + b]
            for a in range(number):
                constant_gradient[a] += row[dimension + a] * residual
                for b in range(a + 1):
                    constant_block[a, b] += row[dimension + a] * row[dimension + b]
    return cost


@njit(cache=True, nogil=True, error_model="numpy")
def assemble(
    code, outputs, registers, readings, constants, starts, times, values, weights, offsets, logarithmic, units, rtol,
    atol, bound, bend, steps_a_sample, header, drives, held, start_block, mixed_block, start_gradient, constant_block,
    constant_gradient, costs,
):  # fmt: skip
    """Adds to the blocks of J'J and J'r for free window starts and shared constants.

    The blocks are: ``start_block`` (window, state, state) and ``constant_block`` (constant, constant), of both the
    lower half alone, and ``mixed_block`` (window, state, constant); inputs are known at the samples (``drives``), where
    algebraic states are read off by the program of their ``readings``. The residual is simulated minus measured over
    its deviation, and where it is larger than ``bend`` it counts less; logarithms are those of states in ``units``. A
    map has :data:`discovery.dynamics.iterate.MAP` for its ``rtol``.

    Returns:
        Number of windows that could be simulated to their end; all of them, or the blocks are not to be used. Where a
        window asks for implicit steps, -1 less the number of those before it, after which :func:`assemble_stiff` goes
        on.
    """
    columns = 1 + starts.shape[1] + constants.shape[0]
    for window in range(starts.shape[0]):
        low, high = offsets[window], offsets[window + 1]
        out = np.empty((high - low, starts.shape[1], columns))
        table = _readied(registers, header, times[low:high], drives[low:high], held)
        limit = _limit(high - low, steps_a_sample, held)
        if rtol == MAP:
            reached = iterate(code, outputs, table, constants, starts[window], times[low:high], columns, bound, out)
        else:
            reached = propagate(
                code, outputs, table, constants, starts[window], times[low:high], columns, rtol, atol, bound, limit, out
            )
            if reached <= 0:
                return -1 - window
        if reached < high - low:
            return window
        read_off(readings, constants, times[low:high], drives[low:high], out)
        cost = _add(
            out, values[low:high], weights[low:high], logarithmic, units, bend, start_block[window],
            mixed_block[window], start_gradient[window], constant_block, constant_gradient,
        )  # fmt: skip
        if not math.isfinite(cost):
            return window
        costs[window] = cost
    return starts.shape[0]


@njit(cache=True, nogil=True, error_model="numpy")
def assemble_stiff(
    begin, code, outputs, registers, readings, constants, starts, times, values, weights, offsets, logarithmic, units,
    rtol, atol, bound, bend, steps_a_sample, header, drives, held, start_block, mixed_block, start_gradient,
    constant_block, constant_gradient, costs,
):  # fmt: skip
    """As :func:`assemble`, by implicit steps, from window ``begin`` on; the number it returns has no sign."""
    columns = 1 + starts.shape[1] + constants.shape[0]
    for window in range(begin, starts.shape[0]):
        low, high = offsets[window], offsets[window + 1]
        out = np.empty((high - low, starts.shape[1], columns))
        table = _readied(registers, header, times[low:high], drives[low:high], held)
        limit = implicit_steps(_limit(high - low, steps_a_sample, held))
        reached = propagate_stiff(
            code, outputs, table, constants, starts[window], times[low:high], columns, rtol, atol, bound, limit, out
        )
        if reached < high - low:
            return window
        read_off(readings, constants, times[low:high], drives[low:high], out)
        cost = _add(
            out, values[low:high], weights[low:high], logarithmic, units, bend, start_block[window],
            mixed_block[window], start_gradient[window], constant_block, constant_gradient,
        )  # fmt: skip
        if not math.isfinite(cost):
            return window
        costs[window] = cost
    return starts.shape[0]
