"""Rows of units and of what a logger did, which instruments write between the names of columns and the numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from discovery.headers import is_unit, split_header
from discovery.trajectories.preamble import Row
from discovery.trajectories.tokens import is_limit, is_missing, kind_of

LOGGER = "TOA5"  # how Campbell Scientific's loggers begin a file, before names, units and processing
# ... what they write for units of times and of numbers of records,
STAMPS = frozenset({"TS", "RN"})
# ... and for what was done with the values of a column (CRBasic): samples, averages, extremes, totals, winds.
PROCESSING = frozenset({"smp", "avg", "min", "max", "std", "tot", "med", "tmx", "tmn", "cov", "wvc"})
# Width and kind of a column, a string, a date or a number, which files in RDB, as of the USGS, have below each name.
_FORMAT = re.compile(r"\d+[sdn]", re.IGNORECASE)
ALIKE = 0.5  # share of the entries of a row of units that read as units; some units nobody has listed


def begins_a_logger(line: str) -> bool:
    """Whether a first line is that of a logger, which tells the station, and whose fields are no columns."""
    return line.lstrip('"').startswith(LOGGER)


def with_units(
    header: Sequence[str], rows: Sequence[Row], decimal: str, *, logger: bool
) -> tuple[list[str], list[Row], tuple[str, ...]]:
    """The header with the units that stand below it in brackets, the rows of data, and a note.

    A row has units if it has no number and no date, while the next has some, and if most of its entries read as units,
    one at least of a column of numbers. Labels, which come again further down, are none, though they may be called V.
    A row of widths and kinds, as ``5s 20d 14n`` of RDB, is passed over.

    Args:
        logger: whether the file's first line says that units are there.
    """
    if len(rows) < 2 or not _holds_words(rows[0], header, decimal):
        return list(header), list(rows), ()
    line, entries = rows[0]
    if len(entries) == len(header) and all(map(_FORMAT.fullmatch, entries)):
        return list(header), list(rows[1:]), (f"Line {line} was passed over: it has widths and kinds of the columns.",)
    columns = [[row[place] for _, row in rows[1:] if place < len(row)] for place in range(len(entries))]
    numbers = [kind_of(column, decimal) == "number" for column in columns]
    labels = [not number and entry in column for entry, column, number in zip(entries, columns, numbers, strict=True)]
    units = ["" if label else _unit(entry) for entry, label in zip(entries, labels, strict=True)]
    told = [unit for entry, unit in zip(entries, units, strict=True) if entry.strip() and unit != ""]
    if not logger and sum(map(_is_unit, told)) < max(1.0, ALIKE * len(told)):
        return list(header), list(rows), ()
    if not logger and not any(number and _is_unit(unit) for number, unit in zip(numbers, units, strict=True)):
        return list(header), list(rows), ()
    rest = list(rows[1:])
    if len(rest) > 1 and _tells_processing(rest[0][1]):
        rest = rest[1:]
    if _holds_words(rest[0], header, decimal):
        return list(header), list(rows), ()
    units += [""] * (len(header) - len(units))
    named = [
        f"{name} {unit}" if unit and split_header(name)[1] is None else name
        for name, unit in zip(header, units, strict=True)
    ]
    new = [name for name, old in zip(named, header, strict=True) if name != old]
    note = f"Line {line} was read as units: {', '.join(new)}." if new else f"Line {line} was passed over: it has words."
    return named, rest, (note,)


def _holds_words(row: Row, header: Sequence[str], decimal: str) -> bool:
    """Whether a row that fits the header has words alone, neither numbers nor times nor limits of an assay."""
    entries = [entry for entry in row[1] if not is_missing(entry)]
    words = all(kind_of([entry], decimal) == "text" and not is_limit(entry) for entry in entries)
    return bool(entries) and len(row[1]) <= len(header) and words


def _unit(entry: str) -> str:
    """The unit in brackets; empty where none is told."""
    text = entry.strip()
    if text[:1] + text[-1:] in ("[]", "()"):
        text = text[1:-1].strip()
    if text == "-":
        return "[-]"
    if not text or is_missing(text) or text in STAMPS:
        return ""
    return f"[{_spelled(text)}]"


def _spelled(text: str) -> str:
    """Degrees as they are read elsewhere: ``degC`` for ``Deg C``."""
    words = text.split()
    return f"deg{words[1]}" if len(words) == 2 and words[0].lower() == "deg" and words[1] in ("C", "F") else text


def _is_unit(unit: str) -> bool:
    return is_unit(unit[1:-1])


def _tells_processing(entries: Sequence[str]) -> bool:
    there = [entry.strip().lower() for entry in entries if not is_missing(entry)]
    return bool(there) and set(there) <= PROCESSING
