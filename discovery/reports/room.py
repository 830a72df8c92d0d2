"""How much a figure has room for."""

from __future__ import annotations

from discovery.types import DiscoveryResult

MOST_RUNS, MOST_STATES = 3, 12  # panels that stay legible on one page
MOST_PANELS = 12
MOST_UNSEEN = 3  # states of a figure of half the width


def shown_runs(result: DiscoveryResult) -> int:
    """How many runs the figure of fits has room for."""
    states = min(result.trajectories[0].dimension, MOST_STATES)
    return min(MOST_RUNS, len(result.trajectories), max(1, MOST_PANELS // states))
