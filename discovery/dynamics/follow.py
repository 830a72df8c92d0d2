"""Integration by the method that a law needs: explicit steps, or implicit ones where stability makes those too many.

Inputs of a law are read by its tape.
"""

from __future__ import annotations

from numba import njit

from discovery.dynamics.implicit import propagate_stiff
from discovery.dynamics.iterate import MAP, iterate
from discovery.dynamics.runge_kutta import propagate

# An implicit step costs about as much as this many explicit ones: five stages of a few Newton iterations.
DEAR = 5
# Implicit steps that are allowed besides: a window's first ones are small.
MORE = 100


@njit(cache=True, nogil=True, error_model="numpy")
def follow(code, outputs, registers, constants, start, times, columns, rtol, atol, bound, max_steps, out, stiff):
    """As :func:`discovery.dynamics.runge_kutta.propagate`, with implicit steps where stability limits explicit ones.

    Args:
        rtol: relative tolerance; ``MAP`` for a law that gives the next state, which is applied.
        max_steps: explicit steps allowed; implicit ones take as much time at most.
        stiff: one boolean: whether explicit steps need not be tried; set where implicit ones reached the end instead.

    Returns:
        Number of leading rows of ``out`` that were reached.
    """
    if rtol == MAP:
        return iterate(code, outputs, registers, constants, start, times, columns, bound, max_steps, out)
    if not stiff[0]:
        reached = propagate(
            code, outputs, registers, constants, start, times, columns, rtol, atol, bound, max_steps, out
        )
        if reached > 0:
            return reached
    limit = max_steps // DEAR + MORE
    reached = propagate_stiff(code, outputs, registers, constants, start, times, columns, rtol, atol, bound, limit, out)
    stiff[0] = reached == times.shape[0]
    return reached
