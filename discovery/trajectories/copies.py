"""What is there twice: rows, as some archives write the last one of a block again, and whole runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from discovery.trajectories.clock import Clock
from discovery.trajectories.table import Table
from discovery.types import Trajectory
from discovery.wording import listed


def without_copies(table: Table, clock: Clock) -> tuple[Clock, tuple[str, ...]]:
    """The times without those of rows that are equal in all columns to the row above, with a note on these.

    They tell nothing new; rows of one time that differ in anything do.
    """
    rows = clock.rows
    again = np.diff(clock.times[rows]) == 0.0
    if not again.any() or any(one.kind == "text" and np.all(one.values < 0) for one in table.columns):
        return clock, ()  # of text that is no label nobody knows whether it is the same
    for column in table.columns:
        before, after = column.values[rows[:-1]], column.values[rows[1:]]
        again &= (before == after) | ((before != before) & (after != after))  # NaN and NaT, which equal nothing
    if not again.any():
        return clock, ()
    copied = rows[1:][again]
    times = clock.times.copy()
    times[copied] = np.nan
    said = "1 row was" if len(copied) == 1 else f"{len(copied)} rows were"
    note = f"{said} left out, the first in line {table.lines[copied[0]]}, as the row above is the same in all columns."
    return replace(clock, times=times), (note,)


def said_of_copies(runs: Sequence[Trajectory]) -> str:
    """Which runs are the same numbers, so that one tells nothing of the other; nothing where none are.

    Noise of an instrument is never the same twice.
    """
    found: dict[tuple[bytes, bytes], list[str]] = {}
    for number, run in enumerate(runs, start=1):
        if np.any(np.nan_to_num(np.ptp(run.states, axis=0)) > 0.0):
            found.setdefault((run.states.tobytes(), run.inputs.tobytes()), []).append(run.label or f"run {number}")
    copies = [listed(labels) for labels in found.values() if len(labels) > 1]
    return f"{'; '.join(copies)} are the same numbers, not the same experiment done again." if copies else ""
