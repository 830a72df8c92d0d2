"""Which states may be the components of one vector."""

from __future__ import annotations

from itertools import combinations

from discovery.types import DiscoveryProblem

# Components of a vector in the plane or in space.
PLANE, SPACE = 2, 3
# Variables of a function of which any two may be components: of more they would be too many.
MOST_VARIABLES = 4


def vectors(problem: DiscoveryProblem) -> tuple[tuple[str, ...], ...]:
    """Names of states that may be the components of a vector; most problems have none.

    Where two or three positions are measured with their velocities, these are two vectors. Of a function that was left
    open in two to four variables any two may be one, and three of three: nobody would tell that it depends on both
    velocities if they were not.
    """
    velocities = {state: str(rhs) for state, rhs in problem.settled.items() if rhs.is_Symbol}
    if PLANE <= len(velocities) <= SPACE and len(set(velocities.values())) == len(velocities):
        return tuple(velocities), tuple(velocities.values())
    if problem.respond is None or not PLANE <= len(problem.names) <= MOST_VARIABLES:
        return ()
    whole = (problem.names,) if len(problem.names) == SPACE else ()
    return (*combinations(problem.names, PLANE), *whole)
