"""Times as numbers beside the dates of the same rows: where these tell another step, their unit is wrong."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from discovery.errors import DataError
from discovery.headers import stated_unit_of_time
from discovery.trajectories.clock import Clock
from discovery.trajectories.dated import COUNTS, LONGER, SPELLINGS
from discovery.trajectories.table import Table

_SMALLER = {"ms": 1e-3, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ns": 1e-9}
SECONDS = _SMALLER | {word: one.seconds for one in (*COUNTS, *LONGER) for word in (one.unit, *SPELLINGS[one.unit])}
# Share by which a clock may be wrong: far more than a crystal is (1e-4), far less than any two units differ by.
CLOCK = 0.01


def check_stamps(table: Table, clock: Clock, runs: Sequence[Int[np.ndarray, " sample"]]) -> None:
    """Compares numbers that were taken for time, unless told, with dates that go on as evenly.

    Raises:
        DataError: one of them is not as long as their unit.
    """
    unit = stated_unit_of_time(clock.header)
    if clock.origin or unit not in SECONDS:
        return
    for column in table.columns:
        if column.kind != "date" or column.header == clock.header:
            continue
        stamps = np.where(np.isnat(column.values), np.nan, column.values.astype(np.float64) * 1e-6)
        found = _seconds_each([clock.times[run] for run in runs], [stamps[run] for run in runs])
        if found is None:
            continue
        each, unsure = found
        if abs(each - SECONDS[unit]) <= (CLOCK + unsure) * SECONDS[unit]:
            return
        raise DataError(
            f"{table.name}, column {clock.header!r}: one of it is {each:.4g} s by the dates in {column.header!r}, and "
            f"{SECONDS[unit]:g} s by its name. If the dates are when the samples were taken, leave it out; in pandas "
            f"table.drop(columns={clock.header!r}). If they are not, as of a simulation, --time "
            f"{shlex.quote(clock.header)} takes the numbers in {unit}."
        )


def _seconds_each(
    times: Sequence[Float[np.ndarray, " sample"]], stamps: Sequence[Float[np.ndarray, " sample"]]
) -> tuple[float, float] | None:
    """Seconds of stamps for one of time, and the share it may be wrong by; None where they do not go on together."""
    known = [~np.isnan(stamp) for stamp in stamps]
    pairs = [(t[there], s[there]) for t, s, there in zip(times, stamps, known, strict=True) if there.sum() > 1]
    if not pairs:
        return None
    spans, lasts = (np.array([one[part][-1] - one[part][0] for one in pairs]) for part in (0, 1))
    steps = np.concatenate([np.diff(s) for _, s in pairs])
    if not np.any(steps > 0.0) or np.sum(lasts) <= 0.0 or np.any(spans <= 0.0):
        return None
    each, finest = float(np.sum(lasts) / np.sum(spans)), float(np.min(steps[steps > 0.0]))
    off = max(float(np.max(np.abs(s - s[0] - each * (t - t[0])))) for t, s in pairs)
    unsure = 2.0 * len(pairs) * finest / float(np.sum(lasts))
    return (each, unsure) if off <= 2.0 * finest + CLOCK * float(np.max(lasts)) and unsure < 0.5 else None
