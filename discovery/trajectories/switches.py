"""Switches that fall between samples: of such a switch one knows the samples that it is between, and not when it was.

A record has the new value of an input with the next sample. Where the states do not answer within a step, that sample
is as good as the moment; where they do, they are measured after a part of the answer that no law can explain.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy.lib.stride_tricks import sliding_window_view

from discovery.knowledge.knowledge import Names
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.names import safe_names
from discovery.trajectories.runs import FEWEST_IN_RUN
from discovery.types import Trajectory
from discovery.wording import listed

# Samples from which the next one is forecast, by a parabola: two more than it goes through whatever they are.
BEFORE, DEGREE = 5, 2
# Samples at switches are so many times as far off their forecast as others, by their medians: 41 times for a motor
# whose current answers in two steps, 0.8 times for one that is switched at samples, 1.5 times at most for tanks and an
# oven, whose laws are found with the samples as moments. And the probability of it by chance: by ranks that of one
# switch whose sample is further off than a hundred others, so that of few switches it is asked by sizes, too.
LATE, CHANCE = 3.0, 0.01
# The largest errors elsewhere, whose sizes tell how much larger ones would be by chance; they are at most half of all.
# With ten, errors of normal, Student's (3) and log-normal distributions pass one per cent by chance in at most 1.4 %.
LARGEST = 10
# Samples that are forecast elsewhere, at most: their median is known to a fiftieth by then.
ELSEWHERE = 3000
# Samples that stretches are left with, as a share of all: where switches follow each other too fast, runs stay whole.
MOST_OF_THEM = 0.8
WHOLE = "Each counts as if it were switched at the sample after it, which shifts constants."
MOMENTS = "Rows that tell when, with the new value and no states, say more."
# Names that a sentence may give to what is no column: a hidden state, and a constant.
_HIDDEN, _FACTORS = "xyzuvw", "cabkgr"
TOO_FAST = "They follow each other too fast for each stretch between them to be a run of its own."


@dataclass(frozen=True)
class Late:
    """An input that is switched between samples.

    Attributes:
        state: the column that shows it most.
        times: how many times as far off its forecast that is at the switches as elsewhere.
        jump: how far it is off there for a unit of the input, with the sign of it.
    """

    input: int
    state: int
    times: float
    jump: float


def between_samples(runs: Sequence[Trajectory], jumping: Collection[str] = ()) -> tuple[Late, ...]:
    """The held inputs after whose switches samples are off the course before them, as the switch had been earlier.

    Args:
        jumping: states that jump along with inputs, by the law that was told.
    """
    states = [place for place, name in enumerate(runs[0].names) if name not in jumping]
    return tuple(late for place in range(runs[0].inputs.shape[1]) if (late := _late(runs, place, states)) is not None)


def in_stretches(measurements: Measurements) -> Measurements:
    """The measurements with runs that end before each switch that is between samples, and go on as runs of their own.

    Nothing is lost but the step that has the switch, and where the states are at it, which their samples tell.
    """
    late = between_samples(measurements.trajectories)
    if not late:
        return measurements
    names = tuple(measurements.headers.values()), tuple(measurements.inputs.values())
    said, help_ = seen(late, *names), remedies(late, *names)
    runs = parted(measurements.trajectories, late)
    if not runs:
        return replace(measurements, notes=(*measurements.notes, f"{said} {TOO_FAST} {help_}"))
    then = told_of_parts(measurements.trajectories, runs, "switches")
    return replace(measurements, trajectories=runs, notes=(*measurements.notes, f"{said} {then} {help_}"))


def left_whole(measurements: Measurements, jumping: Collection[str] = ()) -> Measurements:
    """The measurements with a note on inputs that are switched between samples, where runs cannot be parted."""
    late = between_samples(measurements.trajectories, jumping)
    if not late:
        return measurements
    names = tuple(measurements.headers.values()), tuple(measurements.inputs.values())
    said = f"{seen(late, *names)} {WHOLE} {remedies(late, *names)}"
    return replace(measurements, notes=(*measurements.notes, said))


def parted(runs: Sequence[Trajectory], late: Sequence[Late]) -> tuple[Trajectory, ...]:
    """The stretches between those switches; none where too many are too short to be runs."""
    inputs = [one.input for one in late]
    return joined(runs, [stretches(run, np.flatnonzero(_switches(run, inputs)), "stretch") for run in runs])


def joined(runs: Sequence[Trajectory], parts: Iterable[Iterable[Trajectory]]) -> tuple[Trajectory, ...]:
    """The parts of all runs; none where too many are too short to be runs."""
    every = tuple(part for some in parts for part in some)
    return every if sum(map(len, every)) >= MOST_OF_THEM * sum(map(len, runs)) else ()


def told_of_parts(runs: Sequence[Trajectory], parts: Sequence[Trajectory], ends: str) -> str:
    """What became of runs that were parted there, in words."""
    lost = sum(map(len, runs)) - sum(map(len, parts))
    short = f" Rows of stretches with less than {FEWEST_IN_RUN} samples of a state were left out: {lost}."
    then = f"Each stretch between {ends} counts as a run with a start of its own; there are {len(parts)}."
    return then + short * bool(lost)


def _told(run: Trajectory) -> Bool[np.ndarray, " state"]:
    """Of each state whether enough of it was measured for a run of its own."""
    return np.isfinite(run.states).sum(axis=0) >= FEWEST_IN_RUN


def seen(late: Sequence[Late], states: Sequence[str], inputs: Sequence[str]) -> str:
    """What was seen, in words of these names of columns."""
    most = max(late, key=lambda one: one.times)
    return (
        f"{listed([inputs[one.input] for one in late])} {'is' if len(late) == 1 else 'are'} switched between samples, "
        f"at times that nobody knows, or {states[most.state]} jumps along: at switches it is {most.times:.2g} times as "
        "far off its course as elsewhere."
    )


def remedies(late: Sequence[Late], states: Sequence[str], inputs: Sequence[str]) -> str:
    """What helps, in words of these names: rows with the moments, or a column without what follows an input at once.

    The samples do not tell an answer within a step from a jump, as of a voltage by a current times a resistance.
    """
    jumps: dict[int, list[Late]] = {}
    for one in late:
        jumps.setdefault(one.state, []).append(one)
    without: list[str] = []
    for state, some in jumps.items():
        parts = [f" {'+' if one.jump < 0.0 else '-'} {abs(one.jump):.3g}*{inputs[one.input]}" for one in some]
        without.append(f"{states[state]}{''.join(parts)}")
    words = _in_sentences((*states, *inputs))
    name, driver = words[late[0].state], words[len(states) + late[0].input]
    hidden, factor = (
        next((one for one in letters if one not in words), letters[0] + "1") for letters in (_HIDDEN, _FACTORS)
    )
    jump, those = ("jump", "columns, and name these") if len(jumps) > 1 else ("jumps", "a column, and name that")
    return (
        f"{MOMENTS} If {listed([states[state] for state in jumps])} {jump} along, as a voltage does by a current times "
        f"a resistance, no law of rates has it: put {listed(without)} into {those} with --states, or tell all of the "
        f'law, {name} by its value: --law "{name} = {hidden} + {factor}*{driver}" --law "{hidden}\' = ...".'
    )


def _in_sentences(headers: Sequence[str]) -> list[str]:
    """How sentences name columns: what is to be typed has no header that is no word, as ``<I>/mA``."""
    names = Names(safe_names(headers))
    return [names.written(name) for name in names.states]


def _late(runs: Sequence[Trajectory], place: int, states: Sequence[int]) -> Late | None:
    if not runs[0].held[place]:
        return None
    from scipy.stats import mannwhitneyu  # takes half a second to load, and most files have no such input

    at, elsewhere = (np.concatenate(errors) for errors in zip(*(_errors(run, place) for run in runs), strict=True))
    found = None
    for state in states:
        here, there = (errors[np.isfinite(errors[:, state]), state] for errors in (at, elsewhere))
        if not len(here) or not len(there) or not np.median(here) > LATE * np.median(there):
            continue
        times = float(np.median(here) / max(float(np.median(there)), np.finfo(float).tiny))
        ranks = float(mannwhitneyu(here, there, alternative="greater").pvalue)
        chance = min(ranks, _by_size(here, there)) * len(states)
        if chance < CHANCE and (found is None or times > found.times):
            found = Late(place, state, times, _jump(runs, place, state))
    return found


def _jump(runs: Sequence[Trajectory], place: int, state: int) -> float:
    """How far a state is off its course after an input's switches, for a unit of the input: the median of switches."""
    found: list[np.ndarray] = []
    for run in runs:
        begins = _quiet(run)
        begins = begins[_switches(run, [place])[begins + BEFORE]]
        found.append(_off_course(run, begins)[:, state] / np.diff(run.inputs[:, place])[begins + BEFORE - 1])
    return float(np.nanmedian(np.concatenate(found)))


def _by_size(here: Float[np.ndarray, " switch"], there: Float[np.ndarray, " sample"]) -> float:
    """The probability by chance that one of few errors is as large as the largest of them.

    Beyond the largest errors elsewhere chance falls with a power of the size, which these tell: normal errors fall
    faster, so that it is on the safe side. Source: Weissman (1978), J. Am. Stat. Assoc. 73:812, by Hill's estimate.
    """
    if len(there) < 2 * LARGEST:
        return 1.0
    top = np.sort(there)[::-1][: LARGEST + 1]
    if not top[-1] > 0.0:
        return 1.0
    heavy = max(float(np.mean(np.log(top[:-1] / top[-1]))), np.finfo(float).eps)
    beyond = max(math.log(float(here.max()) / top[-1]), 0.0)
    return min(1.0, len(here) * LARGEST / len(there) * math.exp(-beyond / heavy))


def _errors(run: Trajectory, place: int) -> tuple[Float[np.ndarray, "switch state"], Float[np.ndarray, "sample state"]]:
    """How far samples are off the course of those before them, at an input's switches and elsewhere.

    Errors are relative to how noise scatters them. Only samples are forecast before which nothing was switched.
    """
    quiet = _quiet(run)
    at, elsewhere = quiet[_switches(run, [place])[quiet + BEFORE]], quiet[~run.switched[quiet + BEFORE]]
    elsewhere = elsewhere[:: len(elsewhere) // ELSEWHERE + 1]
    here, there = (np.abs(_off_course(run, rows)) / _scatter(run, rows)[:, None] for rows in (at, elsewhere))
    return here, there


def _quiet(run: Trajectory) -> Int[np.ndarray, " window"]:
    """Where windows begin within which nothing was switched and which a sample follows."""
    if len(run) <= BEFORE:
        return np.empty(0, dtype=np.intp)
    return np.flatnonzero(~sliding_window_view(run.switched, BEFORE)[:-1, 1:].any(axis=1))


def _off_course(run: Trajectory, begins: Int[np.ndarray, " window"]) -> Float[np.ndarray, "window state"]:
    """The sample after each window less its forecast, NaN where one is missing."""
    if not len(begins):
        return np.empty((0, run.dimension))
    states = run.states[begins[:, None] + np.arange(BEFORE + 1)]
    return states[:, -1] - np.einsum("wsd,ws->wd", states[:, :-1], _weights(run, begins))


def _weights(run: Trajectory, begins: Int[np.ndarray, " window"]) -> Float[np.ndarray, "window sample"]:
    """What each sample of a window counts in the forecast of the next."""
    times = run.times[begins[:, None] + np.arange(BEFORE + 1)]
    past = (times[:, :-1] - times[:, -1:]) / (times[:, -1] - times[:, 0])[:, None]
    return np.linalg.pinv(past[:, :, None] ** np.arange(DEGREE + 1))[:, 0]


def _scatter(run: Trajectory, begins: Int[np.ndarray, " window"]) -> Float[np.ndarray, " window"]:
    """How noise scatters what is off course, in deviations of it."""
    return np.sqrt(1.0 + np.sum(_weights(run, begins) ** 2, axis=1)) if len(begins) else np.empty(0)


def _switches(run: Trajectory, inputs: Sequence[int]) -> Bool[np.ndarray, " time"]:
    """Rows from which one of some inputs has another value."""
    return np.append(False, np.any(np.diff(run.inputs[:, inputs], axis=0) != 0.0, axis=1))


def stretches(run: Trajectory, begins: Int[np.ndarray, " row"], word: str) -> Iterator[Trajectory]:
    """The parts of a run that begin at these rows and at its first, but those that are too short.

    Args:
        word: what a part is called, before its number.
    """
    ends = [0, *begins, len(run)]
    if len(ends) == 2:
        yield run
        return
    for place, (begin, end) in enumerate(pairwise(ends), start=1):
        label = f"{run.label}, {word} {place}" if run.label else f"{word} {place}"
        rows = slice(begin, end)
        part = replace(run.part(rows), label=label)
        if end - begin >= FEWEST_IN_RUN and np.all(_told(part) | ~_told(run)):
            yield part
