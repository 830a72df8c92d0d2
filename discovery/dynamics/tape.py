"""A law as a small program for registers, so that nothing is compiled for each law.

Registers hold, in this order: the states, time, the constants, literal numbers, results; behind them stands the table
of inputs, where something drives the states. Equal subexpressions share a register. The interpreter is
:mod:`discovery.dynamics.interpreter`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np
import sympy as sp
from jaxtyping import Float, Int

from discovery.errors import ExpressionError
from discovery.symbolic.constants import parts
from discovery.types import Law, read_only, symbol


class Op(IntEnum):
    """Instructions: ``result = op(a, b)``; those of one argument ignore b, POWER_INTEGER takes b as the exponent.

    INPUT reads the b-th input at the present time from the table whose header begins in register a. SIGN is a ramp
    where a is smaller than register b, which is 0 until :func:`discovery.dynamics.ramps.ramped` puts a number there.
    """

    ADD = 0
    SUBTRACT = 1
    MULTIPLY = 2
    DIVIDE = 3
    POWER = 4
    POWER_INTEGER = 5
    SQRT = 6
    EXP = 7
    LOG = 8
    SIN = 9
    COS = 10
    TAN = 11
    TANH = 12
    SINH = 13
    COSH = 14
    ABS = 15
    SIGN = 16
    ATAN = 17
    ASIN = 18
    ACOS = 19
    INPUT = 20


_FUNCTIONS: dict[type, Op] = {
    sp.exp: Op.EXP,
    sp.log: Op.LOG,
    sp.sin: Op.SIN,
    sp.cos: Op.COS,
    sp.tan: Op.TAN,
    sp.tanh: Op.TANH,
    sp.sinh: Op.SINH,
    sp.cosh: Op.COSH,
    sp.Abs: Op.ABS,
    sp.sign: Op.SIGN,
    sp.atan: Op.ATAN,
    sp.asin: Op.ASIN,
    sp.acos: Op.ACOS,
}


@dataclass(frozen=True)
class Readings:
    """A program for the algebraic states at one time. Its registers: states, time, constants, inputs, and the others.

    Attributes:
        code, registers: as of a tape, without a table of inputs, as they are known at the times that are read.
        rows: places of the algebraic states among all.
        results: the register of each.
    """

    code: Int[np.ndarray, "instruction 4"]
    registers: Float[np.ndarray, " register"]
    rows: Int[np.ndarray, " algebraic"]
    results: Int[np.ndarray, " algebraic"]

    @property
    def program(
        self,
    ) -> tuple[
        Int[np.ndarray, "instruction 4"],
        Float[np.ndarray, " register"],
        Int[np.ndarray, " algebraic"],
        Int[np.ndarray, " algebraic"],
    ]:
        """All of it, as compiled loops take it."""
        return self.code, self.registers, self.rows, self.results


@dataclass(frozen=True)
class Tape:
    """A compiled right-hand side.

    Attributes:
        code: rows (operation, result register, register a, register or exponent b).
        registers: initial contents; states, time and constants are filled in before each run.
        outputs: the register of each state's derivative.
        dimension: number of states.
        constants: number of constants.
        header: first of the registers that describe the table of inputs; -1 where there are no inputs.
        readings: of algebraic states, which rest while the others are integrated.
    """

    code: Int[np.ndarray, "instruction 4"]
    registers: Float[np.ndarray, " register"]
    outputs: Int[np.ndarray, " state"]
    dimension: int
    constants: int
    header: int
    readings: Readings


def tape_of(law: Law) -> Tape:
    """The program of a law's right-hand sides.

    Raises:
        ExpressionError: a function that the interpreter does not know, or a symbol that is no state, ``t`` or constant.
    """
    return _compile(law.states, law.skeletons, len(law.constants), law.inputs, law.algebraic)


@lru_cache(maxsize=4096)
def _compile(
    states: tuple[str, ...],
    skeletons: tuple[sp.Expr, ...],
    constants: int,
    inputs: tuple[str, ...],
    algebraic: tuple[str, ...],
) -> Tape:
    rows = [states.index(name) for name in algebraic]
    moves = _Assembler(states, constants, inputs)
    outputs = [moves.literal(0.0) if i in rows else moves.register(side) for i, side in enumerate(skeletons)]
    read = _Assembler(states, constants, inputs, at_once=True)
    results = [read.register(skeletons[i]) for i in rows]
    readings = Readings(read.program, read_only(read.values), _places(rows), _places(results))
    values = read_only(moves.values)
    return Tape(moves.program, values, _places(outputs), len(states), constants, moves.header, readings)


def _places(numbers: Sequence[int]) -> Int[np.ndarray, " place"]:
    return np.array(numbers, dtype=np.int64)


class _Assembler:
    """Gives each distinct subexpression a register, children first.

    Args:
        at_once: whether inputs stand in registers of their own, and not in a table.
    """

    def __init__(self, states: Sequence[str], constants: int, inputs: Sequence[str], *, at_once: bool = False) -> None:
        self.code: list[tuple[int, int, int, int]] = []
        names = (*states, "t", *(f"c{i}" for i in range(constants)), *(inputs if at_once else ()))
        self.values: list[float] = [0.0] * len(names)
        self.place: dict[sp.Expr, int] = {symbol(name): i for i, name in enumerate(names)}
        self.header = len(self.values) if inputs and not at_once else -1
        if self.header >= 0:
            self.values += [0.0, 0.0, float(len(states))]  # place, length, register of the time
            self.place |= {symbol(name): self.emit(Op.INPUT, self.header, i) for i, name in enumerate(inputs)}

    @property
    def program(self) -> Int[np.ndarray, "instruction 4"]:
        return np.array(self.code, dtype=np.int64).reshape(-1, 4)

    def literal(self, value: float) -> int:
        self.values.append(value)
        return len(self.values) - 1

    def emit(self, op: Op, a: int, b: int = 0) -> int:
        self.values.append(0.0)
        result = len(self.values) - 1
        self.code.append((int(op), result, a, b))
        return result

    def register(self, expression: sp.Expr) -> int:
        if expression not in self.place:
            self.place[expression] = self.translate(expression)
        return self.place[expression]

    def translate(self, expression: sp.Expr) -> int:
        if expression.is_Number or expression.is_NumberSymbol:
            return self.literal(float(expression))
        if expression.is_Add:
            return self.sum(expression)
        if expression.is_Mul:
            return self.product(expression)
        if isinstance(expression, sp.Pow):
            return self.power(expression.base, expression.exp)
        if isinstance(expression, sp.cot):
            return self.emit(Op.DIVIDE, self.literal(1.0), self.register(sp.tan(parts(expression)[0])))
        op = _FUNCTIONS.get(expression.func)
        if expression.is_Symbol:
            raise ExpressionError(f"{expression} cannot be simulated: the law has no state or constant of that name.")
        if op is None:
            raise ExpressionError(f"{expression} cannot be simulated: {expression.func} is not a known function.")
        argument = self.register(parts(expression)[0])
        return self.emit(op, argument, self.literal(0.0)) if op is Op.SIGN else self.emit(op, argument)

    def sum(self, expression: sp.Expr) -> int:
        terms = parts(expression)
        if any(a.is_Mul and parts(a)[0].is_Float for a in terms):
            # SymPy orders terms by their numbers first, which are others in other units; sums would round otherwise.
            terms = tuple(sorted(terms, key=lambda a: a.as_coeff_Mul()[1].sort_key()))
        positive = [a for a in terms if not a.could_extract_minus_sign()]
        negative = [a for a in terms if a.could_extract_minus_sign()]
        total = self.register(positive[0]) if positive else self.literal(0.0)
        for term in positive[1:]:
            total = self.emit(Op.ADD, total, self.register(term))
        for term in negative:
            total = self.emit(Op.SUBTRACT, total, self.register(-term))
        return total

    def product(self, expression: sp.Expr) -> int:
        above: list[sp.Expr] = []
        below: list[sp.Expr] = []
        for factor in parts(expression):
            if isinstance(factor, sp.Pow) and factor.exp.is_Number and factor.exp.is_negative:
                below.append(factor.base ** (-factor.exp))
            else:
                above.append(factor)
        total = self.register(above[0]) if above else self.literal(1.0)
        for factor in above[1:]:
            total = self.emit(Op.MULTIPLY, total, self.register(factor))
        for factor in below:
            total = self.emit(Op.DIVIDE, total, self.register(factor))
        return total

    def power(self, base: sp.Expr, exponent: sp.Expr) -> int:
        if exponent == sp.S.Half:
            return self.emit(Op.SQRT, self.register(base))
        if exponent.is_Integer and exponent.is_negative:
            return self.emit(Op.DIVIDE, self.literal(1.0), self.register(base ** (-exponent)))
        if exponent.is_Integer:
            return self.emit(Op.POWER_INTEGER, self.register(base), int(exponent))
        return self.emit(Op.POWER, self.register(base), self.register(exponent))
