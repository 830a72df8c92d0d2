"""Values of expressions, and their derivatives by constants, at many states at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import sympy as sp
from jaxtyping import Float
from numba import njit

from discovery.dynamics.interpreter import linearise, run
from discovery.dynamics.tape import tape_of
from discovery.types import Law


@njit(cache=True, nogil=True, error_model="numpy")
def _values(code, outputs, registers, constants, states, out):
    value = registers.copy()
    dimension = states.shape[1]
    for i in range(constants.shape[0]):
        value[dimension + 1 + i] = constants[i]
    for point in range(states.shape[0]):
        for i in range(dimension):
            value[i] = states[point, i]
        run(code, value)
        for i in range(outputs.shape[0]):
            out[point, i] = value[outputs[i]]


@njit(cache=True, nogil=True, error_model="numpy")
def _gradients(code, outputs, registers, constants, states, out, slopes):
    value = registers.copy()
    dimension, number = states.shape[1], constants.shape[0]
    partials, adjoint = np.empty((code.shape[0], 2)), np.empty(registers.shape[0])
    jacobian = np.empty((outputs.shape[0], dimension + number))
    for i in range(number):
        value[dimension + 1 + i] = constants[i]
    for point in range(states.shape[0]):
        for i in range(dimension):
            value[i] = states[point, i]
        linearise(code, outputs, dimension, value, partials, adjoint, jacobian)
        for i in range(outputs.shape[0]):
            out[point, i] = value[outputs[i]]
            for j in range(number):
                slopes[point, i, j] = jacobian[i, dimension + j]


@njit(cache=True, nogil=True, error_model="numpy")
def _jacobians(code, outputs, registers, states, slopes):
    value = registers.copy()
    dimension = states.shape[1]
    partials, adjoint = np.empty((code.shape[0], 2)), np.empty(registers.shape[0])
    for point in range(states.shape[0]):
        for i in range(dimension):
            value[i] = states[point, i]
        linearise(code, outputs, dimension, value, partials, adjoint, slopes[point])


def jacobians(
    expressions: Sequence[sp.Expr], names: Sequence[str], states: Float[np.ndarray, "point state"]
) -> Float[np.ndarray, "point expression state"]:
    """Derivatives by the states of expressions without free constants; not finite where they are not defined."""
    tape = tape_of(Law(tuple(names), tuple(expressions), ()))
    slopes = np.empty((len(states), len(expressions), states.shape[1]))
    _jacobians(tape.code, tape.outputs, tape.registers, np.ascontiguousarray(states), slopes)
    return slopes


def values(
    expressions: Sequence[sp.Expr],
    names: Sequence[str],
    states: Float[np.ndarray, "point state"],
    constants: Sequence[float] = (),
) -> Float[np.ndarray, "point expression"]:
    """Each expression at each state; not finite where it is not defined."""
    tape = tape_of(Law(tuple(names), tuple(expressions), tuple(constants)))
    out = np.empty((len(states), len(expressions)))
    given = np.array(constants, dtype=np.float64)
    _values(tape.code, tape.outputs, tape.registers, given, np.ascontiguousarray(states), out)
    return out


def gradients(
    expressions: Sequence[sp.Expr],
    names: Sequence[str],
    states: Float[np.ndarray, "point state"],
    constants: Sequence[float],
) -> tuple[Float[np.ndarray, "point expression"], Float[np.ndarray, "point expression constant"]]:
    """Values as :func:`values`, and their derivatives by the constants c0, c1, ...

    Where a root is 0 its slope is infinite; the derivative by a constant that does not stand in it is finite there.
    """
    tape = tape_of(Law(tuple(names), tuple(expressions), tuple(constants)))
    out = np.empty((len(states), len(expressions)))
    slopes = np.empty((len(states), len(expressions), len(constants)))
    given = np.array(constants, dtype=np.float64)
    _gradients(tape.code, tape.outputs, tape.registers, given, np.ascontiguousarray(states), out, slopes)
    return out, slopes
