"""Tables whose times stand across: in the names of columns, as ``Day 0`` and ``Day 3``, or in a row above the wells."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

import numpy as np

from discovery.errors import DataError
from discovery.trajectories.columns import Column
from discovery.trajectories.keys import is_run_name
from discovery.trajectories.layout import Layout, by_pandas
from discovery.trajectories.source import Source
from discovery.trajectories.table import Table
from discovery.trajectories.time_names import is_unit_of_time, likeness, only_rises
from discovery.trajectories.tokens import number_of
from discovery.wording import joined

# "Day 0", "week_4", "D7", "24 h" and a number alone.
_TIME = re.compile(r"(?P<word>[^\W\d_]*)[\s_.-]*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[^\W\d_]*)")
FEWEST = 3  # such names: two are as often two quantities


def check_no_times_across(table: Table, source: Source, layout: Layout, *, told: bool) -> None:
    """Nothing where another column may have the times, or what is there looks like none at all.

    Args:
        told: whether it was told which columns are what.

    Raises:
        DataError: they stand in the header, or in a row; it says how to turn them, or that a column can be named.
    """
    if told:
        return
    first, *others = table.columns
    read = by_pandas(layout, source)
    stem = source.path.name.partition(".")[0]
    label = _label_of_times(table)
    if label:
        turned = f"{stem}_turned.csv"
        ids = "" if first.header == label else f".set_index({first.header!r}).T"
        turn = f"{read}{ids or f'.set_index({label!r}).T.rename_axis({label!r}).reset_index()'}"
        raise DataError(
            f"{table.name}: times stand in a row, {label!r}, and each state in another, it seems. Name the column of "
            f"times with --time, or turn the table, so that each is a column; in pandas {turn}.to_csv({turned!r}, "
            f"index=False); then discover check {shlex.quote(turned)}."
        )
    named = _named_like_times([one.header for one in others if one.kind == "number"])
    ids = [one for one in table.columns if one.header not in named]
    texts = any(one.kind == "text" for one in ids)
    if not named or any(map(_may_be_time, ids)):
        return
    found = [_TIME.fullmatch(one) for one in named]
    word, unit = (found[0]["word"], found[0]["unit"]) if found[0] else ("", "")
    if len(word) < FEWEST and not (texts and first.kind == "text"):
        return  # what has a letter or none before its number may be anything
    time = {"D": "Day", "d": "Day"}.get(word, word or ("time" + f" [{unit}]" * bool(unit)))
    keys, long = [one.header for one in ids] or ["row"], f"{stem}_long.csv"
    index = "" if ids else ".rename_axis('row').reset_index()"
    melt = (
        f"{read}{index}.melt({keys!r}, var_name={time!r}).assign(**{{{time!r}: lambda d: "
        rf"d[{time!r}].str.extract(r'([\d.]+)')[0].astype(float)}}).to_csv({long!r}, index=False)"
    )
    raise DataError(
        f"{table.name}: times stand in the names of columns, {named[0]!r} to {named[-1]!r}, and each row is a run, it "
        f"seems. Name the column of times with --time, or make one of times and one of values; in pandas {melt}; then "
        f"{shlex.join(['discover', 'check', long, '--trajectory', joined(keys)])}."
    )


def _label_of_times(table: Table) -> str:
    """What the row is called that has the times, of a table whose other columns are its samples; else nothing."""
    first, *others = table.columns
    labels = [first.labels[code] for code in first.values if code >= 0] if first.kind == "text" else []
    numbers = all(one.kind == "number" and likeness(one.header) is None for one in others)
    if len(others) < FEWEST or not numbers or not labels or len({*labels}) < len(labels):
        return ""
    plain = all(re.fullmatch(r"\d+(?:[.,]\d+)?", one.header) for one in others)
    plain = plain and not any(label[:1].isdigit() for label in labels)  # of minutes and seconds, as 12:30
    if likeness(first.header) is not None:  # the header is that row
        return first.header if plain and _rises([number_of(one.header) for one in others]) else ""
    rows = ([one.values[row] for one in others] for row in np.flatnonzero(first.values >= 0))
    return next((label for label, row in zip(labels, rows, strict=True) if _is_timed(label) and _rises(row)), "")


def _is_timed(word: str) -> bool:
    """Whether a name is of time alone, as ``Day`` and ``Time [s]``, and of no age or count."""
    return likeness(word) in (0, 1, 2)


def _may_be_time(column: Column) -> bool:
    """Whether a column may have the times that the names of others seem to have."""
    dated = column.kind in ("date", "local date", "clock")
    return dated or likeness(column.header) is not None or (only_rises(column) and not is_run_name(column.header))


def _named_like_times(headers: Sequence[str]) -> list[str]:
    """Those that have one word of time, or none, and numbers that rise, if they are enough."""
    found = [one for one in map(_TIME.fullmatch, headers) if one]
    kinds = {(one["word"], one["unit"]) for one in found}
    word, unit = kinds.pop() if len(kinds) == 1 else ("?", "")
    timed = not word or word in ("D", "d") or (len(word) >= FEWEST and _is_timed(word))
    if len(found) < FEWEST or not timed or (unit and not is_unit_of_time(unit)):
        return []
    return [one[0] for one in found] if _rises([float(one["number"]) for one in found]) else []


def _rises(values: Sequence[float]) -> bool:
    return bool(np.all(np.diff(values) > 0.0))
