"""What inputs do between their samples: straight lines, or steps, as what a computer sets holds until it sets it anew.

A step of the states is a function of where they begin and of the input on the way: of its value at the beginning alone
where it is held, of the mean of both ends, nearly, where it is a line. Such functions are fitted, as polynomials, with
the input at the beginning, at the end, and at shares between, and the share that leaves least tells which it is.

Source: intersample behaviour, Ljung (1999), System Identification, 2nd ed., sections 2.1 and 13.3.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement

import numpy as np
from jaxtyping import Float

from discovery.trajectories.measurements import Measurements
from discovery.trajectories.periods import held_otherwise
from discovery.types import Trajectory
from discovery.wording import joined, listed

# Shares of the way from an input's value at the beginning of a step to that at its end. Below zero are values of before
# the step: they fit best where states follow late, or where a controller sets what it does by that very sample's noise.
SHARES = (-1.0, -0.6, -0.4, -0.2, 0.0, 0.2, 0.4, 0.5, 0.6, 0.8, 1.0)
HELD, LINE = 0.0, 0.5
NEAR, LINES = 0.2, 0.4  # how far off "held" the best is for it to be nothing else, and from where on they are lines
# Steps that are taken together. Of single ones the noise of the state that they begin at makes a smooth input seem
# held: of 600 samples of a driven state, in 19 of 126 cases.
TOGETHER = 2
# Nats by which "held" has to be the likelier: with these it was said of none of 2520 driven records of lines (six
# systems, seven inputs, steps of 0.05 to 0.5, 40 to 1500 samples, noise of 0 to 20 %), and of those that were held of
# 76, 45, 29, 17 and 8 % at noise of 0, 2, 5, 10 and 20 %: most of the others hardly show it, as inputs are slow.
NATS = 12.0
# Nats by which the row before may tell more besides. Of 115 records of lines that seem held, as states follow by way of
# what was not measured, it does in 104, and in none where a controller acts on noise; of 470 that are held in 36, most
# of them without noise, as the polynomial is no more than near.
REMEMBERED = 24.0
# Degree of the polynomial, unless there are fewer steps for each of its constants than these; and steps at most.
DEGREE, FOR_EACH, MOST = 2, 3, 2000
# What is left is no less than this share, which digits leave.
DIGITS = 1e-12


def between_rows(measurements: Measurements, *, judged: bool = True) -> Measurements:
    """The measurements with inputs held where states say so, and notes on how inputs are taken between rows.

    Args:
        judged: whether the states say how; not where they follow inputs by way of what was not measured.
    """
    lines = [name for name in measurements.inputs if name in measurements.lines]
    places = [list(measurements.inputs).index(name) for name in lines]
    held = held_by_states(measurements.trajectories, places) if judged else {}
    runs, names = measurements.trajectories, list(measurements.inputs.values())
    if held:
        flags = tuple(flag or place in held for place, flag in enumerate(runs[0].held))
        runs = tuple(replace(run, held=flags) for run in runs)
    rest = [names[place] for place in places if place not in held]
    dated, times = bool(measurements.origin), [run.times for run in runs]
    periods = held_otherwise(rest, measurements.time_name, times, dated=dated)
    notes = (*_said(names, held), *(periods or (() if judged else _unknown(rest))))
    return replace(measurements, trajectories=runs, lines=(), notes=(*measurements.notes, *notes))


@dataclass(frozen=True)
class Held:
    """That an input is held.

    Attributes:
        nats: by which that is likelier than lines.
        late: whether values of before a step fit even better.
    """

    nats: float
    late: bool


def held_by_states(runs: Sequence[Trajectory], places: Sequence[int]) -> dict[int, Held]:
    """Of inputs at these places those that are held until the next sample, as the states tell."""
    shares = np.where(runs[0].held, HELD, LINE)
    found: dict[int, Held] = {}
    while left := [place for place in places if place not in found]:
        likelier = {place: _likelier(runs, shares, place) for place in left}
        seen = [one for one in left if likelier[one].nats > NATS and not _remembered(runs, shares, one)]
        if not seen:
            break
        best = max(seen, key=lambda one: likelier[one].nats)
        found[best], shares[best] = likelier[best], HELD
    return found


def _remembered(runs: Sequence[Trajectory], shares: Float[np.ndarray, " input"], place: int) -> bool:
    """Whether states follow an input's value of the row before besides the one that it holds.

    So they do behind a slow sensor, or by way of a state that nobody measured: late, as if the input were held.
    """
    later = [run.part(slice(1, None)) for run in runs if len(run) > 1]
    before = [run.inputs[:-1, place] for run in runs if len(run) > 1]
    both = [
        replace(run, inputs=np.column_stack([run.inputs, one]), held=()) for run, one in zip(later, before, strict=True)
    ]
    held = np.where(np.arange(len(shares)) == place, HELD, shares)
    return _likelihood(both, np.append(held, HELD)) - _likelihood(later, held) > REMEMBERED


def _said(names: Sequence[str], held: dict[int, Held]) -> Iterator[str]:
    """A note on each input that is taken as held."""
    for place, one in sorted(held.items()):
        name = names[place]
        late = " They follow values of before even more: it is set by what was measured, or acts late." * one.late
        yield (
            f"{name} is taken as held from row to row, as the states tell: their steps follow its value at the "
            f"beginning of each, and not the mean of both ends ({one.nats:.3g} nats).{late} --held none draws lines, "
            f"and --held {shlex.quote(joined([name]))} says that this is right."
        )


def _unknown(names: Sequence[str]) -> Iterator[str]:
    """A note on inputs along lines of which nobody said so, and the states do not tell; none where there are none."""
    if names:
        yield (
            f"Straight lines are drawn between the rows of {listed(names)}; states that nobody measured hide whether "
            f"that is right. --held {shlex.quote(joined(names))} keeps each value until the next row, as what a "
            "controller sets does: constants change by it."
        )


def _likelier(runs: Sequence[Trajectory], shares: Float[np.ndarray, " input"], place: int) -> Held:
    """How much likelier it is that an input is held than a line; not at all where it is neither, and 0 if unknown."""
    one = np.arange(len(shares)) == place
    likelihoods = {share: _likelihood(runs, np.where(one, share, shares)) for share in SHARES}
    if not any(likelihoods.values()):
        return Held(0.0, late=False)
    best = max(SHARES, key=likelihoods.__getitem__)
    nats = likelihoods[HELD] - max(likelihoods[share] for share in SHARES if share >= LINES)
    return Held(nats if best <= NEAR else -np.inf, late=best < -NEAR)


def _likelihood(runs: Sequence[Trajectory], shares: Float[np.ndarray, " input"]) -> float:
    """How likely the steps are by polynomials of the states at their beginning and the inputs at their shares; in nats.

    Zero where there are too few steps to say anything.
    """
    every = np.concatenate([np.column_stack([run.states, run.inputs]) for run in runs])
    middles, scales = np.nanmean(every, axis=0), np.nanstd(every, axis=0)
    scales[scales == 0.0] = 1.0
    thin = sum(map(len, runs)) // MOST + 1
    groups = [_groups(run, shares, thin, (middles, scales)) for run in runs if len(run) > TOGETHER]
    if not groups:
        return 0.0
    known, moved = (np.concatenate(parts) for parts in zip(*groups, strict=True))
    there = np.isfinite(known).all(axis=1) & np.isfinite(moved).all(axis=1)
    known, moved = known[there], moved[there]
    if len(known) < FOR_EACH * TOGETHER * known.shape[1]:
        known = known[:, : every.shape[1] + 1]  # the terms of first degree are the first
    alone = len(known) / max(TOGETHER / thin, 1.0) - known.shape[1]  # changes that share a step are not one for each
    if len(known) < FOR_EACH * TOGETHER * known.shape[1]:
        return 0.0
    basis, _ = np.linalg.qr(known)
    missed = moved - basis @ (basis.T @ moved)
    left, all_ = np.sum(missed**2, axis=0), np.sum((moved - moved.mean(axis=0)) ** 2, axis=0)
    return -alone / 2.0 * float(np.sum(np.log(left + DIGITS * all_)))


def _groups(
    run: Trajectory,
    shares: Float[np.ndarray, " input"],
    thin: int,
    units: tuple[Float[np.ndarray, " column"], Float[np.ndarray, " column"]],
) -> tuple[Float[np.ndarray, "group term"], Float[np.ndarray, "group state"]]:
    """Of steps that are taken together the terms of their rates, times their lengths, and how far the states went.

    Args:
        thin: of so many that begin after one another one is taken.
        units: middle and deviation of each state and input.
    """
    begins = np.arange(0, len(run) - TOGETHER, thin)
    rows = (begins[:, None] + np.arange(TOGETHER)).ravel()
    inputs = run.inputs[rows] + shares * (run.inputs[rows + 1] - run.inputs[rows])
    points = (np.column_stack([run.states[rows], inputs]) - units[0]) / units[1]
    places = range(points.shape[1])
    every = [c for degree in range(DEGREE + 1) for c in combinations_with_replacement(places, degree)]
    terms = np.column_stack([np.prod(points[:, list(c)], axis=1) for c in every]) * np.diff(run.times)[rows, None]
    sums = terms.reshape(len(begins), TOGETHER, len(every)).sum(axis=1)
    return sums, run.states[begins + TOGETHER] - run.states[begins]
