"""Gaps of inputs: where no row tells for long what drives the states, what goes through the gap is a guess.

A missing state costs nothing but itself. A wrong input drives the states for as long as it is wrong, and no constant of
a law mends that: others take its place. So runs end before such a gap and go on behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from discovery.trajectories.inputs import held_inputs
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.switches import joined, stretches, told_of_parts
from discovery.types import Trajectory
from discovery.wording import listed

# Steps longer than three usual ones are gaps: lines miss a smooth course by the square of what they span. The usual
# step is one that nine in ten are not longer than, so that a clock with long steps throughout has no gaps.
LONG, USUAL = 3.5, 0.9
# ... where such lines elsewhere miss the input by this share of its deviation: a bias of the gain as large, if all
# steps were so long.
MISSED = 0.1
# Windows that are as long as the gap, within this factor.
ALIKE = 1.5
# An input that is held, and is behind the gap what it was before, is known there if it is switched in fewer windows as
# long than these: more often than not it was the same all the while.
SWITCHED = 0.5
KNOWN_ALONE = "Rows with the input alone, without states, say more."


@dataclass(frozen=True)
class Gap:
    """A step over which an input is unknown.

    Attributes:
        run, row: the row before it.
        steps: its length, in usual ones.
        where: the times that it is between, with the label of its run.
        held: whether the input is held between samples, rather than interpolated.
    """

    input: int
    run: int
    row: int
    steps: float
    where: str
    held: bool = False


def gaps(runs: Sequence[Trajectory]) -> tuple[Gap, ...]:
    """The gaps of inputs that vary within such a time, or have another value behind it if they are held.

    None is one over which the input rests, as the light at night: what it is before and behind lasts as long. Of a map
    each missing step is one. An input that is held though it changes at most steps, as a day's rain, was told to last
    until the next row.
    """
    found: list[Gap] = []
    shown = held_inputs([run.inputs for run in runs], times=[run.times for run in runs])
    for place in range(runs[0].inputs.shape[1]):
        deviation = float(np.concatenate([run.inputs[:, place] for run in runs]).std())
        held = runs[0].held[place]
        if (held and not shown[place]) or not deviation > 0.0:
            continue
        for number, run in enumerate(runs):
            long, usual = _long(run)
            lengths = np.round(np.diff(run.times)[long] / usual)
            values = run.inputs[:, place]
            varies = {
                steps: _switched(runs, place, steps * usual) > SWITCHED
                if held
                else _missed(runs, place, steps * usual) > MISSED * deviation
                for steps in np.unique(lengths)
            }
            found += [
                Gap(place, number, int(row), float(steps), _where(run, int(row)), held)
                for row, steps in zip(long, lengths, strict=True)
                if (varies[steps] or (held and values[row] != values[row + 1]))
                and not _rests(run.times, values, int(row))
            ]
    return tuple(found)


def between_gaps(measurements: Measurements, *, whole: bool = False) -> Measurements:
    """The measurements with runs that end before each gap of an input, and go on behind it as runs of their own.

    Args:
        whole: whether runs stay as they are all the same, and a note says so.
    """
    found = gaps(measurements.trajectories)
    if not found:
        return measurements
    said = seen(found, tuple(measurements.inputs.values()))
    runs = () if whole else between(measurements.trajectories, found)
    if not runs:
        return replace(measurements, notes=(*measurements.notes, f"{said} {bridged(found)}"))
    then = told_of_parts(measurements.trajectories, runs, "such gaps")
    return replace(measurements, trajectories=runs, notes=(*measurements.notes, f"{said} {then}"))


def between(runs: Sequence[Trajectory], found: Sequence[Gap]) -> tuple[Trajectory, ...]:
    """The stretches between those gaps; none where too many are too short to be runs."""
    begins = [sorted({gap.row + 1 for gap in found if gap.run == number}) for number in range(len(runs))]
    return joined(
        runs, [stretches(run, np.array(rows, dtype=int), "part") for run, rows in zip(runs, begins, strict=True)]
    )


def seen(found: Sequence[Gap], inputs: Sequence[str]) -> str:
    """What was seen, in words of these names of columns."""
    longest = max(found, key=lambda gap: gap.steps)
    more = len({(gap.run, gap.row) for gap in found}) - 1
    others = f", and in {more} more gap{'s' * (more > 1)}" if more else ""
    names = listed([inputs[place] for place in sorted({gap.input for gap in found})])
    return f"No row tells {names} between {longest.where}, {longest.steps:.3g} usual steps{others}."


def bridged(found: Sequence[Gap]) -> str:
    """What these inputs are taken for in their gaps where runs stay whole, and what that costs."""
    how = {True: "keeps its value", False: "goes straight"}
    said = " or ".join(how[held] for held in sorted({gap.held for gap in found}))
    return f"It {said} there, and what follows may be off. {KNOWN_ALONE}"


def _where(run: Trajectory, row: int) -> str:
    between = f"{run.times[row]:.6g} and {run.times[row + 1]:.6g}"
    return f"{between} ({run.label})" if run.label else between


def _long(run: Trajectory) -> tuple[np.ndarray, float]:
    """Rows before steps that are long, and the usual step."""
    steps = np.diff(run.times)
    if run.discrete:
        return np.flatnonzero(steps > 1.0), 1.0
    usual = float(np.quantile(steps, USUAL, method="lower")) if len(steps) else 1.0
    return np.flatnonzero(steps > LONG * usual), usual


def _missed(runs: Sequence[Trajectory], place: int, length: float) -> float:
    """By how much straight lines of that length miss the samples halfway, by mean squares; infinite if none tell."""
    errors: list[np.ndarray] = []
    for run in runs:
        times, values = run.times, run.inputs[:, place]
        begins, ends = _windows(run, length)
        halves = (begins + ends) // 2
        shares = (times[halves] - times[begins]) / (times[ends] - times[begins])
        errors.append(values[halves] - (1.0 - shares) * values[begins] - shares * values[ends])
    every = np.concatenate(errors)
    return float(np.sqrt(np.mean(every**2))) if len(every) else float("inf")


def _switched(runs: Sequence[Trajectory], place: int, length: float) -> float:
    """Share of the windows of that length in which an input is switched; if none tell, whether it ever is in a run."""
    shares: list[np.ndarray] = []
    changes = [np.concatenate([[0], np.cumsum(np.diff(run.inputs[:, place]) != 0.0)]) for run in runs]
    for run, passed in zip(runs, changes, strict=True):
        begins, ends = _windows(run, length)
        shares.append(passed[ends] > passed[begins])
    every = np.concatenate(shares)
    return float(np.mean(every)) if len(every) else float(any(passed[-1] for passed in changes))


def _windows(run: Trajectory, length: float) -> tuple[Int[np.ndarray, " window"], Int[np.ndarray, " window"]]:
    """First and last rows of the windows that are about as long, have rows within, and no gap."""
    times = run.times
    begins = np.arange(len(times))
    ends = np.minimum(np.searchsorted(times, times + length * (1.0 - 1e-9)), len(times) - 1)
    passed = np.concatenate([[0], np.cumsum(np.isin(begins[:-1], _long(run)[0]))])
    spans = times[ends] - times
    fit = (spans * ALIKE > length) & (spans < ALIKE * length) & (passed[ends] == passed) & (ends > begins + 1)
    return begins[fit], ends[fit]


def _rests(times: Float[np.ndarray, " time"], values: Float[np.ndarray, " time"], row: int) -> bool:
    """Whether the value before a step is that behind it, and lasts as long as the step, before and behind together."""
    other = values != values[row]
    since = np.flatnonzero(other[: row + 1])
    until = np.flatnonzero(other[row + 1 :])
    begin = int(since[-1]) + 1 if len(since) else 0
    end = row + int(until[0]) if len(until) else len(times) - 1
    gap = times[row + 1] - times[row]
    return end > row and bool(times[end] - times[begin] - gap >= gap)
