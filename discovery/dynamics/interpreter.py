"""Runs a tape: values, and values with their derivatives. One compiled loop serves every law."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

# Half of the time within which a held input changes, as a share of the shorter step beside.
RAMP = 0.005
# Share of an input's range by which it may leave the straight line that it is on before steps end where the line turns.
# With 0.05, errors are a hundred times the tolerance, and steps that cross turns are tried again and again: inputs with
# noise take five times as long. A fine course of 4000 samples takes 2.5 times as long as with 0.05, and is as accurate.
SEEN = 1e-4
# Operations of :class:`discovery.dynamics.tape.Op`: what reads an input, and a sign, whose second register holds half
# of its ramp's width.
INPUT, SIGN = 20, 16


@njit(cache=True, nogil=True, error_model="numpy")
def copy(source: np.ndarray, target: np.ndarray) -> None:
    """Copies a matrix onto another. Assignment to a slice is compiled with messages about shapes, and takes seconds."""
    for i in range(source.shape[0]):
        for j in range(source.shape[1]):
            target[i, j] = source[i, j]


@njit(cache=True, nogil=True, error_model="numpy")
def run(code: np.ndarray, value: np.ndarray) -> None:
    """Fills the result registers."""
    for i in range(code.shape[0]):
        op, r, a, b = int(code[i, 0]), int(code[i, 1]), int(code[i, 2]), int(code[i, 3])
        if op == 0:
            value[r] = value[a] + value[b]
        elif op == 1:
            value[r] = value[a] - value[b]
        elif op == 2:
            value[r] = value[a] * value[b]
        elif op == 3:
            value[r] = value[a] / value[b]
        elif op == INPUT:
            value[r] = _input(value, a, b)
        else:
            value[r] = _value(op, value[a], value[b] if op == 4 or op == SIGN else float(b))


@njit(cache=True, nogil=True, error_model="numpy")
def _value(op: int, x: float, y: float) -> float:
    if op == 4 or op == 5:
        return _power(x, y)
    if op == 6:
        return math.sqrt(x) if x >= 0.0 else np.nan
    if op == 7:
        return np.inf if x >= 700.0 else math.exp(x)  # asked so that NaN stays NaN, as below
    if op == 8:
        return math.log(x) if x > 0.0 else np.nan
    if op == 9:
        return math.sin(x) if abs(x) < 1e15 else np.nan
    if op == 10:
        return math.cos(x) if abs(x) < 1e15 else np.nan
    if op == 11:
        return math.tan(x) if abs(x) < 1e15 else np.nan
    if op == 12:
        return math.tanh(x)
    if op == 13:
        return math.copysign(np.inf, x) if abs(x) >= 700.0 else math.sinh(x)
    if op == 14:
        return np.inf if abs(x) >= 700.0 else math.cosh(x)
    if op == 15:
        return abs(x)
    if op == SIGN:
        return x / y if abs(x) < y else float(np.sign(x))
    if op == 17:
        return math.atan(x)
    if abs(x) > 1.0:
        return np.nan
    return math.asin(x) if op == 18 else math.acos(x)


@njit(cache=True, nogil=True, error_model="numpy")
def _input(value: np.ndarray, header: int, column: int) -> float:
    """An input at the present time, from the table that :func:`with_table` put behind the registers."""
    base, count = int(value[header]), int(value[header + 1])
    time = value[int(value[header + 2])]
    first = base + count * (1 + column)
    if time <= value[base]:
        return value[first]
    if time >= value[base + count - 1]:
        return value[first + count - 1]
    return _line(value, base, first, _place(value, base, count, time), time)


@njit(cache=True, nogil=True, error_model="numpy")
def _place(value: np.ndarray, base: int, count: int, time: float) -> int:
    """The last place of the table, but for the very last, that is not after a time; -1 before the first."""
    low, high = -1, count - 1
    while high - low > 1:
        middle = (low + high) // 2
        if value[base + middle] <= time:
            low = middle
        else:
            high = middle
    return low


@njit(cache=True, nogil=True, error_model="numpy")
def _line(value: np.ndarray, base: int, first: int, low: int, time: float) -> float:
    """The straight line through the values at one place and the next, at any time; the first value before them all."""
    if low < 0:
        return value[first]
    share = (time - value[base + low]) / (value[base + low + 1] - value[base + low])
    return value[first + low] + share * (value[first + low + 1] - value[first + low])


@njit(cache=True, nogil=True, error_model="numpy")
def header_of(code: np.ndarray) -> int:
    """The register that describes the table of inputs; -1 where there is none."""
    for i in range(code.shape[0]):
        if code[i, 0] == INPUT:
            return int(code[i, 2])
    return -1


@njit(cache=True, nogil=True, error_model="numpy")
def next_change(value: np.ndarray, header: int, now: float) -> float:
    """The last time of the table at which all inputs are on their present straight lines; infinite after the last.

    At rest the error of a step is zero, and steps that grow would pass over a pulse.
    """
    base, count = int(value[header]), int(value[header + 1])
    columns = (value.shape[0] - base - count) // (count + 1)
    if now >= value[base + count - 1]:
        return np.inf
    low = _place(value, base, count, now)
    for later in range(max(low, 0) + 1, count):
        for column in range(columns):
            first, seen = base + count * (1 + column), value[base + count * (1 + columns) + column]
            if abs(value[first + later] - _line(value, base, first, low, value[base + later])) > seen:
                return value[base + later - 1]
    return value[base + count - 1]


@njit(cache=True, nogil=True, error_model="numpy")
def with_table(
    registers: np.ndarray, header: int, times: np.ndarray, drives: np.ndarray, held: np.ndarray
) -> np.ndarray:
    """The registers with a table of inputs behind them: times, one column of values after another, then :data:`SEEN`.

    Values that are held until the next time change there within a hundredth of the step, as no step of an integration
    can cross a jump; in the mean they change at that time. Beside them, others go on along their lines.

    Args:
        header: register that is to hold where the table begins; the next one holds its length.
        held: of each input whether its values are held.
    """
    samples = times.shape[0]
    jumps = np.any(held)
    count = 2 * samples - 1 if jumps else samples
    size = registers.shape[0]
    value = np.empty(size + count * (1 + drives.shape[1]) + drives.shape[1])
    for i in range(size):
        value[i] = registers[i]
    value[header], value[header + 1] = size, count
    for i in range(samples):
        after = 2 * i if jumps else i
        half = 0.0
        if jumps and i > 0:
            before = times[i] - times[i - 1]
            half = RAMP * (min(before, times[i + 1] - times[i]) if i + 1 < samples else before)
            value[size + after - 1] = times[i] - half
        value[size + after] = times[i] + half
        for column in range(drives.shape[1]):
            begin = size + count * (1 + column)
            value[begin + after] = drives[i, column]
            if jumps and i > 0:
                value[begin + after - 1] = drives[i - 1, column]
                if not held[column]:
                    rise = (drives[i, column] - drives[i - 1, column]) / (times[i] - times[i - 1])
                    value[begin + after - 1] = drives[i, column] - half * rise
                    if i + 1 < samples:
                        rise = (drives[i + 1, column] - drives[i, column]) / (times[i + 1] - times[i])
                        value[begin + after] = drives[i, column] + half * rise
    for column in range(drives.shape[1]):
        low = high = drives[0, column]
        for i in range(samples):
            low, high = min(low, drives[i, column]), max(high, drives[i, column])
        value[size + count * (1 + drives.shape[1]) + column] = max(SEEN * (high - low), 1e-9 * max(high, -low))
    return value


@njit(cache=True, nogil=True, error_model="numpy")
def _power(x: float, y: float) -> float:
    if y == math.floor(y):
        if abs(y) > 64.0:
            return x**y  # of which the sign is right for whole powers
        result = 1.0
        for _ in range(int(abs(y))):
            result *= x
        return result if y >= 0.0 else 1.0 / result
    return x**y if x > 0.0 else (0.0 if x == 0.0 and y > 0.0 else np.nan)


@njit(cache=True, nogil=True, error_model="numpy")
def _slope(op: int, x: float, y: float, result: float) -> float:
    """Derivative of an instruction of one argument (or a power) by that argument."""
    if op == 4 or op == 5:
        return y * _power(x, y - 1.0) if y != 0.0 else 0.0
    if op == 6:
        return 0.5 / result
    if op == 7:
        return result
    if op == 8:
        return 1.0 / x
    if op == 9:
        return math.cos(x)
    if op == 10:
        return -math.sin(x)
    if op == 11:
        return 1.0 + result * result
    if op == 12:
        return 1.0 - result * result
    if op == 13:
        return math.cosh(x)
    if op == 14:
        return math.sinh(x)
    if op == 15:
        return float(np.sign(x))
    if op == SIGN:
        return 1.0 / y if abs(x) < y else 0.0
    if op == 17:
        return 1.0 / (1.0 + x * x)
    root = math.sqrt(1.0 - x * x)
    return 1.0 / root if op == 18 else -1.0 / root


@njit(cache=True, nogil=True, error_model="numpy")
def run_with_partials(code: np.ndarray, value: np.ndarray, partials: np.ndarray) -> tuple[bool, bool]:
    """Fills the result registers, and the slopes of each instruction by what it reads.

    Args:
        partials: by the first register and by the second, a row for each instruction; filled.

    Returns:
        Whether all are finite, and whether a function is at its edge, where its slope is not.
    """
    finite, edge = True, False
    for i in range(code.shape[0]):
        op, r, a, b = int(code[i, 0]), int(code[i, 1]), int(code[i, 2]), int(code[i, 3])
        if op == 0:
            value[r] = value[a] + value[b]
            partials[i, 0], partials[i, 1] = 1.0, 1.0
        elif op == 1:
            value[r] = value[a] - value[b]
            partials[i, 0], partials[i, 1] = 1.0, -1.0
        elif op == 2:
            x, y = value[a], value[b]
            value[r] = x * y
            partials[i, 0], partials[i, 1] = y, x
        elif op == 3:
            x, y = value[a], value[b]
            ratio = x / y
            value[r] = ratio
            partials[i, 0], partials[i, 1] = 1.0 / y, -ratio / y
            finite = finite and math.isfinite(partials[i, 0]) and math.isfinite(partials[i, 1])
        elif op == INPUT:
            value[r] = _input(value, a, b)
            partials[i, 0], partials[i, 1] = 0.0, 0.0
        else:
            x = value[a]
            y = value[b] if op == 4 or op == SIGN else float(b)
            value[r] = _value(op, x, y)
            slope = _slope(op, x, y, value[r])
            edge = edge or not math.isfinite(slope)
            partials[i, 0] = slope
            partials[i, 1] = value[r] * math.log(x) if op == 4 and x > 0.0 else 0.0
    return finite and not edge, edge


@njit(cache=True, nogil=True, error_model="numpy")
def workspace(
    code: np.ndarray, outputs: np.ndarray, dimension: int, columns: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What :func:`linearise` works in, and the Jacobian of a law; ``columns`` are 1 and those by states and constants.

    No register behind the last that is written matters: there may be a long table of inputs.
    """
    last = max(columns, dimension)  # behind the states come time and the constants
    for i in range(code.shape[0]):
        last = max(last, int(code[i, 1]))
    for o in range(outputs.shape[0]):
        last = max(last, int(outputs[o]))
    return np.empty((code.shape[0], 2)), np.empty(last + 1), np.empty((dimension, max(columns - 1, dimension)))


@njit(cache=True, nogil=True, error_model="numpy")
def linearise(
    code: np.ndarray, outputs: np.ndarray, dimension: int, value: np.ndarray, partials: np.ndarray, adjoint: np.ndarray,
    jacobian: np.ndarray,
) -> bool:  # fmt: skip
    """Fills the result registers and the outputs' derivatives by states and constants; whether one is at an edge.

    Backwards from each output, as there are few of them beside the constants: instruction by instruction, what the
    output gains from a register is passed on to those that it was made of.

    Args:
        dimension: number of states.
        partials, adjoint: a row for each instruction, and a place for each register, to work in.
        jacobian: a row for each output; by the states, then by as many constants as there are columns left. Not finite
            where a derivative is not defined.

    Source: Griewank & Walther (2008), Evaluating Derivatives, 3.2, reverse accumulation.
    """
    finite, edge = run_with_partials(code, value, partials)
    for o in range(outputs.shape[0]):
        for register in range(adjoint.shape[0]):
            adjoint[register] = 0.0
        adjoint[outputs[o]] = 1.0
        if finite:
            _pass_on(code, partials, adjoint)
        else:
            _pass_on_at_edges(code, partials, adjoint, outputs[o])
        for j in range(jacobian.shape[1]):
            jacobian[o, j] = adjoint[j if j < dimension else j + 1]  # between them is time
    return edge


@njit(cache=True, nogil=True, error_model="numpy")
def _pass_on(code: np.ndarray, partials: np.ndarray, adjoint: np.ndarray) -> None:
    """From each register to those that it was made of."""
    for i in range(code.shape[0] - 1, -1, -1):
        gained = adjoint[code[i, 1]]
        if gained == 0.0:
            continue
        adjoint[code[i, 2]] += gained * partials[i, 0]
        if code[i, 0] <= 4:  # of others the last number is no register
            adjoint[code[i, 3]] += gained * partials[i, 1]


@njit(cache=True, nogil=True, error_model="numpy")
def _pass_on_at_edges(code: np.ndarray, partials: np.ndarray, adjoint: np.ndarray, output: int) -> None:
    """The same where some slopes are not finite, as that of a root of 0 or of 1/0.

    What an infinite slope meets with zero is not zero, but not defined, if the output depends on it at all; what a
    register does not depend on has no part in that.
    """
    reached = np.zeros(adjoint.shape[0], np.bool_)
    reached[output] = True
    for i in range(code.shape[0] - 1, -1, -1):
        if not reached[code[i, 1]]:
            continue
        gained = adjoint[code[i, 1]]
        reached[code[i, 2]] = True
        if partials[i, 0] != 0.0:
            adjoint[code[i, 2]] += gained * partials[i, 0]
        if code[i, 0] <= 4:
            reached[code[i, 3]] = True
            if partials[i, 1] != 0.0:
                adjoint[code[i, 3]] += gained * partials[i, 1]


@njit(cache=True, nogil=True, error_model="numpy")
def without_edges(jacobian: np.ndarray) -> None:
    """Leaves infinite slopes by the states out, where :func:`linearise` met some, for sensitivities.

    A root has one where it is 0, as the outflow of an empty tank. It counts as none there: a solution that starts
    there leaves at once, and its slopes after that decide.
    """
    for i in range(jacobian.shape[0]):
        for j in range(jacobian.shape[0]):
            if not math.isfinite(jacobian[i, j]):
                jacobian[i, j] = 0.0
