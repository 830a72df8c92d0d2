"""Adaptive Dormand-Prince with dense output, carrying sensitivities to the initial state and the constants.

Source: Dormand & Prince (1980), J. Comput. Appl. Math. 6:19, the 5(4) pair; dense output by Shampine (1986), Math.
Comp. 46:135, in the form of Hairer, Nørsett & Wanner, Solving ODEs I, II.6.

Inputs of a law are read by its tape, so that nothing here knows of them.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from discovery.dynamics.interpreter import copy, header_of, linearise, next_change, run, without_edges, workspace

C = np.array([0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1])
A = np.array(
    [
        [0, 0, 0, 0, 0, 0],
        [1 / 5, 0, 0, 0, 0, 0],
        [3 / 40, 9 / 40, 0, 0, 0, 0],
        [44 / 45, -56 / 15, 32 / 9, 0, 0, 0],
        [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729, 0, 0],
        [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656, 0],
        [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
    ]
)
E = np.array([-71 / 57600, 0, 71 / 16695, -71 / 1920, 17253 / 339200, -22 / 525, 1 / 40])
DENSE = np.array(
    [
        [1, -8048581381 / 2820520608, 8663915743 / 2820520608, -12715105075 / 11282082432],
        [0, 0, 0, 0],
        [0, 131558114200 / 32700410799, -68118460800 / 10900136933, 87487479700 / 32700410799],
        [0, -1754552775 / 470086768, 14199869525 / 1410260304, -10690763975 / 1880347072],
        [0, 127303824393 / 49829197408, -318862633887 / 49829197408, 701980252875 / 199316789632],
        [0, -282668133 / 205662961, 2019193451 / 616988883, -1453857185 / 822651844],
        [0, 40617522 / 29380423, -110615467 / 29380423, 69997945 / 29380423],
    ]
)
# Steps at the limit of stability from which a law is stiff, unless this many in a row are not (Hairer & Wanner, Solving
# ODEs II, IV.2; Hairer's DOPRI5 has the same numbers).
STABLE, LIMITED, FREE = 3.25, 15, 6
# Explicit steps left from which the implicit method, of a few dozen steps of five times the cost, is faster.
MANY = 300
# Share of the whole time below which no step helps: a law that is undefined at its start is given up soon.
SMALLEST = 1e-30


@njit(cache=True, nogil=True, error_model="numpy")
def slopes_at(code, outputs, value, work, time, y, k):
    """K = d/dt of (state | sensitivities); columns of ``y``: state, initial states, constants."""
    dimension, columns = y.shape
    for i in range(dimension):
        value[i] = y[i, 0]
    value[dimension] = time
    if columns == 1:
        run(code, value)
        for i in range(dimension):
            k[i, 0] = value[outputs[i]]
        return
    partials, adjoint, jacobian = work
    if linearise(code, outputs, dimension, value, partials, adjoint, jacobian):
        without_edges(jacobian)
    for i in range(dimension):
        k[i, 0] = value[outputs[i]]
        for j in range(1, columns):
            k[i, j] = jacobian[i, j - 1] if j > dimension else 0.0
        for s in range(dimension):
            for j in range(1, columns):
                k[i, j] += jacobian[i, s] * y[s, j]


@njit(cache=True, nogil=True, error_model="numpy")
def _error(k, y, trial, step, rtol, atol):
    total = 0.0
    dimension = y.shape[0]
    for i in range(dimension):
        error = 0.0
        for stage in range(7):
            error += E[stage] * k[stage, i, 0]
        scale = atol[i] + rtol * max(abs(y[i, 0]), abs(trial[i, 0]))
        total += (step * error / scale) ** 2
    return math.sqrt(total / dimension)


@njit(cache=True, nogil=True, error_model="numpy")
def _at_limit(k, y, trial, step, rtol, atol):
    """Whether step times largest eigenvalue, told by the last two stages, is at the limit of stability (II, IV.2)."""
    difference = distance = 0.0
    for i in range(y.shape[0]):
        stage = y[i, 0]
        for earlier in range(5):
            stage += step * A[5, earlier] * k[earlier, i, 0]
        scale = atol[i] + rtol * abs(y[i, 0])
        difference += ((k[6, i, 0] - k[5, i, 0]) / scale) ** 2
        distance += ((trial[i, 0] - stage) / scale) ** 2
    return step * step * difference > STABLE * STABLE * distance


@njit(cache=True, nogil=True, error_model="numpy")
def _inside(trial, bound):
    for i in range(trial.shape[0]):  # noqa: SIM110 (numba compiles no generator expressions)
        if not abs(trial[i, 0]) <= bound[i]:
            return False
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _combined(weights, k, y, step, i, row):
    """Writes row ``i`` after a step along the slopes ``k``, weighted."""
    row[:] = 0.0
    for stage in range(weights.shape[0]):
        for j in range(row.shape[0]):
            row[j] += weights[stage] * k[stage, i, j]
    for j in range(row.shape[0]):
        row[j] = y[i, j] + step * row[j]


@njit(cache=True, nogil=True, error_model="numpy")
def _stages(code, outputs, value, work, time, step, y, trial, k):
    """Stages 2 to 7; the last stage is the slope at the new point (first same as last)."""
    dimension = y.shape[0]
    for stage in range(1, 7):
        for i in range(dimension):
            _combined(A[stage, :stage], k, y, step, i, trial[i])
        slopes_at(code, outputs, value, work, time + C[stage] * step, trial, k[stage])


@njit(cache=True, nogil=True, error_model="numpy")
def _first_step(y, k, atol, rtol, span):
    """Hairer, Nørsett & Wanner, II.4, without the second evaluation."""
    d0 = d1 = 0.0
    for i in range(y.shape[0]):
        scale = atol[i] + rtol * abs(y[i, 0])
        d0 += (y[i, 0] / scale) ** 2
        d1 += (k[0, i, 0] / scale) ** 2
    step = 0.01 * math.sqrt(d0 / d1) if d0 > 1e-10 and d1 > 1e-10 else 1e-3 * span
    return min(max(step, 1e-6 * span), span)


@njit(cache=True, nogil=True, error_model="numpy")
def is_stuck(time, step, end):
    """Whether a step is too small to lead on; near the start, small ones are small beside a long time alone."""
    return time + step == time or step < SMALLEST * end


@njit(cache=True, nogil=True, error_model="numpy")
def propagate(code, outputs, registers, constants, start, times, columns, rtol, atol, bound, max_steps, out):
    """Integrates from ``start`` at ``times[0]`` and reads the solution at all ``times``.

    Time is counted from ``times[0]``, so that an autonomous law moves the same whatever the clock showed.

    Args:
        columns: 1 for states only, 1 + states + constants for sensitivities too.
        bound: integration stops where a state's magnitude exceeds it.
        out: (time, state, columns), filled.

    Returns:
        Number of leading rows of ``out`` that were reached; fewer than ``len(times)`` after divergence, a value
        that is not finite, or ``max_steps``; with a minus sign where it was given up because stability limits the
        steps, not accuracy, and many are left: the law is stiff.
    """
    dimension = start.shape[0]
    value = registers.copy()
    work = workspace(code, outputs, dimension, columns)
    y = np.zeros((dimension, columns))
    for i in range(dimension):
        y[i, 0] = start[i]
        if columns > 1:
            y[i, 1 + i] = 1.0
    for i in range(constants.shape[0]):
        value[dimension + 1 + i] = constants[i]
    trial = np.empty_like(y)
    k = np.zeros((7, dimension, columns))
    weights = np.empty(7)
    limited = free = 0
    origin = times[0]
    time = 0.0
    end = times[-1] - origin
    copy(y, out[0])
    reached = 1
    if times.shape[0] == 1:
        return reached
    slopes_at(code, outputs, value, work, origin, y, k[0])
    step = _first_step(y, k, atol, rtol, end)
    header, change = header_of(code), -1.0
    for _ in range(max_steps):
        if time + step * (1.0 + 1e-12) >= end:
            step = end - time
        if header >= 0 and time >= change - 1e-12 * end:
            change = next_change(value, header, origin + time) - origin
        if header >= 0 and time + step > change > time + 1e-12 * end:
            step = change - time
        _stages(code, outputs, value, work, origin + time, step, y, trial, k)
        error = _error(k, y, trial, step, rtol, atol)
        if not error <= 1.0:
            shrink = 0.9 * error**-0.2 if error < 1e10 else 0.1
            step *= max(0.1, shrink)
            if is_stuck(time, step, end):
                return reached
            continue
        if not _inside(trial, bound):
            return reached
        after = time + step if time + step < end else end
        while reached < times.shape[0] and (times[reached] - origin <= after or after == end):
            theta = (times[reached] - origin - time) / step
            for stage in range(7):
                weights[stage] = theta * (
                    DENSE[stage, 0] + theta * (DENSE[stage, 1] + theta * (DENSE[stage, 2] + theta * DENSE[stage, 3]))
                )
            for i in range(dimension):
                _combined(weights, k, y, step, i, out[reached, i])
            reached += 1
        if reached == times.shape[0]:
            return reached
        if _at_limit(k, y, trial, step, rtol, atol):
            limited, free = limited + 1, 0
        else:
            free += 1
            limited = 0 if free == FREE else limited
        if limited >= LIMITED and end - after > MANY * step:
            return -reached
        time = after
        copy(trial, y)
        copy(k[6], k[0])
        step *= min(5.0, 0.9 * max(error, 1e-10) ** -0.2)
    return -reached if limited >= LIMITED else reached
