"""Dates as people write them: 31.01.2024, 1/31/2024 2:05 PM, 2024/1/31, 31-Jan-2024."""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd
from jaxtyping import Float

# Day, month and year in the order of some country, with a time of day as spreadsheets write it.
FORM = re.compile(
    r"(?=\d{4}[./]|\d{1,2}([./])\d{1,2}\1\d{4}\b|\d\d\.\d\d\.\d\d\b|\d{1,2}/\d{1,2}/\d\d\b)"  # and no version 1.1.2
    r"(?P<first>\d{1,4})(?P<mark>[./])(?P<second>\d{1,2})(?P=mark)(?P<third>\d{4}|\d{1,2})"
    r"(?:[T ]+(?P<hour>[01]?\d|2[0-3]|24(?=:00(?::00)?$)):(?P<minute>[0-5]\d)(?::(?P<seconds>[0-5]\d(?:[.,]\d+)?))?"
    r"(?:\s*(?P<half>[AaPp])[Mm])?)?",
    re.ASCII,
)
# What names of months begin with, in English, German, French, Spanish and Italian, and no other month does.
BEGINNINGS = (
    ("jan", "jän", "ene", "gen"), ("feb", "fév", "fev"), ("mar", "mär", "mrz"), ("apr", "avr", "abr"),
    ("may", "mai", "mag"), ("jun", "juin", "giu"), ("jul", "juil", "lug"), ("aug", "aou", "aoû", "ago"),
    ("sep", "set"), ("oct", "okt", "ott"), ("nov",), ("dec", "dez", "déc", "dic"),
)  # fmt: skip
# Day, month by its name and year, with or without marks between them: 31-Jan-2024, 31JAN24, 31. Januar 2024 14:30.
NAMED = re.compile(
    rf"([0-3]?[0-9])[-./ ]*({'|'.join(one for some in BEGINNINGS for one in some)})[^\W\d_]{{0,7}}\.?[-./ ]*"
    r"([0-9]{4}|[0-9]{2})((?:[T ]+[0-9].*)?)",
    re.IGNORECASE,
)
NUMBERS = ["first", "second", "third", "hour", "minute", "seconds"]
Part = Float[np.ndarray, " entry"]
THIS_CENTURY = 69  # years of two digits below it are of this century (POSIX, strptime)
MONTHS = 12


def by_numbers(text: pd.Series) -> pd.Series:
    """The entries with names of months as their numbers: 31.01.2024 for 31-Jan-2024."""

    def numbered(found: re.Match[str]) -> str:
        month = next(i for i, some in enumerate(BEGINNINGS, start=1) if found[2].lower() in some)
        return f"{int(found[1]):02d}.{month:02d}.{found[3]}{found[4]}"

    named = text.str.fullmatch(NAMED, na=False)
    return text.where(~named, text.str.replace(NAMED, numbered, regex=True)) if named.any() else text


def parts_of(text: pd.Series) -> Float[np.ndarray, "entry part"]:
    """The numbers of each entry, hours of 24, and 1 where points stand between its parts; NaN where it is none."""
    found = text.where(text.str.fullmatch(FORM, na=False)).str.extract(FORM)
    found["seconds"] = found["seconds"].str.replace(",", ".", regex=False)
    numbers = found[NUMBERS].astype(float)
    written = found["first"].notna()
    numbers[["hour", "minute", "seconds"]] = numbers[["hour", "minute", "seconds"]].fillna(0.0)
    afternoon, morning = found["half"].isin(["P", "p"]), found["half"].isin(["A", "a"])
    numbers["hour"] += 12.0 * (afternoon & (numbers["hour"] < MONTHS)) - 12.0 * (morning & (numbers["hour"] == MONTHS))
    numbers["dotted"] = (found["mark"] == ".").astype(float)
    return numbers.where(written).to_numpy(dtype=np.float64)


def dates_of(parts: Float[np.ndarray, "entry part"]) -> np.ndarray | None:
    """The dates, NaT where a part is none of a date; None where days and months cannot be told apart.

    With a year in front months follow, with points between them days come first, and else what is above 12 is a day. A
    year of two digits may be in front as well, as far as its size tells. If nothing is above 12, the order is meant in
    which times have one step of less than a day, if only one is so: across a midnight the others leap by a month.
    """
    first, second, third, *times, dotted = parts.T
    points = bool(np.all(dotted[~np.isnan(dotted)] == 1.0))
    short = bool(np.nanmin(third, initial=math.inf) < 100.0)
    if np.nanmax(first, initial=0.0) >= 1000.0:
        return _joined(first, second, third, *times)
    if points or (np.nanmax(first, initial=0.0) > MONTHS and not short):
        return _joined(third, second, first, *times)
    if np.nanmax(second, initial=0.0) > MONTHS:
        return _joined(third, first, second, *times)
    orders = [(third, second, first), (third, first, second), *([(first, second, third)] if short else [])]
    even = [dates for dates in (_joined(*order, *times) for order in orders) if _go_on_evenly(dates)]
    return even[0] if len(even) == 1 else None


def _go_on_evenly(dates: np.ndarray) -> bool:
    """Whether all dates are one step of less than a day apart; days may be as even as months are in another order."""
    steps = np.diff(dates[~np.isnat(dates)])
    day = np.timedelta64(1, "D")
    return len(steps) > 1 and bool(np.all((steps == steps[0]) & (steps > np.timedelta64(0)) & (steps < day)))


def _joined(year: Part, month: Part, day: Part, hour: Part, minute: Part, seconds: Part) -> np.ndarray:
    """The dates of these parts; years of two digits are those nearest to today's century."""
    year = np.where(year < THIS_CENTURY, year + 2000.0, np.where(year < 100.0, year + 1900.0, year))
    days = pd.to_datetime(pd.DataFrame({"year": year, "month": month, "day": day}), errors="coerce")
    times = pd.to_timedelta(3600.0 * hour + 60.0 * minute + seconds, unit="s")
    return (days + times).to_numpy(dtype="datetime64[us]")
