"""How much a figure has room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
from jaxtyping import Float

from discovery.types import DiscoveryResult, Trajectory

MOST_RUNS, MOST_STATES = 3, 12  # panels that stay legible on one page
MOST_PANELS = 12
MOST_PAIRS = 3  # projections that stay legible side by side
MOST_INPUTS = 3  # thin panels below those of the states
MOST_UNSEEN = 3  # states of a figure of half the width
# Ranges of runs differ where the least is not this share of the largest: on one scale it is a third of a panel.
APART = 1.0 / 3.0


def fit_runs(result: DiscoveryResult) -> tuple[int, ...]:
    """Places of the runs that the figure of fits has room for."""
    states = min(result.trajectories[0].dimension, MOST_STATES)
    return shown_runs(result, max(1, MOST_PANELS // states))


def shown_runs(result: DiscoveryResult, most: int = MOST_RUNS) -> tuple[int, ...]:
    """Places of the runs that are drawn: the first ones, or if ranges differ the least, one between, and the largest.

    All are drawn on one scale, on which the first of rising doses are flat lines. The one between is one that was
    forecast, if any was, so that there is a forecast to see.
    """
    runs = result.trajectories
    most = min(most, MOST_RUNS)
    sizes = _sizes(runs)
    if len(runs) <= most or most == 1 or sizes.min() > APART * sizes.max():
        return tuple(range(min(most, len(runs))))
    least, *inner, largest = (int(place) for place in np.argsort(sizes, kind="stable"))
    forecast = {one.label for one in result.predictions if one.kind == "held_out"}
    central = sorted(
        inner, key=lambda place: (runs[place].label not in forecast, abs(inner.index(place) - len(inner) // 2))
    )
    return tuple(sorted([least, *central[: most - 2], largest]))


def planes(result: DiscoveryResult) -> list[tuple[int, int]]:
    """Pairs of states that phase portraits show."""
    return list(combinations(range(min(result.trajectories[0].dimension, MOST_PAIRS)), 2))


def has_dots(result: DiscoveryResult) -> bool:
    """Whether phase portraits have samples: those with both states, so none where a velocity was not measured."""
    runs = [result.trajectories[place] for place in shown_runs(result)]
    return any(np.isfinite(run.states[:, list(pair)]).all(axis=1).any() for run in runs for pair in planes(result))


def _sizes(runs: Sequence[Trajectory]) -> Float[np.ndarray, " run"]:
    """Range of each run as a share of that of all, in the state in which it is largest."""
    every = np.array([[_range(column) for column in run.states.T] for run in runs])
    whole = np.array([_range(column) for column in np.concatenate([run.states for run in runs]).T])
    return np.max(every / np.where(whole > 0.0, whole, 1.0), axis=1)


def _range(values: Float[np.ndarray, " sample"]) -> float:
    known = values[np.isfinite(values)]
    return float(np.ptp(known)) if len(known) else 0.0


def of_runs(result: DiscoveryResult, places: Sequence[int]) -> DiscoveryResult:
    """The result with these runs alone."""
    curves = tuple(result.smoothing.trajectories[place] for place in places)
    return replace(
        result,
        trajectories=tuple(result.trajectories[place] for place in places),
        smoothing=replace(result.smoothing, trajectories=curves),
    )


def inputs(result: DiscoveryResult) -> tuple[str, ...]:
    """Identifiers of the columns that drive the states; marks, which tell groups of runs apart, are no columns."""
    marks = {mark for one in result.structure.owned for mark in one.inputs}
    return tuple(name for name in result.inputs if name not in marks)


def shown_inputs(result: DiscoveryResult) -> tuple[int, ...]:
    """Places of the inputs that figures have room for."""
    return tuple(list(result.inputs).index(name) for name in inputs(result))[:MOST_INPUTS]
