"""Where a law ends because what a root or a logarithm is taken of reaches zero, as the level of an empty tank."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.dynamics.evaluate import values
from discovery.samples import Drive, drive_columns, symbol
from discovery.types import Law

# What stands for time in an expression alone, of which it is no variable.
CLOCK = "clock"
DIGITS = 4  # of numbers in a message
# What reaches zero falls below this share of itself where only LAST of the time is left. A decay that does so has a
# rate of more than two thousand in the time that passed, and goes on below the tolerance of a solver anyway.
NEAR, LAST = 0.1, 1e-3
# States that grow by more than this at the same time diverge, and are the reason themselves.
GROWN = 10.0


@dataclass(frozen=True)
class End:
    """What reaches zero, and what has no value from there on.

    Attributes:
        quantity: a state, or what the function is taken of.
        function: the root, power or logarithm.
        below: whether it has a value at zero itself.
    """

    quantity: str
    function: str
    below: bool


def end_of(
    law: Law,
    states: Float[np.ndarray, "time state"],
    times: Float[np.ndarray, " time"],
    drive: Drive | None,
) -> End | None:
    """What reaches zero at the last of the times, to which a law was followed and no further; None where nothing does.

    Args:
        times: some of the whole course, and some of the last :data:`LAST` of it.
    """
    early = times < times[-1] - LAST * (times[-1] - times[0])
    if not early.any() or np.any(np.abs(states[-1]) > GROWN * np.abs(states[early]).max(axis=0, initial=0.0)):
        return None
    table = np.column_stack([states, *drive_columns(drive, times), times])
    names = (*law.states, *law.inputs, CLOCK)
    for quantity, function, below in _with_edges(law):
        course = np.abs(values([quantity], names, table)[:, 0])
        before = course[early][-1]
        if np.isfinite(before) and before > 0.0 and course[-1] <= NEAR * before:
            return End(_text(quantity), _text(function), below)
    return None


def _with_edges(law: Law) -> Iterator[tuple[sp.Expr, sp.Expr, bool]]:
    """What has no value at zero or below it, with what it is taken of, states first; with time under its other name."""
    found: dict[sp.Basic, tuple[sp.Basic, bool]] = {}
    for side in law.equations.values():
        renamed = side.xreplace({symbol("t"): symbol(CLOCK)})
        for one in sorted(renamed.atoms(sp.Pow, sp.log), key=str):
            quantity = one.args[0]
            number = float(one.exp) if isinstance(one, sp.Pow) and one.exp.is_number else None
            whole = number is not None and number.is_integer()
            if quantity.free_symbols and not (whole and (number or 0.0) > 0.0):
                found.setdefault(quantity, (one, not whole and not isinstance(one, sp.log) and (number or 1.0) > 0.0))
    for quantity in sorted(found, key=lambda one: (not one.is_Symbol, str(one))):
        function, below = found[quantity]
        assert isinstance(quantity, sp.Expr)
        assert isinstance(function, sp.Expr)
        yield quantity, function, below


def _text(expression: sp.Expr) -> str:
    rounded = expression.xreplace({number: sp.Float(number, DIGITS) for number in expression.atoms(sp.Float)})
    return str(rounded.xreplace({symbol(CLOCK): symbol("t")}))
