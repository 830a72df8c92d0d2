"""Samples left out of the fit, by which smoothers are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float

from discovery.types import NoiseModel, Trajectory

SHARE = 0.1  # of the samples of a stretch
STRETCH = 150  # rows of one stretch of a long run
ROWS = 1500  # rows in stretches: the score of their held-out samples is sharp enough, and reading them out is quick


@dataclass(frozen=True)
class Stretch:
    """Consecutive rows of one run, some of which are held out."""

    run: int
    rows: slice


def stretches(lengths: Sequence[int]) -> tuple[Stretch, ...]:
    """Everything where data are few; else stretches spread evenly over the runs."""
    if sum(lengths) <= ROWS:
        return tuple(Stretch(run, slice(0, length)) for run, length in enumerate(lengths))
    places = [
        Stretch(run, slice(start, min(start + STRETCH, length)))
        for run, length in enumerate(lengths)
        for start in range(0, length, STRETCH)
    ]
    mean = sum(lengths) / len(places)
    chosen = np.linspace(0, len(places) - 1, min(len(places), max(1, round(ROWS / mean)))).astype(int)
    return tuple(places[index] for index in chosen)


def hide(trajectories: Sequence[Trajectory], seed: int) -> tuple[Bool[np.ndarray, "_ state"], ...]:
    """Marks about a tenth of the rows of each stretch, never the first or last two, nor two neighbours."""
    rng = np.random.default_rng(seed)
    masks = [np.zeros(run.states.shape, dtype=bool) for run in trajectories]
    for stretch in stretches([len(run) for run in trajectories]):
        chosen = np.zeros(len(trajectories[stretch.run]), dtype=bool)
        rows = np.arange(stretch.rows.start + 2, stretch.rows.stop - 2)
        wanted = int(np.ceil(SHARE * len(rows)))
        for row in rng.permutation(rows)[: 3 * wanted]:
            if chosen.sum() < wanted and not chosen[row - 1] and not chosen[row + 1]:
                chosen[row] = True
        masks[stretch.run] |= chosen[:, None] & np.isfinite(trajectories[stretch.run].states)
    return tuple(masks)


def masked(trajectories: Sequence[Trajectory], hidden: Sequence[Bool[np.ndarray, "_ state"]]) -> tuple[Trajectory, ...]:
    """The runs with the ``hidden`` samples missing."""
    return tuple(
        replace(run, states=np.where(mask, np.nan, run.states)) for run, mask in zip(trajectories, hidden, strict=True)
    )


def scores(
    noise: NoiseModel,
    trajectories: Sequence[Trajectory],
    curves: Sequence[Float[np.ndarray, "_ state"]],
    hidden: Sequence[Bool[np.ndarray, "_ state"]],
) -> Float[np.ndarray, " sample"]:
    """Log-likelihood of each hidden sample about curves made without it, in nats.

    The noise is not floored as the noise model's own deviations are: without noise a floor would hide which curve is
    better.
    """
    low = replace(noise, floor=1e-3 * noise.floor)
    found: list[np.ndarray] = [np.empty(0)]
    for run, curve, mask in zip(trajectories, curves, hidden, strict=True):
        deviations = low.deviation(curve, run.errors)
        misses = (run.states - curve) / deviations
        found.append((-0.5 * misses**2 - np.log(deviations) - 0.5 * np.log(2.0 * np.pi))[mask])
    return np.concatenate(found)
