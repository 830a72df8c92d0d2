"""What columns that count the rows are called."""

from __future__ import annotations

import re

COUNTERS = frozenset({"index", "row", "id", "n", "nr", "no", "#", "record", "unnamed: 0", "column 1"})
# Words of what is counted in a row each, alone or with one for a number: Sample no., Probe, Cycle Nr.
COUNTED_ROWS = frozenset(
    {"sample", "probe", "echantillon", "muestra", "point", "reading", "measurement", "messung", "observation", "obs"}
    | {"cycle", "scan", "frame", "row", "line", "record", "zeile"}
)
NUMBERS = frozenset({"no", "nr", "number", "num", "index", "id", "nummer", "count", "n"})


def is_counter(header: str) -> bool:
    """Whether a column of that name may count the rows: ``index``, ``Sample no.``, ``Probe``."""
    words = {word for word in re.split(r"[\W_]+", header.lower()) if word}
    return header.lower().strip("_") in COUNTERS or bool(words & COUNTED_ROWS and words <= COUNTED_ROWS | NUMBERS)
