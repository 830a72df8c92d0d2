"""How the text is laid out: separator, decimal mark, comment lines, header."""

from __future__ import annotations

import csv
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

from discovery.errors import DataError
from discovery.trajectories.comments import comment, names_among, uncommented
from discovery.trajectories.instruments import LABVIEW, beside_others, lines_above, of_labview, separator_of_labview
from discovery.trajectories.preamble import rows_above, said_of_rows_above, usual_width, without_descriptions
from discovery.trajectories.source import Source
from discovery.trajectories.tokens import Kind, as_python, is_missing, is_number, kind_of
from discovery.trajectories.unit_rows import begins_a_logger, with_units

SAMPLE_LINES = 200  # enough to see the rule, and read at once
SAMPLE_CHARACTERS = 1_000_000  # fewer lines are looked at where they are long, but at least
FEWEST_SAMPLE_LINES = 5
MOST_COLUMNS = 2_000  # a hundred times the states of a law; each costs a millisecond or two
SPACES = " "  # any run of blanks
SEPARATORS = (",", ";", "\t", SPACES)
BLANKS, PADDING = re.compile(r"\s"), re.compile(r"(?<=[,;])[ \t]+|[ \t]+(?=[,;])")
UTF8 = ("utf-8", "utf-8-sig")  # which pandas reads without being told


@dataclass(frozen=True)
class Layout:
    """The form of a table in a text file.

    Attributes:
        separator: between fields; a blank stands for any run of blanks.
        decimal: ``.`` or ``,``.
        headers: one for each column, none empty, all different.
        first_line: line of the file, counted from 1, in which the first row of data stands.
        kinds: what the first rows of each column hold.
        notes: what was assumed, one sentence each.
        header_line: line of the file in which these headers stand as they are, right above the data; 0 if in none.
        places: of the columns in the file, where others are left out; empty where all are read.
        ticks: time of the first sample, step between two, and the column of times, which counts samples or is empty.
    """

    separator: str
    decimal: str
    headers: tuple[str, ...]
    first_line: int
    kinds: tuple[Kind, ...]
    notes: tuple[str, ...] = ()
    header_line: int = 0
    places: tuple[int, ...] = ()
    ticks: tuple[float, float, int] | None = None


def survey(source: Source) -> Layout:
    """Finds the layout from the first lines of the file.

    Raises:
        DataError: no rows below the header, one column only, a column name that occurs twice, or rows of other
            length than the header.
    """
    lines = _first_lines(source)
    comments, start, told = _preamble(lines)
    logger = bool(start) and begins_a_logger(lines[start - 1])
    _check_segments(source, lines)
    head, passed = lines_above(lines)
    start = max(start, head)
    separator, decimal = _dialect(lines[start:], told or separator_of_labview(lines[:head]))
    start, above = (start, ()) if logger else _below_preamble(lines, start, separator, decimal)
    above = (*passed, *above)
    body = [uncommented(line) for line in lines[start:]]
    first, *rows = _numbered(body, separator, start) or [(start, [])]
    header, notes, below = first[1], (), rows[0][0] if rows else 0
    beside = beside_others([first, *rows], decimal) or of_labview(lines[:head], [first, *rows], decimal)
    if beside is not None:
        header, rows, notes = [*beside.header], beside.cut([first, *rows]), (*above, *beside.notes)
    elif _is_data(header, decimal):
        rows = [first, *rows]
        header, notes = _header_without_a_line(comments, separator, len(header))
    else:
        header, rows, notes = with_units(header, rows, decimal, logger=logger)
        if not (notes or logger) and (described := without_descriptions(header, rows, decimal))[1]:
            header, rows, notes = with_units(header, described[0], decimal, logger=False)
            notes = (*described[1], *notes)
        notes = (*above, *notes)
    if not rows and sum(bool(line.strip()) for line in body) > 1:
        raise DataError(
            f"{source.path}, line {start + 1} and below: a quotation mark is not closed, or an entry has more than "
            f"{csv.field_size_limit():,} characters. Close the mark, or export the table again."
        )
    if not rows:
        raise DataError(f"{source.path} has a header but no rows. It needs at least five rows of numbers below it.")
    plain = _as_they_are(tuple(header), lines[first[0] - 1], separator) and below == rows[0][0]
    _check_different(header, source, Layout(separator, decimal, (), below, (), (), first[0]) if plain else None)
    headers = _complete(header, rows, source, separator)
    columns = [[row[i] for _, row in rows if i < len(row)] for i in range(len(headers))]
    kinds: tuple[Kind, ...] = tuple(kind_of(column, decimal) for column in columns)
    said = (*_decimal_note(decimal), *notes)
    places, ticks = (beside.places, beside.ticks) if beside is not None else ((), None)
    line = first[0] if plain and headers == (*header,) else 0
    return Layout(separator, decimal, headers, rows[0][0], kinds, said, line, places, ticks)


def by_pandas(layout: Layout, source: Source) -> str:
    """The call by which pandas reads the same; of a table that begins with its header, with commas, the name alone."""
    separator = r"\s+" if layout.separator == SPACES else layout.separator
    above = layout.header_line - 1 if layout.header_line else layout.first_line - 1
    told = {
        "sep": separator if separator != "," else None,
        "decimal": layout.decimal if layout.decimal != "." else None,
        "encoding": source.encoding if source.encoding not in UTF8 else None,
        "skiprows": above or None,
        "usecols": list(layout.places) or None,
        "names": None if layout.header_line else list(layout.headers),
    }
    options = "".join(f", {name}={value!r}" for name, value in told.items() if value is not None)
    read = f"pd.read_csv({source.path.name!r}{options})"
    if layout.ticks is None:
        return read
    first, step, place = layout.ticks
    time = layout.headers[place]
    counts = f"d[{time!r}].where(d[{time!r}].notna(), d.index)"
    return f"{read}.assign(**{{{time!r}: lambda d: {first!r} + {step!r} * {counts}}})"


def _check_segments(source: Source, lines: Sequence[str]) -> None:
    """Raises DataError where a file of LabVIEW has several tables: its first head has one end, each table's another."""
    ends = [i for i, line in enumerate(lines, start=1) if line.startswith(LABVIEW)]
    if len(ends) > 2:
        raise DataError(
            f"{source.path}, line {ends[2]}: a second segment has a head of its own. Save each segment as a file, or "
            "write their rows below each other, with a column that numbers them, for example 'run'."
        )


def _first_lines(source: Source) -> list[str]:
    """The lines that the layout is taken from."""
    lines: list[str] = []
    characters = 0
    with source.lines() as text:
        while len(lines) < SAMPLE_LINES and (len(lines) < FEWEST_SAMPLE_LINES or characters < SAMPLE_CHARACTERS):
            lines.append(text.readline())
            characters += len(lines[-1])
    return lines


def _preamble(lines: Sequence[str]) -> tuple[list[str], int, str]:
    """Comment lines, number of lines before the table, and the separator if a line ``sep=;`` tells it (Excel)."""
    comments: list[str] = []
    told = ""
    for i, line in enumerate(lines):
        text = line.strip()
        if (said := comment(text)) is not None:
            comments.append(said)
        elif i == len(comments) and begins_a_logger(text):
            comments.append(text)
        elif text.lower().startswith("sep=") and len(line.rstrip("\r\n")) == len("sep=;"):
            told = line[len("sep=")]
        elif text:
            return comments, i, told
    return comments, len(lines), told


def _below_preamble(lines: Sequence[str], start: int, separator: str, decimal: str) -> tuple[int, tuple[str, ...]]:
    """Number of lines before the names of columns, with a note where more than comments stand above these."""
    rows = _numbered(lines[start:], separator, start)
    above = rows_above(rows, decimal)
    return (rows[above][0] - 1 if above else start), said_of_rows_above(rows[:above])


def _dialect(lines: Sequence[str], told: str) -> tuple[str, str]:
    """The separator and decimal mark under which most lines have one length and most entries are numbers."""
    choices = [(told, ","), (told, ".")] if told in SEPARATORS and told else []
    marks = [one for one in SEPARATORS if one != SPACES or not _pads(lines)]
    choices = choices or [(separator, decimal) for separator in marks for decimal in ".,"]
    best = max(choices, key=lambda choice: _plausibility(lines, *choice))
    plausible, numbers, *_ = _plausibility(lines, *best)
    usual = max(choices, key=lambda choice: _plausibility(lines, *choice, usual=True))  # with prose above the names
    if plausible and numbers > 0.0 and not _below_a_title(lines, best, usual):
        return best
    return usual if _plausibility(lines, *usual, usual=True)[0] else best


def _pads(lines: Sequence[str]) -> bool:
    """Whether blanks stand nowhere but beside another mark, as before numbers that end at one place in a line."""
    inner = [line.strip() for line in lines if BLANKS.search(line.strip())]
    return bool(inner) and not any(BLANKS.search(PADDING.sub("", line)) for line in inner)


def _below_a_title(lines: Sequence[str], best: tuple[str, str], usual: tuple[str, str]) -> bool:
    """Whether rows are as wide as the first by blanks alone, which is a title, while another mark shows names below it.

    ``Plot Title: Lake`` has three words, and so have rows that begin with a date, a time of day and AM.
    """
    other = best[0] == SPACES != usual[0] and _plausibility(lines, *usual, usual=True)[0]
    return other and rows_above(_numbered(lines, usual[0], 0), usual[1]) > 0


def _plausibility(
    lines: Sequence[str], separator: str, decimal: str, *, usual: bool = False
) -> tuple[bool, float, int, bool]:
    """How much speaks for them: rows as wide as the first, or as most where those are asked for, and numbers."""
    found = _numbered(lines, separator, 0)
    rows = [row for _, row in found]
    width = usual_width(found) if usual else len(rows[0]) if rows else 0
    like_header = fmean(len(row) == width for row in rows) if rows else 0.0
    entries = [entry for row in rows[1:] or rows for entry in row]
    numbers = fmean(is_missing(entry) or is_number(as_python(entry), decimal) for entry in entries) if entries else 0.0
    return width > 1 and like_header > 0.8, numbers, width, decimal == "."


def _numbered(lines: Sequence[str], separator: str, before: int) -> list[tuple[int, list[str]]]:
    """The rows that are not blank, each with its line in the file; ``before`` lines went ahead."""
    rows: list[tuple[int, list[str]]] = []
    if separator == SPACES:
        split = ((i, line.split()) for i, line in enumerate(lines, start=1))
        return [(before + line, row) for line, row in split if row]
    line = 1
    for end, row in _records(lines, separator):
        if any(row):
            rows.append((before + line, row))
        line = end + 1
    return rows


def _records(lines: Sequence[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    try:
        for row in reader:
            yield reader.line_num, [entry.strip() for entry in row]
    except csv.Error:
        return  # a field longer than csv allows: what was read tells enough


def _is_data(row: Sequence[str], decimal: str) -> bool:
    present = [entry for entry in row if not is_missing(entry)]
    return bool(present) and all(is_number(as_python(entry), decimal) for entry in present)


def _header_without_a_line(comments: Sequence[str], separator: str, width: int) -> tuple[list[str], tuple[str, ...]]:
    """Names from the last comment line, as ``numpy.savetxt`` writes them, or t, x0, x1, ..."""

    def split(text: str) -> list[str]:
        return next((row for _, row in _numbered([text], separator, 0)), [])

    if named := names_among(comments, width, split):
        return [*named], (f"The column names were read from the last comment line: {', '.join(named)}.",)
    names = ["t", *(f"x{i}" for i in range(width - 1))]
    return names, ("The file has no header; the first column is taken as time t, the others are named x0, x1, ...",)


def _as_they_are(headers: Sequence[str], line: str, separator: str) -> bool:
    """Whether a line has these headers and nothing else, not even blanks about them."""
    text = line.rstrip("\r\n")
    return tuple(text.split() if separator == SPACES else next(csv.reader([text], delimiter=separator), [])) == headers


def _complete(header: list[str], rows: list[tuple[int, list[str]]], source: Source, separator: str) -> tuple[str, ...]:
    """The header with a name for each column; empty columns at the end are allowed for."""
    for line, row in rows:
        short = separator == SPACES and len(row) < len(header)  # blanks cannot show which entry is missing
        if short or any(row[len(header) :]):
            raise ragged(source, line, len(header), len(row))
    width = max(len(header), *(len(row) for _, row in rows))
    if width > MOST_COLUMNS:
        raise DataError(
            f"{source.path} has {width:,} columns; at most {MOST_COLUMNS:,} are read. Keep the column of times and "
            "those of the states, one row for each time, and pass that file."
        )
    named = [name or f"column {i}" for i, name in enumerate([*header, *[""] * (width - len(header))], start=1)]
    if twice := [name for i, name in enumerate(named) if name in named[:i]]:
        raise DataError(f"{source.path} has two columns named {twice[0]!r}. Give each column its own name.")
    if width == 1:
        raise DataError(
            f"{source.path} has one column, {named[0]!r}. It needs a column of times and at least one of states, "
            "separated by commas, semicolons, tabs or blanks."
        )
    return tuple(named)


def _check_different(header: Sequence[str], source: Source, layout: Layout | None) -> None:
    """Raises DataError where columns have one name, as replicates of one condition have in grouped tables.

    Args:
        layout: of the file, but for its headers, where these stand in a line as they are; else pandas reads others.
    """
    repeated = next((name for name in header if name and header.count(name) > 1), "")
    if not repeated:
        return
    number = "two" if header.count(repeated) == 2 else header.count(repeated)
    said = f"{source.path} has {number} columns named {repeated!r}. Give each column its own name"
    if layout is None:
        raise DataError(f"{said}.")
    once = [name for name in header if header.count(name) == 1]
    long = f"{source.path.name.partition('.')[0]}_long.csv"
    melt = (
        f"{by_pandas(layout, source)}.melt({once!r}, var_name='replicate').assign("
        rf"group=lambda d: d.replicate.str.replace(r'\.\d+$', '', regex=True)).to_csv({long!r}, index=False)"
    )
    raise DataError(
        f"{said}; or, if they are replicates, which are runs of one law, put them one below the other, in pandas "
        f"{melt}; then discover check {shlex.quote(long)} --trajectory group,replicate."
    )


def ragged(source: Source, line: int, expected: int, found: int) -> DataError:
    """The error of a row that does not fit the header."""
    return DataError(
        f"{source.path}, line {line}: {found} fields, but the header has {expected}. "
        "Check for a separator that is missing, too many, or inside a text without quotation marks."
    )


def _decimal_note(decimal: str) -> tuple[str, ...]:
    return ("Numbers were read with decimal commas.",) if decimal == "," else ()
