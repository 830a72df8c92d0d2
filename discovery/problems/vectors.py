"""Which states are the components of one vector."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from discovery.laws import Frame, Unknown
from discovery.types import DiscoveryProblem, symbol

# Components of a vector in the plane and in space.
PLANE, SPACE = 2, 3


def vectors_of(problem: DiscoveryProblem) -> tuple[tuple[str, ...], ...]:
    """Names of states that are the components of a vector; most problems have none."""
    return problem.vectors or tuple(_moving(problem.settled))


def among(frame: Frame, unknown: Unknown) -> tuple[tuple[str, ...], ...]:
    """The variables of a function that are components of a vector, two at least."""
    called = dict(zip(map(str, unknown.arguments), unknown.variables, strict=True))
    states = set(map(symbol, frame.states))
    moving = _moving({s: rate for s, rate in zip(frame.states, frame.templates, strict=True) if rate in states})
    parts = (tuple(called[name] for name in vector if name in called) for vector in moving)
    return tuple(part for part in parts if len(part) >= PLANE)


def _moving(rates: Mapping[str, sp.Expr]) -> tuple[tuple[str, ...], ...]:
    """Two or three positions whose derivatives are other states, and these velocities."""
    velocities = {state: str(rate) for state, rate in rates.items() if rate.is_Symbol}
    several = PLANE <= len(velocities) <= SPACE and len(set(velocities.values())) == len(velocities)
    return (tuple(velocities), tuple(velocities.values())) if several else ()
