"""Which combinations of given functions a law conserves: exact linear algebra on their rates of change.

A function H changes at the rate sum_i dH/dx_i f_i. Written as a sum over different functions of the states, with
coefficients in the law's constants, it vanishes where the coefficients do: linear conditions on the factors of H.
They are solved modulo a prime at random values of the constants first, which shows at once which functions take part;
these few are then solved with the constants as symbols.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import sympy as sp
from sympy.polys.matrices import DomainMatrix

from discovery.symbolic.constants import substituted

PRIME = 2**31 - 1  # products of two remainders fit into 64 bits
Values = Mapping[sp.Expr, sp.Expr]


@dataclass(frozen=True)
class Rates:
    """Rates of change of functions along a law.

    Attributes:
        functions: of the states.
        constants: of the law.
        rows: coefficients of the functions' rates, one row for each different function of the states among them.
    """

    functions: tuple[sp.Expr, ...]
    constants: tuple[sp.Symbol, ...]
    rows: tuple[tuple[sp.Expr, ...], ...]

    def null_space(self, related: Values) -> tuple[tuple[int, ...], ...]:
        """Places of the functions in each conserved combination, where ``related`` constants are others' multiples.

        Modulo a prime; each combination ends with a function of its own and needs none that comes later.
        """
        constants = (*self.constants, *_symbols(related.values(), self.constants))
        draws = np.random.default_rng(len(self.functions)).integers(2, PRIME, size=len(constants))
        values: dict[sp.Expr, int] = {constant: int(draw) for constant, draw in zip(constants, draws, strict=True)}
        for constant, other in related.items():
            values[constant] = _remainder(other, values)
        matrix = np.array([[_remainder(entry, values) for entry in row] for row in self.rows], dtype=np.int64)
        return _dependent(matrix.reshape(len(self.rows), len(self.functions)))

    def combination(self, places: Sequence[int], related: Values) -> sp.Expr | None:
        """The conserved combination of the functions in these places, with the constants as symbols."""
        rows = [[substituted(row[place], related) for place in places] for row in self.rows]
        used = sp.Matrix([row for row in rows if any(entry != 0 for entry in row)] or [[0] * len(places)])
        found = DomainMatrix.from_Matrix(used).to_field().nullspace().to_Matrix()
        if found.shape[0] != 1:
            return None
        factors = [sp.factor(entry) for entry in found.row(0)]
        return primitive(factors, [self.functions[place] for place in places])


def rates(
    functions: Sequence[sp.Expr],
    states: Sequence[sp.Symbol],
    field: Sequence[sp.Expr],
    drives: Sequence[sp.Symbol] = (),
) -> Rates:
    """The functions' rates of change along ``field``, the right-hand sides of the states.

    Args:
        drives: what else varies in ``field``, as time and inputs.
    """
    columns = [_parts(rate(function, states, field), (*states, *drives)) for function in functions]
    keys = list(dict.fromkeys(key for column in columns for key in column))
    rows = tuple(tuple(column.get(key, sp.S.Zero) for column in columns) for key in keys)
    return Rates(tuple(functions), _symbols(entry for row in rows for entry in row), rows)


def _symbols(expressions: Iterable[sp.Expr], but: Collection[sp.Symbol] = ()) -> tuple[sp.Symbol, ...]:
    """Those of the expressions in the order of their names, without some."""
    leaves = {cast("sp.Symbol", leaf) for one in expressions for leaf in one.free_symbols} - set(but)
    return tuple(sorted(leaves, key=lambda leaf: leaf.sort_key()))


def rate(function: sp.Expr, states: Sequence[sp.Symbol], field: Sequence[sp.Expr]) -> sp.Expr:
    """The rate of change of one function."""
    return sp.Add(*[sp.diff(function, state) * rhs for state, rhs in zip(states, field, strict=True)])


def primitive(factors: Sequence[sp.Expr], functions: Sequence[sp.Expr]) -> sp.Expr:
    """The sum of products without what divides all of its factors; squares are positive, and halved as in energies."""
    below = sp.lcm_list([sp.fraction(sp.together(factor))[1] for factor in factors])
    whole = [sp.cancel(factor * below) for factor in factors]
    common = sp.gcd_list(whole)
    scaled = [sp.cancel(factor / common) for factor in whole]
    squares = [factor for factor, function in zip(scaled, functions, strict=True) if _is_square(function)]
    negative = [factor.could_extract_minus_sign() for factor in squares or scaled]
    scale = sp.Integer(-1 if 2 * sum(negative) > len(negative) else 1)
    numbers = {abs(factor) for factor in squares if factor.is_number}
    if len(numbers) == 1:
        scale /= 2 * numbers.pop()
    return sp.Add(*[scale * factor * function for factor, function in zip(scaled, functions, strict=True)])


def _is_square(function: sp.Expr) -> bool:
    return isinstance(function, sp.Pow) and function.base.is_Symbol and function.exp == 2


def _parts(expression: sp.Expr, states: Sequence[sp.Symbol]) -> dict[sp.Expr, sp.Expr]:
    """A sum as coefficients in the constants by functions of the states; squares of sines are written with cosines."""
    squares = expression.replace(
        lambda node: isinstance(node, sp.Pow) and isinstance(node.base, sp.sin) and node.exp == 2,
        lambda node: 1 - sp.cos(node.base.args[0]) ** 2,
    )
    found: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(sp.expand(sp.powsimp(squares))):  # x^(c + 1)/x is x^c
        factor, function = term.as_independent(*states, as_Add=False)
        found[function] = found.get(function, sp.S.Zero) + factor
    return {function: factor for function, factor in found.items() if factor != 0}


def _remainder(expression: sp.Expr, values: Mapping[sp.Expr, int]) -> int:
    """The value of a polynomial or fraction modulo the prime; powers that are no integers become some number."""
    if isinstance(expression, sp.Symbol):
        return values[expression]
    if isinstance(expression, sp.Rational):
        return int(expression.p) * pow(int(expression.q), -1, PRIME) % PRIME
    arguments = cast("tuple[sp.Expr, ...]", expression.args)
    if isinstance(expression, sp.Add):
        return sum(_remainder(one, values) for one in arguments) % PRIME
    if isinstance(expression, sp.Mul):
        product = 1
        for one in arguments:
            product = product * _remainder(one, values) % PRIME
        return product
    if isinstance(expression, sp.Pow) and isinstance(expression.exp, sp.Integer):
        return pow(_remainder(expression.base, values), int(expression.exp), PRIME)
    return zlib.crc32(str(expression).encode()) % PRIME


def _dependent(matrix: np.ndarray) -> tuple[tuple[int, ...], ...]:
    """Columns that depend on earlier ones, each after those that it depends on; by elimination modulo the prime."""
    matrix = matrix.copy()
    pivots: list[int] = []
    found: list[tuple[int, ...]] = []
    for column in range(matrix.shape[1]):
        below = np.flatnonzero(matrix[len(pivots) :, column])
        if not len(below):
            found.append((*(p for row, p in enumerate(pivots) if matrix[row, column]), column))
            continue
        row = len(pivots)
        other = row + int(below[0])
        matrix[[row, other]] = matrix[[other, row]]
        matrix[row] = matrix[row] * pow(int(matrix[row, column]), -1, PRIME) % PRIME
        rest = np.flatnonzero(matrix[:, column])
        rest = rest[rest != row]
        matrix[rest] = (matrix[rest] - matrix[rest, column][:, None] * matrix[row] % PRIME) % PRIME
        pivots.append(column)
    return tuple(found)
