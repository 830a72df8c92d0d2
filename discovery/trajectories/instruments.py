"""Files of instruments that hold a table and more: oscilloscopes, LabVIEW (.lvm), Vernier's Logger Pro (text)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from discovery.headers import is_unit
from discovery.trajectories.preamble import Row, is_word, said_of_rows_above
from discovery.trajectories.tokens import is_missing, is_number, number_of

LABVIEW = "***End_of_Header***"  # stands below the head of an .lvm file, and below that of each table in it
X_VALUE, COMMENT = "X_Value", "Comment"  # its columns of times and of remarks
VERNIER = "Vernier Format"  # begins a text of Logger Pro; the file and its date, and the name of the run, follow
VERNIER_LINES = 3
FEWEST_SETTINGS = 3  # words beside data, from which they are a block of settings; oscilloscopes write a dozen
# What oscilloscopes call the settings that name the columns beside them: what was measured, its unit, that of time.
SOURCE, OF_VALUES, OF_TIMES = "source", "vertical units", "horizontal units"
# Where samples are counted these columns, whose only entries stand in the row of units, tell when they were taken.
START, STEP, COUNTED = "start", "increment", "sequence"
_TICK = re.compile(r"(t0|tInc)\s*=\s*(\S+)")  # t0 =-2.0e-05


@dataclass(frozen=True)
class Beside:
    """A table with other columns in its rows, which are left out.

    Attributes:
        header: of the columns that stay.
        places: theirs in the file.
        skipped: rows above the first of data.
        ticks: time of the first sample, step between two, and place of their column among these: it counts samples, or
            is empty.
    """

    header: tuple[str, ...]
    places: tuple[int, ...]
    skipped: int
    notes: tuple[str, ...]
    ticks: tuple[float, float, int] | None = None

    def cut(self, rows: Sequence[Row]) -> list[Row]:
        """The rows of data with the columns that stay."""
        return [
            (line, [row[place] if place < len(row) else "" for place in self.places])
            for line, row in rows[self.skipped :]
        ]


def lines_above(lines: Sequence[str]) -> tuple[int, tuple[str, ...]]:
    """How many lines of a file of LabVIEW or Logger Pro stand above its table, with a note; none of other files."""
    if lines and lines[0].lstrip("\ufeff").startswith(VERNIER):
        count = min(VERNIER_LINES, len(lines))
    else:
        count = max((i for i, line in enumerate(lines, start=1) if line.startswith(LABVIEW)), default=0)
    return count, said_of_rows_above([(line, []) for line in range(1, count + 1)])


def beside_others(rows: Sequence[Row], decimal: str) -> Beside | None:
    """The table among the columns of an oscilloscope's file; None where there are no others beside it."""
    return _beside_settings(rows, decimal) or _with_ticks(rows, decimal) or _with_ticks_in_names(rows, decimal)


def _beside_settings(rows: Sequence[Row], decimal: str) -> Beside | None:
    """Settings, name and value, in the first columns of the first rows, and numbers in the last ones of all rows."""
    names = [row[0] for _, row in rows if row and row[0]]
    if len(names) < FEWEST_SETTINGS or not all(is_word(name, decimal) for name in names):
        return None
    width = max(len(row) for _, row in rows)
    columns = [[row[place] if place < len(row) else "" for _, row in rows] for place in range(width)]
    full = [place for place, column in enumerate(columns) if column and all(is_number(one, decimal) for one in column)]
    if len(full) < 2 or full[0] < 2:
        return None
    last = max(i for i in range(len(rows)) if any(column[i] for column in columns[: full[0]]))
    if last >= len(rows) // 2 or any(any(column) for column in columns[full[-1] + 1 :]):
        return None
    told = {name.casefold(): value for name, value in zip(columns[0], columns[1], strict=True) if name}
    named = [told.get(SOURCE, "") or "x0", *(f"x{i}" for i in range(1, len(full) - 1))]
    units = [told.get(OF_TIMES, ""), *[told.get(OF_VALUES, "")] * len(named)]
    header = tuple(_with_unit(name, unit) for name, unit in zip(["t", *named], units, strict=True))
    note = f"Lines {rows[0][0]} to {rows[last][0]} have settings beside the data, which were passed over."
    return Beside(header, tuple(full), 0, (note, f"The columns are {', '.join(header)}, by these settings."))


def _with_ticks(rows: Sequence[Row], decimal: str) -> Beside | None:
    """Samples that are counted, and columns in whose only entries it says when the first was taken, and the next."""
    if len(rows) < 3:
        return None
    (_, names), (line, units), *data = rows
    lower = [name.casefold() for name in names]
    if not {START, STEP} <= set(lower) or len(units) > len(names):
        return None
    start, step = lower.index(START), lower.index(STEP)
    units = [*units, *[""] * (len(names) - len(units))]
    told = [units[place] for place in (start, step)]
    alone = not any(entry for _, row in data for place in (start, step) if place < len(row) for entry in [row[place]])
    if not alone or not all(is_number(entry, decimal) for entry in told) or units[0].casefold() != COUNTED:
        return None
    first, increment = map(number_of, told)
    places = tuple(place for place, name in enumerate(names) if name and place not in (start, step))
    header = ("t [s]", *(_with_unit(names[place], units[place]) for place in places[1:]))
    note = (
        f"Line {line} was read as units: {', '.join(header[1:])}. {names[0]} counts samples: times are {first:g} s and "
        f"{increment:g} s more for each."
    )
    return Beside(header, places, 2, (note,), (first, increment, 0))


def _with_ticks_in_names(rows: Sequence[Row], decimal: str) -> Beside | None:
    """Samples alone, where the names of two columns with no entries tell when the first was taken, and the next."""
    (_, names), *data = rows or [(0, [])]
    told = {place: found for place, name in enumerate(names) if (found := _TICK.fullmatch(name))}
    if len(told) != 2 or not data or {found[1] for found in told.values()} != {"t0", "tInc"}:
        return None
    filled = any(row[place] for _, row in data for place in told if place < len(row))
    texts = {found[1]: found[2] for found in told.values()}
    if filled or not all(is_number(text, decimal) for text in texts.values()):
        return None
    first, increment = (number_of(texts[name]) for name in ("t0", "tInc"))
    start = min(told)
    places = tuple(place for place, name in enumerate(names) if name and (place == start or place not in told))
    header = tuple("t [s]" if place == start else names[place] for place in places)
    note = f"Times are {first:g} s and {increment:g} s more for each row, by the names {names[start]!r} and the next."
    return Beside(header, places, 1, (note,), (first, increment, places.index(start)))


def separator_of_labview(lines: Sequence[str]) -> str:
    """The mark between fields that the head of an .lvm file names; empty where there is no such head."""
    named = next((line.split("\t")[1].strip() for line in lines if line.startswith("Separator\t")), "")
    return {"Tab": "\t", "Comma": ","}.get(named, "")


def of_labview(lines: Sequence[str], rows: Sequence[Row], decimal: str) -> Beside | None:
    """The table of an .lvm file whose times are in its head alone, or stand again beside each channel; else None.

    Args:
        lines: of its head.
        rows: from that of the names on.
    """
    head = {line.split("\t")[0].strip(): line.rstrip().split("\t")[1:] for line in lines}
    (_, names), *data = rows or [(0, [])]
    if not data or not names or names[0] != X_VALUE or not any(line.startswith(LABVIEW) for line in lines):
        return None
    columns = [[row[place] if place < len(row) else "" for _, row in data] for place in range(len(names))]
    again = [i for i, name in enumerate(names) if i and name == X_VALUE and columns[i] == columns[0]]
    told = [{one.strip() for one in head.get(name, ()) if one.strip()} for name in ("X0", "Delta_X")]
    said = [one for entries in told for one in entries if len(entries) == 1]  # of all channels, or of none
    ticks = not any(columns[0]) and len(said) == 2 and all(is_number(one, decimal) for one in said)
    if not (again or ticks):
        return None
    places = tuple(i for i, name in enumerate(names) if i not in again and (name != COMMENT or any(columns[i])))
    header = tuple(names[i] for i in places)
    if not ticks:
        return Beside(header, places, 1, (f"{X_VALUE!r} was read once: it is the same beside each channel.",))
    first, step = map(number_of, said)
    note = f"Times are {first:g} and {step:g} more for each row, by X0 and Delta_X in the head."
    return Beside(header, places, 1, (note,), (first, step, 0))


def _with_unit(name: str, unit: str) -> str:
    """A name with its unit in brackets; ``VOLT`` is a volt."""
    unit = unit if len(unit) < len("volt") else unit.lower()
    return name if is_missing(unit) or not is_unit(unit) else f"{name} [{unit}]"
