"""Maps: the right-hand side gives the next state, and a solution is its repeated application."""

from __future__ import annotations

import numpy as np
from numba import njit

from discovery.dynamics.interpreter import run_with_tangents

# In place of a relative tolerance: there is nothing to be tolerated, states are applied and not integrated.
MAP = 0.0
# Applications that are made in a row at most, which take a second or less.
MOST = 1_000_000


@njit(cache=True, nogil=True, error_model="numpy")
def iterate(code, outputs, registers, constants, start, times, columns, bound, out):
    """As :func:`discovery.dynamics.runge_kutta.propagate`; times count applications, to the nearest whole number.

    There are as many as times say, whatever the law, so that nothing limits them but :data:`MOST`.

    Returns:
        Number of leading rows of ``out`` that were reached.
    """
    dimension, number = start.shape[0], constants.shape[0]
    value = registers.copy()
    for i in range(number):
        value[dimension + 1 + i] = constants[i]
    tangent = np.zeros((registers.shape[0], columns - 1))
    for i in range(dimension):
        value[i] = start[i]
        if i < columns - 1:
            tangent[i, i] = 1.0
    for i in range(columns - 1 - dimension):
        tangent[dimension + 1 + i, dimension + i] = 1.0
    following = np.empty(dimension)
    slopes = np.empty((dimension, columns - 1))
    done = 0
    for row in range(times.shape[0]):
        wanted = round(times[row] - times[0])
        while done < wanted:
            if done >= MOST:
                return row
            value[dimension] = times[0] + done
            run_with_tangents(code, value, tangent)
            for i in range(dimension):
                following[i] = value[outputs[i]]
                for j in range(columns - 1):
                    slopes[i, j] = tangent[outputs[i], j]
                if not abs(following[i]) <= bound[i]:
                    return row
            for i in range(dimension):
                value[i] = following[i]
                for j in range(columns - 1):
                    tangent[i, j] = slopes[i, j]
            done += 1
        for i in range(dimension):
            out[row, i, 0] = value[i]
            for j in range(columns - 1):
                out[row, i, 1 + j] = tangent[i, j]
    return times.shape[0]
