"""Where an input that is held switches, states stay but their derivatives jump: no smooth curve has such a kink.

A prior over curves gets it as further covariance of the derivatives alone, added where the step to the switch ends.
What an input drives jumps in its first derivative; a position, where a force is switched, in its second.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from jaxtyping import Float

from discovery.smoothing.priors import Prior
from discovery.smoothing.series import Grid
from discovery.types import Trajectory

# Times by which derivatives jump at a switch by an input's whole range as they are spread before the first sample. Of
# tanks, a mass and a chemostat 3 is likelier than 1 by 1 to 40 nats but for one, by half of one less; 10 gains nothing.
LARGER = 3.0


def kinks(trajectories: Sequence[Trajectory]) -> tuple[Float[np.ndarray, " step"], ...]:
    """How far inputs of each run switch at the end of each step, in their ranges over all runs; at most 1."""
    inputs = [np.where(run.held, run.inputs, 0.0) for run in trajectories]
    ranges = np.ptp(np.concatenate(inputs), axis=0) if inputs else np.empty(0)
    ranges = np.where(ranges > 0.0, ranges, 1.0)
    return tuple(np.minimum(np.linalg.norm(np.diff(one, axis=0) / ranges, axis=1), 1.0) for one in inputs)


def moves(
    prior: Prior, grid: Grid, hyper: Float[np.ndarray, " hyper"], jump: int
) -> tuple[Float[np.ndarray, "gap 4 4"], Float[np.ndarray, "gap 4 4"]]:
    """Transition and root of the added covariance for each gap, with the kinks at the ends of gaps.

    A switch by an input's whole range makes derivatives jump by :data:`LARGER` times their spread before the first
    sample.

    Args:
        jump: the first derivative that does; 0 for none.
    """
    transitions, diffusions = prior.moves(grid.gaps, hyper)
    there = np.flatnonzero(grid.kinks)
    if jump and len(there):
        spread = LARGER * prior.initial(hyper)
        spread[:, :jump] = 0.0  # the root is triangular: what is left of it is theirs, given those before
        both = np.concatenate([diffusions[there], grid.kinks[there, None, None] * spread], axis=2)
        diffusions = diffusions.copy()
        triangular = cast("np.ndarray", np.linalg.qr(both.transpose(0, 2, 1), mode="r"))
        diffusions[there] = triangular.transpose(0, 2, 1)
    return transitions, diffusions
