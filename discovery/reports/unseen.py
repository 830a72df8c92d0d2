"""What the chosen law says of a start that was not measured, beside the laws that the data do not tell from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from discovery.types import DiscoveryResult, Prediction, RankedLaw, Trajectory

MOST_LAWS = 4  # the chosen one and the nearest of those tied with it; more lines cannot be told apart
_POINTS = 600
_MOST_STEPS = 20_000  # a law that needs more on one run is wild; its line ends there
# A start at the mirrored rank of each state stays where measurements were, but not at the ends of their range.
_LOWEST, _HIGHEST = 0.15, 0.85


@dataclass(frozen=True)
class Outlook:
    """Curves from one start by the chosen law, the first, and by its equals.

    Attributes:
        ranks: places of the laws in the ranking.
        curves: their states; NaN from where a law diverges.
    """

    start: Float[np.ndarray, " state"]
    times: Float[np.ndarray, " time"]
    ranks: tuple[int, ...]
    curves: tuple[Float[np.ndarray, "time state"], ...]


def whole_runs(result: DiscoveryResult) -> tuple[tuple[Trajectory, Prediction], ...]:
    """Runs that were kept out from their first sample to their last, and how they were forecast."""
    runs = {run.label: run for run in result.trajectories}
    held_out = (p for p in result.predictions if p.kind == "held_out" and p.label in runs)
    return tuple(
        (runs[p.label], p)
        for p in held_out
        if p.times[0] <= runs[p.label].times[0] and p.times[-1] >= runs[p.label].times[-1]
    )


def tied(result: DiscoveryResult) -> tuple[tuple[int, RankedLaw], ...]:
    """The chosen law and those within the ranking's resolution of it, with their ranks."""
    from discovery.selection.verdict import TIE  # with what selection needs, a second to import

    front = result.ranking.front
    return tuple((rank, law) for rank, law in enumerate(front, start=1) if law.score - front[0].score < TIE)


def outlook(result: DiscoveryResult) -> Outlook | None:
    """Curves from a start that no run had, as long as the first run, or as forecasts by the law hold.

    Returns:
        None if there is no law, or nothing was measured.
    """
    from discovery.dynamics.simulate import simulate

    if result.law is None:
        return None
    run = result.trajectories[0]
    start = unseen_start(result)
    if start is None or len(run) < 2:
        return None
    span = float(run.times[-1] - run.times[0])
    horizon = result.verdict.measures.get("horizon", np.inf)
    times = run.times[0] + np.linspace(0.0, min(span, horizon) if horizon > 0 else span, _POINTS)
    laws = tied(result)[:MOST_LAWS]
    curves = tuple(simulate(law.law, start, times, max_steps=_MOST_STEPS) for _, law in laws)
    return Outlook(start, times, tuple(rank for rank, _ in laws), curves)


def unseen_start(result: DiscoveryResult) -> Float[np.ndarray, " state"] | None:
    """The first measured state with the rank of each value mirrored in all measurements of it: low becomes high."""
    values = np.concatenate([run.states for run in result.trajectories])
    first = result.smoothing.trajectories[0].states[0]
    start: list[float] = []
    for column, value in zip(values.T, first, strict=True):
        known = np.sort(column[np.isfinite(column)])
        if not len(known):
            return None
        rank = float(np.searchsorted(known, value)) / len(known)
        start.append(float(np.quantile(known, np.clip(1.0 - rank, _LOWEST, _HIGHEST))))
    return np.array(start)
