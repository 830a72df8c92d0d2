"""Columns that tell how good the entries beside them are, as archives and OPC write: Good and Bad, 192 and 0."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from discovery.headers import bare
from discovery.trajectories.columns import Column
from discovery.wording import listed

QUALITIES = frozenset({"quality", "qual", "qc", "validity", "valid", "flag", "flags"})
STATUS = frozenset({"status"})  # that of a pump is an input: it tells of entries only where most of these are good
GOOD = frozenset({"good", "ok", "valid", "192"})  # the last one of OPC
# Different entries of such a column at most; OPC has some twenty codes, of which a record has few.
MOST_ENTRIES = 10
MOST_RARE = 0.2  # share of the rows that are not as usual, unless the usual entry says good: on and off are as often
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[^\W\d_][^\W\d_A-Z]*|\d+")


def said_of_quality(column: Column, columns: Sequence[Column], rows: Int[np.ndarray, " sample"]) -> str:
    """What to know of a column that tells how good others are, where it is not the same in all rows; else nothing."""
    words = _words(column.header)
    stem = [word for word in words if word not in QUALITIES | STATUS]
    if len(stem) == len(words) or column.kind not in ("text", "number"):
        return ""
    there = column.values[rows][column.values[rows] >= 0]
    different, counts = np.unique(there, return_counts=True)
    if not 1 < len(different) <= MOST_ENTRIES or not np.all(different == np.round(different)):
        return ""
    codes = [int(code) for code in different[np.argsort(-counts)]]  # the usual one first
    entries = [column.labels[code] if column.kind == "text" else code for code in codes]
    entry = next((one for one in entries if str(one).lower() in GOOD), entries[0])
    rare = int(np.count_nonzero(there != codes[entries.index(entry)]))
    numbers = [one.header for one in columns if one.kind == "number"]
    others = [one for one in numbers if not names_quality(one)]
    beside = [one for one in others if stem and _words(one)[: len(stem)] == stem]
    called = bool(QUALITIES & {*words}) and (bool(beside) or not stem)
    called = called and rare <= MOST_RARE * len(there)
    if not others or not (called or str(entry).lower() in GOOD):
        return ""
    marked = beside or others
    which = repr(marked[0]) if len(marked) == 1 else f"[{', '.join(map(repr, marked))}]"
    return (
        f"{column.header!r} was set aside: it tells how good entries are, it seems, and is not {entry!r} in {rare} "
        f"row{'s' * (rare > 1)}. Where {listed(list(map(repr, marked)))} {'is' if len(marked) == 1 else 'are'} wrong "
        f"then, leave the entries empty; in pandas table.loc[table[{column.header!r}] != {entry!r}, {which}] = "
        "float('nan')."
    )


def names_quality(header: str) -> bool:
    """Whether a name has a word of qualities, as ``Quality`` and ``level_status``."""
    return not (QUALITIES | STATUS).isdisjoint(_words(header))


def _words(header: str) -> list[str]:
    """Words of a name without its unit, in small letters: ``level`` and ``quality`` of ``LevelQuality``."""
    return [word.lower() for word in _WORDS.findall(bare(header))]
