"""Records in which chance acts on the states, as births, deaths and weather do: each step begins where it was measured.

A course that a law gives from one start is lost within some steps then, however right the law is. What it says is the
mean of the next sample, given the one before; the rest of the step is chance of its own, and constants are fitted to
these steps.

Source: one-step-ahead prediction errors, Ljung (1999), System Identification, 7.2; process error against observation
error in ecology, de Valpine & Hastings (2002), Ecol. Monogr. 72:57.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np
from jaxtyping import Bool

from discovery.errors import DataError
from discovery.samples import EVEN, is_usual, usual_step
from discovery.types import (
    DiscoveryProblem,
    Prediction,
    SmoothedTrajectory,
    Trajectory,
)

FEWEST = 10  # steps
PROCESS = "process"  # the kind of noise that asks for them
# Between a run and the number of its step, in the label of the step; no label of a file has it.
_STEP = "\x1fstep "


def stepwise(problem: DiscoveryProblem) -> DiscoveryProblem:
    """The problem with a run for each step between two samples in which all was measured."""
    runs, curves = problem.trajectories, problem.smoothing.trajectories
    usual = usual_step(runs)
    pairs = [
        (_step(run, row), _exact(run, curve, row))
        for run, curve in zip(runs, curves, strict=True)
        for row in np.flatnonzero(steps(run, usual)).tolist()
    ]
    smoothing = replace(problem.smoothing, trajectories=tuple(curve for _, curve in pairs))
    return replace(problem, trajectories=tuple(step for step, _ in pairs), smoothing=smoothing)


def ensure_steps(runs: Sequence[Trajectory]) -> None:
    """Before anything is computed: there are steps of one length.

    Raises:
        DataError: there are too few.
    """
    usual = usual_step(runs)
    count = sum(int(steps(run, usual).sum()) for run in runs)
    if count < FEWEST:
        raise DataError(
            f"The data have {count} steps of {usual:.4g} with all states at both ends, and --noise process takes "
            f"{FEWEST} at least. Measure more, in even steps."
        )


def note_of(runs: Sequence[Trajectory], fitted: int) -> str:
    """What is said of the steps that are asked, and of those that are not.

    Args:
        fitted: how many steps the law was fitted to; of more than selection takes, some spread evenly.
    """
    usual = usual_step(runs)
    lengths = np.concatenate([np.diff(run.times)[steps(run, usual)] for run in runs])
    kept, total = len(lengths), sum(max(len(run) - 1, 0) for run in runs)
    calendar = kept and np.ptp(lengths) > 2.0 * EVEN * usual
    length = f"{lengths.min():.4g} to {lengths.max():.4g}" if calendar else f"{usual:.4g}"
    left = f" {total - kept} others, longer, shorter or without some state, were left out." if kept < total else ""
    some = f"{fitted} of {kept}" if fitted < kept else f"{kept}"
    return (
        f"Chance acts on the states, as asked: measurements count as exact, and the law is fitted to {some} steps of "
        f"{length}, each from the sample before it.{left}"
    )


def steps(run: Trajectory, usual: float) -> Bool[np.ndarray, " step"]:
    """Which steps of a run are as long as usual (as months are), with all states at both ends."""
    whole = np.all(np.isfinite(run.states), axis=1)
    return whole[:-1] & whole[1:] & is_usual(np.diff(run.times), usual)


def _step(run: Trajectory, row: int) -> Trajectory:
    return replace(run.part(slice(row, row + 2)), label=f"{run.label}{_STEP}{row}", step=True)


def _exact(run: Trajectory, curve: SmoothedTrajectory, row: int) -> SmoothedTrajectory:
    """The step's samples in the place of a curve: where it begins is known."""
    rows = slice(row, row + 2)
    none = np.zeros_like(run.states[rows])
    return SmoothedTrajectory(
        run.times[rows], run.states[rows], curve.derivatives[rows], none, curve.derivative_deviations[rows], run.names,
        f"{run.label}{_STEP}{row}",
    )  # fmt: skip


def rejoined(predictions: Sequence[Prediction], runs: Sequence[Trajectory]) -> tuple[Prediction, ...]:
    """What a law says of each sample from the one before, by run.

    Args:
        predictions: of steps, run by run.
        runs: as they were measured.
    """
    return tuple(_rejoined(predictions, runs))


def _rejoined(predictions: Sequence[Prediction], runs: Sequence[Trajectory]) -> Iterator[Prediction]:
    for (kind, label), some in groupby(predictions, key=lambda one: (one.kind, one.label.partition(_STEP)[0])):
        run = next(run for run in runs if run.label == label)
        states = np.full(run.states.shape, np.nan)
        for one in some:
            row = int(one.label.partition(_STEP)[2])
            states[row + 1] = one.states[1]
            if kind == "fit" and row == 0:
                states[0] = one.states[0]
        there = np.isfinite(states).all(axis=1)
        yield Prediction(kind, label, run.times[there], states[there])
