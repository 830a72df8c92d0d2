"""An implicit method for stiff laws, with exact sensitivities of the discrete solution.

Stages are solved by Newton's method with one Jacobian a step; sensitivities of a stage then obey linear equations with
the stage's own Jacobian, so that they are the derivatives of what is computed, not of an approximation to it.

Source: SDIRK4 of Hairer & Wanner, Solving ODEs II, IV.6 (6.16): five stages, order 4, L-stable, stiffly accurate, with
an embedded method of order 3; the staggered direct method for sensitivities by Caracotsios & Stewart (1985), Comput.
Chem. Eng. 9:359.

Inputs of a law are read by its tape.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from discovery.dynamics.interpreter import copy, header_of, linearise, next_change, run, without_edges, workspace
from discovery.dynamics.lu import factorise, solve
from discovery.dynamics.runge_kutta import is_stuck, slopes_at

GAMMA = 0.25
C = np.array([1 / 4, 3 / 4, 11 / 20, 1 / 2, 1.0])
A = np.array(
    [
        [0, 0, 0, 0],
        [1 / 2, 0, 0, 0],
        [17 / 50, -1 / 25, 0, 0],
        [371 / 1360, -137 / 2720, 15 / 544, 0],
        [25 / 24, -49 / 48, 125 / 16, -85 / 12],
    ]
)
E = np.array([-3 / 16, -27 / 32, 25 / 32, 0.0, 1 / 4])
NEWTON = 8  # iterations of a stage; one that needs more gets a shorter step
CONVERGED = 1e-2  # share of the tolerance to which a stage is solved


@njit(cache=True, nogil=True, error_model="numpy")
def _newton_matrix(code, outputs, value, work, time, states, step, matrix):
    """I - h gamma J at a state."""
    dimension = states.shape[0]
    for i in range(dimension):
        value[i] = states[i]
    value[dimension] = time
    partials, adjoint, jacobian = work
    if linearise(code, outputs, dimension, value, partials, adjoint, jacobian):
        without_edges(jacobian)
    for i in range(dimension):
        for j in range(dimension):
            matrix[i, j] = (1.0 if i == j else 0.0) - step * GAMMA * jacobian[i, j]


@njit(cache=True, nogil=True, error_model="numpy")
def _stage(code, outputs, value, time, base, step, matrix, pivots, rtol, scale, slope, right):
    """Solves k = f(base + h gamma k) for one stage, ``slope`` the first guess; False where Newton's method fails."""
    dimension = base.shape[0]
    before = np.inf
    for _ in range(NEWTON):
        for i in range(dimension):
            value[i] = base[i] + step * GAMMA * slope[i]
        value[dimension] = time
        run(code, value)
        for i in range(dimension):
            right[i, 0] = value[outputs[i]] - slope[i]
        solve(matrix, pivots, right)
        size = 0.0
        for i in range(dimension):
            slope[i] += right[i, 0]
            # The stage itself counts too: from rest there is nothing else to measure by.
            size += (step * GAMMA * right[i, 0] / max(scale[i], rtol * abs(value[i]))) ** 2
        size = math.sqrt(size / dimension)
        if size <= CONVERGED:
            return True
        if not size < 2.0 * before:
            return False
        before = size
    return False


@njit(cache=True, nogil=True, error_model="numpy")
def _sensitivities(code, outputs, value, work, time, states, base, step, matrix, pivots, slopes):
    """Slopes of the sensitivities of a stage: (I - h gamma J) K = J base + df/dp, with J at the stage's ``states``."""
    _newton_matrix(code, outputs, value, work, time, states, step, matrix)
    dimension, columns = slopes.shape
    jacobian = work[2]
    for i in range(dimension):
        for j in range(columns):
            total = jacobian[i, j] if j >= dimension else 0.0
            for s in range(dimension):
                total += jacobian[i, s] * base[s, j]
            slopes[i, j] = total
    if not factorise(matrix, pivots):
        return False
    solve(matrix, pivots, slopes)
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _step(code, outputs, value, work, time, y, step, rtol, atol, k):
    """Stages of one step in ``k``; its error over the tolerance, infinite where a stage could not be solved."""
    dimension, columns = y.shape
    matrix, own = np.empty((dimension, dimension)), np.empty((dimension, dimension))
    pivots, others = np.empty(dimension, dtype=np.int64), np.empty(dimension, dtype=np.int64)
    base, right, states = np.empty((dimension, columns)), np.empty((dimension, 1)), np.empty(dimension)
    scale = np.empty(dimension)
    for i in range(dimension):
        scale[i] = atol[i] + rtol * abs(y[i, 0])
    _newton_matrix(code, outputs, value, work, time, y[:, 0], step, matrix)
    if not factorise(matrix, pivots):
        return np.inf
    for s in range(5):
        for i in range(dimension):
            for j in range(columns):
                total = 0.0
                for earlier in range(s):
                    total += A[s, earlier] * k[earlier, i, j]
                base[i, j] = y[i, j] + step * total
            if s > 0:
                k[s, i, 0] = k[s - 1, i, 0]
        moment = time + C[s] * step
        if not _stage(code, outputs, value, moment, base[:, 0], step, matrix, pivots, rtol, scale, k[s, :, 0], right):
            return np.inf
        if columns > 1:
            for i in range(dimension):
                states[i] = base[i, 0] + step * GAMMA * k[s, i, 0]
            if not _sensitivities(
                code, outputs, value, work, moment, states, base[:, 1:], step, own, others, k[s, :, 1:]
            ):
                return np.inf
    for i in range(dimension):
        right[i, 0] = 0.0
        for s in range(5):
            right[i, 0] += step * E[s] * k[s, i, 0]
    solve(matrix, pivots, right)  # as stiff components would otherwise be overestimated
    error = 0.0
    for i in range(dimension):
        after = base[i, 0] + step * GAMMA * k[4, i, 0]
        error += (right[i, 0] / max(scale[i], atol[i] + rtol * abs(after))) ** 2
    return math.sqrt(error / dimension)


@njit(cache=True, nogil=True, error_model="numpy")
def _between(theta, step, y, slope, after, slope_after, out):
    """Cubic Hermite interpolation within a step; its error is of the order of the embedded method."""
    square, rest = theta * theta, 1.0 - theta
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            out[i, j] = (
                (1.0 + 2.0 * theta) * rest * rest * y[i, j]
                + square * (3.0 - 2.0 * theta) * after[i, j]
                + step * theta * rest * (rest * slope[i, j] - theta * slope_after[i, j])
            )


@njit(cache=True, nogil=True, error_model="numpy")
def propagate_stiff(code, outputs, registers, constants, start, times, columns, rtol, atol, bound, max_steps, out):
    """As :func:`discovery.dynamics.runge_kutta.propagate`; the number of rows reached has no sign."""
    dimension, number = start.shape[0], constants.shape[0]
    value = registers.copy()
    for i in range(number):
        value[dimension + 1 + i] = constants[i]
    work = workspace(code, outputs, dimension, columns)
    y, after = np.zeros((dimension, columns)), np.zeros((dimension, columns))
    for i in range(dimension):
        y[i, 0] = start[i]
        if columns > 1:
            y[i, 1 + i] = 1.0
    k, slope = np.zeros((5, dimension, columns)), np.zeros((dimension, columns))
    origin = times[0]
    time, end = 0.0, times[-1] - origin
    copy(y, out[0])
    slopes_at(code, outputs, value, work, origin, y, slope)
    reached = 1
    step = 1e-4 * end
    header, change = header_of(code), -1.0
    for _ in range(max_steps):
        if reached == times.shape[0]:
            return reached
        if time + step * (1.0 + 1e-12) >= end:
            step = end - time
        if header >= 0 and time >= change - 1e-12 * end:
            change = next_change(value, header, origin + time) - origin
        if header >= 0 and time + step > change > time + 1e-12 * end:
            step = change - time
        for i in range(dimension):
            k[0, i, 0] = slope[i, 0]
        error = _step(code, outputs, value, work, origin + time, y, step, rtol, atol, k)
        if not error <= 1.0:
            step *= max(0.2, 0.9 * error**-0.25) if error < 1e10 else 0.25
            if is_stuck(time, step, end):
                return reached
            continue
        for i in range(dimension):
            for j in range(columns):
                total = GAMMA * k[4, i, j]
                for earlier in range(4):
                    total += A[4, earlier] * k[earlier, i, j]
                after[i, j] = y[i, j] + step * total
            if not abs(after[i, 0]) <= bound[i]:
                return reached
        later = time + step if time + step < end else end
        while reached < times.shape[0] and (times[reached] - origin <= later or later == end):
            # The method is stiffly accurate: the last stage is the solution, and its slope the one there.
            _between((times[reached] - origin - time) / step, step, y, slope, after, k[4], out[reached])
            reached += 1
        time = later
        copy(after, y)
        copy(k[4], slope)
        step *= min(4.0, 0.9 * max(error, 1e-6) ** -0.25)
    return reached
