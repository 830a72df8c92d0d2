"""Algebraic states, which are read off the others at the times that are wanted, with their sensitivities.

Source: Leis & Kramer (1988), ACM Trans. Math. Softw. 14:45, sensitivities of outputs beside those of states.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from discovery.dynamics.interpreter import linearise, run


@njit(cache=True, nogil=True, error_model="numpy")
def read_off(readings, constants, times, drives, out):
    """Fills the rows of algebraic states in what an integration left.

    Args:
        readings: all of :class:`discovery.dynamics.tape.Readings`.
        drives: inputs at each of the times.
        out: (time, state, columns); of one column there are no sensitivities.
    """
    code, registers, rows, results = readings
    if rows.shape[0] == 0:
        return
    dimension, columns, number = out.shape[1], out.shape[2], constants.shape[0]
    value = registers.copy()
    partials, adjoint = np.empty((code.shape[0], 2)), np.empty(registers.shape[0])
    jacobian = np.empty((rows.shape[0], dimension + number))
    for i in range(number):
        value[dimension + 1 + i] = constants[i]
    for sample in range(out.shape[0]):
        for i in range(dimension):
            value[i] = out[sample, i, 0]
        value[dimension] = times[sample]
        for i in range(drives.shape[1]):
            value[dimension + 1 + number + i] = drives[sample, i]
        if columns == 1:
            run(code, value)
        else:
            linearise(code, results, dimension, value, partials, adjoint, jacobian)
        for k in range(rows.shape[0]):
            row = rows[k]
            out[sample, row, 0] = value[results[k]]
            for j in range(1, columns):
                # No algebraic state stands in another, so that the order does not matter.
                slope = jacobian[k, j - 1] if j > dimension else 0.0
                for s in range(dimension):
                    if jacobian[k, s] != 0.0:
                        slope += jacobian[k, s] * out[sample, s, j]
                out[sample, row, j] = slope
