"""One spelling for what columns write in several ways, so that units of constants cancel: yr and Year, kg and kg N."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from discovery.headers import BOUND

Columns = Mapping[str, Mapping[str, Fraction]]  # base units with their exponents, by the column
# Words and symbols of one time. A unit of more than two letters may be in capitals; of fewer that is another, as H.
_TIMES = (
    ("s", "sec", "secs", "second", "seconds"), ("min", "mins", "minute", "minutes"),
    ("h", "hr", "hrs", "hour", "hours"), ("d", "day", "days"), ("wk", "week", "weeks"),
    ("month", "months"), ("yr", "yrs", "year", "years"),
)  # fmt: skip


def one_spelling(columns: Columns) -> Columns:
    """The columns in which each unit of time has one spelling, the shortest of those that are there."""
    used = sorted({name for one in columns.values() for name in one}, key=lambda name: (len(name), name))
    spelled: dict[str, str] = {}
    for times in _TIMES:
        same = [name for name in used if (name.lower() if len(name) > 2 else name) in times]
        spelled |= dict.fromkeys(same, same[0]) if same else {}
    return _renamed(columns, spelled)


def without_substances(columns: Columns) -> Columns:
    """The columns in which amounts of different things are of one unit: ``kg N`` is ``kg``."""
    names = {name for one in columns.values() for name in one}
    return _renamed(columns, {name: amount_of(name) for name in names})


def amount_of(name: str) -> str:
    """A base unit without what it is an amount of."""
    return name.partition(BOUND)[0]


def _renamed(columns: Columns, names: Mapping[str, str]) -> Columns:
    found: dict[str, dict[str, Fraction]] = {}
    for column, one in columns.items():
        mine = found.setdefault(column, {})
        for name, power in one.items():
            mine[names.get(name, name)] = mine.get(names.get(name, name), Fraction(0)) + power
    return {column: {name: power for name, power in one.items() if power} for column, one in found.items()}
