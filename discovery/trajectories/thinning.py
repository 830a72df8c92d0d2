"""Fewer rows where there are more than a discovery can use."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from discovery.errors import UsageError
from discovery.trajectories.runs import Run

MOST_ROWS = 50_000  # in all runs together; forty times what the smoothers were tried on
FEWEST_WHEN_THINNED = 10  # samples of a run; rather than fewer, whole runs are left out


def thin(runs: Sequence[Run], most: int = MOST_ROWS) -> tuple[tuple[Run, ...], tuple[str, ...]]:
    """Every k-th row of each run, so that at most ``most`` rows remain, and a note that says so.

    Rows are not averaged, which would bend what changes fast. Where runs would become shorter than ten samples,
    every m-th run is taken instead.

    Raises:
        UsageError: ``most`` is too small to show one run.
    """
    _check(most)
    total = _rows(runs)
    if total <= most:
        return tuple(runs), ()
    steps = range(1, max(_longest_step(run) for run in runs) + 1)
    step = steps[bisect_left(steps[:-1], True, key=lambda k: _rows(_thinned(runs, k)) <= most)]
    thinned = _thinned(runs, step)
    kept, also = _fewer(thinned, most)
    note = f"{_rows(kept):,} of {total:,} rows were used: one row in {step}{also}."
    return kept, (note,)


def cut_short(runs: Sequence[Run], most: int = MOST_ROWS) -> tuple[tuple[Run, ...], tuple[str, ...]]:
    """The first rows of each run, as :func:`thin`: where each is the next of the one before, none may be left out."""
    _check(most)
    total = _rows(runs)
    if total <= most:
        return tuple(runs), ()
    lengths = range(max(map(len, runs)), FEWEST_WHEN_THINNED - 1, -1)
    length = lengths[bisect_left(lengths[:-1], True, key=lambda n: sum(min(len(run), n) for run in runs) <= most)]
    kept, also = _fewer([replace(run, rows=run.rows[:length]) for run in runs], most)
    return kept, (f"{_rows(kept):,} of {total:,} rows were used: the first {length:,} of each run{also}.",)


def _check(most: int) -> None:
    if most < 2 * FEWEST_WHEN_THINNED:
        raise UsageError(f"At most {most} rows are asked for; at least {2 * FEWEST_WHEN_THINNED} are needed.")


def _fewer(runs: Sequence[Run], most: int) -> tuple[tuple[Run, ...], str]:
    """Every m-th run, where all are still too many, and a clause that says so."""
    apart = range(1, len(runs) + 1)
    every = apart[bisect_left(apart[:-1], True, key=lambda m: _rows(runs[::m]) <= most)]
    return tuple(runs[::every]), f", and one run in {every}" if every > 1 else ""


def _thinned(runs: Sequence[Run], step: int) -> list[Run]:
    return [replace(run, rows=run.rows[:: min(step, _longest_step(run))]) for run in runs]


def _longest_step(run: Run) -> int:
    """The step at which ten rows remain."""
    return max(1, (len(run) - 1) // (FEWEST_WHEN_THINNED - 1))


def _rows(runs: Sequence[Run]) -> int:
    return sum(len(run) for run in runs)
