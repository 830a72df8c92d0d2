"""Clocks that are put forward and back for daylight saving: an hour that local times leave out, or have twice."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from jaxtyping import Float, Int

from discovery.trajectories.clock import Clock
from discovery.trajectories.dated import COUNTS, LONGER
from discovery.trajectories.table import Table

HOUR = 3600.0
# Steps about a change, the hour apart, are at most so many usual ones: a row may be missing there.
LONGEST = 2.0
# Hours of local time, counted from the day's first, that are left out in spring and come twice in autumn, with a zone
# where they do. In Europe all clocks change at one moment, in America each at its own two o'clock (IANA's tzdata).
EUROPE_SPRING = EUROPE_AUTUMN = {1: "Europe/London", 2: "Europe/Berlin", 3: "Europe/Athens"}
AMERICA_SPRING, AMERICA_AUTUMN = {2: "America/New_York"}, {1: "America/New_York"}
SUNDAY = 6


@dataclass(frozen=True)
class Change:
    """A change of the clocks, between two rows.

    Attributes:
        row: the row behind it, among those with a time.
        before, behind: what clocks showed.
        zone: the name of a zone whose clocks changed so.
    """

    row: int
    before: np.datetime64
    behind: np.datetime64
    zone: str

    @property
    def said(self) -> str:
        """What happened, in words."""
        when = f"on {self.behind.astype('datetime64[D]')}"
        before, behind = (str(one.astype("datetime64[s]")).partition("T")[2] for one in (self.before, self.behind))
        if self.behind > self.before:
            return f"{when} clocks went from {before} to {behind}, forward for daylight saving, it seems"
        return f"{when} clocks went from {before} to {behind}, back from daylight saving, it seems"


def changes(clock: Clock, rows: Int[np.ndarray, " timed"], *, back: bool) -> tuple[Change, ...]:
    """The changes between rows that follow each other, by the rules of Europe and of the United States.

    Args:
        back: whether those of autumn are asked, at which clocks go back, or those of spring.
    """
    unit = next((one.seconds for one in (*COUNTS, *LONGER) if one.unit == clock.unit), None)
    if unit is None or "-" not in clock.origin:  # times of day alone have no Sundays
        return ()
    seconds = np.round(clock.times[rows] * unit, 3)
    steps = np.diff(seconds)
    usual = float(np.median(steps[steps > 0.0])) if np.any(steps > 0.0) else 2.0 * HOUR
    apart = steps + HOUR if back else steps - HOUR
    found = np.flatnonzero((apart > 0.0) & (apart <= LONGEST * usual) & (usual <= HOUR) & ((steps <= 0.0) == back))
    each = (_change(clock.origin, seconds[row : row + 2], int(row) + 1, back=back) for row in found)
    return tuple(one for one in each if one is not None)


def said_of_spring(table: Table, clock: Clock, rows: Int[np.ndarray, " timed"]) -> tuple[str, ...]:
    """A note if an hour is left out, with what to do."""
    found = changes(clock, rows, back=False)
    if not found:
        return ()
    many = f", and so {len(found) - 1} more time{'s' * (len(found) > 2)}" * (len(found) > 1)
    said = f"{found[0].said[0].upper()}{found[0].said[1:]}{many}: what follows counts as an hour late."
    return (f"{said} {remedy(table, clock, found[0].zone)}",)


def remedy(table: Table, clock: Clock, zone: str) -> str:
    """What to do about it, with the line of pandas."""
    columns = sorted((clock.header, *clock.also), key=lambda header: table[header].kind != "date")
    entries = " + ' ' + ".join(f"table[{header!r}]" for header in columns)
    order = ", dayfirst=True" * table[columns[0]].day_first
    return (
        f"Write times in UTC; in pandas table[{clock.header!r}] = pandas.to_datetime({entries}{order})"
        f".dt.tz_localize({zone!r}, ambiguous='infer').dt.tz_convert('UTC'), with the time zone of the place."
    )


def _change(origin: str, seconds: Float[np.ndarray, " 2"], row: int, *, back: bool) -> Change | None:
    """The change between these times since the origin, if there is one by a rule."""
    start = datetime.fromisoformat(origin)
    before, behind = (start + timedelta(seconds=float(one)) for one in seconds)
    last = behind.day + 7 > monthrange(behind.year, behind.month)[1]
    europe = (EUROPE_AUTUMN if back else EUROPE_SPRING) if last and behind.month == (10 if back else 3) else {}
    in_america = (behind.month, (behind.day - 1) // 7 + 1) == ((11, 1) if back else (3, 2))
    america = (AMERICA_AUTUMN if back else AMERICA_SPRING) if in_america else {}
    zone = (europe | america).get(behind.hour if back else behind.hour - 1)
    hours = (_hour(behind) - _hour(before)) // timedelta(hours=1)
    if behind.weekday() != SUNDAY or zone is None or hours != (0 if back else 2):
        return None
    return Change(row, np.datetime64(before), np.datetime64(behind), zone)


def _hour(moment: datetime) -> datetime:
    """The whole hour before it."""
    return moment.replace(minute=0, second=0, microsecond=0)
