"""What columns that count rows, or pieces of a record, are called."""

from __future__ import annotations

from discovery.headers import words_of

COUNTERS = frozenset({"index", "row", "id", "n", "nr", "no", "#", "record", "unnamed: 0", "column 1"})
# Words of what is counted in a row each, alone or with one for a number: Sample no., Probe, Cycle Nr.
COUNTED_ROWS = frozenset(
    {"sample", "probe", "echantillon", "muestra", "point", "reading", "measurement", "messung", "observation", "obs"}
    | {"cycle", "scan", "frame", "row", "line", "record", "zeile"}
)
# Those of longer pieces of a record, too: of a cycler's programme, of a set of trials.
PIECES = frozenset({"step", "loop", "segment", "block", "trial", "test", "run", "phase", "stage"})
NUMBERS = frozenset({"no", "nr", "number", "num", "index", "id", "nummer", "count", "n"})


def is_counter(header: str) -> bool:
    """Whether a column of that name may count the rows: ``index``, ``Sample no.``, ``Probe``."""
    return header.lower().strip("_") in COUNTERS or _names_one_of(COUNTED_ROWS, header)


def counts_pieces(header: str) -> bool:
    """Whether a column of that name may count pieces of a record: ``Cycle``, ``Step Index``, ``trial``."""
    return _names_one_of(COUNTED_ROWS | PIECES, header)


def _names_one_of(counted: frozenset[str], header: str) -> bool:
    words = set(words_of(header))
    return bool(words & counted and words <= counted | NUMBERS)
