"""What the chosen law says of a start that was not measured, beside the laws that the data hardly tell from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from discovery.errors import SimulationError
from discovery.reports.openness import next_run
from discovery.types import DiscoveryResult, Prediction, RankedLaw, Trajectory

MOST_LAWS = 5  # the chosen one and the nearest behind it; more lines cannot be told apart
_POINTS = 600
_DRAWS = 100  # solutions of a band; its ends scatter by a seventh of its width, which nobody reads off a figure
# A start at the mirrored rank of each state stays where measurements were, but not at the ends of their range.
_LOWEST, _HIGHEST = 0.15, 0.85


@dataclass(frozen=True)
class Outlook:
    """Curves from one start by the chosen law, the first, and by those that are drawn beside it.

    Attributes:
        suggested: whether the start is the one that the result suggests to measure from.
        ranks: places of the laws in the ranking.
        curves: their states; NaN from where a law diverges.
        low, high: between them lie 95 % of the chosen law's solutions with equally credible constants; no rows where
            the result does not know them.
    """

    start: Float[np.ndarray, " state"]
    suggested: bool
    times: Float[np.ndarray, " time"]
    ranks: tuple[int, ...]
    curves: tuple[Float[np.ndarray, "time state"], ...]
    low: Float[np.ndarray, "time state"]
    high: Float[np.ndarray, "time state"]


def whole_runs(result: DiscoveryResult) -> tuple[tuple[Trajectory, Prediction], ...]:
    """Runs that were kept out from their first sample to their last, and how they were forecast."""
    runs = {run.label: run for run in result.trajectories}
    held_out = (p for p in result.predictions if p.kind == "held_out" and p.label in runs)
    return tuple(
        (runs[p.label], p)
        for p in held_out
        if p.times[0] <= runs[p.label].times[0] and p.times[-1] >= runs[p.label].times[-1]
    )


def begun_anew(result: DiscoveryResult) -> bool:
    """Whether forecasts of whole runs began again on the way: of a law that is lost before their end."""
    return bool(np.isfinite(result.verdict.measures.get("horizon", np.inf)))


def tied(result: DiscoveryResult) -> tuple[tuple[int, RankedLaw], ...]:
    """The chosen law and those within the ranking's resolution of it, with their ranks."""
    from discovery.selection.score import TIE  # with what selection needs, a second to import

    front = result.ranking.front
    return tuple((rank, law) for rank, law in enumerate(front, start=1) if law.score - front[0].score < TIE)


def beside(result: DiscoveryResult) -> tuple[tuple[int, RankedLaw], ...]:
    """The laws that are drawn, with their ranks: the chosen one, and those that the suggested run would tell from it.

    Where no run is suggested for that, those that are tied with it.
    """
    from discovery.selection.experiments import NEAR, RIVALS

    suggestion, front = next_run(result), result.ranking.front
    if suggestion is None or suggestion.purpose != "rivals":
        return tied(result)[:MOST_LAWS]
    near = [(rank, law) for rank, law in enumerate(front, start=1) if law.score - front[0].score < NEAR]
    return tuple(near[: 1 + RIVALS][:MOST_LAWS])


def beyond(result: DiscoveryResult, plan: Planned) -> tuple[tuple[str, float, float], ...]:
    """States of a planned start that lie beyond all that was measured of them, with the range of that."""
    run = result.trajectories[0]
    values = np.concatenate([one.states for one in result.trajectories])
    found: list[tuple[str, float, float]] = []
    for name, value, column in zip(run.names, plan.start, values.T, strict=True):
        known = column[np.isfinite(column)]
        if len(known) and not known.min() <= value <= known.max():
            found.append((name, float(known.min()), float(known.max())))
    return tuple(found)


@dataclass(frozen=True)
class Planned:
    """From where, and when, an outlook shows the laws.

    Attributes:
        suggested: whether the start is the one that the result suggests to measure from.
    """

    start: Float[np.ndarray, " state"]
    suggested: bool
    times: Float[np.ndarray, " time"]


def planned(result: DiscoveryResult) -> Planned | None:
    """The start that the result suggests to measure from; without that, one that no run had.

    Times are as long as the suggested run, or as the first run, or as forecasts by the law hold.

    Returns:
        None if there is no law, or nothing was measured, or it is not known what would drive another run.
    """
    run = result.trajectories[0]
    if result.law is None or len(run) < 2 or result.law.inputs or result.law.algebraic:
        return None  # what would drive another run is not known, nor can an algebraic state be set
    if result.smoothing.noise.process:
        return None  # by chance it goes elsewhere
    suggestion = next_run(result)
    start = unseen_start(result) if suggestion is None else np.array(suggestion.start)
    if start is None:
        return None
    span = float(run.times[-1] - run.times[0]) if suggestion is None else suggestion.duration
    horizon = result.verdict.measures.get("horizon", np.inf)
    # On a late clock neighbours may be equal.
    times = np.unique(run.times[0] + np.linspace(0.0, min(span, horizon) if horizon > 0 else span, _POINTS))
    return Planned(start, suggestion is not None, times)


def outlook(result: DiscoveryResult) -> Outlook | None:
    """Curves from the planned start; None where there is none."""
    from discovery.dynamics.simulate import FEW_STEPS, simulate

    plan = planned(result)
    if plan is None:
        return None
    laws = beside(result)
    curves = tuple(simulate(law.law, plan.start, plan.times, max_steps=FEW_STEPS) for _, law in laws)
    low, high = _band(result, plan.start, plan.times)
    return Outlook(plan.start, plan.suggested, plan.times, tuple(rank for rank, _ in laws), curves, low, high)


def banded(result: DiscoveryResult, plan: Planned) -> bool:
    """Whether the outlook has a band: its constants are known so well or ill, and the law can be followed."""
    from discovery.dynamics.simulate import simulate

    if result.law is None or not result.advice.covariance:
        return False
    return bool(np.all(np.isfinite(simulate(result.law, plan.start, plan.times))))


def _band(
    result: DiscoveryResult, start: Float[np.ndarray, " state"], times: Float[np.ndarray, " time"]
) -> tuple[np.ndarray, np.ndarray]:
    """Where solutions with other constants lie; empty if these are not known or the law cannot be followed."""
    from discovery.dynamics.drawn import Known, drawn_constants
    from discovery.dynamics.forecast import forecast

    none = np.empty((0, len(start)))
    if result.law is None or not result.advice.covariance:
        return none, none
    constants = drawn_constants(result.law, Known.of(result), draws=_DRAWS, seed=0)
    starts = np.tile(start, (_DRAWS, 1))  # a start is set as exactly as one likes
    try:
        found = forecast(result.law, start, times, constants=constants, starts=starts)
    except SimulationError:
        return none, none
    return found.lows, found.highs


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
