"""Columns that drive the states: their values are known at every time, and between the samples by a rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy.lib.stride_tricks import sliding_window_view

from discovery.errors import DataError
from discovery.trajectories.codes import codes, spelled
from discovery.trajectories.misfits import remedy
from discovery.trajectories.table import Table
from discovery.wording import listed

# Share of the steps at which an input that is held between samples does not change; a measured course changes at nearly
# every step, and one that is set from time to time at few.
SET = 0.5
# In place of the name of an input that is held: none but those that are named beside it.
NONE = "none"
# Successive changes at the same rate, to a fifth, as digits are cut, that make a ramp. Where half of all
# that changes does so in ramps it is interpolated, as what is taken the wrong way is half a step off, whichever way
# that is; of 3000 courses of levels that are drawn, of three or of any number, none is.
RAMP, ALIKE, MOSTLY = 3, 0.2, 0.5
# What is set jumps, at most changes: past another of its values and over this share of its range. Read off a coarse
# scale, a state moves to the next value, and noise is a small share of the range.
JUMPS, FAR = 0.5, 0.1
# ... it goes back at many changes, two in three where values are drawn, and has each value again. A slow sensor whose
# values are repeated goes back at two changes an oscillation.
BACK, AGAIN, SEVERAL = 1.0 / 3.0, 2, 3
# ... or one value comes between all others, as zero does between doses: each change is to it or from it, of two doses
# or more. Of 200 courses of doses 163 pass so, and of 2800 of sensors, counters and decays 1 more than without this.
PULSES = 4
# ... or values last for so many steps, in the mean, and have so many digits, as in a protocol of speeds. A slow sensor
# whose values are repeated has more digits, or is too coarse to pass over a value: of 2800 courses none passes.
LONG, DIGITS = 16, 2
# ... or, of whatever digits, they last for so many steps, and are so many and so far apart as if drawn: their changes'
# mean square over the variance is two of what is drawn (von Neumann's ratio). Of 1600 slow sensors that are repeated
# (oscillations of 5 to 40 samples, walks, decays, noise up to half of them) 1 passes so, of 800 drawn courses 772.
STAYS, MANY, APART = 8, 16, 1.5
# Share of the rows in which an input is known, at least, for the others to be left out: a daily input beside hourly
# states has to be brought to their times by those who know how.
KNOWN = 0.8


def find_inputs(
    table: Table,
    told: Sequence[str],
    runs: Sequence[Int[np.ndarray, " sample"]],
    *,
    guess: bool = False,
    gaps: bool = False,
    held: Sequence[str] = (),
) -> Mapping[str, Float[np.ndarray, " row"]]:
    """All values of each input by its header.

    Args:
        runs: the rows of each run.
        guess: whether numbers such as -9999, far from all else, are taken for missing.
        gaps: whether an input that is interpolated may be unknown in rows within a run, which are left out then.
        held: those that are told to be held.

    Raises:
        DataError: an input has another gap, or is no number.
    """
    found: dict[str, np.ndarray] = {}
    rows = np.sort(np.concatenate(runs))
    for header in told:
        column = table[header]
        if column.kind != "number" or column.misfit is not None:
            entry = f", as {column.misfit.entry!r} in line {column.misfit.line}" if column.misfit else ""
            what = remedy(table, column.misfit.entry, "Correct it.") if column.misfit else "Correct it."
            raise DataError(f"{table.name}: the input {header!r} does not hold numbers throughout{entry}. {what}")
        wrong = np.flatnonzero(~np.isfinite(column.values[rows]))
        if len(wrong) and not (gaps and header not in held and within([column.values[run] for run in runs])):
            last = bool(np.all(np.diff(wrong) == 1)) and int(wrong[-1]) == len(rows) - 1
            missing = "1 value is missing" if len(wrong) == 1 else f"{len(wrong)} values are missing"
            how = "it ends before the states do" if last else missing
            raise DataError(
                f"{table.place(int(rows[wrong[0]]), header)}: the input has no value here; {how}. What drives the "
                "states has to be known at every time: fill the gap as you know best, in pandas "
                f"table[{header!r}].ffill() for what keeps its value and .interpolate() for a course, or leave those "
                "rows out."
            )
        if guess and (found_codes := codes(column.values[rows])):
            first = int(rows[np.flatnonzero(np.isin(column.values[rows], list(found_codes)))[0]])
            raise DataError(
                f"{table.place(first, header)}: the input is {spelled(found_codes)}, far from all else, which probably "
                "stands for missing. What drives the states has to be known at every time: fill the gap as you know "
                f"best, or leave those rows out, as --missing {next(iter(found_codes)):.10g} does within a run. "
                "--missing NA takes it as measured."
            )
        found[header] = column.values
    return found


def named(held: Sequence[str], headers: Sequence[str]) -> list[str]:
    """The names among what is told of held inputs, without the word that stands for none."""
    return [one for one in held if one != NONE or NONE in headers]


def told_held(held: Sequence[str], inputs: Sequence[str]) -> tuple[bool | None, ...]:
    """Of each input whether it is told to be held, or that it is not; None leaves it to its steps."""
    others = False if NONE in held and NONE not in inputs else None
    return tuple(True if one in held else others for one in inputs)


def held_inputs(
    runs: Sequence[Float[np.ndarray, "sample input"]],
    told: Sequence[bool | None] = (),
    times: Sequence[Float[np.ndarray, " sample"]] = (),
) -> tuple[bool, ...]:
    """Which inputs are held until the next sample, as their steps in each run show; the others are courses.

    Args:
        told: of each input what is said of it, whatever its steps are; None where nothing is.
        times: of the samples of each run; steps are taken for even where there are none, or not as many as samples.
    """
    steps = np.concatenate([np.diff(values, axis=0) for values in runs])
    if len(steps) < 2:
        return tuple(map(bool, told))
    even = [np.arange(len(values), dtype=np.float64) for values in runs]
    clocks = [own if len(own) == len(one) else one for own, one in zip(times or even, even, strict=True)]
    ramps = np.concatenate([_ramps(values, clock) for values, clock in zip(runs, clocks, strict=True)])
    moved = np.abs(steps)
    ramped = np.sum(moved * ramps, axis=0) >= MOSTLY * np.sum(moved, axis=0)
    shown = (np.mean(steps == 0.0, axis=0) >= SET) & ~(ramped & np.any(ramps, axis=0))
    return tuple(
        bool(own) if said is None else said for own, said in zip(shown, told or [None] * len(shown), strict=True)
    )


def undecided(inputs: Sequence[str], held: Sequence[bool], told: Sequence[bool | None]) -> tuple[str, ...]:
    """The inputs that are taken along lines, and of which nobody said so."""
    return tuple(one for one, stays, said in zip(inputs, held, told, strict=True) if not stays and said is None)


def _ramps(
    values: Float[np.ndarray, "sample input"], times: Float[np.ndarray, " sample"]
) -> Bool[np.ndarray, "step input"]:
    """Of each step whether it is one of several in a row at about the same rate."""
    steps, lengths = np.diff(values, axis=0), np.diff(times)[:, None]
    found = np.zeros(steps.shape, dtype=np.bool_)
    if len(steps) < RAMP:
        return found
    before, after = steps[:-1] * lengths[1:], steps[1:] * lengths[:-1]  # rates, times what both are divided by
    larger = np.maximum(np.abs(before), np.abs(after))
    alike = (before * after > 0.0) & (np.abs(after - before) <= ALIKE * larger)
    begins = sliding_window_view(alike, RAMP - 1, axis=0).all(axis=-1)
    for later in range(RAMP):
        found[later : later + len(steps) - RAMP + 1] |= begins
    return found


def within(runs: Sequence[Float[np.ndarray, " sample"]]) -> bool:
    """Whether missing values of an input are gaps within runs, and their rows can be left out.

    An input that is held has its value until the next row, whatever that is; where the first or last row of a run has
    none, or too many rows, leaving them out loses more than the gap.
    """
    known = [np.isfinite(run) for run in runs]
    if not all(len(one) > 0 and one[0] and one[-1] for one in known) or np.concatenate(known).mean() < KNOWN:
        return False
    return not any(held_inputs([run[there][:, None] for run, there in zip(runs, known, strict=True)]))


def known_rows(
    runs: Sequence[Float[np.ndarray, "sample input"]], inputs: Sequence[str]
) -> tuple[list[Bool[np.ndarray, " sample"]], tuple[str, ...]]:
    """The rows of each run in which every input is known, with a note if there are others."""
    known = [np.asarray(np.isfinite(run).all(axis=1), dtype=np.bool_) for run in runs]
    lost = sum(int(np.count_nonzero(~one)) for one in known)
    if not lost:
        return known, ()
    which = [name for place, name in enumerate(inputs) if any(np.isnan(run[:, place]).any() for run in runs)]
    rows = "1 row was" if lost == 1 else f"{lost} rows were"
    return known, (f"{rows} left out, as {listed(which)} {'is' if len(which) == 1 else 'are'} unknown there.",)


def is_set(runs: Sequence[Float[np.ndarray, " sample"]]) -> bool:
    """Whether a column is set from time to time: held at most steps, and at most of the others it jumps, to and fro.

    A jump passes over values that the column has elsewhere, and is held before and after. Of a state that is read off a
    coarse scale each sample may be the last one's, too, but it moves from a value to the next. Values come again, or
    last for long, or one of them comes between all others, as no infusion does between infusions. Of runs with one
    change each at most, as where something is washed out, none goes to and fro, and none drifts.
    """
    values, places = np.unique(np.concatenate(runs), return_inverse=True)
    parts = np.split(places, np.cumsum([len(run) for run in runs])[:-1])
    every = [np.diff(part) for part in parts]
    rests = [np.concatenate([[True], steps == 0, [True]]) for steps in every]
    alone = np.concatenate([held[:-2] & held[2:] for held in rests])
    signs = [np.sign(steps[steps != 0]) for steps in every]
    back = sum(int(np.count_nonzero(np.diff(sign))) for sign in signs)
    far = np.abs(np.concatenate([np.diff(run) for run in runs])) >= FAR * float(np.ptp(values))
    steps = np.abs(np.concatenate(every))
    changes = int(np.count_nonzero(steps))
    again = changes >= max(SEVERAL, AGAIN * len(values)) or (changes >= PULSES and _between(parts) == changes)
    again = again or (changes >= SEVERAL and LONG * changes <= len(steps) and _round(values))
    again = again or (changes >= MANY and STAYS * changes <= len(steps) and _drawn(runs))
    held = again and changes <= (1.0 - SET) * len(steps)
    once = all(np.count_nonzero(one) <= 1 for one in every)
    return bool(
        held and (once or back >= BACK * changes) and np.count_nonzero(alone & far & (steps > 1)) >= JUMPS * changes
    )


def _round(values: Float[np.ndarray, " value"]) -> bool:
    """Whether people would choose such numbers: of few digits."""
    return all(float(f"{value:.{DIGITS}g}") == value for value in values)


def _drawn(runs: Sequence[Float[np.ndarray, " sample"]]) -> bool:
    """Whether successive values of a column have no more to do with each other than if they were drawn."""
    every = [run[np.concatenate([[True], np.diff(run) != 0.0])] for run in runs if len(run)]
    moved = np.concatenate([np.diff(one) for one in every])
    return bool(np.mean(moved**2) >= APART * np.var(np.concatenate(every)))


def _between(runs: Sequence[Int[np.ndarray, " sample"]]) -> int:
    """Changes to or from the value that has most of them."""
    before, after = (np.concatenate(ends) for ends in ([run[:-1] for run in runs], [run[1:] for run in runs]))
    moved = before != after
    return int(np.bincount(np.concatenate([before[moved], after[moved]]), minlength=1).max())
