"""Residuals of multiple shooting and their normal equations, window by window, in one compiled loop."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from discovery.dynamics.follow import follow
from discovery.dynamics.interpreter import with_table


@njit(cache=True, nogil=True, error_model="numpy")
def assemble(
    code,
    outputs,
    registers,
    constants,
    starts,
    times,
    values,
    weights,
    offsets,
    logarithmic,
    units,
    rtol,
    atol,
    bound,
    bend,
    steps_a_sample,
    start_block,
    mixed_block,
    constant_block,
    start_gradient,
    constant_gradient,
    costs,
    header,
    drives,
    held,
):
    """Fills the blocks of J'J and J'r for free window starts and shared constants.

    The blocks are: ``start_block`` (window, state, state), ``mixed_block`` (window, state, constant),
    ``constant_block`` (constant, constant); inputs are known at the samples (``drives``). The residual
    is simulated minus measured over its deviation, and where it is larger than ``bend`` it counts less. Laws are
    followed by :func:`discovery.dynamics.follow.follow`, maps with ``rtol`` as it says there.

    Returns:
        Number of windows that could be simulated to their end; all of them, or the blocks are not to be used.
    """
    dimension = starts.shape[1]
    number = constants.shape[0]
    columns = 1 + dimension + number
    row = np.empty(dimension + number)
    stiff = np.zeros(1, dtype=np.bool_)
    start_block[:] = 0.0
    mixed_block[:] = 0.0
    constant_block[:] = 0.0
    start_gradient[:] = 0.0
    constant_gradient[:] = 0.0
    for window in range(starts.shape[0]):
        low, high = offsets[window], offsets[window + 1]
        out = np.empty((high - low, dimension, columns))
        limit = 100 + steps_a_sample * (high - low)
        table = registers.copy()  # of the type that a table has
        if held:
            limit *= 5  # each jump takes a few
        if header >= 0:
            table = with_table(registers, header, times[low:high], drives[low:high], held)
        reached = follow(
            code, outputs, table, constants, starts[window], times[low:high], columns, rtol, atol, bound, limit, out,
            stiff,
        )  # fmt: skip
        if reached < high - low:
            return window
        cost = 0.0
        for sample in range(high - low):
            for i in range(dimension):
                weight = weights[low + sample, i]
                if weight == 0.0:
                    continue
                simulated = out[sample, i, 0]
                if logarithmic:
                    if simulated <= 0.0:
                        return window
                    weight_of_slope = weight / simulated
                    simulated = math.log(simulated / units[i])
                else:
                    weight_of_slope = weight
                residual = weight * (simulated - values[low + sample, i])
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
                    start_gradient[window, a] += row[a] * residual
                    for b in range(a + 1):
                        start_block[window, a, b] += row[a] * row[b]
                    for b in range(number):
                        mixed_block[window, a, b] += row[a] * row[dimension + b]
                for a in range(number):
                    constant_gradient[a] += row[dimension + a] * residual
                    for b in range(a + 1):
                        constant_block[a, b] += row[dimension + a] * row[dimension + b]
        if not math.isfinite(cost):
            return window
        costs[window] = cost
        for a in range(dimension):
            for b in range(a):
                start_block[window, b, a] = start_block[window, a, b]
    for a in range(number):
        for b in range(a):
            constant_block[b, a] = constant_block[a, b]
    return starts.shape[0]
