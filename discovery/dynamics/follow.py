"""Integration by the method that a law needs: explicit steps, or implicit ones where stability makes those too many.

Inputs of a law are read by its tape. Each method is compiled when it is first needed, since together they take twice
as long.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numba import njit

from discovery.dynamics.implicit import propagate_stiff
from discovery.dynamics.iterate import MAP, iterate
from discovery.dynamics.runge_kutta import propagate
from discovery.dynamics.tape import Tape

# An implicit step costs about as much as this many explicit ones: five stages of a few Newton iterations.
DEAR = 5
# Implicit steps that are allowed besides: a window's first ones are small.
MORE = 100


@njit(cache=True, nogil=True, error_model="numpy")
def implicit_steps(explicit):
    """Implicit step budget with about the cost of ``explicit`` explicit steps."""
    return explicit // DEAR + MORE


def follow(
    tape: Tape,
    registers: Float[np.ndarray, " register"],
    constants: Float[np.ndarray, " constant"],
    start: Float[np.ndarray, " state"],
    times: Float[np.ndarray, " time"],
    *,
    rtol: float,
    atol: Float[np.ndarray, " state"],
    bound: Float[np.ndarray, " state"],
    max_steps: int,
    out: Float[np.ndarray, "time state column"],
    stiff: bool = False,
) -> tuple[int, bool]:
    """Fills ``out`` as :func:`discovery.dynamics.runge_kutta.propagate`, by implicit steps where those are fewer.

    Args:
        registers: those of the tape, with a table of inputs behind them where the law has some.
        rtol: relative tolerance; ``MAP`` for a law that gives the next state, which is applied.
        max_steps: explicit steps allowed; implicit ones take as much time at most, and a map takes what it needs.
        out: states, and in further columns their sensitivities to the start and the constants.
        stiff: whether explicit steps need not be tried.

    Returns:
        Number of leading rows of ``out`` that were reached, and whether implicit steps reached the end.
    """
    columns, law = out.shape[2], (tape.code, tape.outputs, registers, constants, start, times)
    if rtol == MAP:
        return iterate(*law, columns, bound, out), False
    if not stiff:
        reached = propagate(*law, columns, rtol, atol, bound, max_steps, out)
        if reached > 0:
            return reached, False
    reached = propagate_stiff(*law, columns, rtol, atol, bound, implicit_steps(max_steps), out)
    return reached, reached == len(times)
