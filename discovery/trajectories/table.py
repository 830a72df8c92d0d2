"""The columns of a file as arrays, read in pieces so that the text never lies in memory as a whole."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TextIO, cast

import numpy as np
import pandas as pd
from jaxtyping import Int

from discovery.errors import DataError
from discovery.trajectories.columns import Column, grow
from discovery.trajectories.comments import uncommented
from discovery.trajectories.layout import SPACES, Layout, ragged
from discovery.trajectories.source import Source
from discovery.trajectories.tokens import MISSING, Kind

ROWS_AT_A_TIME = 50_000  # text of that many rows, some 10 MB, is in memory at once
MOST_ENTRIES = 50_000_000  # 24 bytes each at the peak: 1.2 GB (measured on 10^7 rows of 5 columns)


@dataclass(frozen=True)
class Table:
    """The rows of a file that are not blank.

    Attributes:
        name: of the file, for messages.
        lines: line of the file, counted from 1, in which each row stands.
    """

    name: str
    columns: tuple[Column, ...]
    lines: Int[np.ndarray, " row"]

    def __getitem__(self, header: str) -> Column:
        return next(column for column in self.columns if column.header == header)

    @property
    def headers(self) -> tuple[str, ...]:
        """Column names as the user wrote them."""
        return tuple(column.header for column in self.columns)

    def emptied(self, numbers: Sequence[float], besides: Sequence[str]) -> Table:
        """The same with these numbers taken for missing, in all columns of numbers but those of ``besides``."""
        columns = (
            replace(one, values=np.where(np.isin(one.values, numbers), np.nan, one.values))
            if one.kind == "number" and one.header not in besides
            else one
            for one in self.columns
        )
        return replace(self, columns=tuple(columns))

    def numbered(self, headers: Collection[str], decimal: str) -> Table:
        """The same with the labels of these columns read as numbers; one most of whose labels are none stays text."""
        columns = (_numbers(one, self.lines, decimal) if one.header in headers else one for one in self.columns)
        return replace(self, columns=tuple(columns))

    def place(self, row: int, header: str) -> str:
        """Where an entry stands, as messages begin."""
        return f"{self.name}, line {self.lines[row]}, column {header!r}"


def read_table(source: Source, layout: Layout, *, labelled: Sequence[str] = (), missing: Sequence[str] = ()) -> Table:
    """All columns of the file.

    Args:
        labelled: headers of columns whose entries are labels even if they look like numbers.
        missing: words that stand for a value that was not measured, besides the usual ones.

    Raises:
        DataError: a row with more fields than the header, quotation marks that do not close, or too many entries.
    """
    kinds: list[Kind] = [
        "text" if header in labelled else kind for header, kind in zip(layout.headers, layout.kinds, strict=True)
    ]
    columns = [grow(kind, layout.decimal) for kind in kinds]
    lines: list[np.ndarray] = [np.empty(0, dtype=np.int64)]
    line = layout.first_line
    for frame in _frames(source, layout, kinds, missing):
        filled = frame.notna().to_numpy().any(axis=1)
        lines.append(np.flatnonzero(filled) + line)
        for i, column in enumerate(columns):
            column.add(pd.Series(frame.loc[filled, i]), lines[-1])
        line += len(frame)
        if (line - layout.first_line) * len(columns) > MOST_ENTRIES:
            raise DataError(
                f"{source.path} has more than {MOST_ENTRIES:,} entries; that many are not read, for the memory's sake. "
                "Keep every tenth row, or fewer columns, and pass that file."
            )
    finished = [column.finished(header) for column, header in zip(columns, layout.headers, strict=True)]
    if layout.ticks is not None:
        first, step, place = layout.ticks
        counts = finished[place].values
        counts = np.concatenate(lines) - layout.first_line if np.all(np.isnan(counts)) else counts
        finished[place] = replace(finished[place], values=first + step * counts)
    return Table(str(source.path), tuple(finished), np.concatenate(lines))


def _numbers(column: Column, lines: Int[np.ndarray, " row"], decimal: str) -> Column:
    """A column of labels as one of numbers."""
    entries = pd.Series(np.array([*column.labels, None], dtype=object)[column.values])
    numbers = grow("number", decimal)
    numbers.add(entries, lines)
    return numbers.finished(column.header)


class _Uncommented:
    """The text of a file with empty lines for comments, as pandas reads it: programs that go on write names again."""

    def __init__(self, text: TextIO) -> None:
        self._text = text

    def read(self, size: int) -> str:
        """Whole lines of at least so many characters."""
        return uncommented(self._text.read(size) + self._text.readline())

    def __iter__(self) -> Iterator[str]:
        return map(uncommented, self._text)


def _frames(source: Source, layout: Layout, kinds: Sequence[Kind], missing: Sequence[str]) -> Iterator[pd.DataFrame]:
    """Pieces of the file with columns 0, 1, ...; blank lines are rows of missing entries, so that lines count."""
    with source.lines(layout.first_line) as text:
        try:
            yield from pd.read_csv(
                text if kinds[0] == "text" else cast(TextIO, _Uncommented(text)),  # a label may begin as comments do
                sep=r"\s+" if layout.separator == SPACES else layout.separator,
                decimal=layout.decimal,
                header=None,
                names=range(len(layout.headers)),
                usecols=list(layout.places) or None,
                dtype={i: str for i, kind in enumerate(kinds) if kind != "number"},
                skip_blank_lines=False,
                skipinitialspace=True,
                na_values=sorted(MISSING.union(missing)),
                keep_default_na=False,
                chunksize=ROWS_AT_A_TIME,
                low_memory=False,
            )
        except pd.errors.ParserError as error:
            raise _explained(error, source, layout) from None


def _explained(error: pd.errors.ParserError, source: Source, layout: Layout) -> DataError:
    text = str(error)
    before = layout.first_line - 1
    if found := re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", text):
        expected, line, seen = map(int, found.groups())
        return ragged(source, line + before, expected, seen)
    if found := re.search(r"EOF inside string starting at row (\d+)", text):
        line = int(found[1]) + layout.first_line
        return DataError(f"{source.path}, line {line}: a quotation mark is not closed. Close or remove it.")
    return DataError(f"{source.path} is not a table: {text.strip()}. Save it as CSV with one row for each time.")
