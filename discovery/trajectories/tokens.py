"""Single entries of a table: numbers, dates, times of day and the marks of a missing value."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from discovery.trajectories.local_dates import FORM, NAMED

Kind = Literal["number", "date", "local date", "clock", "text"]

MINUS = "\N{MINUS SIGN}"  # what word processors make of a hyphen; read as one

# pandas' own list, and the dash, question mark and dot of field notebooks
MISSING = frozenset(
    {"", "-", "?", ".", "--", "NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NaN", "nan", "-NaN", "-nan", "NAN"}
    | {"null", "NULL", "None", "none", "missing"}
)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d+)?|[+-]?inf(?:inity)?", re.IGNORECASE | re.ASCII)
WEEK = re.compile(r"^((?:1[89]|2[01])\d\d)-?[Ww](\d\d)(?:-?([1-7]))?$", re.ASCII)  # of ISO 8601
QUARTER = re.compile(r"^((?:1[89]|2[01])\d\d)[- ]?[Qq]([1-4])$", re.ASCII)  # of a year
_DATE = re.compile(
    r"(?:1[89]|2[01])\d\d-?[Ww]\d\d(?:-?[1-7])?"
    r"|(?:1[89]|2[01])\d\d-(?:0[1-9]|1[0-2])"  # a month, which is its first day
    r"|(?:1[89]|2[01])\d\d[- ]?[Qq][1-4]"
    r"|(?:1[89]|2[01])\d{6}[T ]\d{4}(?:\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
    r"|\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+|:\d{3})?)?(?:Z| ?(?:UTC|GMT)|[+-]\d\d:?\d\d)?)?"
)

# What assays and readers write where a value was beyond what they measure, or nothing was found: "< 0.05", "<LOD", BLQ,
# "n.d.", OVRFLW; too large, and then too small.
_UPPER = re.compile(
    r"[>≥]=?\s*(?:[\d.,]+(?:e[+-]?\d+)?|LO[DQ]|ULO[DQ])|ULOQ|ALO?[QD]|A[DQ]L|OVRFLW|OVERFLOW|(?-i:OVER)|TNTC"
    r"|above\s+(?:LO[DQ]|ULO[DQ]|detection|limit)",
    re.IGNORECASE,
)
_LOWER = re.compile(
    r"[<≤]=?\s*(?:[\d.,]+(?:e[+-]?\d+)?|L?LO[DQ])|B?[LU]LOQ|BLO?[QD]|B[DQ]L|LO[QD]|N[./]?D\.?|Undetermined"
    r"|below\s+(?:L?LO[DQ]|detection|limit)",
    re.IGNORECASE,
)

# An exponent as Fortran writes it in double precision: 1.5D+00. Its sign tells it from the place of a well, 1D2.
_FORTRAN = re.compile(r"(?<=[\d.])D(?=[+-]\d+$)", re.IGNORECASE | re.ASCII)

# Of two parts nobody can tell which they are; three digits behind a colon are thousandths, two may be frames.
_CLOCK = re.compile(r"\d{1,4}:[0-5]\d:[0-5]\d(?:[.,]\d+|:\d{3})?", re.ASCII)

# Of durations, as MATLAB writes those of timetables.
_SECONDS = {"sec": 1.0, "min": 60.0, "hr": 3600.0, "hrs": 3600.0, "days": 86400.0, "yrs": 365.2425 * 86400.0}
_DURATION = re.compile(r"(\d+\.?\d*(?:e[+-]?\d+)?) (sec|min|hrs?|days|yrs)", re.ASCII)

_FORMS: dict[Kind, tuple[re.Pattern[str], ...]] = {"date": (_DATE,), "local date": (FORM, NAMED), "clock": (_CLOCK,)}


def is_number(entry: str, decimal: str) -> bool:
    """Whether the entry is a number or infinite, with ``decimal`` between its integer part and its fraction."""
    entry = entry.replace(MINUS, "-")
    if decimal == ",":
        if "." in entry:
            return False
        entry = entry.replace(",", ".")
    return _NUMBER.fullmatch(entry) is not None


def number_of(entry: str) -> float:
    """The number that an entry is, with any decimal mark and sign that :func:`is_number` allows."""
    return float(entry.replace(MINUS, "-").replace(",", "."))


def as_python(entry: str) -> str:
    """The entry with an exponent as Python has it, where Fortran's stands."""
    return _FORTRAN.sub("E", entry)


def is_missing(entry: str) -> bool:
    """Whether the entry stands for a value that was not measured."""
    return entry in MISSING


def is_limit(entry: str) -> bool:
    """Whether the entry says that a value was beyond a limit of detection, or that nothing was detected."""
    return _LOWER.fullmatch(entry) is not None or is_upper_limit(entry)


def is_upper_limit(entry: str) -> bool:
    """Whether the entry says that a value was too large to be measured."""
    return _UPPER.fullmatch(entry) is not None


def seconds_of(entry: str) -> float:
    """Seconds of a time such as 08:30:15.5, or of one that elapsed, as 0.5 sec; NaN for what is none."""
    if (found := _DURATION.fullmatch(entry)) is not None:
        return float(found[1]) * _SECONDS[found[2]]
    if _CLOCK.fullmatch(entry) is None:
        return math.nan
    hours, minutes, *seconds = entry.replace(",", ".").split(":")
    return 3600.0 * int(hours) + 60.0 * int(minutes) + float(".".join(seconds))


def kind_of(entries: Sequence[str], decimal: str) -> Kind:
    """What most of the entries that are not missing are; ``number`` if all are missing."""
    present = [entry for entry in entries if not is_missing(entry)]
    if 2 * sum(is_number(as_python(entry), decimal) for entry in present) >= len(present):
        return "number"
    for kind, forms in _FORMS.items():
        if 2 * sum(any(form.fullmatch(entry) for form in forms) for entry in present) > len(present):
            return kind
    elapsed = 2 * sum(_DURATION.fullmatch(entry) is not None for entry in present) > len(present)
    return "clock" if elapsed and _go_on([seconds_of(entry) for entry in present]) else "text"


def _go_on(seconds: Sequence[float]) -> bool:
    """Whether times rarely stay, and rarely go back to where another run begins: those of treatments do so often."""
    same = sum(after == before for before, after in pairwise(seconds))
    back = sum(after < before for before, after in pairwise(seconds))
    return 2 * same <= len(seconds) and 4 * back < len(seconds)
