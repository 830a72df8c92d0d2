"""Other packages that differentiate noisy samples, each called as its own documentation advises."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from benchmarks.differentiators.attempt import Attempt
from discovery.errors import DataError
from discovery.types import Trajectory

ORACLE = ", best by truth"
REMEDY = "not installed: pip install '.[benchmarks]'"
SEED = 0


@dataclass(frozen=True)
class Peer:
    """A way to use another package.

    Attributes:
        title: in tables.
        module: in ``benchmarks.differentiators``; ``function`` of it makes the attempts.
        uneven: what is done with uneven samples.
        several: whether it chooses among attempts.
        timed: whether it takes the CPU seconds that it is given, those of ``auto``.
    """

    title: str
    package: str
    module: str
    function: str
    uneven: str
    several: bool = True
    timed: bool = False

    def missing(self) -> bool:
        """Whether the package is not installed."""
        return importlib.util.find_spec(self.package) is None


PEERS = {
    "pysindy_default": Peer(
        "pysindy smoothed differences, default",
        "pysindy", "pysindy_differences", "default", "interpolated", several=False,
    ),
    "pysindy_tuned": Peer(
        "pysindy smoothed differences, cross-validated",
        "pysindy", "pysindy_differences", "tuned", "interpolated",
    ),
    "pynumdiff": Peer(
        "PyNumDiff, its own optimiser",
        "pynumdiff", "pynumdiff_optimised", "differentiate", "interpolated to tune; rtsdiff, splinediff get them",
    ),
    "derivative": Peer(
        "derivative, cross-validated",
        "derivative", "derivative_package", "differentiate", "as they are; trend filter interpolated",
    ),
    "torchdiffeq_stretches": Peer(
        "torchdiffeq's ode_demo, short stretches",
        "torchdiffeq", "neural_recipe", "stretches", "interpolated", timed=True,
    ),
    "torchdiffeq_whole": Peer(
        "torchdiffeq's ode_demo, whole run",
        "torchdiffeq", "neural_recipe", "whole", "as they are", timed=True,
    ),
}  # fmt: skip


def attempts(peer: Peer, run: Trajectory, seconds: float) -> tuple[Attempt, ...]:
    """All that a peer tries on one run; the truth is not shown to it."""
    module = importlib.import_module(f"benchmarks.differentiators.{peer.module}")
    return getattr(module, peer.function)(run, seconds, SEED)


def chosen(found: Sequence[Attempt]) -> tuple[Float[np.ndarray, "time state"], tuple[str, ...]]:
    """For each state the derivative of the attempt with the smallest loss, and that attempt's name.

    Raises:
        DataError: every attempt at a state failed.
    """
    losses = np.array([attempt.losses for attempt in found])
    best = np.argmin(losses, axis=0)
    if not np.all(np.isfinite(np.min(losses, axis=0))):
        raise DataError("Every attempt at a state failed. Look at the samples.")
    slopes = np.stack([found[index].derivatives[:, state] for state, index in enumerate(best)], axis=1)
    return slopes, tuple(found[index].name for index in best)
