"""What exports write about a table: lines above the names of columns, and a row of descriptions below them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from discovery.headers import is_unit
from discovery.trajectories.tokens import Kind, is_limit, is_missing, kind_of

Row = tuple[int, list[str]]  # with its line in the file
FEWEST_BELOW = 3  # the names and rows of numbers below them, from which settings above can be told
BELOW = 0.9  # share of the first lines that are names and numbers, where others above are wider than the table


def rows_above(rows: Sequence[Row], decimal: str) -> int:
    """How many rows stand above the names of columns; none unless a row below is surely that of the names.

    Those are words for all columns but one at most, and different. Nothing above them has a name for each column, or
    values where most rows have such; or all is settings, each a word and a value.
    """
    width = usual_width(rows)
    if width < 2:
        return 0
    if settings := _below_settings(rows, width, decimal):
        return settings
    place = _place_of_names(rows, width, decimal)
    kinds = _kinds(rows[place + 1 :], width, decimal)
    above = (row for _, row in rows[:place])
    return 0 if any(_complete(row, width) or _is_data(row, kinds, decimal) for row in above) else place


def _place_of_names(rows: Sequence[Row], width: int, decimal: str) -> int:
    """The first row that may be that of the names, or the first whole one where others with fewer fields stand above.

    Beside one column of times and one of values a line such as ``Ready.`` may be all names but one.
    """
    place = next((i for i, (_, row) in enumerate(rows) if _names(row, width, decimal)), 0)
    whole = next((i for i, (_, row) in enumerate(rows[place:], start=place) if len(row) >= width), place)
    words, below = rows[whole][1], rows[whole + 1 : whole + 2]
    kinds = _kinds(rows[whole + 1 :], width, decimal)
    named = _complete(words, width) and _names(words, width, decimal) and not _are_units(words)
    return whole if named and all(_is_data(row, kinds, decimal) for _, row in below) else place


def said_of_rows_above(rows: Sequence[Row]) -> tuple[str, ...]:
    """A note on rows that were passed over; none if there are none."""
    if not rows:
        return ()
    first, last = rows[0][0], rows[-1][0]
    if first == last:
        return (f"Line {first} was passed over: it stands above the names of the columns.",)
    return (f"Lines {first} to {last} were passed over: they stand above the names of the columns.",)


def without_descriptions(header: Sequence[str], rows: Sequence[Row], decimal: str) -> tuple[list[Row], tuple[str, ...]]:
    """The rows without a first one that describes the columns, with a note.

    It has words for all columns of numbers and times but one, which has none, or for all with units below them: of
    other rows of words that are complete nobody can tell which one has the names.
    """
    if len(rows) < 2:
        return list(rows), ()
    (line, entries), width = rows[0], len(header)
    kinds = _kinds(rows[1:], width, decimal)
    valued = [place for place, kind in enumerate(kinds) if kind != "text"]
    told = [entry for place, entry in enumerate(entries) if place in valued and entry]
    labels = any(entry for place, entry in enumerate(entries) if place not in valued)
    words = all(is_word(entry, decimal) for entry in told)
    data = any(_is_data(row, kinds, decimal) for _, row in rows[1:3])  # units may stand between
    whole = len(told) == len(valued) and _are_units(rows[1][1])
    if labels or not words or len(told) < 2 or not (whole or len(told) == len(valued) - 1) or not data:
        return list(rows), ()
    return list(rows[1:]), (f"Line {line} was passed over: it describes the columns.",)


def usual_width(rows: Sequence[Row]) -> int:
    """The number of fields that most rows have."""
    return Counter(len(row) for _, row in rows).most_common(1)[0][0] if rows else 0


def _below_settings(rows: Sequence[Row], width: int, decimal: str) -> int:
    """How many rows stand above the names where all those are settings, as ``Vertical Scale,0.2``; else none.

    A setting is a word, and a value for each further column at most; one at least is a number. Below the names are
    numbers and times alone. Where nearly all rows are these, rows that are wider are no names, whatever they are.
    """
    last = max((i for i, (_, row) in enumerate(rows) if is_word(row[0], decimal)), default=0)
    kinds = _kinds(rows[last + 1 :], width, decimal)
    if len(rows) - last < FEWEST_BELOW or "text" in kinds:
        return 0
    if not all(_is_data(row, kinds, decimal) for _, row in rows[last + 1 :]):
        return 0
    place = last - 1 if last and _are_units(rows[last][1]) else last
    above = [[entry for entry in row if entry] for _, row in rows[:place]]
    settings = all(len(row) <= width and is_word(row[0], decimal) for row in above)
    numbers = any(not is_word(entry, decimal) for row in above for entry in row[1:])
    wider = any(len(row) > width for row in above) and len(rows) - place > BELOW * len(rows)
    return place if ((settings and numbers) or wider) and _names(rows[place][1], width, decimal) else 0


def _are_units(row: Sequence[str]) -> bool:
    told = [entry.strip("[]()") for entry in row if entry]
    return bool(told) and all(is_unit(entry) or is_unit(entry.lower()) for entry in told)


def _names(row: Sequence[str], width: int, decimal: str) -> bool:
    named = [entry for entry in row if entry]
    fits = width - 1 <= len(named) and len(row) <= width and len({*named}) == len(named)
    return fits and all(is_word(entry, decimal) for entry in named)


def is_word(entry: str, decimal: str) -> bool:
    """Whether an entry is neither a number nor a time, nor stands for a value that is missing or beyond a limit."""
    return not is_missing(entry) and not is_limit(entry) and kind_of([entry], decimal) == "text"


def _complete(row: Sequence[str], width: int) -> bool:
    """Whether a row has an entry for each column."""
    return len(row) >= width and all(row[:width])


def _kinds(rows: Sequence[Row], width: int, decimal: str) -> list[Kind]:
    """What each column holds."""
    return [kind_of([row[place] for _, row in rows if place < len(row)], decimal) for place in range(width)]


def _is_data(row: Sequence[str], kinds: Sequence[Kind], decimal: str) -> bool:
    """Whether a row has what columns of numbers, dates and times of day hold, in half of them at least."""
    valued = [
        (entry, kind) for entry, kind in zip(row, kinds, strict=False) if kind != "text" and not is_missing(entry)
    ]
    fit = all(kind_of([entry], decimal) == kind or is_limit(entry) for entry, kind in valued)
    return fit and 2 * len(valued) >= sum(kind != "text" for kind in kinds) > 0
