"""Maps: the right-hand side gives the next state, and a solution is its repeated application."""

from __future__ import annotations

import numpy as np
from numba import njit

from discovery.dynamics.interpreter import copy, linearise, run, workspace

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
    partials, adjoint, jacobian = workspace(code, outputs, dimension, columns)
    y, following = np.zeros((dimension, columns)), np.zeros((dimension, columns))
    for i in range(dimension):
        y[i, 0] = start[i]
        if columns > 1:
            y[i, 1 + i] = 1.0
    done = 0
    for row in range(times.shape[0]):
        wanted = round(times[row] - times[0])
        while done < wanted:
            if done >= MOST:
                return row
            for i in range(dimension):
                value[i] = y[i, 0]
            value[dimension] = times[0] + done
            if columns == 1:
                run(code, value)
            else:
                linearise(code, outputs, dimension, value, partials, adjoint, jacobian)
            for i in range(dimension):
                following[i, 0] = value[outputs[i]]
                if not abs(following[i, 0]) <= bound[i]:
                    return row
                for j in range(1, columns):
                    following[i, j] = jacobian[i, j - 1] if j > dimension else 0.0
                    for s in range(dimension):
                        if jacobian[i, s] != 0.0 and y[s, j] != 0.0:  # the slope of a root of 0 is infinite
                            following[i, j] += jacobian[i, s] * y[s, j]
            copy(following, y)
            done += 1
        copy(y, out[row])
    return times.shape[0]
