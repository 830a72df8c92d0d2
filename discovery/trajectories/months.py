"""Tables with a row for each year and a column for each month, which are one series and not twelve states."""

from __future__ import annotations

from collections.abc import Sequence

from discovery.errors import DataError
from discovery.headers import bare
from discovery.trajectories.calendar import names_years
from discovery.trajectories.clock import Clock
from discovery.trajectories.local_dates import BEGINNINGS
from discovery.trajectories.table import Table

LONGEST = len("septiembre")  # letters of a month's name


def check_no_months(table: Table, clock: Clock, keys: Sequence[str], told: Sequence[str] = ()) -> None:
    """Nothing, where columns are not the months of the years that times are.

    Args:
        keys: headers of the columns that tell runs apart.
        told: states; where some are told nothing is asked.

    Raises:
        DataError: they are; it says how to make one column of them.
    """
    months = () if told else _months(table)
    if not months or not names_years(clock.header):
        return
    rows = [*keys, clock.header]
    raise DataError(
        f"{table.name}: twelve columns are named like the months, {months[0]!r} to {months[-1]!r}, and each row is a "
        f"year: that is one series, and not twelve states. Make one column of times and one of values; in pandas "
        f"{melting(rows, months)}. Where they are states, name them with --states."
    )


def melting(rows: Sequence[str], months: Sequence[str]) -> str:
    """What makes a long table of such a wide one in pandas; of ``rows``, which tell its rows, the last is the year."""
    return (
        f"months = {list(months)!r}; table = table.melt({list(rows)!r}, months, 'm', 'x'); "
        f"table['month'] = table.pop({rows[-1]!r}).astype(str) + '-' + "
        "table.pop('m').map(lambda m: f'{months.index(m) + 1:02d}'); table = table.sort_values('month')"
    )


def _months(table: Table) -> tuple[str, ...]:
    """Headers of the columns of numbers that are named like the months, January first; none if they are not twelve."""
    found: list[str] = []
    numbers = [one.header for one in table.columns if one.kind == "number"]
    for beginnings in BEGINNINGS:
        named = [one for one in numbers if bare(one).lower().startswith(beginnings) and len(bare(one)) <= LONGEST]
        if len(named) != 1:
            return ()
        found += named
    return tuple(found)
